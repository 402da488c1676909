import type { Fleet } from "../../provider/core/fleet.ts";
import type { PolicyInput } from "../../provider/core/policy.ts";
import { audit } from "./audit.ts";
import { type Figures, figuresOf, meanOf } from "./figures.ts";
import { INSTANCES, type Instance, SMALL_INSTANCES } from "./instances.ts";
import { SCHEDULERS, type Scheduler } from "./schedulers.ts";
import { instanceTable, type Row, summary } from "./table.ts";

/**
 * How other schedulers roll the same fleets, side by side with our planner:
 *
 *     npm run bench -- peers [--json] [--small]
 *
 * Each peer is restated in a file of its own from its published description; all of them act on one simulated fleet in virtual
 * time, and every log is audited. The same figures on every machine.
 */
export function peersBench({ json, small }: { readonly json: boolean; readonly small: boolean }): void {
  const all = (small ? SMALL_INSTANCES : INSTANCES).map((instance) => {
    const rows = measure(instance);
    console.log(json ? rows.map((row) => JSON.stringify(row)).join("\n") : `${instanceTable(rows).join("\n")}\n`);
    return rows;
  });
  if (!json) console.log(summary(all).join("\n"));
}

/** A row for every scheduler. */
export function measure(instance: Instance): Row[] {
  const { name, hosts, seeds, limits } = instance;
  const fleets = Array.from({ length: seeds }, (_, index) => instance.fleet(index + 1));
  const workloads = Math.round(fleets.reduce((sum, fleet) => sum + fleet.workloads.length, 0) / seeds);
  return SCHEDULERS.map((scheduler) => {
    const rolls = fleets.map((fleet) => figuresOfRoll(scheduler, fleet, limits));
    return {
      instance: name,
      scheduler: scheduler.name,
      hosts,
      workloads,
      rolls: seeds,
      limits,
      ...meanOf(hosts, rolls),
    };
  });
}

/** Throws Error when the simulated roll did what no platform can: a bug in it. */
function figuresOfRoll({ name, roll }: Scheduler, fleet: Fleet, limits: PolicyInput): Figures {
  const log = roll(fleet, limits);
  const wrong = audit(fleet, log);
  if (wrong.length > 0) throw new Error(`${name}: ${wrong.slice(0, 5).join("; ")}`);
  return figuresOf(fleet, log);
}
