import type { Host, Workload } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import type { RefusalReason } from "../core/plan.ts";
import { isNone } from "../core/reserve.ts";
import type { Facts } from "./facts.ts";
import type { PlanRequest } from "./request.ts";
import { onlyWith, unknownHosts } from "./unknown-hosts.ts";
import { amount, hostRuleWords, list } from "./words.ts";

/** Tells whether a plan exists for the changed request. */
export type Attempt = (request: PlanRequest) => boolean;

interface Change {
  /** One sentence, in the imperative. */
  readonly text: string;
  readonly request: PlanRequest;
}

/** Stopped workloads that are tried, one by one. */
const STOPS = 8;

/**
 * The smallest change that allows a plan, found by planning again with it: first one line of policy, then a rule of one named
 * workload to be relaxed, then one workload to be stopped, then one more host, then two lines of policy. Undefined: none was found.
 */
export function unlock(
  request: PlanRequest,
  facts: Facts,
  reasons: readonly RefusalReason[],
  attempt: Attempt,
): string | undefined {
  const policies = policyChanges(request, facts, reasons);
  const found = [
    ...policies,
    ...relaxedRules(request, facts, reasons),
    ...stops(request, facts, reasons),
    ...oneMoreHost(request, facts),
  ].find((change) => attempt(change.request));
  if (found !== undefined) return found.text;
  for (const [index, one] of policies.entries()) {
    for (const other of policies.slice(index + 1)) {
      const base = one.request.fleet === request.fleet ? other.request : one.request;
      const both = { ...base, policy: { ...one.request.policy, ...changed(request, other.request) } };
      if (attempt(both)) return `${one.text} And also: ${lowerFirst(other.text)}`;
    }
  }
  return undefined;
}

function policyChanges(request: PlanRequest, facts: Facts, reasons: readonly RefusalReason[]): Change[] {
  const { policy } = request;
  const has = (...codes: RefusalReason["code"][]): boolean => reasons.some(({ code }) => codes.includes(code));
  const change = (text: string, part: Partial<typeof policy>): Change => ({
    text,
    request: { ...request, policy: { ...policy, ...part } },
  });
  const changes: Change[] = [];
  if (has("unavailable", "domain")) {
    const { fleet, perDomain } = policy.maxUnavailable;
    const more = Math.max(facts.allowed, facts.unavailable.length) + (has("unavailable") ? 1 : 0);
    const inDomain =
      Math.max(0, ...facts.limits.map(({ kind, unavailable }) => (kind === "domain" ? unavailable.length : 0))) + 1;
    const wider = {
      fleet: has("unavailable") ? more : fleet,
      perDomain: has("domain") && perDomain !== undefined ? inDomain : perDomain,
    };
    const line =
      wider.perDomain === undefined
        ? `${wider.fleet}`
        : `{ fleet: ${JSON.stringify(wider.fleet)}, perDomain: ${JSON.stringify(wider.perDomain)} }`;
    changes.push(
      change(`Set policy: { maxUnavailable: ${line} }, or bring back ${list([...facts.unavailable])}.`, {
        maxUnavailable: wider,
      }),
    );
  }
  if (has("quorum")) {
    const out = [...new Set(reasons.filter(({ code }) => code === "quorum").flatMap(({ hosts }) => hosts))];
    changes.push({ text: `Bring back ${list(out)}.`, request: broughtBack(request, new Set(out)) });
  }
  if (has("order")) {
    const { hosts } = reasons.find(({ code }) => code === "order") as RefusalReason;
    changes.push(change(`Take the rules on ${list(hosts)} out of policy.order.`, { order: undefined }));
  }
  if (has("unknown-host")) {
    const names = unknownHosts(request);
    const known = new Set(request.fleet.hosts.map(({ id }) => id));
    const what = list(names.map(({ field, host }) => `${host} (${field})`));
    changes.push({
      text: `Take what is not in the fleet out of policy, or correct its name: ${what}.`,
      request: { ...request, policy: onlyWith(policy, known) },
    });
  }
  if (has("pinned")) {
    const where = list(reasons.filter(({ code }) => code === "pinned").flatMap(({ hosts }) => hosts));
    changes.push(
      change(
        `Set policy: { pinned: "shutdown" } to stop what cannot move while its host is out, or { pinned: "skip" } to leave ${where} as is.`,
        { pinned: "shutdown" },
      ),
      change(`Set policy: { pinned: "skip" } to leave ${where} as is.`, { pinned: "skip" }),
    );
  }
  if (!isNone(facts.reserve)) {
    changes.push(
      change("Set policy: { reserve: 0 } if a host failure in mid-roll need not be covered.", { reserve: 0 }),
    );
  }
  return changes;
}

/** Rules of workloads that are named as in the way. */
function relaxedRules(request: PlanRequest, facts: Facts, reasons: readonly RefusalReason[]): Change[] {
  const named = new Set(reasons.flatMap(({ workloads }) => workloads));
  const items = facts.items.filter((item) => named.has(item.id)).slice(0, STOPS);
  return items.flatMap(({ workload }): Change[] => {
    const { hosts, spread, moves, together } = workload;
    const { together: _together, ...apart } = workload;
    const { moves: _moves, ...again } = workload;
    const { hosts: _hosts, ...anywhere } = workload;
    const { spread: _spread, ...beside } = workload;
    const changes: Change[] = [];
    if (hosts?.only !== undefined || hosts?.never !== undefined) {
      changes.push({
        text: `Let ${workload.id}, which ${hostRuleWords(hosts)}, run on any host for the time of the roll.`,
        request: withWorkload(request, anywhere),
      });
    }
    if (spread !== undefined) {
      changes.push({
        text: `Let ${workload.id} share a failure domain with other members of ${spread} for the time of the roll.`,
        request: withWorkload(request, beside),
      });
    }
    if (together !== undefined) {
      changes.push({
        text: `Let ${workload.id} part from the others of ${together} for the time of the roll.`,
        request: withWorkload(request, apart),
      });
    }
    if (moves !== undefined) {
      const relaxed = withWorkload(request, again);
      changes.push({ text: `Let ${workload.id} move more than once in this roll.`, request: relaxed });
    }
    if (own(request.quiet?.spans, workload.id) !== undefined) {
      const relaxed = { ...request, quiet: withoutHours(request, workload.id) };
      changes.push({ text: `Let ${workload.id} move in its quiet hours for the time of the roll.`, request: relaxed });
    }
    return changes;
  });
}

function withoutHours({ quiet }: PlanRequest, id: string): PlanRequest["quiet"] {
  if (quiet === undefined) return undefined;
  const spans = Object.fromEntries(Object.entries(quiet.spans).filter(([one]) => one !== id));
  return { ...quiet, spans };
}

/** The request with another version of one workload. */
function withWorkload(request: PlanRequest, changed: Workload): PlanRequest {
  const workloads = request.fleet.workloads.map((one) => (one.id === changed.id ? changed : one));
  return { ...request, fleet: { ...request.fleet, workloads } };
}

/** The same fleet with these hosts in service, as if nothing had ever been wrong with them. */
function broughtBack(request: PlanRequest, back: ReadonlySet<string>): PlanRequest {
  const { fleet, memory } = request;
  const hosts = fleet.hosts.map((host): Host => {
    if (!back.has(host.id)) return host;
    const { mark: _mark, ...rest } = host;
    return { ...rest, state: "up", cordoned: false, held: false };
  });
  const forgiven = memory && {
    ...memory,
    hosts: Object.fromEntries(Object.entries(memory.hosts).filter(([id]) => !back.has(id))),
    convicted: memory.convicted.filter((id) => !back.has(id)),
  };
  return { ...request, fleet: { ...fleet, hosts }, memory: forgiven };
}

/** Named workloads first, the smallest ones first. */
function stops(request: PlanRequest, facts: Facts, reasons: readonly RefusalReason[]): Change[] {
  const named = new Set(reasons.flatMap(({ workloads }) => workloads));
  const hosts = new Set(reasons.flatMap((reason) => reason.hosts));
  const candidates = facts.items
    .filter((item) => named.has(item.id) || hosts.has(item.node.id))
    .sort((a, b) => Number(named.has(b.id)) - Number(named.has(a.id)) || a.bulk - b.bulk || a.index - b.index);
  return candidates.slice(0, STOPS).map((item) => {
    const size = item.gib > 0 ? ` (${amount("memory", item.gib * 1024)})` : "";
    return {
      text: `Stop ${item.id}${size} on ${item.node.id} for the time of the roll.`,
      request: withWorkload(request, { ...item.workload, state: "stopped" }),
    };
  });
}

/** An empty host at the level, as large as the largest one. */
function oneMoreHost(request: PlanRequest, facts: Facts): Change[] {
  const size = (host: Host): number => host.capacity.memory ?? 0;
  const [largest] = [...facts.nodes].map(({ host }) => host).sort((a, b) => size(b) - size(a));
  if (largest === undefined) return [];
  const { mark: _mark, domain: _domain, problem: _problem, finding: _finding, ...rest } = largest;
  const host: Host = {
    ...rest,
    id: `${facts.nodes.at(-1)?.id ?? ""}~`,
    level: rest.wanted,
    evidence: rest.wanted,
    state: "up",
    cordoned: false,
    held: false,
  };
  const text = `Add one host like ${largest.id}${size(largest) > 0 ? ` (${amount("memory", size(largest))})` : ""} to the fleet.`;
  return [{ text, request: { ...request, fleet: { ...request.fleet, hosts: [...request.fleet.hosts, host] } } }];
}

/** What of the policy differs from the original one. */
function changed(original: PlanRequest, request: PlanRequest): Partial<PlanRequest["policy"]> {
  const before = original.policy as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(request.policy).filter(([key, value]) => own(before, key) !== value));
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
