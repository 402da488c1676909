import { evacuationSeconds, remediationSeconds } from "./durations.ts";
import type { Facts, Node } from "./facts.ts";
import type { Manner } from "./manner.ts";
import { randomFrom, shuffled } from "./random.ts";

/** Random orders that are tried after the others, without and with making room. */
const SHUFFLES = { plain: 8, room: 200 } as const;

/** Placement tests spent on making room for one host: first little for each, then much for each. */
const ROOM = [20_000, 400_000];

/**
 * The ways to try, the best ones first. `plain`: hosts are emptied onto the others as these are. `room`: where that leads nowhere,
 * workloads of other hosts move on to make room.
 */
export function* manners(
  facts: Facts,
  canaries: readonly Node[],
  phase: "plain" | "room",
): Generator<Omit<Manner, "effort">> {
  const pending = facts.nodes.filter((node) => node.role === "pending" && !canaries.some(({ id }) => id === node.id));
  const width = Math.max(1, facts.allowed - facts.unavailable.length);
  const done = facts.memory?.done.length ?? 0;
  const base = {
    canaries,
    width,
    parked: Math.max(0, width - done),
    inOrder: false,
    announced: false,
    eager: false,
    room: phase === "room" ? ROOM : [],
    seed: 0,
  };
  const count = (node: Node): number => facts.residents[node.index]?.length ?? 0;
  const sorted = (key: (node: Node) => number): Node[] =>
    [...pending].sort((a, b) => key(a) - key(b) || a.index - b.index);
  const usual = usualOrder(facts, pending, width);
  const another = evenEnds(facts, pending, width);

  if (phase === "plain" && facts.request.previous !== undefined) {
    const announced = announcedOrder(facts);
    const order = [...usual].sort((a, b) => rankIn(announced, a) - rankIn(announced, b));
    yield { ...base, order, inOrder: true, announced: true, room: ROOM };
  }
  yield { ...base, order: usual, another };
  yield { ...base, order: usual, parked: 0 };
  yield { ...base, order: sorted(count), width: 1 };
  yield { ...base, order: sorted((node) => -fullness(facts, node)), width: 1 };
  yield { ...base, order: sorted((node) => fullness(facts, node)), width: 1 };
  yield { ...base, order: sorted((node) => -bulkiest(facts, node)), width: 1 };
  for (let seed = 1; seed <= SHUFFLES[phase]; seed++) {
    yield { ...base, order: shuffled(pending, randomFrom(seed)), width: seed % 2 === 0 ? 1 : width, seed };
  }
}

/**
 * As many as may be out at once with the fewest workloads first: nothing is at the level yet, so theirs move twice. Then in rounds of
 * long and short ones, the longest first, so that none of them is left for the end.
 */
function usualOrder(facts: Facts, pending: readonly Node[], width: number): Node[] {
  const { first, rest } = firstAndRest(facts, pending, width);
  const rounds = Math.max(1, Math.ceil(rest.length / width));
  return [...first, ...dealt(rest, rounds).map(({ node }) => node)];
}

/**
 * Another usual order where the last round would fill only some places: these take the shortest hosts, one more each, so that all places end
 * together. Undefined where all are filled.
 */
function evenEnds(facts: Facts, pending: readonly Node[], width: number): Node[] | undefined {
  const { first, rest, secondsOf } = firstAndRest(facts, pending, width);
  const rounds = Math.ceil(rest.length / width);
  const fuller = rest.length - (rounds - 1) * width;
  if (rounds < 2 || fuller === width) return undefined;
  const others = (rounds - 1) * (width - fuller);
  const starts = [dealt(rest.slice(0, others), rounds - 1), dealt(rest.slice(others), rounds)].flatMap((some) => {
    const mean = some.reduce((sum, { node }) => sum + secondsOf(node), 0) / some.length;
    return some.map(({ node, round }) => ({ node, at: round * mean }));
  });
  return [...first, ...starts.sort((a, b) => a.at - b.at).map(({ node }) => node)];
}

/** As many as may be out at once with the fewest workloads, and all others, the longest first. */
function firstAndRest(facts: Facts, pending: readonly Node[], width: number) {
  const count = (node: Node): number => facts.residents[node.index]?.length ?? 0;
  const byCount = [...pending].sort((a, b) => count(a) - count(b) || a.index - b.index);
  const rest = byCount.slice(width);
  const seconds = new Map(rest.map((node) => [node, evacuationSeconds(facts, node) + remediationSeconds(node)]));
  const secondsOf = (node: Node): number => seconds.get(node) ?? 0;
  rest.sort((a, b) => secondsOf(b) - secondsOf(a) || a.index - b.index);
  return { first: byCount.slice(0, width), rest, secondsOf };
}

/** Dealt to so many rounds, in their order. */
function dealt(nodes: readonly Node[], rounds: number): { node: Node; round: number }[] {
  return nodes.map((node, index) => ({ node, round: index % rounds })).sort((a, b) => a.round - b.round);
}

function fullness(facts: Facts, node: Node): number {
  return (facts.residents[node.index] ?? []).reduce((sum, item) => sum + item.bulk, 0);
}

function bulkiest(facts: Facts, node: Node): number {
  return (facts.residents[node.index] ?? []).reduce((most, item) => Math.max(most, item.bulk), 0);
}

/** Place of every host in the announced plan. */
export function announcedOrder(facts: Facts): ReadonlyMap<string, number> {
  return new Map((facts.request.previous?.hosts ?? []).map((entry, index) => [entry.host, index]));
}

export const rankIn = (order: ReadonlyMap<string, number>, node: Node): number =>
  order.get(node.id) ?? Number.MAX_SAFE_INTEGER;
