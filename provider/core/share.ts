import { z } from "zod";

const shareOf = (message: string) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?%$/, message)
    .refine((text) => share(text) > 0, "a share must be more than 0%")
    .refine((text) => share(text) <= 100, "a share must not exceed 100%");

/** A share of capacity (`"10%"`). */
export const shareText = shareOf('expected a share like "10%"');

/** A count of hosts (`3`) or a share of them (`"25%"`). */
export const countOrShare = z.union([
  z.int('expected a whole number of hosts or a share like "25%"').min(1, "must be at least 1"),
  shareOf('expected a count of hosts or a share like "25%"'),
]);

export type CountOrShare = z.output<typeof countOrShare>;

/** Hosts that a count or share allows out of `total`: shares are rounded down, but never to less than 1. */
export function hostsAllowed(limit: CountOrShare, total: number): number {
  if (typeof limit === "number") return limit;
  return Math.max(1, Math.floor((share(limit) * total) / 100 + 1e-9));
}

/** `"25%"` as a part of one. */
export function partOf(text: string): number {
  return share(text) / 100;
}

const share = (text: string): number => Number(text.slice(0, -1));
