import { add, at } from "./board.ts";
import { why } from "./destinations.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { expectedSeconds } from "./search.ts";
import type { Turn } from "./turn.ts";

/**
 * Moves that no plan can do without.
 *
 * - **M1**: a host must be empty to be remediated, so each workload on a host to be done leaves it once.
 * - **M2**: take the first host to be remediated. While it was emptied no host was at the level but those that are now (and
 *   those left alone), so all of its workloads but the q that fit there landed on hosts to be done; by M1 these move again.
 * - **M3**: the same for each of the first K hosts, if K are emptied before the first remediation ends; K is 1 for any plan.
 * - Workloads that policy brings home (canary, `putBack: home`) go out and back: one more each. M2 and this are alternatives.
 */
export function movesBound(facts: Facts, turns: readonly Turn[], emptiedFirst = 1): number {
  const hosts = turns.filter((turn) => turn.node.below).map((turn) => turn.node);
  let leave = 0;
  const leaving = new Set<Item>();
  for (const node of hosts) {
    for (const item of movable(facts, node)) {
      leave += 1;
      leaving.add(item);
    }
  }
  let home = 0;
  for (const { node, putBack } of turns) {
    for (const leg of putBack) {
      if (leg.why === why.balance) continue;
      if (leg.item.node === node || !leaving.has(leg.item)) home += 1;
    }
  }
  const inHand = turns.some((turn) => turn.inHand);
  const safe = safeCapacity(facts);
  const again = inHand ? [] : hosts.map((node) => landsOnUnpatched(facts, node, safe)).sort((a, b) => a - b);
  const twice = again.slice(0, emptiedFirst).reduce((sum, count) => sum + count, 0);
  return leave + Math.max(home, twice);
}

/**
 * Hours that no plan can do without, from the first cordon to the last release, with the expected times of each host
 * (evacuation through its slots, remediation, reboot).
 *
 * - **T1**: each host holds one of the W places that long; canaries hold all of them, one after the other.
 * - **T4**: no host is faster than its own evacuation and remediation.
 * - **T5'**: the same as T1 within a failure domain that has a limit of its own.
 */
export function hoursBound(facts: Facts, turns: readonly Turn[]): number {
  const home = new Set(
    turns.flatMap((turn) => turn.putBack.map((leg) => leg.item.node).filter((node) => node !== turn.node)),
  );
  // A host that others take workloads from before its own turn may be emptied faster.
  const seconds = ({ node }: Turn): number =>
    home.has(node)
      ? node.below
        ? node.host.estimate.patch + node.host.estimate.boot
        : 0
      : expectedSeconds(facts, node);
  const started = turns.filter((turn) => turn.inHand).length;
  const places = Math.max(1, started, facts.allowed - facts.unavailable.length);
  let alone = 0;
  let shared = 0;
  let longest = 0;
  for (const turn of turns) {
    if (turn.canary && !turn.inHand) alone += seconds(turn);
    else shared += seconds(turn);
    longest = Math.max(longest, seconds(turn));
  }
  let most = Math.max(longest, alone + shared / places);
  for (const [name, domain] of facts.domains) {
    const mine = turns.filter((turn) => turn.node.host.domain === name);
    const limit = Math.max(1, mine.filter((turn) => turn.inHand).length, domain.allowed - domain.unavailable.length);
    most = Math.max(most, mine.reduce((sum, turn) => sum + seconds(turn), 0) / limit);
  }
  return most / 3600;
}

/** Capacity of all hosts that need not be emptied, by resource, as if nothing ran on them. */
function safeCapacity(facts: Facts): number[] {
  const sum = facts.resources.map(() => 0);
  for (const node of facts.nodes) if (node.role === "level" || node.role === "left") add(sum, node.capacity, 1);
  return sum;
}

/** How many workloads of the host must land on hosts to be done, if as many as possible fit into `safe`. */
function landsOnUnpatched(facts: Facts, node: Node, safe: readonly number[]): number {
  const items = movable(facts, node);
  let fit = items.length;
  for (const [r] of facts.resources.entries()) {
    let room = at(safe, r) * (1 + 1e-9);
    const needs = items.map((item) => at(item.need, r)).sort((a, b) => a - b);
    const count = needs.findIndex((need) => {
      room -= need;
      return room < 0;
    });
    if (count >= 0) fit = Math.min(fit, count);
  }
  return items.length - fit;
}

function movable(facts: Facts, node: Node): Item[] {
  return (facts.residents[node.index] ?? []).filter((item) => !item.workload.pinned);
}
