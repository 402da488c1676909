import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type SchemaName, schemas } from "../../provider/cli/commands/schema.ts";
import { exit } from "../../provider/cli/exit.ts";
import { report } from "../../provider/cli/failure.ts";
import { RollError } from "../../provider/core/errors.ts";
import { CliRig } from "./cli-world.ts";

const commands = ["plan", "snapshot", "schema", "status", "stop", "continue", "restore", "runs", "show", "sim"];

describe("help", () => {
  test("names every command and every exit code", async () => {
    const { code, out, err } = await new CliRig().run("--help");
    for (const command of commands) expect(out).toMatch(new RegExp(`^  ${command}\\b`, "m"));
    for (const number of Object.values(exit)) expect(out).toMatch(new RegExp(`^ +${number}  \\S`, "m"));
    expect(err).toBe("");
    expect(code).toBe(0);
  });

  test.each(
    commands.flatMap((command) =>
      command === "sim"
        ? ["create", "show", "drift", "block", "unblock", "fault", "take", "give"].map((sub) => [command, sub])
        : [[command]],
    ),
  )("%s %s", async (...command) => {
    const { code, out } = await new CliRig().run(...command.filter((part) => part !== undefined), "--help");
    expect(out).toContain(`Usage: rolling-patch ${command.join(" ").trim()}`);
    expect(out.split("\n").filter((line) => line.length > 160)).toEqual([]);
    expect(code).toBe(0);
  });

  test("no command at all shows the help, as wrong usage", async () => {
    const { code, err } = await new CliRig().run();
    expect(err).toContain("Usage: rolling-patch");
    expect(code).toBe(2);
  });

  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await new CliRig().run("--version")).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });
});

test("the page of the command has the same table of exit codes", async () => {
  const page = readFileSync(new URL("../../provider/cli/README.md", import.meta.url), "utf8");
  const told = (await new CliRig().run("--help")).out.split("Exit codes:\n")[1] ?? "";
  const codes = [...told.matchAll(/^ +(\d+) {2}(.*)$/gm)].map(([, code, meaning]) => `| ${code} | ${meaning} |`);
  expect(codes).toHaveLength(Object.keys(exit).length);
  for (const line of codes)
    expect(page.replace(/ +/g, " ").replaceAll("`ROLLING_PATCH_DEBUG=1`", "ROLLING_PATCH_DEBUG=1")).toContain(line);
});

describe("wrong usage", () => {
  test.each([
    [["rol"], "unknown command 'rol'"],
    [["plan", "--flet", "x"], "unknown option '--flet'"],
    [["status"], "There is no inputs file in "],
    [["show", "a", "b"], "too many arguments"],
    [["schema", "colours"], "There are inputs, fleet, snapshot, plan, report, faults."],
    [["schema", "constructor"], "There are inputs, fleet, snapshot, plan, report, faults."],
  ])("%j ends with 2 and says what was wrong", async (args, message) => {
    const { code, out, err } = await new CliRig().run(...args);
    expect(err).toMatch(/^rolling-patch: /);
    expect(err).toContain(message);
    expect(out).toBe("");
    expect(code).toBe(2);
  });
});

describe("schema", () => {
  test.each(Object.keys(schemas) as SchemaName[])("%s is a JSON schema with a title", async (name) => {
    const { code, out } = await new CliRig().run("schema", name);
    expect(JSON.parse(out)).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: schemas[name].title,
    });
    expect(code).toBe(0);
  });

  test("inputs: durations are texts, defaults are optional, unknown properties are not allowed", async () => {
    const { out } = await new CliRig().run("schema", "inputs");
    const { properties, required, additionalProperties } = JSON.parse(out);
    expect(properties.policy.properties.maxUpTime.type).toBe("string");
    expect(required).toEqual(["target", "baseline", "owner"]);
    expect(additionalProperties).toBe(false);
  });
});

describe("errors", () => {
  const reported = (error: unknown, env: Record<string, string> = {}): { code: number; lines: string[] } => {
    const lines: string[] = [];
    const code = report({ env, err: (text: string) => lines.push(text) } as never, error);
    return { code, lines };
  };

  test.each([
    ["invalid", 2],
    ["unavailable", 6],
    ["conflict", 6],
    ["denied", 7],
    ["failed", 7],
    ["cancelled", 130],
  ] as const)("%s ends with %i: one line and a hint", (kind, code) => {
    expect(reported(new RollError(kind, "It did not work.", { hint: "Do this." }))).toEqual({
      code,
      lines: ["rolling-patch: It did not work.", "  Do this."],
    });
  });

  test("a bug ends with 1 and asks for a report; only debugging shows where", () => {
    const bug = new TypeError("x is undefined");
    expect(reported(bug)).toEqual({
      code: 1,
      lines: [
        "rolling-patch: this is a bug: x is undefined",
        "  Run it again with ROLLING_PATCH_DEBUG=1 and report what it prints.",
      ],
    });
    expect(reported(bug, { ROLLING_PATCH_DEBUG: "1" }).lines[1]).toMatch(/^TypeError: x is undefined\n\s+at /);
    const error = new RollError("failed", "No.", { cause: new Error("the disk is gone") });
    expect(reported(error, { ROLLING_PATCH_DEBUG: "1" }).lines.at(-1)).toMatch(/\ncaused by Error: the disk is gone/);
  });
});
