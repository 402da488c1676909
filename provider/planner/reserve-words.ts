import { isNone, kept, type Reserve } from "../core/reserve.ts";
import type { Facts } from "./facts.ts";
import { amount, count, list } from "./words.ts";

/** Name of the reserve in a sentence: `the reserve for 1 host failure`. */
export function reserveWords(reserve: Reserve): string {
  if (reserve.kind === "failures") return `the reserve for ${count(reserve.count, "host failure")}`;
  return reserve.kind === "share" ? `the reserve of ${percent(reserve.part)}` : "the stated reserve";
}

/** For reviewers: what stays free, in amounts. */
export function reserveNote({ reserve, resources, nodes, request }: Facts): string {
  if (isNone(reserve))
    return `No room is kept for a host failure${request.policy.reserve === undefined ? ": the fleet is too small" : ""}.`;
  if (reserve.kind === "failures")
    return `Room for ${count(reserve.count, "host failure")} stays free at every moment.`;
  const serving = nodes.filter((node) => node.serving || node.role === "in hand");
  const amounts = resources.flatMap((name, r) => {
    const value = kept(
      reserve,
      name,
      serving.map((node) => node.capacity[r] ?? 0),
    );
    return value > 0 ? [amount(name, value)] : [];
  });
  if (reserve.kind === "amounts") return `${list(amounts)} stay free over the hosts in service at every moment.`;
  return `${percent(reserve.part)} of the capacity in service stays free at every moment: ${list(amounts)} while every host is in service.`;
}

const percent = (part: number): string => `${Math.round(part * 10_000) / 100}%`;
