import { z } from "zod";
import { amountOf, type Resources } from "./fleet.ts";
import { shareText } from "./share.ts";

const UNITS = new Map([
  ["MiB", 1],
  ["GiB", 1024],
  ["TiB", 1024 * 1024],
]);
const SIZE = /^(\d+(?:\.\d+)?)\s*(MiB|GiB|TiB)$/;

/** MiB of an amount of memory as people write it: `"512GiB"`; undefined: it is none. */
function mebibytes(text: string): number | undefined {
  const [, number, unit = ""] = SIZE.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (UNITS.get(unit) ?? 0);
}

/** Host failures (`1`), amounts by resource (`{ memory: "512GiB", cpu: 64 }`; memory is parsed to MiB) or a share of the capacity in service (`"10%"`). */
export const reserve = z
  .union([
    z.int("expected a whole number of host failures").min(0, "must not be negative"),
    shareText,
    z.record(z.string().min(1), z.union([z.number(), z.string()])),
  ])
  .superRefine((value, context) => {
    if (typeof value !== "object") return;
    const wrong = (message: string, path: string[]) => context.addIssue({ code: "custom", path, message });
    if (Object.keys(value).length === 0) wrong("name at least one resource", []);
    for (const [name, amount] of Object.entries(value)) {
      if (name === "memory" && (typeof amount === "number" || mebibytes(amount) === undefined))
        wrong('expected a size like "512GiB" (MiB, GiB or TiB)', [name]);
      if (name !== "memory" && typeof amount !== "number") wrong("expected a number", [name]);
      if (typeof amount === "number" && amount < 0) wrong("must not be negative", [name]);
    }
  })
  .transform((value): number | string | Resources =>
    typeof value !== "object"
      ? value
      : Object.fromEntries(
          Object.entries(value).map(([name, amount]) => [
            name,
            typeof amount === "number" ? amount : (mebibytes(amount) ?? 0),
          ]),
        ),
  );

/** What stays free at every moment over the hosts in service. */
export type Reserve =
  /** As much as the largest hosts in service have, so many of them. */
  | { readonly kind: "failures"; readonly count: number }
  /** These amounts, by resource. */
  | { readonly kind: "amounts"; readonly amounts: Resources }
  /** This part (0 to 1) of what the hosts in service have. */
  | { readonly kind: "share"; readonly part: number };

/** How much of one resource stays free. `sizes`: capacities of the hosts in service. */
export function kept(of: Reserve, resource: string, sizes: readonly number[]): number {
  const sum = (some: readonly number[]): number => some.reduce((total, size) => total + size, 0);
  if (of.kind === "amounts") return amountOf(of.amounts, resource);
  if (of.kind === "share") return of.part * sum(sizes);
  return of.count === 0 ? 0 : sum([...sizes].sort((a, b) => b - a).slice(0, of.count));
}

/** Nothing is kept free. */
export function isNone(of: Reserve): boolean {
  return of.kind === "failures" && of.count === 0;
}
