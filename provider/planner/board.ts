import type { RefusalCode } from "../core/plan.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { isKeptOff } from "./item-rules.ts";
import type { Leaving } from "./leaving.ts";
import { Roster } from "./roster.ts";
import { Service } from "./service.ts";
import { SpreadBook } from "./spread.ts";
import { add, at, fullest } from "./vectors.ts";

/** Rules besides room. */
export type BoardRule = Extract<
  RefusalCode,
  "backward" | "anti-affinity" | "must-rule" | "spread" | "moves-once" | "together"
>;

/** Rounding in sums of fractions must not refuse what fits exactly. */
const TOLERANCE = 1e-9;

const NOTHING: readonly number[] = [];

/**
 * Who is booked where while a roll is being planned. A move books its destination as soon as its host's turn starts and
 * frees its source only when that turn is over: so every moment of every execution holds no more than what is booked here.
 */
export class Board {
  readonly #facts: Facts;
  readonly #load: number[][];
  /** Fullest resource of every host, as a share. */
  readonly #fill: number[];
  /** Anti-affinity groups of what is booked on every host, one entry each. */
  readonly #groups: number[][];
  readonly #roster: Roster;
  /** Hosts in service, and the reserve. */
  readonly service: Service;
  readonly #spread: SpreadBook;
  /** Hosts that are not to be emptied any more, by their index. */
  readonly #settled: boolean[];
  /** Together groups with a member that cannot move. */
  readonly #pinnedGroups: ReadonlySet<number>;
  /** Levels of hosts by rank, as far as the plan goes; empty where moves may go anywhere. */
  readonly #age: number[];
  /** Anti-affinity groups on a host of workloads that `itemsOn` does not tell: in flight and not gone yet, or started again. */
  readonly #held = new Map<Node, Set<number>>();
  /** Placement tests made so far: the measure of effort. */
  steps = 0;

  constructor(facts: Facts) {
    this.#facts = facts;
    const zero = (): number[] => facts.resources.map(() => 0);
    this.#load = facts.nodes.map(zero);
    this.#fill = facts.nodes.map(() => 0);
    this.#groups = facts.nodes.map(() => []);
    this.#roster = new Roster(facts);
    this.#spread = new SpreadBook(facts);
    this.#pinnedGroups = new Set(
      facts.items.filter((item) => item.workload.pinned).map((item) => item.rules?.together ?? -1),
    );
    this.#age = [...(facts.ages?.now ?? [])];
    this.#settled = facts.nodes.map((node) => node.role !== "pending" && !node.below);
    this.service = new Service(facts, (node) => this.loadOf(node));
    for (const item of facts.items) {
      this.book(item, item.node);
      if (item.ghost !== undefined) {
        this.book(item, item.ghost);
        this.hold(item, item.ghost);
      }
      if (item.toward !== undefined) this.book(item, item.toward);
    }
  }

  book(item: Item, node: Node): void {
    this.#count(item, node, 1);
  }

  /** The item's group has a member on the host that cannot be moved off it. */
  hold({ group }: Item, node: Node): void {
    this.#held.set(node, (this.#held.get(node) ?? new Set()).add(group));
  }

  unbook(item: Item, node: Node): void {
    this.#count(item, node, -1);
  }

  /** How many resources there are. */
  get resources(): number {
    return this.#facts.resources.length;
  }

  /** Workloads that are, or will be, on the host as far as the plan goes. */
  itemsOn(node: Node): readonly Item[] {
    return this.#roster.on(node);
  }

  /** What of them can move. */
  leaving(node: Node): Leaving {
    return this.#roster.leaving(node);
  }

  /** Records where an item will be found from now on. */
  relocate(item: Item, from: Node, to: Node): void {
    this.#roster.move(item, from, to);
  }

  isServing(node: Node): boolean {
    return this.service.has(node);
  }

  /** The host is not to be emptied any more. */
  settle(node: Node): void {
    this.#settled[node.index] = true;
    if (this.#facts.ages !== undefined) this.#age[node.index] = at(this.#facts.ages.after, node.index);
  }

  loadOf(node: Node): readonly number[] {
    return this.#load[node.index] as number[];
  }

  /** Fullest resource of the host, as a share. */
  fill(node: Node): number {
    return at(this.#fill, node.index);
  }

  /** The same with the item on it as well. */
  fillWith(node: Node, item: Item): number {
    return fullest(this.loadOf(node), item.need, node.capacity);
  }

  hasRoom(item: Item, node: Node): boolean {
    this.steps += 1;
    const load = this.loadOf(node);
    for (let r = 0; r < load.length; r++) {
      const capacity = at(node.capacity, r);
      if (at(load, r) + at(item.need, r) > capacity * (1 + TOLERANCE) && at(item.need, r) > 0) return false;
    }
    return true;
  }

  /** Rank of the host's level, where moves to older hosts are forbidden. */
  ageOf(node: Node): number {
    return this.#age[node.index] ?? 0;
  }

  hasMate(item: Item, node: Node): boolean {
    return item.group >= 0 && this.#groups[node.index]?.includes(item.group) === true;
  }

  fits(item: Item, node: Node): boolean {
    return this.hasRoom(item, node) && this.broken(item, node) === undefined;
  }

  /** Rule that keeps the item off the host as it is booked now; undefined: none. */
  broken(item: Item, node: Node): BoardRule | undefined {
    return this.#meetsMate(item, node) ? "anti-affinity" : this.forbids(item, node);
  }

  /** The same without the mates that are there: what no other workload on the host can change by leaving it. */
  forbids(item: Item, node: Node): BoardRule | undefined {
    const { rules } = item;
    if (rules === undefined) {
      if (this.#isMateHeld(item, node)) return "anti-affinity";
      return this.#isOlder(item, node) ? "backward" : undefined;
    }
    const { members } = rules;
    if (members === undefined)
      return (
        this.#forbidsAlone(item, node) ?? (rules.together >= 0 && this.#parts(item, node) ? "together" : undefined)
      );
    if (rules.clash === true || rules.anchored?.has(node.index) === false) return "together";
    // Called for every host that is looked at: an iterator costs more than all that it finds.
    for (let i = 0; i < members.length; i++) {
      const rule = this.#forbidsAlone(members[i] as Item, node);
      if (rule !== undefined) return rule;
    }
    return this.#joinsPinned(members[0] as Item, node) ? "together" : undefined;
  }

  #meetsMate(item: Item, node: Node): boolean {
    const members = item.rules?.members;
    if (members === undefined) return this.hasMate(item, node);
    for (let i = 0; i < members.length; i++) if (this.hasMate(members[i] as Item, node)) return true;
    return false;
  }

  #isMateHeld({ group }: Item, node: Node): boolean {
    return group >= 0 && this.#held.size > 0 && this.#held.get(node)?.has(group) === true;
  }

  /** Where an item is as far as the plan goes. */
  placeOf(item: Item): Node {
    return this.#roster.placeOf(item);
  }

  /** Leaves companions behind, or would have to later. */
  #parts(item: Item, node: Node): boolean {
    const together = item.rules?.together;
    for (const other of this.itemsOn(this.placeOf(item)))
      if (other !== item && other.rules?.together === together) return true;
    return this.#joinsPinned(item, node);
  }

  /** A companion that cannot move is on a host that has to be emptied. */
  #joinsPinned({ rules }: Item, node: Node): boolean {
    if (this.#settled[node.index] === true || !this.#pinnedGroups.has(rules?.together ?? -1)) return false;
    for (const other of this.itemsOn(node))
      if (other.workload.pinned && other.rules?.together === rules?.together) return true;
    return false;
  }

  /** The move is one to an older host, where these are forbidden. */
  #isOlder(item: Item, node: Node): boolean {
    return !this.mayFollow(this.placeOf(item), node);
  }

  /** As far as the levels of the two hosts go, workloads may move from one to the other. */
  mayFollow(from: Node, to: Node): boolean {
    return this.#age.length === 0 || this.ageOf(from) <= this.ageOf(to);
  }

  #forbidsAlone(item: Item, node: Node): BoardRule | undefined {
    if (this.#isMateHeld(item, node)) return "anti-affinity";
    if (this.#isOlder(item, node)) return "backward";
    if (item.rules === undefined) return undefined;
    if (isKeptOff(item, node)) return "must-rule";
    const place = this.placeOf(item);
    if (item.rules.once && (this.#settled[place.index] === true || this.#settled[node.index] !== true))
      return "moves-once";
    const stays = place.domain === node.domain;
    return !stays && this.#spread.hasOther(item, node) ? "spread" : undefined;
  }

  /** Another member of its spread group is, or will come back, in the failure domain of the host. */
  sharesDomain(item: Item, node: Node): boolean {
    return this.#spread.hasOther(item, node);
  }

  /** Keeps the place of an item in its failure domain while it is to come back; `sign` -1: no more. */
  expect(item: Item, node: Node, sign: 1 | -1): void {
    this.#spread.count(item, node, sign);
  }

  #count(item: Item, node: Node, sign: 1 | -1): void {
    const load = this.#load[node.index] as number[];
    add(load, item.need, sign);
    this.#fill[node.index] = fullest(load, NOTHING, node.capacity);
    this.service.book(node, item.need, sign);
    if (item.rules !== undefined) this.#spread.count(item, node, sign);
    if (item.group < 0) return;
    const groups = this.#groups[node.index] as number[];
    if (sign > 0) groups.push(item.group);
    else groups.splice(groups.indexOf(item.group), 1);
  }
}
