import { z } from "zod";
import { someTime } from "./duration.ts";

/** A span of time in which hosts may start. */
export const maintenanceWindow = z
  .strictObject({
    start: z.string().min(1).describe('When it opens, as a cron pattern: "0 22 * * 1-5".'),
    duration: someTime.describe('How long it stays open, more than "0s": "6h".'),
    timezone: z
      .string()
      .min(1)
      .default("UTC")
      .describe('IANA name of the zone the pattern is read in: "Europe/Berlin".'),
  })
  .describe(
    'A span of time in which hosts may start: `{ start: "0 22 * * 1-5", duration: "6h", timezone: "Europe/Berlin" }`.',
  );

const zone = z
  .string()
  .min(1)
  .default("UTC")
  .describe('IANA name of the zone that its times are read in: "Europe/Berlin".');

/** A span of time: from one day to another, or again and again. */
const spanOfTime = z
  .strictObject({
    from: z.string().min(1).optional().describe('Its first day, or moment: "2026-12-18", "2026-12-18T16:00".'),
    to: z.string().min(1).optional().describe('Its last day (to its end), or moment: "2027-01-03".'),
    start: z.string().min(1).optional().describe('Instead of days: when it begins, as a cron pattern: "0 0 28 * *".'),
    duration: someTime.optional().describe('With `start`: how long it lasts, more than "0s": "4d".'),
    timezone: zone,
  })
  .superRefine(({ from, to, start, duration }, context) => {
    const given = Object.entries({ from, to, start, duration }).flatMap(([key, value]) =>
      value === undefined ? [] : key,
    );
    if (["from,to", "start,duration"].includes(given.join())) return;
    const lacking = { from: "to", to: "from", start: "duration", duration: "start" }[given[0] ?? ""];
    const message = "give `from` and `to`, or `start` and `duration`";
    context.addIssue({ code: "custom", path: given.length === 1 && lacking !== undefined ? [lacking] : [], message });
  });

/** A span of time in which no host starts. */
export const freezePeriod = spanOfTime.describe(
  'A span of time in which no host starts: `{ from: "2026-12-18", to: "2027-01-03" }`, `{ start: "0 0 28 * *", duration: "4d" }`.',
);

/** A span of time in which a workload must not move. */
export const quietSpan = spanOfTime.describe(
  'A span of time in which it must not move: `{ start: "0 8 * * 1-5", duration: "10h", timezone: "Europe/Berlin" }`, `{ from: "2026-12-18", to: "2027-01-03" }`.',
);

/** Read: its duration in milliseconds. */
export type QuietSpan = z.output<typeof quietSpan>;
