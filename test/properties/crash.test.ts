import { describe, expect, it } from "vitest";
import { complianceOf } from "../../provider/core/compliance.ts";
import type { Fleet, Host } from "../../provider/core/fleet.ts";
import type { RunMemory } from "../../provider/core/run.ts";
import { needsPatch } from "../../provider/core/verify.ts";
import { memoryJournal } from "../../provider/engine/journal.ts";
import type { Journal } from "../../provider/engine/ports.ts";
import type { RollResult } from "../../provider/engine/roll.ts";
import { everyCall } from "../support/every-call.ts";
import { Rig, type Snapshot } from "../support/rig.ts";
import { rules } from "../support/rules.ts";
import { type Scenario, scenarios } from "../support/scenario.ts";

/** Hours of watching have thousands of moments, all alike: of each of these so many are tried. */
const MEASURED = ["measured-good-patch", "measured-costs-latency"];
const MOMENTS = 12;

const isMeasured = ({ options }: Scenario): boolean => (options.probes ?? []).length > 0;

/** Scenarios of one `up` each. */
const all = scenarios().filter(
  (scenario) => scenario.ups.length === 1 && (!isMeasured(scenario) || MEASURED.includes(scenario.name)),
);

/** What a `kill -9` leaves behind. */
interface Remains {
  readonly where: string;
  readonly fleet: Snapshot;
  /** Undefined: the journal is wiped as well. */
  readonly journal: RunMemory | undefined;
}

describe("killed before, during and after every call to the outside, journal kept and journal wiped", () => {
  it("covers at least 20 scenarios", () => {
    expect(all.length).toBeGreaterThanOrEqual(20);
  });

  for (const scenario of all) {
    it(scenario.name, async () => {
      const remains = await everyKill(scenario);
      expect(remains.length).toBeGreaterThan(0);
      for (const one of isMeasured(scenario) ? thinned(remains) : remains) await goOn(scenario, one);
    });
  }
});

function thinned<T>(all: readonly T[]): T[] {
  const step = all.length / MOMENTS;
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

/** Every state that a kill can leave; a state that an earlier kill left already is not kept twice. */
async function everyKill(scenario: Scenario): Promise<Remains[]> {
  const rig = new Rig(scenario.options);
  const found: Remains[] = [];
  const known = new Set<string>();
  let remembered: RunMemory | undefined;
  const inner = memoryJournal();
  const journal: Journal = {
    ...inner,
    remember: (memory) => {
      remembered = memory;
    },
  };
  const hands = everyCall((where) => {
    for (const kept of [remembered, undefined]) {
      const state = stateOf(rig, kept);
      if (known.has(state)) continue;
      known.add(state);
      found.push({
        where: `killed ${where}, journal ${kept === undefined ? "wiped" : "kept"}`,
        fleet: rig.snapshot(),
        journal: kept,
      });
    }
  });
  await rig.up({ through: (driver) => hands.driver(driver), journal: hands.journal(journal) });
  return found;
}

/** All that who comes next can meet: everything but the time and the number of heartbeats. */
function stateOf({ world }: Rig, journal: RunMemory | undefined): string {
  const record = world.record?.record;
  const tasks = [...world.tasks.values()].map(({ id, kind }) => `${id} ${kind}`);
  const { lease: _lease, ...kept } = record ?? {};
  return JSON.stringify([[...world.hosts.values()], [...world.workloads.values()], tasks, kept, world.actors, journal]);
}

/** Whatever pauses it (a window, `maxUpTime`), somebody calls `up` again an hour later. */
async function toTheEnd(rig: Rig, journal: Journal): Promise<RollResult> {
  for (let ups = 1; ; ups++) {
    const result = await rig.end({ journal });
    if (result.ending.kind !== "paused") return result;
    if (ups >= MOST_UPS) throw new Error(`still paused after ${ups} ups: ${result.ending.note}`);
    await rig.time.pass(3_600_000);
  }
}

/** Ahead, an operator's, or out of reach: no roll takes it to the level. */
function isLeftAlone(host: Host, { scheme }: Fleet): boolean {
  return host.state !== "up" || host.held || complianceOf(host, scheme).compliance === "ahead";
}

/** Times that a paused run is taken up again. */
const MOST_UPS = 40;

/** Other processes take up the work, until the run is done or halted. */
async function goOn(scenario: Scenario, { where, fleet, journal }: Remains): Promise<void> {
  const policy = new Rig(scenario.options).inputs().policy;
  const rig = new Rig({ ...scenario.options, from: fleet, watch: rules(policy) });
  const memory = memoryJournal();
  if (journal !== undefined) memory.remember(journal);
  const before = [...fleet.world.workloads.values()].length;
  try {
    const { ending, fleet: after } = await toTheEnd(rig, memory);
    if (ending.kind === "halted") {
      expect(ending.reason).not.toBe("");
      expect(ending.reason).not.toMatch(/no progress|policy memory/);
    }
    expect(JSON.stringify(rig.world.actors)).toBe(JSON.stringify(new Rig(scenario.options).world.actors));
    expect(rig.world.record?.record.lease).toBeUndefined();
    expect([...rig.world.workloads.values()].length).toBeGreaterThanOrEqual(before);
    if (ending.kind !== "done") return;
    const behind = after.hosts.filter((host) => needsPatch(host) && !isLeftAlone(host, after));
    expect(behind.filter((host) => !ending.note.includes(host.id)).map((host) => host.id)).toEqual([]);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${scenario.name}, ${where}: ${why}`, { cause: error });
  }
}
