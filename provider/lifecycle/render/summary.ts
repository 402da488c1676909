import type { SettingCost } from "../costs.ts";
import type { Nights } from "../nights.ts";
import type { PlanDocument } from "./document.ts";
import { counted, gib, hours, percent } from "./words.ts";

/** Hosts that a summary names as the fullest. */
const FULLEST = 3;
/** Hours that count as none: two searches never end alike to the minute. */
const SLIGHT = 1 / 60;

/** Totals against their bounds, windows, what settings cost, and what a reviewer should know, one paragraph each. Empty when nothing is planned. */
export function summary(document: PlanDocument): string[] {
  const { goesOn, totals, notes, windows, costs, scale, effort } = document;
  const before =
    goesOn === undefined
      ? []
      : [`goes on with run ${goesOn.run}, which has rolled ${counted(goesOn.done, "host")} so far`];
  if (totals === undefined) return before;
  return [
    ...before,
    figures(document),
    ...forWhat(document),
    ...(windows === undefined ? [] : [nights(windows)]),
    ...(costs === undefined ? [] : prices(costs)),
    ...(document.measuring === undefined ? [] : [watching(document.measuring)]),
    ...fullest(document),
    ...(notes.length === 0 ? [] : [notes.join(" ")]),
    ...(effort === undefined ? [] : [`searched with an effort of ${effort.toLocaleString("en")}`]),
    ...(scale === undefined
      ? []
      : [`times are fleet time, which runs ${scale} times as fast as the clock on the wall`]),
  ];
}

/** "8 hosts, 201 moves of 5,016 GiB, 1.10 × the bound; 2 h 47 min (2 h 14 min to 4 h 10 min), 1.02 × the bound; …" */
function figures({ totals, bounds, ratios }: PlanDocument): string {
  if (totals === undefined) return "";
  const { low, expected, high } = totals.hours;
  const out = bounds === undefined ? "" : `, of ${bounds.out.toLocaleString("en")} that capacity allows`;
  return [
    `${counted(totals.hosts, "host")}, ${counted(totals.moves, "move")} of ${gib(totals.gib)}${times(ratios?.moves)}`,
    `${hours(expected)} (${hours(low)} to ${hours(high)})${times(ratios?.hours)}`,
    `at most ${counted(totals.out, "host")} out at once${out}`,
  ].join("; ");
}

/** Rounded up, so that only what is at the bound reads as 1.00. */
export function times(ratio: number | undefined): string {
  return ratio === undefined ? "" : `, ${(Math.ceil(ratio * 100 - 1e-6) / 100).toFixed(2)}\u00a0×\u00a0the\u00a0bound`;
}

function forWhat({ moves, totals }: PlanDocument): string[] {
  if (moves === undefined || totals === undefined || moves.evacuate === totals.moves) return [];
  const parts = [
    `${moves.evacuate.toLocaleString("en")} evacuate`,
    ...(moves.putBack > 0 ? [`${moves.putBack.toLocaleString("en")} put back`] : []),
    ...(moves.makeRoom > 0 ? [`${moves.makeRoom.toLocaleString("en")} make room`] : []),
    ...(moves.undoRoom > 0 ? [`${moves.undoRoom.toLocaleString("en")} undo that`] : []),
  ];
  return [`moves: ${parts.join(", ")}`];
}

function nights({ count, begins, ends, timezone, waiting, left, tooLong }: Nights): string {
  if (tooLong?.quiet !== undefined)
    return `${counted(left, "host")} would not start: ${tooLong.host} is expected to take ${hours(tooLong.hours)}, longer than quiet hours of ${listed(tooLong.quiet)} leave`;
  if (tooLong !== undefined)
    return `${counted(left, "host")} would not start: ${tooLong.host} is expected to take ${hours(tooLong.hours)}, longer than every window in sight`;
  const span = begins === undefined || ends === undefined ? undefined : [begins, ends];
  const told = span?.map((iso) => moment(iso, timezone)).join(" to ");
  if (count === undefined) {
    const waits = waiting > 0 ? `; ${hours(waiting)} of it waiting for quiet hours to end` : "";
    return `outside of quiet hours: ${told} (${timezone}), if it goes on whenever it may${waits}`;
  }
  if (told === undefined)
    return `${counted(left, "host")} would not start: after ${counted(count, "window")} no further one is in sight`;
  return [
    `${counted(count, "window")}: ${told} (${timezone}), if it goes on at every opening`,
    ...(waiting > 0 ? [`${hours(waiting)} of it waiting between windows`] : []),
  ].join("; ");
}

/** "Wed 25 Nov 2026, 22:00". */
function moment(iso: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...({ weekday: "short", day: "numeric", month: "short", year: "numeric" } as const),
    ...({ hour: "2-digit", minute: "2-digit", timeZone } as const),
  });
  const parts = Object.fromEntries(format.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]));
  const { weekday, day, month, year, hour, minute } = parts as Record<Intl.DateTimeFormatPartTypes, string>;
  return `${weekday} ${day} ${month} ${year}, ${hour}:${minute}`.replaceAll(" ", "\u00a0");
}

function prices({ settings, unknown }: NonNullable<PlanDocument["costs"]>): string[] {
  const told = [
    ...settings.map(price),
    ...(unknown.length === 0 ? [] : [`not computed for so large a fleet: the cost of ${listed(unknown)}`]),
  ];
  return told.length === 0 ? [] : [told.join("; ")];
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function price({ setting, value, against, hours: cost }: SettingCost): string {
  const name = setting === "canary" ? `the canary` : `${setting}\u00a0${value}`;
  const instead = {
    canary: "",
    judged: `against ${against}`,
    startWidth: `against starting with ${against}`,
    maxUnavailable: `against ${against}`,
  }[setting];
  const end = instead === "" ? "" : ` ${instead}`;
  if (cost === undefined) return `no quick plan without ${name}${end}`;
  if (Math.abs(cost) < SLIGHT) return `${name} costs nothing${end}`;
  return `${name} ${cost > 0 ? "costs" : "saves"} ${hours(Math.abs(cost))}${end}`;
}

/** Which phases measure the service, for how long, and what they can find. */
function watching(measuring: NonNullable<PlanDocument["measuring"]>): string {
  if (measuring === "not tested") return "no probes: whether the patch costs the service anything is not tested";
  const { workloads, reference, canaries, canaryHours, judged, judgedHours, after, finds } = measuring;
  const phases = [
    ...(reference > 0 ? [`${hours(reference)} before the first host`] : []),
    ...(canaries > 0 ? [`up to ${hours(canaryHours)} at the canary`] : []),
    ...(judged > 0
      ? [`up to ${hours(judgedHours)} at ${counted(judged, "more host")} that ${judged === 1 ? "is" : "are"} judged`]
      : []),
    ...(after > 0 ? [`${hours(after)} after the last host`] : []),
  ];
  const { perHost, pooled } = finds;
  const found = [
    ...(perHost === undefined ? [] : [`a loss of ${percent(perHost)} of one host`]),
    ...(pooled === undefined ? [] : [`of ${percent(pooled)} over all of them`]),
  ];
  const power =
    found.length === 0
      ? "finds no loss of latency with so few workloads"
      : `finds ${found.join(", ")} in four of five cases`;
  return `watches ${counted(workloads, "workload")}: ${phases.join(", ")}; ${power}`;
}

function fullest({ peaks = [] }: PlanDocument): string[] {
  const top = [...peaks].sort((a, b) => b.share - a.share).slice(0, FULLEST);
  if (top.length === 0) return [];
  const all = peaks.length > top.length ? ` of ${counted(peaks.length, "host")}` : "";
  return [`fullest${all}: ${top.map(({ host, share }) => `${host}\u00a0${percent(share)}`).join(", ")}`];
}
