import { exclusives } from "../core/exclusive.ts";
import { hostsAllowed } from "../core/share.ts";
import type { Facts, Node } from "./facts.ts";
import type { PlanRequest } from "./request.ts";
import { count, list } from "./words.ts";

/** Hosts of which only so many may be out at once. */
export interface Limit {
  readonly kind: "domain" | "quorum" | "apart";
  readonly name: string;
  readonly nodes: readonly Node[];
  /** Most of them out at once, those in `unavailable` included. */
  readonly allowed: number;
  /** Out for reasons of their own, all the time. */
  readonly unavailable: readonly string[];
}

/** All limits of a request, and those of each host. `isAway`: out for reasons of its own. */
export function limitsFor(
  { fleet, policy }: PlanRequest,
  nodes: readonly Node[],
  isAway: (node: Node) => boolean,
): Pick<Facts, "limits" | "limitsOf"> {
  const limits: Limit[] = [];
  const add = (kind: Limit["kind"], name: string, members: readonly Node[], allowed: number): void => {
    const unavailable = members.filter(isAway).map(({ id }) => id);
    limits.push({ kind, name, nodes: members, allowed, unavailable });
  };
  const { perDomain } = policy.maxUnavailable;
  if (perDomain !== undefined) {
    for (const [name, members] of Map.groupBy(nodes, (node) => node.host.domain))
      if (name !== undefined) add("domain", name, members, hostsAllowed(perDomain, members.length));
  }
  const groups = exclusives(policy, fleet);
  const byId = groups.length > 0 ? new Map(nodes.map((node) => [node.id, node])) : undefined;
  for (const { kind, name, hosts } of groups) {
    const members = hosts.map((id) => byId?.get(id)).filter((node) => node !== undefined);
    if (members.length > 1) add(kind, name, members, 1);
  }
  const limitsOf: Limit[][] = nodes.map(() => []);
  for (const limit of limits) for (const node of limit.nodes) limitsOf[node.index]?.push(limit);
  return { limits, limitsOf };
}

/** What a limit says, as part of a sentence. */
export function limitWords({ kind, name, allowed, nodes }: Limit): string {
  if (kind === "domain")
    return `policy.maxUnavailable.perDomain allows ${count(allowed, "host")} of ${name} out at once`;
  if (kind === "quorum") return `only one host of the quorum group ${name} may be out at a time`;
  return `${name} lets only one of ${list(nodes.map(({ id }) => id))} be out at a time`;
}

/** How many sets of hosts are named one by one. */
const NAMED = 5;

/** For reviewers: which hosts are kept from being out together. */
export function togetherNotes({ limits }: Facts): string[] {
  const sets = limits.filter(({ kind }) => kind !== "domain");
  if (sets.length > NAMED)
    return [`Only one host of each of ${sets.length} quorum groups and sets of hosts is out at a time.`];
  return sets.map(
    ({ kind, name, nodes }) =>
      `Only one of ${list(nodes.map(({ id }) => id))} is out at a time (${kind === "quorum" ? `quorum group ${name}` : name}).`,
  );
}
