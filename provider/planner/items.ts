import { amountOf, migrationSeconds } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import type { Item, Node } from "./facts.ts";
import { RuleReader } from "./item-rules.ts";
import type { PlanRequest } from "./request.ts";

/** Running workloads, and the stopped ones that we owe a start. */
export function itemsOf(request: PlanRequest, byId: ReadonlyMap<string, Node>, resources: readonly string[]) {
  const { fleet, owners, previous, memory } = request;
  const announced = new Map<string, Node | undefined>();
  for (const entry of previous?.hosts ?? []) {
    for (const move of entry.evacuate) announced.set(`${move.from}\n${move.workload}`, byId.get(move.to));
  }
  const mean = resources.map(
    (name) => fleet.hosts.reduce((sum, host) => sum + amountOf(host.capacity, name), 0) / fleet.hosts.length,
  );
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
    const need = resources.map((name) => amountOf(workload.demand, name));
    const group = workload.group === undefined ? -1 : (groups.get(workload.group) ?? groups.size);
    if (workload.group !== undefined) groups.set(workload.group, group);
    const list = running ? items : owed;
    list.push({
      index: list.length,
      id: workload.id,
      workload,
      node: foreign ? target : source,
      ghost: foreign ? source : undefined,
      toward: foreign ? undefined : target,
      need,
      bulk: need.reduce((most, amount, r) => Math.max(most, amount / (mean[r] || Number.POSITIVE_INFINITY)), 0),
      seconds: migrationSeconds(fleet, workload),
      gib: (workload.demand.memory ?? 0) / 1024,
      group,
      rules: rules.read(workload),
      wanted: previous === undefined ? undefined : announced.get(`${workload.host}\n${workload.id}`),
    });
  }
  return { items, owed, groups: [...groups.keys()] };
}
