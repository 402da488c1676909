import { z } from "zod";
import type { PlanDocument } from "./document.ts";

const share = z.number().nonnegative();
const count = z.int().nonnegative();
const list = z.array(z.string());
const levels = { from: z.string().describe("Level it has."), to: z.string().describe("Level it should have.") };

const move = z.strictObject({
  workload: z.string(),
  from: z.string(),
  to: z.string(),
  gib: z.number().nonnegative().describe("GiB of memory that travel."),
  why: z.string().describe("Why it goes there; a should-rule given up is said here."),
});

const part = z
  .strictObject({
    canary: z.boolean(),
    judged: z.boolean().describe("Goes alone, gets its own workloads back and is measured in full."),
    wave: z.int().min(1).describe("Hosts that go at the same time share one; a view, not a barrier."),
    after: list.describe("Hosts that must be released before this one starts."),
    why: z.string().describe("Why it stands at this place of the order."),
    makeRoom: z.array(move).describe("Moves on other hosts that make room first, one after another."),
    evacuate: z.array(move),
    shutdown: list.describe("Pinned workloads that are shut down and started again."),
    putBack: z.array(move),
    steps: z.array(count).describe("Of a judged host: how many of these are made when load is held for a while."),
    undoRoom: z.array(move).describe("Moves that undo `makeRoom`, one after another, at the end."),
    soak: z.number().nonnegative().describe("Longest that it is watched, besides the moves, seconds."),
    start: z.number().nonnegative().describe("Forecast, seconds from the start of the roll."),
    end: z.number().nonnegative(),
  })
  .describe("Its part in the roll; absent when the roll leaves it alone.");

const host = z.strictObject({
  host: z.string(),
  compliance: z.enum(["compliant", "drifted", "ahead", "blocked", "unknown"]),
  ...levels,
  reason: z.string(),
  warnings: z.array(z.string()).exactOptional().describe("What a person should know before it is patched."),
  inHand: z.boolean().describe("Out already, under a mark of this project."),
  part: part.exactOptional(),
});

const refusal = z.strictObject({
  kind: z.literal("refusal"),
  reasons: z.array(
    z.strictObject({
      code: z.enum([
        ...([
          "pinned",
          "capacity",
          "reserve",
          "anti-affinity",
          "must-rule",
          "spread",
          "moves-once",
          "quiet",
          "together",
        ] as const),
        ...(["too-large", "unavailable", "domain", "quorum", "order", "backward", "unknown-host", "approval"] as const),
        "no-progress",
      ]),
      text: z.string(),
      hosts: list,
      workloads: list,
    }),
  ),
  unlock: z.string().describe("The smallest change found that would allow it."),
});

const windows = z
  .strictObject({
    count: count.describe("Windows in which hosts start; absent: there are none, only quiet hours.").exactOptional(),
    begins: z.iso.datetime().exactOptional(),
    ends: z.iso.datetime().exactOptional().describe("Absent when a host finds no window."),
    timezone: z.string(),
    waiting: z.number().nonnegative().describe("Hours of waiting for the next opening, or for quiet hours to end."),
    left: count.describe("Hosts for which no window is in sight."),
    tooLong: z
      .strictObject({ host: z.string(), hours: z.number().nonnegative(), quiet: list.exactOptional() })
      .describe(
        "The host that takes longer than every window in sight; `quiet`: than these workloads' quiet hours leave.",
      )
      .exactOptional(),
  })
  .describe("How the roll fits into `policy.windows` and quiet hours of workloads, if it goes on whenever it may.");

const setting = z.enum(["canary", "judged", "startWidth", "maxUnavailable"]);
const costs = z
  .strictObject({
    settings: z.array(
      z.strictObject({
        setting,
        value: count,
        against: count.describe("The value of the plan that it is compared with."),
        hours: z.number().exactOptional().describe("Hours that the roll takes longer; absent: no plan was found."),
      }),
    ),
    unknown: z.array(setting).describe("Settings that were not asked about, the fleet being too large."),
  })
  .describe("What settings cost.");

const measuring = z
  .strictObject({
    workloads: count.describe("Probed workloads."),
    reference: share.describe("Hours that the service is watched before the first host is touched."),
    canaries: count,
    canaryHours: share.describe("Most hours that canaries are watched, all together."),
    judged: count.describe("Other hosts that are judged."),
    judgedHours: share,
    after: share.describe("Hours after the last release in which errors are still looked at."),
    finds: z
      .strictObject({ perHost: share.exactOptional(), pooled: share.exactOptional() })
      .describe("Smallest losses of latency that it finds in four of five cases."),
  })
  .describe("How it measures what the patch costs the service.");

/** The plan file, as `plan --json` and previews write it: the same as the type, for other programs. */
export const planSchema = z.strictObject({
  format: z.literal(1),
  owner: z.string().exactOptional().describe("`project/stack/name` of the resource."),
  target: z.string(),
  level: z.string().describe("The declared level."),
  outlook: z.enum(["roll", "nothing", "left alone", "refused", "halted"]).describe("What `up` would do."),
  why: z.string().exactOptional().describe("Why it is left alone, refused or halted."),
  goesOn: z.strictObject({ run: z.string(), done: count }).exactOptional(),
  id: z.string().exactOptional().describe("Plan id, to be approved with `policy.approved`."),
  totals: z
    .strictObject({
      hosts: count,
      moves: count,
      gib: z.number().nonnegative(),
      out: count.describe("Most hosts out at one moment."),
      hours: z.strictObject({ low: share, expected: share, high: share }),
    })
    .exactOptional(),
  moves: z
    .strictObject({ evacuate: count, putBack: count, makeRoom: count, undoRoom: count })
    .exactOptional()
    .describe("The moves of `totals` by what they are for."),
  bounds: z
    .strictObject({ moves: count, hours: z.number().nonnegative(), out: count })
    .exactOptional()
    .describe("No plan can do with less moves or hours, nor have more hosts out at once."),
  ratios: z
    .strictObject({ moves: share.exactOptional(), hours: share.exactOptional() })
    .exactOptional()
    .describe("`totals` as multiples of `bounds`."),
  effort: z.number().nonnegative().exactOptional().describe("How hard it was searched."),
  peaks: z
    .array(z.strictObject({ host: z.string(), share }))
    .exactOptional()
    .describe("Fullest that every host in service gets: share of its fullest resource."),
  windows: windows.exactOptional(),
  costs: costs.exactOptional(),
  measuring: z.union([z.literal("not tested"), measuring]).exactOptional(),
  hosts: z.array(host).describe("Planned hosts in the order in which they start, then the others."),
  compliance: z.strictObject({ compliant: count, drifted: count, ahead: count, blocked: count, unknown: count }),
  notes: list.describe("Settings resolved to numbers, rules given up, reserve waived."),
  refusal: refusal.exactOptional(),
  scale: z.number().positive().exactOptional().describe("Fleet seconds per real second, when it is not 1."),
}) satisfies z.ZodType<PlanDocument>;
