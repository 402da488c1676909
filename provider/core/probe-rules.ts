import type { Fleet, Workload } from "./fleet.ts";
import { SLICE } from "./impact/samples.ts";
import type { Probe, WorkloadRule } from "./probe.ts";

/** Requests per second that all probes send together, unless they say otherwise. */
export const CAP = 200;

/** Whether a probe is about the workload. */
export function isMeant(rule: WorkloadRule, { id, tags = [] }: Pick<Workload, "id" | "tags">): boolean {
  if (rule === "all") return true;
  return (rule.tag === undefined || tags.includes(rule.tag)) && (rule.name === undefined || nameFits(rule.name, id));
}

/** `*` stands for any characters. */
function nameFits(pattern: string, name: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return name === pattern;
  const tail = rest.pop() ?? "";
  if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false;
  let at = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - tail.length;
}

/** The texts of a probe in which the workload has to be named; none: the answers name it. */
export function placesOf(probe: Probe): readonly string[] {
  switch (probe.kind) {
    case "http":
      return [probe.url];
    case "tcp":
      return [probe.address];
    case "command":
      return probe.command;
    case "prometheus":
    case "platform":
      return [];
  }
}

export const asksForAddress = (probe: Probe): boolean => placesOf(probe).some((text) => text.includes("{address}"));

/** What is wrong with a probe that only a look at the whole of it shows; undefined: nothing. */
export function probeProblem(probe: Probe): string | undefined {
  const places = placesOf(probe);
  if (places.some((text) => text.includes("{host}"))) {
    return "asks for {host}, but a probe is about workloads, wherever they run: use {workload} or {address}";
  }
  if (places.length > 0 && !places.some((text) => text.includes("{workload}") || text.includes("{address}"))) {
    return "asks the same for every workload: {workload} or {address} has to be in it";
  }
  return undefined;
}

/** Why the probe would measure nothing of this fleet; undefined: it would. */
export function emptyProblem(probe: Probe, fleet: Fleet): string | undefined {
  const meant = fleet.workloads.filter((one) => isMeant(probe.workloads, one));
  if (meant.length === 0)
    return `matches no workload of this fleet (${ruleWords(probe.workloads)})${known(probe, fleet)}`;
  if (!asksForAddress(probe) || meant.some(({ address }) => address !== undefined)) return undefined;
  return `asks for {address}, but the platform knows no address of the ${meant.length} workloads that it matches; write one with {workload} in it: "{workload}.prod.example.com"`;
}

function known({ workloads }: Probe, fleet: Fleet): string {
  if (workloads === "all" || workloads.tag === undefined) return "";
  const tags = [...new Set(fleet.workloads.flatMap((one) => one.tags ?? []))].sort();
  if (tags.length === 0) return "; no workload has a tag";
  return `; tags that there are: ${tags.slice(0, 10).join(", ")}${tags.length > 10 ? ", …" : ""}`;
}

export function ruleWords(rule: WorkloadRule): string {
  if (rule === "all") return "all of them";
  const words = [
    ...(rule.tag === undefined ? [] : [`tag ${JSON.stringify(rule.tag)}`]),
    ...(rule.name === undefined ? [] : [`name ${JSON.stringify(rule.name)}`]),
  ];
  return words.join(" and ");
}

/** Requests per second that each probe may send: what it says itself, or an equal share of what is for all. */
export function capsOf(probes: readonly Probe[]): number[] {
  const sending = probes.filter((probe) => probe.kind !== "prometheus");
  const share = CAP / Math.max(1, sending.length);
  return probes.map((probe) => ("cap" in probe ? (probe.cap ?? share) : share));
}

/** Whom a probe measures within its cap, and how often. */
export interface Share<T> {
  /** That it is about; those of them that can be asked; those that are, in their given order. */
  readonly meant: readonly T[];
  readonly able: readonly T[];
  readonly measured: readonly T[];
  /** Fleet ms between two requests to one of them. */
  readonly every: number;
}

/**
 * More workloads than the cap allows are asked less often, each still once in a slice; of more than that always the same sample is
 * measured, whatever else comes or goes. Those that are stopped count as well: nothing changes when one stops for a while.
 * @param perSecond requests per fleet second.
 */
export function shareOf<T extends Pick<Workload, "id" | "tags" | "address">>(
  probe: Probe,
  perSecond: number,
  workloads: readonly T[],
): Share<T> {
  const meant = workloads.filter((one) => isMeant(probe.workloads, one));
  const able = asksForAddress(probe) ? meant.filter(({ address }) => address !== undefined) : meant;
  if (!("every" in probe)) return { meant, able, measured: able, every: SLICE };
  const paces = [probe.every, ...PACES.filter((pace) => pace > probe.every)];
  const fits = (every: number): boolean => able.length <= (perSecond * every) / 1_000;
  const every = paces.find(fits) ?? (paces.at(-1) as number);
  return { meant, able, measured: sampleOf(able, Math.floor((perSecond * every) / 1_000)), every };
}

/** Intervals between requests that are tried when the declared one is too short, ms. */
const PACES = [1_000, 1_250, 1_500, 2_000, 2_500, SLICE];

function sampleOf<T extends Pick<Workload, "id">>(workloads: readonly T[], most: number): readonly T[] {
  if (workloads.length <= most) return workloads;
  const ranked = workloads
    .map((one) => ({ one, rank: rankOf(one.id) }))
    .sort((a, b) => a.rank - b.rank || (a.one.id < b.one.id ? -1 : 1));
  const chosen = new Set(ranked.slice(0, most).map(({ one }) => one));
  return workloads.filter((one) => chosen.has(one));
}

/** A number for a name, well mixed, 0 to below 1: the same everywhere. */
export function rankOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}
