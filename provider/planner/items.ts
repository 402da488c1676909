import { amountOf, type Fleet, migrationSeconds, type Workload } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import type { Item, Node, Size } from "./facts.ts";
import { type ItemRules, RuleReader } from "./item-rules.ts";
import type { PlanRequest } from "./request.ts";

/** Running workloads, and the stopped ones that we owe a start. */
export function itemsOf(request: PlanRequest, byId: ReadonlyMap<string, Node>, resources: readonly string[]) {
  const { fleet, owners, previous, memory } = request;
  const announced = new Map<string, Node | undefined>();
  for (const entry of previous?.hosts ?? []) {
    for (const move of entry.evacuate) announced.set(`${move.from}\n${move.workload}`, byId.get(move.to));
  }
  const sizes = new Sizes(fleet, resources);
  const ours = (node: Node): boolean => node.host.mark !== undefined && owners.includes(node.host.mark.owner);
  // Off a host in hand: a part of its evacuation. Every other workload in flight counts as arrived, and as not yet gone.
  const isPart = (from: Node, to: Node): boolean => ours(from) && from.below && !ours(to);
  const groups = new Map<string, number>();
  const rules = new RuleReader((id) => byId.get(id)?.index);

  const items: Item[] = [];
  const owed: Item[] = [];
  for (const workload of fleet.workloads) {
    const source = byId.get(workload.host);
    const running = workload.state === "running";
    if (source === undefined || !(running || own(memory?.hosts, workload.host)?.stopped.includes(workload.id)))
      continue;
    const target = workload.movingTo === undefined ? undefined : byId.get(workload.movingTo);
    const foreign = target !== undefined && !isPart(source, target);
    const group = workload.group === undefined ? -1 : (groups.get(workload.group) ?? groups.size);
    if (workload.group !== undefined) groups.set(workload.group, group);
    const list = running ? items : owed;
    list.push(
      new Placed(sizes.of(workload), {
        index: list.length,
        workload,
        node: foreign ? target : source,
        ghost: foreign ? source : undefined,
        toward: foreign ? undefined : target,
        group,
        rules: rules.read(workload),
        wanted: previous === undefined ? undefined : announced.get(`${workload.host}\n${workload.id}`),
      }),
    );
  }
  return { items, owed, groups: [...groups.keys()] };
}

/** An item with a size that it shares: a large fleet has very many of them, and few sizes. */
class Placed implements Item {
  readonly index: number;
  readonly workload: Workload;
  readonly node: Node;
  readonly ghost: Node | undefined;
  readonly toward: Node | undefined;
  readonly group: number;
  readonly rules: ItemRules | undefined;
  readonly wanted: Node | undefined;
  readonly #size: Size;

  constructor(size: Size, part: Omit<Item, keyof Size | "id">) {
    this.index = part.index;
    this.workload = part.workload;
    this.node = part.node;
    this.ghost = part.ghost;
    this.toward = part.toward;
    this.group = part.group;
    this.rules = part.rules;
    this.wanted = part.wanted;
    this.#size = size;
  }

  get id(): string {
    return this.workload.id;
  }

  get need(): readonly number[] {
    return this.#size.need;
  }

  get bulk(): number {
    return this.#size.bulk;
  }

  get seconds(): number {
    return this.#size.seconds;
  }

  get gib(): number {
    return this.#size.gib;
  }
}

class Sizes {
  readonly #fleet: Fleet;
  readonly #resources: readonly string[];
  /** Capacity of an average host, by resource. */
  readonly #mean: readonly number[];
  readonly #known = new Map<string, Size>();

  constructor(fleet: Fleet, resources: readonly string[]) {
    const { hosts } = fleet;
    this.#fleet = fleet;
    this.#resources = resources;
    this.#mean = resources.map(
      (name) => hosts.reduce((sum, host) => sum + amountOf(host.capacity, name), 0) / hosts.length,
    );
  }

  of(workload: Workload): Size {
    const need = this.#resources.map((name) => amountOf(workload.demand, name));
    const key = need.join();
    let size = this.#known.get(key);
    if (size === undefined) {
      size = {
        need,
        bulk: need.reduce((most, amount, r) => Math.max(most, amount / (this.#mean[r] || Number.POSITIVE_INFINITY)), 0),
        seconds: migrationSeconds(this.#fleet, workload),
        gib: (workload.demand.memory ?? 0) / 1024,
      };
      this.#known.set(key, size);
    }
    return size;
  }
}
