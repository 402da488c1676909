import { amountOf } from "../core/fleet.ts";
import { remediationSeconds } from "./durations.ts";
import type { Facts } from "./facts.ts";
import { leavesWhenDone } from "./leaving.ts";
import type { Turn } from "./turn.ts";
import { at } from "./vectors.ts";

/**
 * Most hosts out at once as far as capacity goes, by S1: what runs has to fit on the others beside the reserve. At least 1; no limit of
 * policy is in it.
 */
export function mostOut(facts: Facts): number {
  const hosts = facts.nodes.filter((node) => node.serving || node.role === "in hand");
  // What is on a host in hand that is at the level stays there while it is out.
  const loaded = hosts.filter((node) => node.serving || node.below);
  const counts = facts.resources.map((_, r) => {
    const sizes = hosts.map((node) => at(node.capacity, r)).sort((a, b) => a - b);
    let running = 0;
    for (const node of loaded) running += facts.leaving[node.index]?.need[r] ?? 0;
    const { part, held } = reserveInBounds(facts, r, sizes, 0);
    // The smallest ones out leave most. A reserve for more failures than there are hosts left is all of these.
    let serving = sizes.reduce((sum, size) => sum + size, 0);
    const count = sizes.findIndex((size) => {
      serving -= size;
      const kept = facts.reserve.kind === "failures" ? Math.min(held, serving) : held;
      return serving * part - kept - running < -1e-9 * size;
    });
    return count < 0 ? sizes.length : count;
  });
  const inHand = hosts.filter((node) => node.role === "in hand").length;
  return Math.max(1, inHand, Math.min(hosts.length, ...counts));
}

/** T2. Not with hosts in hand: those are out, and load is on its way, whatever room and reserve allow. */
export function capacityBound(facts: Facts, turns: readonly Turn[]): number {
  if (turns.some((turn) => turn.inHand)) return 0;
  const hosts = facts.nodes.filter((node) => node.serving || node.role === "in hand");
  const width = turns.reduce((most, turn) => Math.max(most, turn.others + 1), 1);
  const bounds = facts.resources.map((_, r) => {
    const sizes = hosts.map((node) => at(node.capacity, r)).sort((a, b) => b - a);
    const { part, held } = reserveInBounds(facts, r, sizes, width);
    let free = sizes.reduce((total, size) => total + size, 0) * part - held;
    for (const node of hosts) free -= facts.leaving[node.index]?.need[r] ?? 0;
    let area = 0;
    for (const { node } of turns) {
      area += part * at(node.capacity, r) * remediationSeconds(node);
      for (const item of node.below ? leavesWhenDone(facts, node) : []) area += at(item.need, r) * item.seconds;
    }
    return free > 0 ? area / free : 0;
  });
  return Math.max(0, ...bounds);
}

/**
 * What the reserve leaves of each host's capacity while that is in service (`part`), and what it holds at least whichever `out` hosts are
 * out (`held`). A share grows and shrinks with the hosts in service: a host that is out takes no more than its part of the rest.
 */
function reserveInBounds(
  { reserve, resources }: Facts,
  resource: number,
  sizes: readonly number[],
  out: number,
): { part: number; held: number } {
  if (reserve.kind === "share") return { part: 1 - reserve.part, held: 0 };
  if (reserve.kind === "amounts") return { part: 1, held: amountOf(reserve.amounts, resources[resource] as string) };
  const largest = [...sizes].sort((a, b) => b - a).slice(out, out + reserve.count);
  return { part: 1, held: largest.reduce((sum, size) => sum + size, 0) };
}
