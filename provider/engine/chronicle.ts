import { baselineText } from "../core/baseline.ts";
import { amountOf, type Fleet, inService } from "../core/fleet.ts";
import type { Plan } from "../core/plan.ts";
import type { FleetRecord } from "../core/record.ts";
import { partOf } from "../core/share.ts";
import { targetUri } from "../core/target.ts";
import type { RollPorts, RollRequest } from "./roll.ts";

/** What the journal keeps besides the run's events, so that a report can be made of it alone. Changes nothing that is decided. */

/** Who goes on with the run, and what for: once a process. */
export interface Claimed {
  readonly holder: string;
  readonly owner: string;
  readonly target: string;
  /** The declared level. */
  readonly level: string;
  /** Fleet seconds per real second. */
  readonly scale: number;
  readonly approvals: NonNullable<FleetRecord["approvals"]>;
  /** Loss of latency that convicts, as a share, and how many hosts are to be judged; absent where nothing is measured. */
  readonly impact?: { readonly tolerance: number; readonly judged: number };
}

export function claimed(ports: RollPorts, { inputs, holder }: RollRequest, record: FleetRecord): Claimed {
  const { owner, target, baseline, policy, probes } = inputs;
  const { scale } = ports.driver.clock;
  const approvals = record.approvals ?? [];
  const impact = probes.length === 0 ? {} : { impact: { tolerance: partOf(policy.tolerance), judged: policy.judged } };
  return { holder, owner, target: targetUri(target), level: baselineText(baseline), scale, approvals, ...impact };
}

/** A plan that the run begins to follow, without its single moves. */
export interface Followed {
  readonly plan: string;
  /** Why the plan before it no longer holds. */
  readonly why: string;
  readonly totals: Plan["totals"];
  /** Fullest that any host gets, share of its fullest resource. */
  readonly fullest: number;
  readonly hosts: readonly FollowedHost[];
}

export interface FollowedHost {
  readonly host: string;
  readonly from: string;
  readonly to: string;
  readonly canary: boolean;
  readonly wave: number;
  readonly moves: number;
  /** Forecast, seconds from the plan's beginning. */
  readonly start: number;
  readonly end: number;
}

export function followed(plan: Plan, why: string): Followed {
  return {
    plan: plan.id,
    why,
    totals: plan.totals,
    fullest: plan.peaks.reduce((most, { share }) => Math.max(most, share), 0),
    hosts: plan.hosts.map(({ host, from, to, canary, wave, makeRoom, evacuate, putBack, undoRoom, start, end }) => ({
      ...{ host, from, to, canary, wave, start, end },
      moves: makeRoom.length + evacuate.length + putBack.length + undoRoom.length,
    })),
  };
}

/** How full the fleet was since the entry before. */
export interface Observed {
  /** The fullest host in service: share of its fullest resource, migrations in flight booked at both ends. */
  readonly fullest?: { readonly host: string; readonly share: number };
  /** Mean over the hosts in service. */
  readonly mean: number;
  /** Most hosts that did not serve. */
  readonly out: number;
}

/** Between two entries, fleet time. */
const EVERY = 60_000;

/** Notes how full the hosts are whenever somebody looks, and tells it at most once a minute of fleet time. */
export class FillGauge {
  #since = Number.NEGATIVE_INFINITY;
  #worst: Observed | undefined;

  /** What is to be told now; undefined: not yet. */
  look(fleet: Fleet): Observed | undefined {
    const now = fillOf(fleet);
    const worst = this.#worst;
    this.#worst =
      worst === undefined
        ? now
        : {
            ...((now.fullest?.share ?? 0) >= (worst.fullest?.share ?? 0) ? now : worst),
            mean: Math.max(now.mean, worst.mean),
            out: Math.max(now.out, worst.out),
          };
    if (fleet.at - this.#since < EVERY) return undefined;
    this.#since = fleet.at;
    const told = this.#worst;
    this.#worst = undefined;
    return told;
  }
}

function fillOf(fleet: Fleet): Observed {
  const serving = fleet.hosts.filter(inService);
  const used = new Map(serving.map((host) => [host.id, new Map<string, number>()]));
  for (const { host, movingTo, state, demand } of fleet.workloads) {
    if (state !== "running") continue;
    for (const at of movingTo === undefined || movingTo === host ? [host] : [host, movingTo]) {
      const sums = used.get(at);
      if (sums === undefined) continue;
      for (const [name, amount] of Object.entries(demand)) sums.set(name, (sums.get(name) ?? 0) + amount);
    }
  }
  let fullest: Observed["fullest"];
  let sum = 0;
  for (const { id, capacity } of serving) {
    let share = 0;
    for (const [name, amount] of used.get(id) ?? []) {
      const room = amountOf(capacity, name);
      if (room > 0) share = Math.max(share, amount / room);
    }
    sum += share;
    if (fullest === undefined || share > fullest.share) fullest = { host: id, share: thousandths(share) };
  }
  const mean = serving.length === 0 ? 0 : thousandths(sum / serving.length);
  return { ...(fullest === undefined ? {} : { fullest }), mean, out: fleet.hosts.length - serving.length };
}

const thousandths = (share: number): number => Math.round(share * 1000) / 1000;
