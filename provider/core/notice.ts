import { z } from "zod";
import { someTime } from "./duration.ts";
import { variable } from "./program.ts";
import { plainUrl } from "./url.ts";

/** What is told: a roll starts, its canary has passed, it waits for a window or a person, it halts, it has ended otherwise. */
export const noticeMoment = z.enum(["start", "canary", "waiting", "halt", "end"]);
export type NoticeMoment = z.output<typeof noticeMoment>;

const common = {
  name: z
    .string()
    .min(1)
    .max(60)
    .describe('What messages call it: "ops channel". A name that is used twice is refused.'),
  at: z
    .array(noticeMoment)
    .min(1)
    .default(["start", "canary", "waiting", "halt", "end"])
    .describe(
      "What is told: that it starts, its canary has passed, it waits for a window or a person, halts, or has ended.",
    ),
  timeout: someTime
    .prefault("10s")
    .describe(
      'Longest that one message may take, process time, more than "0s": "10s". A receiver that is dead never stops a roll.',
    ),
};

const urlFrom = variable.describe(
  'Name of the environment variable that holds its URL, which is a secret: "SLACK_WEBHOOK_URL".',
);

export const receiver = z
  .discriminatedUnion("kind", [
    z
      .strictObject({ kind: z.literal("webhook").describe("How it is told."), ...common, urlFrom })
      .describe("Gets each message as JSON, with POST."),
    z
      .strictObject({ kind: z.literal("slack").describe("How it is told."), ...common, urlFrom })
      .describe("An incoming webhook of Slack, or of what understands the same (Mattermost, Rocket.Chat)."),
    z
      .strictObject({
        kind: z.literal("pagerduty").describe("How it is told."),
        ...common,
        keyFrom: variable.describe(
          'Name of the environment variable that holds the routing key of the service: "PAGERDUTY_ROUTING_KEY".',
        ),
        url: plainUrl
          .default("https://events.pagerduty.com")
          .describe('Address of the events API: "https://events.eu.pagerduty.com" in Europe.'),
      })
      .describe("Opens an incident when a roll waits or halts, and resolves it when it goes on or has ended."),
  ])
  .describe("Who is told what a roll does.");

export type Receiver = z.output<typeof receiver>;
export type ReceiverInput = z.input<typeof receiver>;

/** One message. Plain JSON without secrets. */
export interface Notice {
  readonly at: NoticeMoment;
  readonly run: string;
  /** `project/stack/name`. */
  readonly owner: string;
  /** Canonical target URI. */
  readonly target: string;
  /** The declared level. */
  readonly level: string;
  /** One or two sentences. */
  readonly text: string;
  /** Hosts rolled so far. */
  readonly done: number;
  /** How it ended, at `halt` and `end`: "done", "paused", "halted". */
  readonly outcome?: string;
  /** Wall clock, ISO 8601. */
  readonly time: string;
}
