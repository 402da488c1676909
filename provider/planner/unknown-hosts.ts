import type { Policy } from "../core/policy.ts";
import type { PlanRequest } from "./request.ts";

/** A host that policy names and that is not in the fleet. */
export interface UnknownHost {
  /** As people write it: `policy.quorums.etcd`. */
  readonly field: string;
  readonly host: string;
}

/** Hosts that policy names and that are not in the fleet, in the order of the fields. */
export function unknownHosts({ policy, fleet }: PlanRequest): UnknownHost[] {
  const named = namesIn(policy);
  if (named.length === 0) return [];
  const known = new Set(fleet.hosts.map(({ id }) => id));
  return named.filter(({ host }) => !known.has(host));
}

/** The policy without the hosts that `keep` does not name. */
export function onlyWith(policy: Policy, keep: ReadonlySet<string>): Policy {
  const some = (hosts: readonly string[]): string[] => hosts.filter((host) => keep.has(host));
  const { quorums, apart, last, order } = policy;
  return {
    ...policy,
    ...(quorums && {
      quorums: Object.fromEntries(Object.entries(quorums).map(([name, hosts]) => [name, some(hosts)])),
    }),
    ...(apart && { apart: apart.map(some) }),
    ...(last && { last: some(last) }),
    ...(order && {
      order: order.filter(({ host }) => keep.has(host)).map(({ host, after }) => ({ host, after: some(after) })),
    }),
  };
}

function namesIn({ quorums = {}, apart = [], last = [], order = [] }: Policy): UnknownHost[] {
  const under = (field: string, hosts: readonly string[]): UnknownHost[] => hosts.map((host) => ({ field, host }));
  return [
    ...Object.entries(quorums).flatMap(([name, hosts]) => under(`policy.quorums.${name}`, hosts)),
    ...apart.flatMap((hosts, line) => under(`policy.apart[${line}]`, hosts)),
    ...under("policy.last", last),
    ...order.flatMap(({ host, after }, line) => under(`policy.order[${line}]`, [host, ...after])),
  ];
}
