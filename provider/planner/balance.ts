import { at, type Board } from "./board.ts";
import { why } from "./destinations.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { returnNeed } from "./homecoming.ts";
import type { Turn } from "./turn.ts";

/** Largest difference of memory load between two hosts in service that is left as it is, as a share. */
export const BALANCE = 0.2;

/**
 * `putBack: bounded`: adds the fewest moves, all onto freshly patched hosts, that bring the memory load of the hosts in
 * service within `BALANCE` at the end of the roll. On the way hosts are filled by the evacuation of those that follow them;
 * only what nobody fills is left to be done here. Takes the board as it is after the last turn.
 */
export function balance(facts: Facts, board: Board, turns: readonly Turn[]): void {
  const hosts = facts.nodes.filter((node) => board.isServing(node) && at(node.capacity, facts.ram) > 0);
  if (facts.ram < 0 || hosts.length === 0) return;
  const share = (node: Node): number => at(board.loadOf(node), facts.ram) / at(node.capacity, facts.ram);
  const rules = new Rules(facts, board, turns);
  const takers = new Set(turns.filter((turn) => !turn.canary && turn.node.host.slots > 0 && hosts.includes(turn.node)));
  const announced = announcedMoves(facts, turns);

  while (takers.size > 0) {
    const lowest = extreme(hosts, (node) => -share(node));
    const highest = extreme(hosts, share);
    if (share(highest) - share(lowest) <= BALANCE + 1e-9) return;
    const wish = announced.pop();
    if (wish !== undefined) {
      if (rules.allow(wish.item, wish.from, wish.turn)) move(wish.item, wish.from, wish.turn);
      continue;
    }
    const turn = extreme([...takers], (one) => -share(one.node));
    // The emptiest host takes from whoever is full; if it is not ours to fill, the fullest one is all that helps.
    const givers = share(turn.node) <= share(lowest) + 1e-9 ? fullest(hosts) : [highest];
    if (!givers.some((giver) => give(giver, turn, share(highest)))) takers.delete(turn);
  }

  /** Moves the largest item that leaves the two hosts no further apart than they were, the other way round. */
  function give(giver: Node, turn: Turn, ceiling: number): boolean {
    const taker = turn.node;
    if (giver === taker || share(giver) <= share(taker)) return false;
    const fits = board.itemsOn(giver).filter((item) => {
      const need = at(item.need, facts.ram);
      const after = share(taker) + need / at(taker.capacity, facts.ram);
      const left = share(giver) - need / at(giver.capacity, facts.ram);
      return need > 0 && after <= ceiling && left >= share(taker) && rules.allow(item, giver, turn);
    });
    if (fits.length === 0) return false;
    move(
      extreme(fits, (item) => at(item.need, facts.ram)),
      giver,
      turn,
    );
    return true;
  }

  function move(item: Item, from: Node, turn: Turn): void {
    turn.putBack.push({ item, from, to: turn.node, why: item.toward === turn.node ? why.inFlight : why.balance });
    if (item.toward !== turn.node) board.book(item, turn.node);
    board.unbook(item, from);
    board.relocate(item, from, turn.node);
    rules.moved(item, from, turn);
  }

  function fullest(nodes: readonly Node[]): Node[] {
    return [...nodes].sort((a, b) => share(b) - share(a) || a.index - b.index);
  }
}

/** What a late move must not disturb: it has to be possible whatever the durations of the turns around it. */
class Rules {
  readonly #facts: Facts;
  readonly #board: Board;
  readonly #turnOf = new Map<Node, Turn>();
  /** Turn that moves an item last. */
  readonly #movedBy = new Map<Item, Turn>();
  readonly #position = new Map<Turn, number>();
  readonly #gave = new Set<Node>();
  readonly #smallest: readonly number[];

  constructor(facts: Facts, board: Board, turns: readonly Turn[]) {
    this.#facts = facts;
    this.#board = board;
    turns.forEach((turn, index) => {
      this.#position.set(turn, index);
      this.#turnOf.set(turn.node, turn);
      for (const { item } of [...turn.evacuate, ...turn.putBack]) this.#movedBy.set(item, turn);
    });
    const out = turns.reduce((most, turn) => Math.max(most, turn.beside.length + 1), 0);
    this.#smallest = facts.resources.map((_, r) =>
      facts.reserve === 0 ? Number.POSITIVE_INFINITY : board.reserved(r, undefined, facts.reserve + out).smallest,
    );
  }

  /** May the item go from the host to the turn's host as part of its put back? */
  allow(item: Item, from: Node, turn: Turn): boolean {
    if (
      item.workload.pinned ||
      from === turn.node ||
      this.#gave.has(turn.node) ||
      !this.#board.itemsOn(from).includes(item)
    )
      return false;
    if (item.ghost !== undefined || (item.toward !== undefined && item.toward !== turn.node)) return false;
    if (!this.#isOver(this.#turnOf.get(from), turn) || !this.#isOver(this.#movedBy.get(item), turn)) return false;
    if (this.#tookBack(from) || from.host.slots < 1) return false;
    if (item.toward !== turn.node && !this.#board.fits(item, turn.node)) return false;
    const legs = [...turn.putBack, { item, from, to: turn.node, why: why.balance }];
    const need = returnNeed(this.#facts, this.#board, turn.node, legs);
    return need.every((amount, r) => amount <= Math.min(at(turn.node.capacity, r), at(this.#smallest, r)) + 1e-9);
  }

  moved(item: Item, from: Node, turn: Turn): void {
    this.#movedBy.set(item, turn);
    this.#gave.add(from);
  }

  /** Over before the turn starts, or never. */
  #isOver(other: Turn | undefined, turn: Turn): boolean {
    if (other === undefined) return true;
    return (this.#position.get(other) ?? 0) < (this.#position.get(turn) ?? 0) && !turn.beside.includes(other);
  }

  /** A host that takes load for balance gives none away: its own peak would come between the two. */
  #tookBack(node: Node): boolean {
    return this.#turnOf.get(node)?.putBack.some((leg) => leg.why === why.balance) === true;
  }
}

/** Put back that was announced for balance and is still to be done; the first one last. */
function announcedMoves(facts: Facts, turns: readonly Turn[]): { item: Item; from: Node; turn: Turn }[] {
  const items = new Map(facts.items.map((item) => [item.id, item]));
  const turnOf = new Map(turns.map((turn) => [turn.node.id, turn]));
  const moves = [];
  for (const entry of facts.request.previous?.hosts ?? []) {
    for (const { workload, from } of entry.putBack) {
      const found = { item: items.get(workload), from: facts.byId.get(from), turn: turnOf.get(entry.host) };
      const { item, from: node, turn } = found;
      if (item !== undefined && node !== undefined && turn !== undefined && !turn.canary)
        moves.push({ item, from: node, turn });
    }
  }
  return moves.reverse();
}

function extreme<T>(list: readonly T[], value: (one: T) => number): T {
  let best = list[0] as T;
  for (const one of list) if (value(one) > value(best)) best = one;
  return best;
}
