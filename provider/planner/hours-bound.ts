import { capacityBound, mostOut } from "./capacity-bound.ts";
import { evacuationSeconds, remediationSeconds } from "./durations.ts";
import type { Facts, Node } from "./facts.ts";
import { pigeonhole } from "./pigeonhole.ts";
import { placesAt } from "./ramp.ts";
import type { Turn } from "./turn.ts";

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
  if (turns.length === 0) return 0;
  // A host that others take workloads from before its own turn may be emptied faster; what it has evacuated itself, anybody may move on.
  const robbed = new Set(
    turns.flatMap((turn) =>
      [...turn.makeRoom, ...turn.putBack, ...turn.undoRoom]
        .filter(({ item, from }) => from === item.node && from !== turn.node)
        .map(({ from }) => from),
    ),
  );
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
    if (node.below) moving += facts.leaving[node.index]?.seconds ?? 0;
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
  const own = new Map([...seconds].map(([turn, time]) => [turn.node, time]));
  // Those in hand wait for nobody any more, whatever the rules say now.
  const ends = new Map<Node, number>([...seconds.keys()].filter((turn) => turn.inHand).map(({ node }) => [node, 0]));
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
