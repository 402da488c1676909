import { amountOf } from "../core/fleet.ts";
import { add, at } from "./board.ts";
import { why } from "./destinations.ts";
import { evacuationSeconds, remediationSeconds } from "./durations.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { pigeonhole } from "./pigeonhole.ts";
import { placesAt } from "./ramp.ts";
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
  const leaving = new Set(hosts.flatMap((node) => movable(facts, node)));
  let home = 0;
  for (const { node, putBack } of turns) {
    for (const leg of putBack) {
      if (leg.why !== why.home) continue;
      if (leg.item.node === node || !leaving.has(leg.item)) home += 1;
    }
  }
  const inHand = turns.some((turn) => turn.inHand);
  const safe = safeCapacity(facts);
  const again = inHand ? [] : hosts.map((node) => landsOnUnpatched(facts, node, safe)).sort((a, b) => a - b);
  const twice = again.slice(0, emptiedFirst).reduce((sum, count) => sum + count, 0);
  return leaving.size + Math.max(home, twice);
}

/** Hosts that are emptied before the first remediation ends, as the order says: no host at the level is waited for. */
export function emptiedFirst(turns: readonly Turn[]): number {
  const first = turns.filter((turn) => turn.node.below).findIndex((turn) => turn.after.length > 0);
  return Math.max(1, first < 0 ? turns.length : first);
}

/**
 * Most hosts out at once as far as capacity goes, by S1: what runs has to fit on the others beside the reserve. At least 1; no limit of
 * policy is in it.
 */
export function mostOut(facts: Facts): number {
  const hosts = facts.nodes.filter((node) => node.serving || node.role === "in hand");
  const counts = facts.resources.map((_, r) => {
    const sizes = hosts.map((node) => at(node.capacity, r)).sort((a, b) => a - b);
    const { part, held } = reserveInBounds(facts, r, sizes, 0);
    let free = sizes.reduce((sum, size) => sum + size, 0) * part - held;
    for (const node of hosts)
      for (const item of facts.residents[node.index] ?? []) free -= item.workload.pinned ? 0 : at(item.need, r);
    const count = sizes.findIndex((size) => {
      free -= size * part;
      return free < -1e-9 * size;
    });
    return count < 0 ? sizes.length : count;
  });
  const inHand = hosts.filter((node) => node.role === "in hand").length;
  return Math.max(1, inHand, Math.min(hosts.length, ...counts));
}

/**
 * Hours that no plan can do without, from the start of the roll to its end, with the expected times of each host
 * (evacuation through its slots, remediation, reboot).
 *
 * - **T1**: each host holds one of the places that long, its soak included. Canaries and judged hosts go alone, one after the other, and so
 *   do the hosts that go last; between them there are as many
 *   places as the ramp has opened at the earliest (each further host needs so many others to be back), at most W.
 * - **T2**: capacity that is out and demand booked twice never exceed what is free beyond the reserve; each host and each
 *   migration takes its share of that for its time.
 * - **T3**: each migration holds one of the slots of all hosts at both ends, and a host in remediation offers none; add up slot-time. The same with
 *   one slot each where policy limits the migrations of the whole fleet, and for remediations where the platform limits them.
 * - **T4**: no host is faster than its own evacuation and remediation.
 * - **T7**: the same by whole hosts (`pigeonhole`), through the places that policy has, and through those that capacity has.
 * - **T6**: a host that waits for others by an order rule takes its time after theirs.
 * - **T5'**: T1 within a failure domain or another set of hosts (quorum group) that has a limit of its own, without the ramp.
 */
export function hoursBound(facts: Facts, turns: readonly Turn[]): number {
  const robbed = new Set(
    turns.flatMap((turn) =>
      [...turn.makeRoom, ...turn.putBack].map((leg) => leg.item.node).filter((node) => node !== turn.node),
    ),
  );
  // A host that others take workloads from before its own turn may be emptied faster.
  const evacuation = ({ node }: Turn): number => (robbed.has(node) ? 0 : evacuationSeconds(facts, node));
  const seconds = new Map(turns.map((turn) => [turn, evacuation(turn) + remediationSeconds(turn.node) + turn.soak]));
  const sum = (some: readonly Turn[]): number => some.reduce((total, turn) => total + (seconds.get(turn) ?? 0), 0);

  const alone = turns.filter((turn) => !turn.inHand && (turn.canary || turn.judged || facts.line.last.has(turn.node)));
  const aloneSet = new Set(alone);
  const shared = turns.filter((turn) => !aloneSet.has(turn));
  let most = Math.max(
    sum(alone) + throughPlaces(facts, shared, seconds),
    capacityBound(facts, turns),
    sum(alone) +
      pigeonhole(
        shared.map((turn) => seconds.get(turn) ?? 0),
        placesOf(facts, shared),
      ),
    pigeonhole(
      turns.map(({ node }) => remediationSeconds(node)),
      mostOut(facts),
    ),
    longestChain(facts, seconds),
    slotBound(facts, turns),
    ...seconds.values(),
  );
  const turnOf = new Map(turns.map((turn) => [turn.node, turn]));
  for (const { nodes, allowed, unavailable } of facts.limits) {
    const mine = nodes.map((node) => turnOf.get(node)).filter((turn) => turn !== undefined);
    const started = mine.filter((turn) => turn.inHand).length;
    most = Math.max(most, sum(mine) / Math.max(1, started, allowed - unavailable.length));
  }
  return (facts.referenceLeft + most + tailOf(facts, turns)) / 3600;
}

/** Seconds after the last release in which errors on hosts that went beside others are still looked at. */
export function tailOf({ phases }: Facts, turns: readonly Turn[]): number {
  return turns.some((turn) => !turn.judged) ? phases.tail / 1000 : 0;
}

/** Most of these hosts that policy lets be out at once; those in hand are out already. */
function placesOf(facts: Facts, turns: readonly Turn[]): number {
  const started = turns.filter((turn) => turn.inHand).length;
  return Math.max(1, started, facts.allowed - facts.unavailable.length);
}

/** T1: least time for the turns through the places that are open by then. */
function throughPlaces(facts: Facts, turns: readonly Turn[], seconds: ReadonlyMap<Turn, number>): number {
  const total = turns.reduce((sum, turn) => sum + (seconds.get(turn) ?? 0), 0);
  const started = turns.filter((turn) => turn.inHand).length;
  const width = placesOf(facts, turns);
  if (started > 0 || turns.length === 0) return total / width;
  const shortest = Math.min(...turns.map((turn) => seconds.get(turn) ?? 0));
  const before = facts.rampBefore;
  /** Earliest start of each turn. */
  const starts: number[] = [];
  let done = 0;
  for (let i = 0; i < turns.length; i++) {
    const places = placesAt(before + i, width, facts.startWidth);
    const back = i + 1 - places;
    const start = Math.max(starts[i - 1] ?? 0, back > 0 ? (starts[back - 1] ?? 0) + shortest : 0);
    const open = i === 0 ? 0 : placesAt(before + i - 1, width, facts.startWidth);
    const gained = open * (start - (starts[i - 1] ?? 0));
    if (done + gained >= total) return (starts[i - 1] ?? 0) + (total - done) / open;
    done += gained;
    starts.push(start);
  }
  return (starts.at(-1) ?? 0) + (total - done) / placesAt(before + turns.length - 1, width, facts.startWidth);
}

/** T3 */
function slotBound(facts: Facts, turns: readonly Turn[]): number {
  const { policy, fleet } = facts.request;
  let moving = 0;
  let remediating = 0;
  let idle = 0;
  for (const { node } of turns) {
    for (const item of node.below ? movable(facts, node) : []) moving += item.seconds;
    remediating += remediationSeconds(node);
    idle += Math.max(1, node.host.slots) * remediationSeconds(node);
  }
  const slots = facts.nodes.reduce((sum, node) => sum + Math.max(1, node.host.slots), 0);
  return Math.max(
    slots === 0 ? 0 : (2 * moving + idle) / slots,
    moving / (policy.migrations?.total ?? Number.POSITIVE_INFINITY),
    remediating / (fleet.remediations ?? Number.POSITIVE_INFINITY),
  );
}

/** T6 */
function longestChain({ line }: Facts, seconds: ReadonlyMap<Turn, number>): number {
  if (line.before.size === 0) return 0;
  const own = new Map([...seconds].map(([turn, time]) => [turn.node, turn.inHand ? 0 : time]));
  const ends = new Map<Node, number>();
  const endOf = (node: Node): number => {
    const known = ends.get(node);
    if (known !== undefined) return known;
    const start = Math.max(0, ...(line.before.get(node) ?? []).map(endOf));
    const end = start + (own.get(node) ?? 0);
    ends.set(node, end);
    return end;
  };
  return Math.max(0, ...[...line.before.keys()].map(endOf));
}

/** T2. Not with hosts in hand: those are out, and load is on its way, whatever room and reserve allow. */
function capacityBound(facts: Facts, turns: readonly Turn[]): number {
  if (turns.some((turn) => turn.inHand)) return 0;
  const hosts = facts.nodes.filter((node) => node.serving || node.role === "in hand");
  const width = turns.reduce((most, turn) => Math.max(most, turn.others + 1), 1);
  const bounds = facts.resources.map((_, r) => {
    const sizes = hosts.map((node) => at(node.capacity, r)).sort((a, b) => b - a);
    const { part, held } = reserveInBounds(facts, r, sizes, width);
    let free = sizes.reduce((total, size) => total + size, 0) * part - held;
    for (const node of hosts)
      for (const item of facts.residents[node.index] ?? []) free -= item.workload.pinned ? 0 : at(item.need, r);
    let area = 0;
    for (const { node } of turns) {
      area += part * at(node.capacity, r) * remediationSeconds(node);
      for (const item of node.below ? movable(facts, node) : []) area += at(item.need, r) * item.seconds;
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
