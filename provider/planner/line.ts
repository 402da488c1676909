import { precedenceOf } from "../core/precedence.ts";
import type { Facts, Node } from "./facts.ts";
import type { PlanRequest } from "./request.ts";
import { list } from "./words.ts";

/** Who waits for whom in this roll: only hosts that take part in it, pending or in hand. */
export interface LineRules {
  /** Place among the hosts that go last, alone. */
  readonly last: ReadonlyMap<Node, number>;
  /** Hosts that must be back before a host starts. */
  readonly before: ReadonlyMap<Node, readonly Node[]>;
}

const takesPart = (node: Node): boolean => node.role === "pending" || node.role === "in hand";

export function lineRules({ policy, fleet }: PlanRequest, byId: ReadonlyMap<string, Node>): LineRules {
  const { last, after } = precedenceOf(policy, fleet);
  const nodes = (ids: readonly string[]): Node[] =>
    ids.map((id) => byId.get(id)).filter((node) => node !== undefined && takesPart(node)) as Node[];
  const before = [...after].flatMap(([id, ids]): [Node, Node[]][] => nodes([id]).map((node) => [node, nodes(ids)]));
  return { last: new Map(nodes(last).map((node, place) => [node, place])), before: new Map(before) };
}

/** Which hosts may start next as far as order rules go, while a roll is being planned. */
export class Line {
  readonly #rules: LineRules;
  readonly #isFree: boolean;
  /** Not released yet: hosts that go last, and all others. */
  readonly #lasts: Set<Node>;
  readonly #others: Set<Node>;
  readonly #lastsOut = new Set<Node>();

  constructor({ line, nodes }: Facts) {
    this.#rules = line;
    this.#isFree = line.last.size === 0 && line.before.size === 0;
    this.#lasts = new Set(line.last.keys());
    this.#others = new Set(this.#isFree ? [] : nodes.filter((node) => takesPart(node) && !line.last.has(node)));
  }

  /** The same order, but that nobody stands before one that it waits for. */
  arranged(order: readonly Node[]): Node[] {
    if (this.#isFree) return [...order];
    const { last, before } = this.#rules;
    const wanted = new Set(order);
    const placed = new Set<Node>();
    const place = (node: Node): void => {
      if (placed.has(node) || !wanted.has(node)) return;
      wanted.delete(node);
      for (const one of before.get(node) ?? []) place(one);
      placed.add(node);
    };
    for (const node of order) if (!last.has(node)) place(node);
    for (const node of last.keys()) place(node);
    return [...placed];
  }

  /** The host waits for nobody now. */
  may(node: Node): boolean {
    if (this.#isFree) return true;
    if (this.#lastsOut.size > 0) return false;
    const mustWait =
      this.#rules.before.get(node)?.some((one) => this.#others.has(one) || this.#lasts.has(one)) === true;
    if (mustWait) return false;
    if (!this.#rules.last.has(node)) return true;
    const [first] = this.#lasts;
    return this.#others.size === 0 && first === node;
  }

  /** The first `most` of them that may. */
  first(order: readonly Node[], most: number): Node[] {
    if (this.#isFree) return order.slice(0, most);
    const found: Node[] = [];
    for (const node of order) {
      if (found.length >= most) break;
      if (this.may(node)) found.push(node);
    }
    return found;
  }

  started(node: Node): void {
    if (this.#rules.last.has(node)) this.#lastsOut.add(node);
  }

  released(node: Node): void {
    this.#lasts.delete(node);
    this.#lastsOut.delete(node);
    this.#others.delete(node);
  }
}

/** No host that is still to be started goes before it, besides `others`. */
export function goesFirst({ line, nodes }: Facts, node: Node, others: readonly Node[]): boolean {
  const isWaiting = (one: Node): boolean => one !== node && one.role === "pending" && !others.includes(one);
  if (line.before.get(node)?.some(isWaiting) === true) return false;
  const place = line.last.get(node);
  return place === undefined || !nodes.some((one) => isWaiting(one) && (line.last.get(one) ?? -1) < place);
}

/** For reviewers: who goes last, and who does not wait for whom although a rule says so. */
export function lineNotes({ line, request, skipped }: Facts): string[] {
  const lasts = [...line.last.keys()].filter((node) => node.role === "pending").map(({ id }) => id);
  const notes =
    lasts.length === 0
      ? []
      : [
          `${list(lasts)} ${lasts.length === 1 ? "goes" : "go"} last${lasts.length === 1 ? "" : ", one after the other"}.`,
        ];
  const waiting = new Set([...line.before.keys()].map(({ id }) => id));
  for (const { host, after } of request.policy.order ?? []) {
    for (const { host: id, why } of waiting.has(host) ? skipped : [])
      if (after.includes(id)) notes.push(`${host} does not wait for ${id}, which this roll leaves alone: ${why}.`);
  }
  return notes;
}
