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

test("what runs on the host at hand has none at the end of the roll", () => {
  for (const check of [
    { kind: "command", name: "a", command: ["true"], on: "host" },
    { kind: "ceph", name: "a", at: ["gate", "canary"] },
    { kind: "gluster", name: "a", at: ["end"] },
  ] as const)
    expect(problem({ ...check, ...("at" in check ? { at: [...check.at] } : {}) } as CheckInput)).toMatch(
      /runs on the host at hand, but .* there is none; leave "(end|canary)" out of "at"/,
    );
  expect(problem({ kind: "ceph", name: "a" })).toBeUndefined();
  expect(problem({ kind: "gluster", name: "a" })).toBeUndefined();
});
