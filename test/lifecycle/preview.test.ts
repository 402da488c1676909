import { describe, expect, test } from "vitest";
import { RollError } from "../../provider/core/errors.ts";
import type { PlanDocument } from "../../provider/lifecycle/render/document.ts";
import { smallFleet } from "../support/fleets.ts";
import { declare, owner, Stage } from "./stage.ts";

const mixed = { host: { 2: { level: "8.0.3" }, 3: { level: "8.0.4" } } };
const pinnedOnH2 = (spec = smallFleet()) => ({
  ...spec,
  workloads: (spec.workloads ?? []).map((one) => (one.id === "h2-a" ? { ...one, pinned: true } : one)),
});

describe("a preview", () => {
  test("shows for each host the level it should have, and what is pending", async () => {
    const stage = new Stage(smallFleet(mixed));
    const { inputs, step } = await stage.preview(declare({ maxUnavailable: 1 }));
    expect(step).toBe("create");
    expect(inputs).toEqual({
      ...declare({ maxUnavailable: 1 }),
      hosts: { h1: "8.0.3", h2: "8.0.3", h3: "8.0.4", h4: "8.0.3" },
      plan: {
        id: expect.stringMatching(/^2h-\d+m-1out-\d+t-/),
        hosts: 2,
        moves: expect.any(Number),
        gib: expect.any(Number),
        hours: expect.any(Number),
      },
    });
  });

  test("says it as a table, and names the file with all of it", async () => {
    const stage = new Stage(smallFleet(mixed));
    const { inputs } = await stage.preview(declare());
    const said = stage.hear();
    expect(said).toContain("shop/prod/fleet: 2 of 4 hosts to be taken to 8.0.3, 1 compliant, 1 ahead\n");
    expect(said).toMatch(
      / +wave +host +evacuate +put back +why it stands here\n +1 +~ h1: "8\.0\.1" => "8\.0\.3" +3 +3 +canary: .*\n +2 +~ h4: "8\.0\.1" => "8\.0\.3"/,
    );
    expect(said).toMatch(/– {4}h3: "8\.0\.4" +ahead: already at 8\.0\.4/);
    expect(said).toContain(
      `plan ${(inputs.plan as { id: string }).id}, every move of it in .rolling-patch/plan-shop-prod-fleet.json`,
    );
    const file: PlanDocument = JSON.parse(stage.files.get(".rolling-patch/plan-shop-prod-fleet.json") ?? "");
    expect(file).toMatchObject({ format: 1, owner, outlook: "roll", level: "8.0.3", target: "simulated:memory" });
    expect(file.hosts.map(({ host }) => host)).toEqual(["h1", "h4", "h2", "h3"]);
    expect(file.hosts[0]?.part?.evacuate[0]).toMatchObject({ workload: "h1-a", from: "h1", why: expect.any(String) });
    expect(stage.files.get(".rolling-patch/plan-shop-prod-fleet.md")).toContain(
      "### 🔧 rolling-patch: 2 of 4 hosts to be taken to 8.0.3",
    );
    expect(stage.files.get(".rolling-patch/plan-shop-prod-fleet.html")).toContain(
      "<h1>2 of 4 hosts to be taken to 8.0.3, 1 compliant, 1 ahead</h1>",
    );
  });

  test("looks once, and makes no call that changes anything", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare());
    stage.drift("h1", "8.0.1");
    stage.calls.length = 0;
    const { step } = await stage.preview(declare());
    expect(step).toBe("update");
    expect(stage.calls).toEqual(["observe", "record.read", "close"]);
  });

  test("with another baseline looks once for each: what a host should run is the platform's answer to a baseline", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare());
    stage.calls.length = 0;
    expect((await stage.preview(declare(undefined, { baseline: { version: "8.0.5" } }))).step).toBe("update");
    const look = ["observe", "record.read", "close"];
    expect(stage.calls).toEqual([...look, ...look]);
  });

  test("says the same ten times, and nothing has changed", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare());
    stage.hear();
    for (let i = 0; i < 10; i++) expect((await stage.preview(declare())).step).toBe("same");
    expect(new Set(stage.hear().match(/^shop.*$/gm))).toEqual(
      new Set([`${owner}: nothing to roll to 8.0.3: 3 compliant, 1 ahead`]),
    );
  });

  test("does not fail because its plan file cannot be written", async () => {
    const stage = new Stage(smallFleet());
    stage.files.set = () => {
      throw new RollError("failed", "The disk is full.", { hint: "Make room." });
    };
    expect((await stage.preview(declare())).failures).toEqual([]);
    expect(stage.hear()).toContain("warning: The plan file was not written: The disk is full. Make room.");
  });
});

describe("drift", () => {
  test("shows as a change of the drifted hosts and `plan`, and of nothing else", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare());
    const before = stage.saved?.inputs ?? {};
    stage.drift("h4", "8.0.2");
    const { inputs, step } = await stage.preview(declare());
    expect(step).toBe("update");
    expect(inputs).toEqual({ ...before, plan: expect.objectContaining({ hosts: 1 }) });
    const read = await stage.process().read(stage.saved?.outputs ?? {});
    expect(read.inputs).toEqual({ ...declare(), hosts: { h1: "8.0.3", h2: "8.0.3", h3: "8.0.4", h4: "8.0.2" } });
    expect(read.props).toEqual({
      ...stage.saved?.outputs,
      hosts: read.inputs.hosts,
      compliance: expect.objectContaining({ drifted: 1, names: expect.objectContaining({ drifted: ["h4"] }) }),
    });
  });

  test("is seen without a refresh as well", async () => {
    const stage = new Stage(smallFleet(mixed), { refresh: false });
    await stage.up(declare());
    expect((await stage.preview(declare())).step).toBe("same");
    stage.drift("h4", "8.0.2");
    expect((await stage.preview(declare())).step).toBe("update");
  });

  test("of a host that lies about its level is shown at what it runs", async () => {
    const stage = new Stage(smallFleet());
    stage.fault({ kind: "lies-new", host: "h1", count: "always" });
    await stage.up(declare({ canary: 0, retries: 0 }));
    expect(stage.saved?.outputs.hosts).toMatchObject({ h1: "8.0.1" });
  });

  test("a refresh alone is no change while only the plan of the last update is gone", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare());
    const provider = stage.process();
    const { props } = await provider.read(stage.saved?.outputs ?? {});
    expect(provider.diff(props, stage.saved?.inputs ?? {}).changes).toBe(false);
    await provider.check(stage.saved?.inputs ?? {}, declare());
    expect(provider.diff(props, stage.saved?.inputs ?? {}).changes).toBe(true);
  });
});

describe("no false change is shown for hosts that are", () => {
  test("ahead, or taken away by an operator", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare());
    stage.drift("h1", "8.0.1");
    stage.operator("takes", "h1");
    stage.drift("h2", "8.0.5");
    const { inputs, failures } = await stage.preview(declare());
    expect(failures).toEqual([]);
    expect(inputs.hosts).toEqual({ h1: "8.0.1", h2: "8.0.5", h3: "8.0.4", h4: "8.0.3" });
    expect(inputs).not.toHaveProperty("plan");
    await stage.up(declare());
    expect((await stage.preview(declare())).step).toBe("same");
  });

  test("blocked: the platform says that it cannot take them to the level, and why", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare());
    stage.drift("h1", "8.0.1");
    stage.block("h1", "its CPU is not supported any more");
    const { inputs, failures } = await stage.preview(declare());
    expect(failures).toEqual([]);
    expect(inputs.hosts).toEqual({ h1: "8.0.1", h2: "8.0.3", h3: "8.0.4", h4: "8.0.3" });
    expect(inputs).not.toHaveProperty("plan");
    expect(stage.hear()).toMatch(/h1: "8\.0\.1" +blocked: its CPU is not supported any more$/m);
    await stage.up(declare());
    expect(stage.saved?.outputs.compliance).toMatchObject({ blocked: 1, names: { blocked: ["h1"] } });
    expect((await stage.preview(declare())).step).toBe("same");
  });

  test("unreachable: they keep the level at which they were seen last", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare());
    stage.fault({ kind: "host-cut", host: "h1", at: "0s" });
    stage.drift("h1", "8.0.1");
    const { inputs, step } = await stage.preview(declare());
    expect(step).toBe("same");
    expect(inputs.hosts).toEqual({ h1: "8.0.3", h2: "8.0.3", h3: "8.0.4", h4: "8.0.3" });
    expect(stage.hear()).toContain("unknown: it cannot be reached");
  });

  test("gone: the platform says that they left, and only then they go", async () => {
    const stage = new Stage(smallFleet({ hosts: 5, level: "8.0.3" }));
    await stage.up(declare());
    stage.fault({ kind: "host-vanishes", host: "h5", at: "0s" });
    const { inputs } = await stage.preview(declare());
    expect(Object.keys(inputs.hosts as object)).toEqual(["h1", "h2", "h3", "h4"]);
  });

  test("left out because their workloads cannot move", async () => {
    const stage = new Stage(pinnedOnH2());
    const { inputs } = await stage.preview(declare({ pinned: "skip" }));
    expect(inputs.hosts).toEqual({ h1: "8.0.3", h2: "8.0.1", h3: "8.0.3", h4: "8.0.3" });
    expect(stage.hear()).toMatch(/– +h2: "8\.0\.1" +drifted: h2-a cannot move/);
  });
});

describe("a plan that may not be carried out fails the preview:", () => {
  test("a refusal, with what would allow it", async () => {
    const stage = new Stage(pinnedOnH2());
    const { failures } = await stage.preview(declare());
    expect(failures).toEqual([
      {
        property: "",
        reason: expect.stringMatching(/^there is no plan that takes the fleet to 8\.0\.3\. .*h2-a cannot move.*pinned/),
      },
    ]);
    expect(stage.hear()).toContain("the roll to 8.0.3 is refused; 4 of 4 hosts drifted");
    expect(stage.files.get(".rolling-patch/plan-shop-prod-fleet.md")).toContain("- **pinned**:");
  });

  test("one that goes beyond what was approved", async () => {
    const stage = new Stage(smallFleet());
    const { inputs } = await stage.preview(declare());
    const { id } = inputs.plan as { id: string };
    expect((await stage.preview(declare({ approved: id }))).failures).toEqual([]);
    const smaller = id.replace(/^4h/, "3h");
    expect((await stage.preview(declare({ approved: smaller }))).failures).toEqual([
      {
        property: "policy.approved",
        reason:
          `the plan is not the one that was approved (${smaller}): 4 hosts instead of at most 3. ` +
          `Review it, then approve it with \`policy: { approved: "${id}" }\`.`,
      },
    ]);
  });

  test("a fleet without hosts", async () => {
    const stage = new Stage(smallFleet({ hosts: 1, perHost: 0 }));
    stage.fleet.world.hosts.remove("h1");
    expect((await stage.preview(declare())).failures).toEqual([
      { property: "target", reason: expect.stringContaining("has no hosts") },
    ]);
  });
});

describe("a target that cannot be looked at", () => {
  test("is a warning when it does not answer, and shows no change", async () => {
    const stage = new Stage(smallFleet(mixed));
    await stage.up(declare());
    stage.hear();
    stage.trouble = new RollError("unavailable", "The fleet does not answer.", { hint: "Is it on?" });
    const { failures, step, inputs } = await stage.preview(declare());
    expect({ failures, step, hosts: inputs.hosts }).toEqual({
      failures: [],
      step: "same",
      hosts: stage.saved?.outputs.hosts,
    });
    expect(stage.hear()).toMatch(
      /^warning: .*the last known levels are kept: The fleet does not answer\. Is it on\?\nwarning: .*drift and plan are not shown/s,
    );
  });

  test("is an error of the `up` that has something to do", async () => {
    const stage = new Stage(smallFleet());
    stage.trouble = new RollError("unavailable", "The fleet does not answer.");
    expect((await stage.preview(declare())).inputs).toEqual(declare());
    await expect(stage.up(declare())).rejects.toThrow("The fleet does not answer.");
    expect(stage.saved).toBeUndefined();
  });

  test("fails the preview when the input is wrong, and another one can still be declared", async () => {
    const stage = new Stage(smallFleet());
    await stage.up(declare());
    stage.trouble = new RollError("invalid", "There is no fleet file x.", { hint: "Create one." });
    expect((await stage.preview(declare())).failures).toEqual([
      { property: "target", reason: "There is no fleet file x. Create one." },
    ]);
  });

  test("another target replaces the resource, the same one written otherwise does not", async () => {
    const stage = new Stage(smallFleet());
    await stage.up(declare());
    const named = (file: string) => declare(undefined, { target: { kind: "simulated", file } });
    expect((await stage.preview(named("other.db"))).step).toBe("replace");
    expect((await stage.preview(named("./fleet.db"))).step).toBe("update");
  });
});

describe("a way back that policy wants", () => {
  const policy = { onRegress: "rollback" };

  test("is refused at its field where the platform has none, and nothing is touched", async () => {
    const stage = new Stage({ ...smallFleet(), rollback: false });
    const { failures, step } = await stage.up(declare(policy));
    expect(step).toBe("failed");
    expect(failures).toEqual([
      {
        property: "policy.onRegress",
        reason: expect.stringMatching(/"rollback" is not possible on .*"drain" or "hold"/),
      },
    ]);
    expect((await stage.up(declare({ onRegress: "drain" }))).failures).toEqual([]);
  });

  test("blocks a host that has none, with the reason, and is told with the plan", async () => {
    const stage = new Stage(smallFleet({ host: { 2: { noWayBack: "the archive of 8.0.1 is gone" } } }));
    const { inputs } = await stage.preview(declare(policy));
    expect(inputs.hosts).toMatchObject({ h1: "8.0.3", h2: "8.0.1" });
    const said = stage.hear().replace(/\s+/g, " ");
    expect(said).toMatch(/h2: "8\.0\.1" blocked: it could not be taken back \(policy\.onRegress\): the archi/);
    expect(said).toContain(
      "A host that a gate convicts is emptied, taken back to the level that it has now, and kept out.",
    );
    const { inputs: drained } = await stage.preview(declare({ onRegress: "drain" }));
    expect(drained.hosts).toMatchObject({ h2: "8.0.3" });
  });
});

test("what a person should know before a host is patched is in the table, said as a warning, and refuses nothing", async () => {
  const stage = new Stage(smallFleet({ host: { 2: { warnings: ["up for 200 days"] } } }));
  const { failures } = await stage.preview(declare());
  expect(failures).toEqual([]);
  expect(stage.said).toContainEqual({ text: "before hosts are patched:\n  h2: up for 200 days", severity: "warning" });
  expect(stage.hear()).toMatch(/h2: "8\.0\.1" => "8\.0\.3".*warning:/);
  const file: PlanDocument = JSON.parse(stage.files.get(".rolling-patch/plan-shop-prod-fleet.json") ?? "");
  expect(file.hosts.find(({ host }) => host === "h2")).toMatchObject({ warnings: ["up for 200 days"] });
});
