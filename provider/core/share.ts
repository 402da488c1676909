import { z } from "zod";

/** A count of hosts (`3`) or a share of them (`"25%"`). */
export const countOrShare = z.union([
  z.int('expected a whole number of hosts or a share like "25%"').min(1, "must be at least 1"),
  z
    .string()
    .regex(/^\d+(\.\d+)?%$/, 'expected a count of hosts or a share like "25%"')
    .refine((text) => share(text) > 0, "a share must be more than 0%")
    .refine((text) => share(text) <= 100, "a share must not exceed 100%"),
]);

export type CountOrShare = z.output<typeof countOrShare>;

/** Hosts that a count or share allows out of `total`: shares are rounded down, but never to less than 1. */
export function hostsAllowed(limit: CountOrShare, total: number): number {
  if (typeof limit === "number") return limit;
  return Math.max(1, Math.floor((share(limit) * total) / 100 + 1e-9));
}

const share = (text: string): number => Number(text.slice(0, -1));
