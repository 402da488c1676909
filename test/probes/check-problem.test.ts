import { expect, test } from "vitest";
import { type CheckInput, check } from "../../provider/core/check.ts";
import { checkProblem } from "../../provider/probes/runner.ts";

const problem = (input: CheckInput): string | undefined => checkProblem(check.parse(input));

test("{host} has no meaning at the end of the roll", () => {
  expect(problem({ kind: "http", name: "a", url: "http://{host}/" })).toContain('leave "end" out of "at"');
  expect(problem({ kind: "tcp", name: "a", address: "{host}", port: 1, at: ["end"] })).toContain("no host is at hand");
  expect(problem({ kind: "command", name: "a", command: ["ping", "--to={host}"], at: ["gate", "end"] })).toBeTruthy();
});

test("anything else has no problem", () => {
  expect(problem({ kind: "http", name: "a", url: "http://{host}/", at: ["verify"] })).toBeUndefined();
  expect(problem({ kind: "command", name: "a", command: ["true"] })).toBeUndefined();
});
