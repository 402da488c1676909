import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openJournal } from "../../provider/engine/journal.ts";
import { smallFleet } from "../support/fleets.ts";
import { CliRig } from "./cli-world.ts";

describe("runs and show", () => {
  test("a project without a journal says so, and gets none by asking", async () => {
    const rig = new CliRig();
    for (const command of ["runs", "show"]) {
      expect(await rig.run(command)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/There is no journal in .*\.rolling-patch\.\n {2}Run this/),
      });
    }
    expect(existsSync(join(rig.folder, ".rolling-patch"))).toBe(false);
  });

  test("list what was done, newest first, and tell it act for act", async () => {
    const rig = new CliRig(smallFleet({ faults: [{ kind: "patch-fails", host: "h2" }] }));
    await rig.up(rig.declared());
    await rig.up(rig.declared({ baseline: { version: "8.0.4" } }));
    const runs = await rig.run("runs");
    expect(runs.out.split("\n")[0]).toMatch(/^run +from +to +level +outcome/);
    expect(runs.out.split("\n")[1]).toMatch(
      /^run-2 +2026-01-05 \d\d:\d\d +2026-01-05 \d\d:\d\d +8\.0\.4 +done +4 rolled/,
    );
    expect(runs.out.split("\n")[2]).toMatch(/^run-1 .* 8\.0\.3 +done/);
    expect(JSON.parse((await rig.run("runs", "--json")).out)).toMatchObject([
      { run: "run-2", outcome: "done" },
      { run: "run-1" },
    ]);

    const { out, code } = await rig.run("show", "run-1");
    expect(code).toBe(0);
    expect(out).toMatch(/^run run-1 of shop\/prod\/fleet to 8\.0\.3\n/);
    expect(out).toMatch(/2026-01-05 08:00:00 +\+0 s +plan 4h-/);
    expect(out).toMatch(/h1 +migrate h1-[abc] to h\d \(evacuate\), took /);
    expect(out).toMatch(/h1 +remediate, took \d+ min/);
    expect(out).toMatch(/h2 +remediate: after .*, failed try: remediate: /);
    expect(out).toMatch(/h1 +released, at the level/);
    expect(out).toMatch(/\nrun run-1 is done: /);
    expect((await rig.run("show")).out).toMatch(/^run run-2 /);
  });

  test("show: one host, every entry, as JSON lines", async () => {
    const rig = new CliRig(smallFleet());
    await rig.up(rig.declared());
    const { out } = await rig.run("show", "run", "--host", "h2", "--all");
    expect(out).toMatch(/h2 +begins: cordon\n/);
    expect(out).toMatch(/h2 +done: cordon\n/);
    const dated = out.split("\n").filter((line) => line.startsWith("2026"));
    expect(dated.filter((line) => !/ h2 {2,}/.test(line))).toEqual([]);
    const lines = (await rig.run("show", "run-1", "--json")).out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.seq)).toEqual(lines.map((_, index) => index + 1));
    expect(lines.at(-1)).toMatchObject({ run: "run-1", kind: "ended" });
  });

  test("a run that is not known, or not meant clearly, is answered with those there are", async () => {
    const rig = new CliRig();
    const journal = openJournal(join(rig.folder, ".rolling-patch"));
    for (const run of ["20260101-a", "20260101-b"]) journal.append({ run, at: 0, kind: "odd", data: { x: 1 } });
    journal.close();
    expect(await rig.run("show", "2025")).toMatchObject({
      code: 2,
      err: "rolling-patch: The journal knows no run 2025.\n  There are 20260101-b, 20260101-a.\n",
    });
    expect((await rig.run("show", "2026")).err).toContain("Several runs start with 2026.");
    expect((await rig.run("show", "20260101-a")).out).toContain('odd {"x":1}');
  });

  test("an act that a dead process left is shown without a result", async () => {
    const rig = new CliRig();
    const journal = openJournal(join(rig.folder, ".rolling-patch"));
    journal.append({
      run: "r",
      at: 0,
      kind: "began",
      host: "h1",
      data: { step: "remediate", act: { name: "remediate", host: "h1" } },
    });
    journal.close();
    expect((await rig.run("show")).out).toContain("remediate (no result on record)");
  });

  test("a damaged journal is named", async () => {
    const rig = new CliRig();
    rig.env.ROLLING_PATCH_DIR = rig.folder;
    writeFileSync(join(rig.folder, "journal.db"), "rubbish".repeat(300));
    const { code, err } = await rig.run("runs");
    expect(err).toMatch(/^rolling-patch: The journal .*journal\.db is damaged/);
    expect(err).toContain("losing the journal loses detail of past runs only");
    expect(code).toBe(7);
  });
});
