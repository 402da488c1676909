import { complianceOf } from "../core/compliance.ts";
import type { RefusalReason } from "../core/plan.ts";
import { cycleIn, cycleWords, precedenceOf } from "../core/precedence.ts";
import { quietReasons } from "./calendar.ts";
import { companionReasons } from "./companions.ts";
import type { Facts, Item, Node } from "./facts.ts";
import { isKeptOff } from "./item-rules.ts";
import { pinnedOn } from "./leaving.ts";
import { capacityReasons, groupReasons } from "./no-capacity.ts";
import { onceReasons, spreadReasons } from "./rule-reasons.ts";
import { limitWords } from "./together.ts";
import { unknownHosts } from "./unknown-hosts.ts";
import { at, needOf } from "./vectors.ts";
import { amount, capital, count, hostRuleWords, list } from "./words.ts";

/**
 * What no order and no destinations can get around; each with its proof.
 *
 * - **Pinned**: a host with a running workload that cannot move cannot be emptied, unless policy says what to do with it.
 * - **Unknown host**: policy names a host that is not in the fleet, so nobody can tell what its rule asks for.
 * - **Order**: hosts that wait for each other never start.
 * - **Unavailable, domain, quorum**: hosts that are out for reasons of their own leave no place under `maxUnavailable`, or in a set of hosts
 *   of which only so many may be out at once.
 * - **S1**: while a host is out all workloads run on the others in service, which must hold them and the reserve.
 * - **S2**: members of an anti-affinity group that are apart now need as many hosts in service besides the one that is out.
 * - **S2, domains**: members of a spread group that are in different failure domains now need as many domains that are not fully out.
 * - **S3**: a workload lands whole on one other host, beside the pinned ones there, where its must-rules let it run.
 * - **Together**: companions that share a host land on one other host.
 * - **Quiet hours**: each workload of a host to be emptied moves in some turn, which has to fit between its quiet hours.
 * - **Moves once**: the first host to be emptied needs others that are not to be, for each of its workloads that may move once.
 */
export function impossibilities(facts: Facts): RefusalReason[] {
  const pending = facts.nodes.filter((node) => node.role === "pending");
  const pinned = pinnedReasons(
    facts,
    facts.nodes.filter((node) => node.below),
  );
  if (pending.length === 0) return pinned;
  return [
    ...pinned,
    ...unknownReasons(facts),
    ...orderReasons(facts),
    ...strangeResources(facts),
    ...placeReasons(facts),
    ...capacityReasons(facts, pending),
    ...groupReasons(facts, pending),
    ...spreadReasons(facts, pending),
    ...sizeReasons(facts, pending),
    ...onceReasons(facts, pending),
    ...quietReasons(facts, pending),
    ...companionReasons(facts, pending, roomBesidePinned(facts)),
  ];
}

function pinnedReasons(facts: Facts, hosts: readonly Node[]): RefusalReason[] {
  const { policy } = facts.request;
  return hosts.flatMap((node): RefusalReason[] => {
    const isStuck = (item: Item): boolean =>
      item.workload.pinned ? policy.pinned !== "shutdown" : node.host.slots < 1;
    const pinned = residents(facts, node).filter(isStuck);
    if (pinned.length === 0) return [];
    const ids = pinned.map(({ id }) => id);
    return [
      {
        code: "pinned",
        text: `${node.id} cannot be emptied: ${list(ids)} cannot move.`,
        hosts: [node.id],
        workloads: ids,
      },
    ];
  });
}

function unknownReasons(facts: Facts): RefusalReason[] {
  return unknownHosts(facts.request).map(({ field, host }) => ({
    code: "unknown-host",
    text: `${field} names ${host}, which is not in the fleet.`,
    hosts: [host],
    workloads: [],
  }));
}

function orderReasons({ request }: Facts): RefusalReason[] {
  const cycle = cycleIn(precedenceOf(request.policy, request.fleet));
  if (cycle === undefined) return [];
  const text = `policy.order and the hosts that go last contradict each other: ${cycleWords(cycle)}.`;
  return [{ code: "order", text, hosts: cycle.slice(0, -1), workloads: [] }];
}

function strangeResources({ reserve, resources }: Facts): RefusalReason[] {
  const asked = reserve.kind === "amounts" ? Object.keys(reserve.amounts) : [];
  return asked
    .filter((name) => !resources.includes(name))
    .map((name) => ({
      code: "reserve",
      text: `policy.reserve asks for ${name}, which no host of the fleet is known to have (it has ${list(resources)}).`,
      hosts: [],
      workloads: [],
    }));
}

function placeReasons(facts: Facts): RefusalReason[] {
  const reasons: RefusalReason[] = [];
  if (facts.unavailable.length >= facts.allowed) {
    const out = facts.unavailable.map((id) => `${id} (${whyOut(facts, id)})`);
    reasons.push({
      code: "unavailable",
      text: `policy.maxUnavailable allows ${count(facts.allowed, "host")} out at once, and ${facts.unavailable.length} ${out.length === 1 ? "is" : "are"} out already: ${list(out)}.`,
      hosts: facts.unavailable,
      workloads: [],
    });
  }
  for (const limit of facts.limits) {
    const { unavailable, kind } = limit;
    const waiting = limit.nodes.filter((node) => node.role === "pending");
    if (waiting.length === 0 || unavailable.length < limit.allowed) continue;
    const out = kind === "domain" ? unavailable : unavailable.map((id) => `${id} (${whyOut(facts, id)})`);
    const are = unavailable.length === 1 ? "is" : "are";
    reasons.push({
      code: kind === "domain" ? "domain" : "quorum",
      text: `${capital(limitWords(limit))}, and ${list(out)} ${are} out already: ${list(waiting.map(({ id }) => id))} cannot go.`,
      hosts: unavailable,
      workloads: [],
    });
  }
  return reasons;
}

/** S3 */
function sizeReasons(facts: Facts, pending: readonly Node[]): RefusalReason[] {
  const reasons: RefusalReason[] = [];
  const free = roomBesidePinned(facts);
  const hosts = [...free.keys()];
  hosts.sort((a, b) => Math.max(...(free.get(b) ?? [0])) - Math.max(...(free.get(a) ?? [0])) || a.index - b.index);
  for (const node of pending) {
    for (const item of residents(facts, node)) {
      if (item.workload.pinned) continue;
      const fits = (other: Node): boolean =>
        other !== node && item.need.every((need, r) => need <= (free.get(other)?.[r] ?? 0) * (1 + 1e-9));
      if (hosts.some((other) => fits(other) && !isKeptOff(item, other))) continue;
      const rules = hostRuleWords(item.workload.hosts ?? {});
      if (hosts.some(fits)) {
        const text = `${node.id} cannot be emptied: ${item.id} ${rules}, which leaves no other host in service that is large enough.`;
        reasons.push({ code: "must-rule", text, hosts: [node.id], workloads: [item.id] });
        continue;
      }
      const r = item.need.findIndex((need, i) =>
        hosts.every((other) => other === node || need > (free.get(other)?.[i] ?? 0)),
      );
      const resource = facts.resources[r];
      const largest = hosts
        .filter((other) => other !== node)
        .sort((a, b) => (free.get(b)?.[r] ?? 0) - (free.get(a)?.[r] ?? 0))[0];
      const size =
        resource === undefined || largest === undefined
          ? "no other host has enough of everything it needs"
          : `it needs ${amount(resource, at(item.need, r))}, and the largest other host, ${largest.id}, can give ${amount(resource, free.get(largest)?.[r] ?? 0)}`;
      reasons.push({
        code: "too-large",
        text: `${node.id} cannot be emptied: ${item.id} fits on no other host, even if all that can move left it: ${size}.`,
        hosts: [node.id],
        workloads: [item.id],
      });
    }
  }
  return reasons;
}

/** Of every host that may serve. */
function roomBesidePinned(facts: Facts): Map<Node, number[]> {
  const hosts = facts.nodes.filter((node) => node.role !== "closed" && (node.serving || node.role === "in hand"));
  return new Map(hosts.map((node) => [node, freeBesidePinned(facts, node)]));
}

function freeBesidePinned(facts: Facts, node: Node): number[] {
  const pinned = needOf(pinnedOn(facts, node), facts.resources.length);
  return node.capacity.map((capacity, r) => capacity - at(pinned, r));
}

/** What keeps a host out that is not ours, in a few words. */
export function whyOut(facts: Facts, id: string): string {
  const told = facts.skipped.find(({ host }) => host === id)?.why;
  if (told !== undefined) return told;
  const host = facts.byId.get(id)?.host;
  if (host === undefined) return "not in the fleet";
  if (host.held) return "an operator has taken it";
  if (host.state !== "up") return host.state;
  return host.cordoned ? "cordoned" : complianceOf(host, facts.request.fleet.scheme).compliance;
}

const residents = (facts: Facts, node: Node): readonly Item[] => facts.residents[node.index] ?? [];
