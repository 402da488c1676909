import type { Policy } from "../../provider/core/policy.ts";
import { hostsAllowed } from "../../provider/core/share.ts";
import { violations, type World } from "../../provider/drivers/simulated/index.ts";

type HostRow = NonNullable<ReturnType<World["hosts"]["get"]>>;

/**
 * Watches a world and throws on the first breach of a promise: those of the world itself (a workload on exactly one running
 * host, capacity, anti-affinity, patches only on empty hosts in maintenance, an operator's host left alone) and those of the
 * roll (never more hosts out than allowed by our doing, the reserve kept, nothing drained or patched after a halt).
 * @param forgets the fleet record gets lost, and verdicts with it.
 */
export function rules(policy: Policy, forgets = false): (world: World) => void {
  let seen = 0;
  let sticky: string | undefined;
  return (world) => {
    const broken = violations(world);
    if (broken.length > 0) throw new Error(`broken: ${broken.join("; ")}`);
    const halt = world.record?.record.halt?.reason;
    sticky = forgets ? halt : (sticky ?? halt);
    for (let index = world.events.length - 1; index >= 0; index--) {
      const event = world.events[index];
      if (event === undefined || event.seq <= seen) break;
      if (event.by !== "run" || (event.outcome !== "done" && event.outcome !== "begun")) continue;
      if (event.what === "migrate") staysSpread(world, event.workload ?? "", event.to ?? "");
      const host = event.host ?? "";
      const convicted = world.record?.record.run?.convicted.includes(host) === true;
      if (event.what === "rollback" && !(convicted && policy.onRegress === "rollback"))
        throw new Error(`broken: ${host} is taken back, which nobody asked for`);
      if (event.what === "cordon" && !convicted) mayGoOut(world, policy, host);
      if ((event.what === "cordon" || event.what === "remediate") && !convicted)
        afterHalt(world, event.what, host, sticky);
    }
    seen = world.events.at(-1)?.seq ?? seen;
  };
}

/** No member of a spread group goes to a failure domain with another one. */
function staysSpread(world: World, id: string, to: string): void {
  const moving = world.workloads.get(id);
  const domain = (host: string): string => world.hosts.get(host)?.domain ?? `host ${host}`;
  if (moving?.spread === undefined || domain(moving.host) === domain(to)) return;
  for (const other of world.workloads.values()) {
    if (other.id === id || other.spread !== moving.spread || other.state !== "running") continue;
    const places = [other.host, ...(other.doing?.kind === "migrate" ? [other.doing.to] : [])];
    if (places.some((host) => domain(host) === domain(to)))
      throw new Error(`broken: ${id} goes to ${to}, in a failure domain with ${other.id} of ${moving.spread}`);
  }
}

function mayGoOut(world: World, policy: Policy, cordoned: string): void {
  const hosts = [...world.hosts.values()];
  const silent = (host: (typeof hosts)[number]): boolean => world.now < host.hungUntil || world.now < host.cutUntil;
  const out = hosts.filter((host) => host.cordoned || host.held || host.power !== "on" || silent(host));
  if (out.length > hostsAllowed(policy.maxUnavailable.fleet, hosts.length)) {
    throw new Error(`broken: ${out.map((host) => host.id).join(", ")} are out at once, ${cordoned} by us`);
  }
  const { perDomain } = policy.maxUnavailable;
  const domain = world.hosts.get(cordoned)?.domain;
  const mates = hosts.filter((host) => host.domain === domain);
  if (
    perDomain !== undefined &&
    domain !== undefined &&
    out.filter((host) => host.domain === domain).length > hostsAllowed(perDomain, mates.length)
  ) {
    throw new Error(`broken: too many hosts of ${domain} are out at once, ${cordoned} by us`);
  }
  const early = waitsFor(world, policy, cordoned);
  if (early !== undefined) throw new Error(`broken: ${cordoned} goes out before ${early} is back, against the order`);
  const [one, other] = together(policy, out, cordoned);
  if (one !== undefined) throw new Error(`broken: ${cordoned} and ${other} are out at once, against ${one}`);
  const short = shortOfReserve(
    world,
    policy,
    hosts.filter((host) => !out.includes(host)).map((host) => host.id),
  );
  if (short !== undefined) throw new Error(`broken: with ${cordoned} out ${short}`);
}

/** A rule by which the host must not be out together with another one that is, and that one; empty: none. */
function together(policy: Policy, out: readonly HostRow[], cordoned: string): string[] {
  const others = out.filter((host) => host.id !== cordoned);
  const groupsOf = (host: HostRow | undefined): string[] => [
    ...(host?.quorums ?? []),
    ...Object.entries(policy.quorums ?? {}).flatMap(([name, hosts]) => (host && hosts.includes(host.id) ? [name] : [])),
    ...(policy.apart ?? []).flatMap((hosts, line) => (host && hosts.includes(host.id) ? [`apart ${line}`] : [])),
  ];
  const mine = groupsOf(out.find((host) => host.id === cordoned));
  for (const host of others) for (const name of groupsOf(host)) if (mine.includes(name)) return [name, host.id];
  return [];
}

/** A host at work that an order rule puts before this one. */
function waitsFor(world: World, { last = [], order = [] }: Policy, cordoned: string): string | undefined {
  const run = world.record?.record.run;
  const before = order.find(({ host }) => host === cordoned)?.after ?? [];
  const isAtWork = ({ id, mark, held }: HostRow): boolean =>
    id !== cordoned && mark !== undefined && !held && !run?.hosts[id]?.failed && !run?.convicted.includes(id);
  const atWork = [...world.hosts.values()].filter(isAtWork);
  return atWork.find(({ id }) => before.includes(id) || last.includes(id) || last.includes(cordoned))?.id;
}

/** What would not be left for the failure of the largest hosts, with every workload on the hosts in service. */
function shortOfReserve(world: World, policy: Policy, serving: readonly string[]): string | undefined {
  const asked = policy.reserve ?? ([...world.hosts.values()].length <= 2 ? 0 : 1);
  const sizes = serving.map((id) => world.hosts.get(id)?.capacity.memory ?? 0).sort((a, b) => b - a);
  const reach = (id: string): boolean => {
    const host = world.hosts.get(id);
    return host !== undefined && !host.held && world.now >= host.hungUntil && world.now >= host.cutUntil;
  };
  const running = [...world.workloads.values()].filter(
    (workload) =>
      workload.state === "running" && reach(workload.host) && !(workload.pinned && !serving.includes(workload.host)),
  );
  const demand = running.reduce((sum, workload) => sum + (workload.demand.memory ?? 0), 0);
  const free = sizes.reduce((sum, size) => sum + size, 0) - demand;
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const largest = (count: number): number => sizes.slice(0, count).reduce((sum, size) => sum + size, 0);
  const stated = typeof asked === "string" ? (Number.parseFloat(asked) / 100) * all : undefined;
  const reserve = stated ?? (typeof asked === "object" ? (asked.memory ?? 0) : largest(Number(asked)));
  return free < reserve ? `${free} MiB are free, ${reserve} must be` : undefined;
}

function afterHalt(world: World, what: string, host: string, sticky: string | undefined): void {
  const run = world.record?.record.run;
  const halt = sticky ?? run?.halt?.reason;
  if (halt !== undefined) throw new Error(`broken: ${what} of ${host} after the halt "${halt}"`);
}
