import { z } from "zod";
import { own } from "./own.ts";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PATTERN = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;

/** A length of time as people write it: `"90s"`, `"20m"`, `"1.5h"`, `"0s"`. Parsed to milliseconds. */
export const duration = z
  .string({
    error: ({ input }) =>
      typeof input === "number" ? `expected a duration with its unit, like "${input}m"` : undefined,
  })
  .regex(PATTERN, 'expected a duration like "90s", "20m" or "1.5h"')
  .transform((text) => milliseconds(text));

/** A duration that has to leave some time for what it limits. */
export const someTime = duration.refine((ms) => ms > 0, "must be longer than 0s");

/** Milliseconds of a duration text. Throws RangeError for anything that `duration` would refuse. */
export function milliseconds(text: string): number {
  const match = PATTERN.exec(text);
  const unit = own(UNITS, match?.[2] ?? "");
  if (match === null || unit === undefined) throw new RangeError(`"${text}" is not a duration`);
  return Math.round(Number(match[1]) * unit);
}

/** Milliseconds in the two largest units that matter: `"1 h 20 min"`, `"45 s"`, `"0 s"`. */
export function readable(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 || minutes >= 10 ? `${minutes} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
