import { readable } from "../../core/duration.ts";
import { levelChange } from "../../core/levels.ts";
import type { HostRow, PlanDocument } from "./document.ts";

/** `1 host`, `3 hosts`, `1,000 hosts`. */
export function counted(count: number, word: string): string {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

/** "6 of 8 hosts to 8.0.3; 1 compliant, 1 ahead": what a reviewer reads first. */
export function headline(document: PlanDocument): string {
  const { hosts, level, compliance, outlook } = document;
  const planned = hosts.filter((row) => row.part !== undefined).length.toLocaleString("en");
  const { drifted, ...others } = compliance;
  const rest = countsOf(others);
  const fleet = counted(hosts.length, "host");
  switch (outlook) {
    case "roll":
      return [`${planned} of ${fleet} to be taken to ${level}`, ...rest].join(", ");
    case "nothing":
      return `nothing to roll to ${level}: ${[...(drifted > 0 ? [`${drifted} drifted`] : []), ...rest].join(", ")}`;
    case "left alone":
      return [`${drifted} of ${fleet} drifted from ${level}, left alone`, ...rest].join(", ");
    case "refused":
      return [`the roll to ${level} is refused; ${drifted} of ${fleet} drifted`, ...rest].join(", ");
    case "halted":
      return [`the roll to ${level} is halted; ${drifted} of ${fleet} drifted`, ...rest].join(", ");
  }
}

/** How the fleet stands against the level, whatever will be done about it. */
export function standing({ hosts, level, compliance: { drifted, ...others } }: PlanDocument): string {
  return [`${drifted} of ${counted(hosts.length, "host")} drifted from ${level}`, ...countsOf(others)].join(", ");
}

function countsOf(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
}

/** `8.0.1 → 8.0.3`, or the level that stays. */
export function levels(row: HostRow): string {
  return row.part === undefined || row.from === row.to ? row.from : levelChange(row.from, row.to);
}

/**
 * A host and its level as Pulumi writes a property: `~ esx-01: "8.0.1" => "8.0.3"` is a change that `up` makes,
 * `  esx-01: "8.0.1" → "8.0.3"` one that is pending and left alone, `  esx-02: "8.0.3"` none.
 */
export function change({ host, from, to, part }: HostRow, outlook: PlanDocument["outlook"]): string {
  const level = JSON.stringify(from);
  if (part === undefined || from === to) return `  ${host}: ${level}`;
  return outlook === "roll"
    ? `~ ${host}: ${level} => ${JSON.stringify(to)}`
    : `  ${host}: ${level} → ${JSON.stringify(to)}`;
}

/** Worth a row: it is rolled, does not comply, or is out. */
export function isTold({ part, compliance, inHand }: HostRow): boolean {
  return part !== undefined || compliance !== "compliant" || inHand;
}

/** What is special about a host, in a few words. */
export function remarks(row: HostRow): string {
  const { part, reason } = row;
  if (part === undefined) {
    return [
      reason === "" ? row.compliance : `${row.compliance}: ${reason}`,
      ...(row.inHand ? ["out under a mark"] : []),
    ].join(", ");
  }
  const { shutdown, makeRoom, undoRoom } = part;
  return [
    ...(part.canary && !part.why.startsWith("canary") ? ["canary"] : []),
    part.why,
    ...(row.inHand && row.from === row.to ? ["goes back into service"] : []),
    ...(makeRoom.length > 0 ? [`${makeRoom.length} make room`] : []),
    ...(undoRoom.length > 0 ? [`${undoRoom.length} undo that`] : []),
    ...(shutdown.length > 0 ? [`${shutdown.length} shut down and started again`] : []),
    ...(reason === "" ? [] : [reason]),
    ...(row.warnings ?? []).map((text) => `warning: ${text}`),
  ].join("; ");
}

/** The parts of one time stay on one line. */
export const hours = (count: number): string => readable(count * 3_600_000).replaceAll(" ", "\u00a0");

export const gib = (amount: number): string =>
  `${amount.toLocaleString("en", { maximumFractionDigits: amount < 100 ? 1 : 0 })} GiB`;

/** `97 %`, rounded down: what is not full does not read as if it were. */
export const percent = (share: number): string => `${Math.floor(share * 1000 + 1e-6) / 10}\u00a0%`;
