import { readable } from "../../core/duration.ts";
import { levelChange } from "../../core/levels.ts";
import { counted } from "../render/words.ts";
import type { Estimate, HostReport, RunReport } from "./schema.ts";

/** `+3.1 %`, `−0.4 %`. */
export function signed(share: number): string {
  const percents = (Math.abs(share) * 100).toFixed(1);
  const sign = percents === "0.0" ? "±" : share < 0 ? "\u2212" : "+";
  return `${sign}${percents}\u00a0%`;
}

/** "+3.1 %, 95 % CI +1.9 % to +4.4 %". */
export function losses({ delta, lower, upper }: Estimate): string {
  return `${signed(delta)}, 95\u00a0% CI ${signed(lower)} to ${signed(upper)}`;
}

/** `0:00:15`, `12:05:00`: since the run began. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** The parts of one time stay together. */
export const lasting = (seconds: number): string => readable(seconds * 1000).replaceAll(" ", "\u00a0");

/** `2026-11-25 02:14:21`, UTC. */
export const moment = (iso: string): string => iso.slice(0, 19).replace("T", " ");

/** What became of the run, in a few words. */
export function headline({ outcome, hosts, level }: RunReport): string {
  const rolled = hosts.filter((one) => one.outcome === "rolled").length;
  const fleet = `${rolled.toLocaleString("en")} of ${counted(hosts.length, "host")} rolled to ${level}`;
  switch (outcome) {
    case "done":
      return fleet;
    case "unfinished":
      return `Not ended: ${fleet}`;
    default:
      return `${upper(outcome)}: ${fleet}`;
  }
}

/** A good end, one that waits for something, or one that a person has to look at. */
export function mood({ outcome, hosts }: RunReport): "good" | "waiting" | "bad" {
  if (outcome === "halted" || outcome === "halted until acknowledged") return "bad";
  if (outcome !== "done") return "waiting";
  return hosts.some((one) => one.outcome === "failed" || one.outcome === "convicted") ? "bad" : "good";
}

/** What became of a host, with its reason. */
export function outcomeText({ outcome, why, rolledBack }: HostReport): string {
  const back = rolledBack === undefined ? "" : `; taken back to ${rolledBack.level}, which is proven`;
  return `${outcome}${why === undefined ? "" : `: ${why}`}${back}`;
}

/** Level it had and has; of one that was not taken there, the level it should have. */
export function levelText({ from, to, proof }: HostReport): string {
  if (from === undefined) return proof?.level ?? "";
  return to === undefined ? from : levelChange(from, to);
}

/** "8.0.3 by the inventory and by the running system"; named apart where they differ. */
export function proofText({ proof }: HostReport): string {
  if (proof === undefined) return "";
  return proof.level === proof.second
    ? `${proof.level} by both sources`
    : `${proof.level} by the inventory, ${proof.second} by the running system`;
}

/** `boot-1 → boot-2`. */
export function bootsText({ proof }: HostReport): string {
  if (proof === undefined) return "";
  return proof.bootBefore === undefined ? proof.boot : `${proof.bootBefore} → ${proof.boot}`;
}

export const share = (value: number): string => `${Math.round(value * 1000) / 10}\u00a0%`;

/** Its first letter as a capital. */
export const upper = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The verdict as a reader meets it at the top of a report. */
export function verdictText({ impact }: RunReport): string {
  return upper(impact.sentence.replace(/^not tested/, "impact of the patch not tested"));
}

/** How it ended, without what the verdict has said already. */
export function endText({ outcome, reason, impact }: RunReport): string {
  if (outcome === "unfinished") return "The run has not ended: it goes on, or its process has died.";
  return reason.includes(impact.sentence) ? reason.replace(impact.sentence, "see above") : reason;
}
