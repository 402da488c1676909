import { describe, expect, it } from "vitest";
import { memoryJournal } from "../../provider/engine/journal.ts";
import { type Fate, Mortal } from "../support/mortal.ts";
import { Rig } from "../support/rig.ts";
import { rules } from "../support/rules.ts";
import { type Scenario, scenarios } from "../support/scenario.ts";

/** Scenarios that end early by a person's or the plan's doing have no roll to interrupt. */
const all = scenarios().filter((scenario) => scenario.ups.length === 1);

describe("killed before, during and after every call to the outside", () => {
  it("covers at least 20 scenarios", () => {
    expect(all.length).toBeGreaterThanOrEqual(20);
  });

  for (const scenario of all) {
    it(scenario.name, async () => {
      const calls = await countCalls(scenario);
      for (let call = 1; call <= calls; call++) {
        for (const moment of ["before", "during", "after"] as const) {
          for (const wipe of [false, true]) await killAndGoOn(scenario, { call, moment }, wipe);
        }
      }
    });
  }
});

async function countCalls(scenario: Scenario): Promise<number> {
  const rig = new Rig(scenario.options);
  const mortal = new Mortal();
  await rig.up({ through: (driver) => mortal.driver(driver), journal: mortal.journal(memoryJournal()) });
  return mortal.calls;
}

/** Dies once, then others take up the work until the run has ended. */
async function killAndGoOn(scenario: Scenario, fate: Fate, wipe: boolean): Promise<void> {
  const where = `killed ${fate.moment} call ${fate.call}, journal ${wipe ? "wiped" : "kept"}`;
  const probe = new Rig(scenario.options);
  const rig = new Rig({ ...scenario.options, watch: rules(probe.inputs().policy) });
  const actors = JSON.stringify(rig.world.actors);
  const workloads = [...rig.world.workloads.values()].length;
  const mortal = new Mortal(fate);
  const journal = memoryJournal();
  try {
    await rig.up({
      through: (driver) => mortal.driver(driver),
      journal: mortal.journal(journal),
      killed: mortal.killed,
    });
    const outcome = await rig.up({ journal: wipe ? memoryJournal() : journal });
    expect(outcome.kind, where).toBe("ended");
    if (outcome.kind !== "ended") return;
    const { ending } = outcome.result;
    expect(["done", "halted", "paused"], where).toContain(ending.kind);
    if (ending.kind === "halted") expect(ending.reason, where).not.toMatch(/no progress|policy memory/);
    expect(JSON.stringify(rig.world.actors), where).toBe(actors);
    expect(rig.world.record?.record.lease, where).toBeUndefined();
    expect([...rig.world.workloads.values()].length, where).toBeGreaterThanOrEqual(workloads);
    if (ending.kind !== "done") return;
    const behind = outcome.result.fleet.hosts.filter(
      (host) => host.level !== host.wanted && host.state === "up" && !host.held,
    );
    const named = behind.filter((host) => !ending.note.includes(host.id) && host.level < host.wanted);
    expect(
      named.map((host) => host.id),
      where,
    ).toEqual([]);
  } catch (error) {
    throw new Error(`${scenario.name}, ${where}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
