import type { WorldDescription } from "../drivers/simulated/index.ts";
import { columns } from "./columns.ts";

type HostDescription = WorldDescription["hosts"][number];

/** An embedded fleet for people: hosts, what goes on, what is planned to go wrong. */
export function simText(world: WorldDescription): string {
  const running = world.workloads.filter(({ state }) => state === "running").length;
  const pace = world.scale === 1 ? "" : `, ${world.scale} times as fast as real time`;
  return [
    `${world.hosts.length} hosts, ${running} of ${world.workloads.length} workloads running; fleet time ${world.fleetTime.slice(0, 19).replace("T", " ")} UTC${pace}`,
    ...hostTable(world.hosts),
    ...section(
      "under way",
      world.tasks.map(({ what, until }) => `${what} until ${until.slice(11, 19)}`),
    ),
    ...section(
      "faults",
      world.faults.map(({ id, ...fault }) => `${id}: ${JSON.stringify(fault)}`),
    ),
    ...actorLines(world.actors),
    ...section("broken rules", world.violations.map(String)),
    ...section("newest events", world.events.map(eventLine)),
  ].join("\n");
}

function hostTable(hosts: readonly HostDescription[]): string[] {
  const right = "right" as const;
  const heads = [
    { title: "host" },
    { title: "level" },
    { title: "state" },
    { title: "workloads", align: right },
    { title: "memory GiB", align: right },
    { title: "cores", align: right },
    { title: "domain" },
    { title: "" },
  ];
  const rows = hosts.map((host) => [
    host.id,
    host.level === host.runs ? host.level : `${host.level} (runs ${host.runs})`,
    host.state,
    `${host.workloads}`,
    `${Math.round(host.memory.used)} of ${Math.round(host.memory.of)}`,
    `${Math.round(host.cpu.used)} of ${Math.round(host.cpu.of)}`,
    host.domain ?? "",
    remarks(host),
  ]);
  return columns(heads, rows);
}

function remarks({ cordoned, held, blocked, mark, problem, costs, errors }: HostDescription): string {
  return [
    ...(held ? ["held by an operator"] : []),
    ...(blocked === undefined ? [] : [`blocked: ${blocked}`]),
    ...(cordoned ? ["cordoned"] : []),
    ...(mark === undefined ? [] : [`mark of ${mark.owner}`]),
    ...(problem === undefined ? [] : [problem]),
    ...(costs === undefined || costs.latency === 0 ? [] : [`${costs.latency} % slower`]),
    ...(costs === undefined || costs.errors === 0 ? [] : [`${costs.errors} % of requests fail`]),
    ...(errors === undefined ? [] : [`${errors} hardware errors`]),
  ].join(", ");
}

function actorLines(actors: Readonly<Record<string, unknown>>): string[] {
  const off = Object.entries(actors).filter(([, on]) => on === false);
  return off.length === 0 ? [] : [`put aside: ${off.map(([name]) => name).join(", ")}`];
}

function eventLine(event: WorldDescription["events"][number]): string {
  const { at, by, what, host, workload, to, outcome } = event;
  const whom = [host, workload, to === undefined ? undefined : `to ${to}`]
    .filter((part) => part !== undefined)
    .join(" ");
  return `${at.slice(11, 19)} ${by}: ${what} ${whom}${outcome === undefined || outcome === "done" ? "" : ` (${outcome})`}`.trimEnd();
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}
