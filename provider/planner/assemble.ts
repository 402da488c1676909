import type { HostPlan, Move, Plan } from "../core/plan.ts";
import { planId } from "../core/plan-id.ts";
import { mostOut } from "./capacity-bound.ts";
import type { Facts } from "./facts.ts";
import { hoursBound, tailOf } from "./hours-bound.ts";
import { isDisliked } from "./item-rules.ts";
import type { Leg } from "./leg.ts";
import { emptiedFirst, movesBound } from "./moves-bound.ts";
import { peaksOf } from "./peaks.ts";
import { retreatNote, retreatOf } from "./retreat-forecast.ts";
import { isBeside, legsOf, type Turn } from "./turn.ts";
import { list } from "./words.ts";

/**
 * Range of the forecast around its expected hours. Estimates come from the last patch and boot of each host; a roll whose
 * hosts all beat theirs is rare (0.8), while retries, back-off and slower migrations under load add up (1.5).
 */
const RANGE = { low: 0.8, high: 1.5 } as const;

/** Times that are the same, added up in another order, must not end up in two hundredths. */
const ROUNDING = 1e-9;

/** Writes a schedule down as a plan: plain values, for people and for the engine. */
export function assemble(facts: Facts, turns: readonly Turn[], notes: readonly string[], effort: number): Plan {
  const waves = wavesOf(turns);
  const hosts = turns.map((turn, index): HostPlan => {
    const { node, canary, judged, after, why, makeRoom, evacuate, shutdown, putBack, steps, undoRoom } = turn;
    return {
      host: node.id,
      from: node.host.level,
      to: node.host.wanted,
      canary,
      judged,
      wave: waves[index] ?? 1,
      after: after.map((other) => other.node.id),
      why,
      makeRoom: makeRoom.map(moveOf),
      evacuate: evacuate.map(moveOf),
      shutdown: shutdown.map(({ id }) => id),
      putBack: putBack.map(moveOf),
      steps,
      undoRoom: undoRoom.map(moveOf),
      soak: turn.soak,
      start: Math.round(turn.start),
      end: Math.round(turn.end),
    };
  });
  const all = turns.flatMap(legsOf);
  const watch = { before: facts.referenceLeft, after: tailOf(facts, turns) };
  const expected = (turns.reduce((last, turn) => Math.max(last, turn.end), 0) + watch.after) / 3600;
  const hours = {
    low: rounded(expected * RANGE.low),
    expected: rounded(expected),
    high: rounded(expected * RANGE.high),
  };
  const out = turns.reduce((most, turn) => Math.max(most, turn.others + 1), 0);
  const totals = {
    hosts: hosts.length,
    moves: all.length,
    gib: rounded(all.reduce((sum, leg) => sum + leg.item.gib, 0)),
    out,
    hours,
  };
  const id = planId({ hosts, moves: all.length, out, hours: hours.high, effort, baseline: facts.request.baseline });
  const bounds = {
    moves: movesBound(facts, turns, emptiedFirst(turns)),
    hours: rounded(hoursBound(facts, turns) * (1 - ROUNDING)),
    out: mostOut(facts),
  };
  const retreat = retreatOf(facts, turns);
  return {
    kind: "plan",
    id,
    hosts,
    skipped: facts.skipped,
    ...restingOf(facts, turns),
    ...retreat,
    notes: [...notes, ...retreatNote(retreat)],
    totals,
    watch,
    effort,
    bounds,
    peaks: peaksOf(facts, turns),
  };
}

function restingOf({ resting }: Facts, turns: readonly Turn[]): Pick<Plan, "resting"> {
  const ids = turns.flatMap(({ node, inHand }) => (!inHand && resting.has(node.id) ? [node.id] : []));
  return ids.length === 0 ? {} : { resting: ids };
}

/** Hosts share a wave with the first one of it while they may be out at the same time. */
function wavesOf(turns: readonly Turn[]): number[] {
  let wave = 0;
  let first: Turn | undefined;
  return turns.map((turn) => {
    if (first === undefined || !isBeside(turn, first)) {
      wave += 1;
      first = turn;
    }
    return wave;
  });
}

function moveOf({ item, from, to, why }: Leg): Move {
  const given = isDisliked(item, to) ? `, though it should run on ${list(item.workload.hosts?.prefer ?? [])}` : "";
  return { workload: item.id, from: from.id, to: to.id, gib: rounded(item.gib), why: `${why}${given}` };
}

/** To the hundredth: what people read and files keep. */
const rounded = (value: number): number => Math.round(value * 100) / 100;
