import { named } from "../render/escape.ts";
import type { HostReport } from "./schema.ts";

/** Letters of a name that a chart has room for. */
const LETTERS = 24;

/** A host and its row in a chart over time. */
export interface Row {
  readonly host: HostReport;
  /** Its place from the top. */
  readonly row: number;
}

export const middle = ({ row }: Row): number => row + 0.5;
export const startOf = ({ begins, spans }: HostReport): number => begins ?? spans[0]?.from ?? 0;
export const endOf = ({ ends, spans }: HostReport): number => ends ?? spans.at(-1)?.to ?? 0;

/** For each host the first row that is free when it begins. */
export function packed(hosts: readonly HostReport[]): Row[] {
  const free: number[] = [];
  return hosts.map((host) => {
    const found = free.findIndex((at) => at <= startOf(host));
    const row = found < 0 ? free.length : found;
    free[row] = endOf(host);
    return { host, row };
  });
}

/** Round moments, at most a dozen. */
export function ticksOf(last: number): number[] {
  const steps = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];
  const step = steps.find((seconds) => last / seconds <= 12) ?? 86_400 * Math.ceil(last / 86_400 / 12);
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step);
}

export function short(name: string, most = LETTERS): string {
  const letters = [...named(name)];
  return letters.length <= most ? letters.join("") : `${letters.slice(0, most - 1).join("")}…`;
}
