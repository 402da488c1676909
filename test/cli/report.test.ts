import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reportSchema } from "../../provider/lifecycle/report/schema.ts";
import { smallFleet } from "../support/fleets.ts";
import { CliRig } from "./cli-world.ts";

async function rolled(): Promise<CliRig> {
  const rig = new CliRig(smallFleet({ hosts: 2 }));
  await rig.up(rig.declared());
  return rig;
}

// A page is drawn in real time: nothing of it waits for a clock.
describe("report", () => {
  test("writes page, markdown and JSON beside the journal, for their owner's eyes", async () => {
    const rig = await rolled();
    const { code, out } = await rig.start("report");
    expect(code).toBe(0);
    const [first, verdict, page = ""] = out.trim().split("\n");
    expect(first).toBe("run run-1: 2 of 2 hosts rolled to 8.0.3");
    expect(verdict).toMatch(/^not tested: /);
    expect(page).toBe(join(rig.folder, ".rolling-patch", "reports", "run-1.html"));
    expect(statSync(page).mode & 0o777).toBe(0o600);
    expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>/);
    expect(readFileSync(page.replace(".html", ".md"), "utf8")).toMatch(/^### ✅ rolling-patch: 2 of 2/);
    expect(reportSchema.parse(JSON.parse(readFileSync(page.replace(".html", ".json"), "utf8"))).run).toBe("run-1");
    expect(rig.opened).toEqual([]);
    await rig.start("report", "run", "--open");
    expect(rig.opened).toEqual([page]);
  });

  test("prints the one form that is asked for, or writes it where it is asked to", async () => {
    const rig = await rolled();
    expect(reportSchema.parse(JSON.parse((await rig.start("report", "--json")).out)).outcome).toBe("done");
    expect((await rig.start("report", "--markdown")).out).toMatch(/^### /);
    expect((await rig.start("report", "--html")).out).toMatch(/^<!doctype html>/);
    expect(await rig.start("report", "run-1", "--out", "page.html")).toMatchObject({ code: 0, out: "" });
    expect(rig.read("page.html")).toMatch(/^<!doctype html>/);
    expect((await rig.start("report", "--json", "--html")).code).toBe(2);
    expect(existsSync(join(rig.folder, ".rolling-patch", "reports"))).toBe(false);
  });

  test("of a run that nobody knows names those there are", async () => {
    const rig = await rolled();
    expect(await rig.start("report", "x")).toMatchObject({ code: 2, err: expect.stringContaining("There is run-1.") });
  });

  test("has a schema that others can read", async () => {
    const schema = JSON.parse((await new CliRig().run("schema", "report")).out);
    expect(schema.title).toMatch(/report/);
    expect(Object.keys(schema.properties)).toContain("impact");
  });
});

describe("export and verify", () => {
  test("the journal goes out as lines that verify", async () => {
    const rig = await rolled();
    const { code, err } = await rig.run("export", "--out", "journal.jsonl");
    expect(code).toBe(0);
    const [, head = ""] = /head ([0-9a-f]{64})/.exec(err) ?? [];
    expect(await rig.run("verify", "journal.jsonl", "--head", head)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^journal\.jsonl is whole: run run-1, \d+ entries, head /),
    });
    expect(JSON.parse((await rig.start("report", "--json")).out).journal.head).toBe(head);
    expect((await rig.run("export", "run-1")).out).toBe(rig.read("journal.jsonl"));
  });

  test("one flipped byte ends with 8 and the line, another head with 8, no file with 2", async () => {
    const rig = await rolled();
    await rig.run("export", "--out", "journal.jsonl");
    const bytes = readFileSync(join(rig.folder, "journal.jsonl"));
    const third = bytes.indexOf("\n", bytes.indexOf("\n") + 1) + 200;
    bytes[third] = (bytes[third] ?? 0) ^ 1;
    writeFileSync(join(rig.folder, "flipped.jsonl"), bytes);
    expect(await rig.run("verify", "flipped.jsonl")).toMatchObject({
      code: 8,
      err: expect.stringContaining("Line 3: it was changed."),
    });
    expect((await rig.run("verify", "journal.jsonl", "--head", "0".repeat(64))).code).toBe(8);
    expect((await rig.run("verify", "missing.jsonl")).code).toBe(2);
  });
});
