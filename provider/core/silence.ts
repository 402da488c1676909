import { z } from "zod";
import { duration } from "./duration.ts";
import { matcher } from "./matcher.ts";
import { plainUrl } from "./url.ts";

/** Alerts of a host that are no news while it is out: an Alertmanager silence that expires by itself when nobody extends it. */
export const silence = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(60)
      .describe('What messages call it: "node alerts". A name that is used twice is refused.'),
    alertmanager: plainUrl.describe(
      'Address of Alertmanager: "https://alerts.example.com". Its user or token comes from the environment (ALERTMANAGER_USERNAME and ALERTMANAGER_PASSWORD, or ALERTMANAGER_BEARER_TOKEN).',
    ),
    matchers: z
      .array(matcher)
      .min(1)
      .refine((list) => list.some((text) => text.includes("{host}")), "must name {host}: other hosts' alerts are news")
      .describe(
        "Which alerts, all conditions together: ['instance=~\"{host}(:.*)?\"']. `{host}` is the host that is out.",
      ),
    lasting: duration
      .refine((ms) => ms >= 300_000, 'must be at least "5m"')
      .prefault("30m")
      .describe('How long it lasts unless it is extended, which it is while the host is out; at least "5m".'),
  })
  .describe("Silences the alerts of each host in Alertmanager while it is out.");

export type Silence = z.output<typeof silence>;
export type SilenceInput = z.input<typeof silence>;
