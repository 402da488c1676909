import { describe, expect, test } from "vitest";
import { smallFleet } from "../support/fleets.ts";
import { CliRig } from "./cli-world.ts";

async function snapshotted(rig: CliRig): Promise<string> {
  await rig.run("snapshot", "--inputs", rig.inputs(), "--output", "fleet.json");
  return "fleet.json";
}

describe("plan", () => {
  test("from a snapshot file alone: to the level that it was compared with", async () => {
    const rig = new CliRig();
    const { code, out } = await rig.run("plan", "--fleet", await snapshotted(rig));
    expect(out).toContain("4 of 4 hosts to be taken to 8.0.3");
    expect(out).toMatch(/1 {2}~ h1: "8\.0\.1" => "8\.0\.3" +3 +3 {2}canary/);
    expect(code).toBe(0);
  });

  test("is the plan of the live target", async () => {
    const rig = new CliRig();
    const offline = await rig.run(
      "plan",
      "--fleet",
      await snapshotted(rig),
      "--inputs",
      "inputs.json",
      "--format",
      "json",
    );
    const live = await rig.run("plan", "--inputs", "inputs.json", "--format", "json");
    expect(JSON.parse(offline.out)).toEqual(JSON.parse(live.out));
    expect(JSON.parse(live.out)).toMatchObject({
      format: 1,
      owner: "shop/prod/fleet",
      outlook: "roll",
      level: "8.0.3",
    });
  });

  test("touches nothing", async () => {
    const rig = new CliRig();
    const before = JSON.stringify([...rig.fleet.world.hosts.values()]);
    await rig.run("plan", "--inputs", rig.inputs());
    expect(JSON.stringify([...rig.fleet.world.hosts.values()])).toBe(before);
    expect(rig.fleet.world.events.filter((event) => event.by === "run")).toEqual([]);
    expect(rig.fleet.world.record).toBeUndefined();
  });

  test("to another level, with another policy", async () => {
    const rig = new CliRig();
    const fleet = await snapshotted(rig);
    const { out } = await rig.run("plan", "--fleet", fleet, "--version", "8.0.4", "--policy", '{"maxUnavailable": 2}');
    expect(out).toContain("to be taken to 8.0.4");
    expect(out).toMatch(/most 2 hosts of 4/i);
    const nothing = await rig.run("plan", "--fleet", fleet, "--version", "8.0.1");
    expect(nothing).toMatchObject({ code: 0, out: expect.stringMatching(/8\.0\.1/) });
  });

  test("as markdown", async () => {
    const rig = new CliRig();
    const { out } = await rig.run("plan", "--fleet", await snapshotted(rig), "--format", "markdown");
    expect(out).toMatch(/^### 🔧 rolling-patch: 4 of 4 hosts/);
    expect(out).toContain("| wave | host |");
  });

  test.each(["json", "markdown", "html"])("--%s is the same as the format of that name", async (format) => {
    const rig = new CliRig();
    const fleet = await snapshotted(rig);
    rig.write("policy.json", { maxUnavailable: 2 });
    const asked = ["plan", "--fleet", fleet, "--policy", "policy.json"];
    const short = await rig.run(...asked, `--${format}`);
    expect(short.code).toBe(0);
    expect(short).toEqual(await rig.run(...asked, "--format", format));
    expect(short.out).toMatch({ json: /^\{\n/, markdown: /^### 🔧 /, html: /^<!doctype html>\n/ }[format] ?? /never/);
  });

  test("--effort is how hard it is searched, and part of the id", async () => {
    const rig = new CliRig();
    const { out } = await rig.run("plan", "--fleet", await snapshotted(rig), "--effort", "77", "--json");
    expect(JSON.parse(out)).toMatchObject({ effort: 77, id: expect.stringContaining("-77e-") });
  });

  test("a refused plan names its reasons and ends with 3", async () => {
    const spec = smallFleet();
    const rig = new CliRig({
      ...spec,
      workloads: (spec.workloads ?? []).map((one) => ({ ...one, pinned: one.id === "h2-a" })),
    });
    const { code, out } = await rig.run("plan", "--fleet", await snapshotted(rig));
    expect(out).toContain("refused: h2 cannot be emptied: h2-a cannot move.");
    expect(out).toContain("smallest change that allows it:");
    expect(code).toBe(3);
  });

  test("a sticky halt in force ends with 4", async () => {
    const rig = new CliRig();
    await rig.fleet.driver.record.write(
      {
        format: 1,
        token: 3,
        halt: { run: "run-9", baseline: "version=8.0.3", reason: "h1 is slow", host: "h1", at: "2026" },
      },
      0,
    );
    const { code, out } = await rig.run("plan", "--fleet", await snapshotted(rig));
    expect(out).toContain("h1 is slow");
    expect(code).toBe(4);
  });

  test.each([
    [["plan"], "Nothing says which fleet to plan for."],
    [["plan", "--fleet", "nowhere.json"], "There is no fleet snapshot nowhere.json."],
    [["plan", "--fleet", "text.json"], "The fleet snapshot text.json is not JSON"],
    [["plan", "--fleet", "newer.json"], "The fleet snapshot newer.json: format: expected 1"],
    [["plan", "--fleet", "fleet.json", "--version", "eight"], '--version: "eight" is not a release version'],
    [
      ["plan", "--fleet", "fleet.json", "--policy", '{"maxUnavailable": 0}'],
      "policy.maxUnavailable: must be at least 1",
    ],
    [
      ["plan", "--fleet", "fleet.json", "--policy", '{"pined": "skip"}'],
      "unknown property `pined`; did you mean `pinned`?",
    ],
    [["plan", "--fleet", "fleet.json", "--policy", "{oops"], "The policy is not JSON"],
    [["plan", "--fleet", "fleet.json", "--policy", "[1]"], "The policy is no object."],
    [["plan", "--inputs", "bad.json"], "The inputs file bad.json is not valid: "],
    [["plan", "--inputs", "list.json"], "The inputs file list.json holds no object."],
    [["plan", "--fleet", "fleet.json", "--json", "--html"], "'--json' cannot be used with option '--html'"],
    [["plan", "--fleet", "fleet.json", "--json", "--format", "text"], "'--json' cannot be used with option '--format"],
    [["plan", "--fleet", "fleet.json", "--effort", "hard"], "Give a whole number."],
    [["plan", "--fleet", "fleet.json", "--format", "pdf"], "Allowed choices are text, json, markdown, html"],
  ])("%j is refused with a reason", async (args, message) => {
    const rig = new CliRig();
    await snapshotted(rig);
    rig.write("text.json", "hello");
    rig.write("newer.json", { format: 2 });
    rig.write("bad.json", { ...rig.declared(), baseline: {} });
    rig.write("list.json", []);
    const { code, out, err } = await rig.run(...args);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toBe("");
    expect(code).toBe(2);
  });
});
