import type { Fleet } from "./fleet.ts";
import type { Policy } from "./policy.ts";

/** Hosts of which only one may be out at a time. */
export interface Exclusive {
  readonly kind: "quorum" | "apart";
  /** Name of the quorum group, or of the line of policy: `policy.apart[0]`. */
  readonly name: string;
  readonly hosts: readonly string[];
}

/**
 * Groups of hosts of which only one may be out at a time: quorum groups as the platform knows them and as policy declares them (members of
 * one name are one group), and the hosts of each line of `policy.apart`. Names of hosts that are not in the fleet are kept.
 */
export function exclusives(policy: Pick<Policy, "quorums" | "apart">, fleet: Fleet): Exclusive[] {
  const quorums = new Map<string, Set<string>>();
  const add = (name: string, host: string): void => {
    const members = quorums.get(name);
    if (members === undefined) quorums.set(name, new Set([host]));
    else members.add(host);
  };
  for (const host of fleet.hosts) for (const name of host.quorums ?? []) add(name, host.id);
  for (const [name, hosts] of Object.entries(policy.quorums ?? {})) for (const host of hosts) add(name, host);
  return [
    ...[...quorums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, hosts]): Exclusive => ({ kind: "quorum", name, hosts: [...hosts].sort() })),
    ...(policy.apart ?? []).map((hosts, line): Exclusive => ({ kind: "apart", name: `policy.apart[${line}]`, hosts })),
  ];
}
