import type { Driver } from "../provider/engine/ports.ts";
import { Rig } from "../test/support/rig.ts";
import { type Figure, rounded } from "./figures.ts";
import { fleetOf, LEVEL } from "./fleet.ts";

export interface RollSize {
  readonly hosts: number;
  readonly workloads: number;
}

/** Moments of virtual time after which a roll hangs. */
const MOST_MOMENTS = 10_000_000;

/** A whole roll in memory and in virtual time: what planner, engine and embedded fleet cost without any waiting. */
export async function rollPart({ hosts, workloads }: RollSize): Promise<Figure[]> {
  const rig = new Rig({ fleet: fleetOf(hosts, workloads), version: LEVEL, policy: { maxUnavailable: "5%" } });
  const calls: Calls = { acts: 0, observations: 0, records: 0 };
  const from = { wall: performance.now(), fleet: rig.time.now() };
  const outcome = await rig.time.run(rig.start({ through: (driver) => counting(driver, calls) }), MOST_MOMENTS);
  const seconds = (performance.now() - from.wall) / 1000;
  if (outcome.kind !== "ended" || outcome.result.ending.kind !== "done")
    throw new Error(
      `the roll did not end well: ${JSON.stringify(outcome.kind === "ended" ? outcome.result.ending : outcome)}`,
    );

  const part = `roll of ${hosts.toLocaleString("en")} hosts and ${workloads.toLocaleString("en")} workloads in virtual time`;
  const hours = (rig.time.now() - from.fleet) / 3_600_000;
  return [
    { part, figure: "wall time", value: rounded(seconds), unit: "s" },
    { part, figure: "fleet time that passed", value: rounded(hours), unit: "h" },
    { part, figure: "acts on the platform", value: calls.acts, unit: "" },
    { part, figure: "observations", value: calls.observations, unit: "" },
    { part, figure: "writes of the fleet record", value: calls.records, unit: "", note: "heartbeats included" },
    { part, figure: "journal entries", value: rig.journal.entries(outcome.result.memory.id).length, unit: "" },
    { part, figure: "acts a second", value: Math.round(calls.acts / seconds), unit: "1/s" },
  ];
}

interface Calls {
  acts: number;
  observations: number;
  records: number;
}

function counting(inner: Driver, calls: Calls): Driver {
  const act =
    <Args extends unknown[]>(carryOut: (...args: Args) => Promise<void>) =>
    (...args: Args): Promise<void> => {
      calls.acts += 1;
      return carryOut(...args);
    };
  const { record } = inner;
  return {
    ...inner,
    record: {
      beat: record.beat,
      read: () => record.read(),
      write: (next, version) => {
        calls.records += 1;
        return record.write(next, version);
      },
    },
    observe: (...args) => {
      calls.observations += 1;
      return inner.observe(...args);
    },
    cordon: act(inner.cordon),
    migrate: act(inner.migrate),
    stop: act(inner.stop),
    start: act(inner.start),
    stage: act(inner.stage),
    remediate: act(inner.remediate),
    uncordon: act(inner.uncordon),
    release: act(inner.release),
  };
}
