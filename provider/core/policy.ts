import { z } from "zod";
import { approve } from "./approval.ts";
import { duration, someTime } from "./duration.ts";
import { hostList, repeated } from "./host-list.ts";
import { cycleIn, cycleWords, precedenceOf } from "./precedence.ts";
import { reserve } from "./reserve.ts";
import { countOrShare, partOf, shareText } from "./share.ts";
import { freezePeriod, maintenanceWindow } from "./windows.ts";

const maxUnavailable = z
  .union([
    countOrShare,
    z
      .strictObject({
        fleet: countOrShare.default(1).describe('Limit over the whole fleet, a count or a share: "25%".'),
        perDomain: countOrShare
          .optional()
          .describe("Limit within one failure domain; a share is of that domain's hosts."),
      })
      .describe(
        'Limits on hosts out at once, over the fleet and within one failure domain: `{ fleet: "5%", perDomain: 1 }`.',
      ),
  ])
  .transform((limit) => (typeof limit === "object" ? limit : { fleet: limit, perDomain: undefined }));

/**
 * How a roll may proceed. Every field is optional and has a safe default.
 * Durations are texts like "20m" and parse to milliseconds.
 */
export const policy = z
  .strictObject({
    mode: z
      .enum(["full", "observe", "canary"])
      .default("full")
      .describe("`observe` touches nothing; `canary` ends once the canary has passed; `full` rolls the whole fleet."),
    onDrift: z
      .enum(["roll", "report"])
      .default("roll")
      .describe("`report`: once a full roll is done at this baseline, later drift is a warning and never acted on."),
    maxUnavailable: maxUnavailable
      .prefault(1)
      .describe("Most hosts out at once, a count or a share; draining, out, failed, held and unreachable hosts count."),
    startWidth: countOrShare
      .prefault(1)
      .describe(
        "Hosts that may be out at once when the part without barriers begins, a count or a share; doubles from there up to maxUnavailable.",
      ),
    reserve: reserve
      .optional()
      .describe(
        'What stays free over the hosts in service at every moment: the capacity of so many host failures, largest hosts first; amounts like { memory: "512GiB", cpu: 64 }; or a share of the capacity in service like "10%". Default 1; 0 in a fleet of two.',
      ),
    migrations: z
      .strictObject({
        perHost: z
          .int()
          .min(1)
          .optional()
          .describe("Most migrations in flight that touch one host, in or out; its own slots hold as well."),
        total: z.int().min(1).optional().describe("Most migrations in flight over the whole fleet."),
      })
      .refine((limits) => Object.values(limits).some((limit) => limit !== undefined), "give `perHost` or `total`")
      .optional()
      .describe("Most migrations in flight."),
    quorums: z
      .record(z.string().min(1), hostList(1))
      .optional()
      .describe(
        "Quorum groups by name, besides those that the platform knows: of the hosts of each only one may be out at a time. Draining, failed, held and unreachable hosts count as out.",
      ),
    apart: z
      .array(hostList(2))
      .optional()
      .describe("Hosts that must not be out together: of each list only one at a time."),
    last: hostList(1)
      .optional()
      .describe(
        "Hosts that go after all others, alone and in this order, besides those that the platform knows: its control plane.",
      ),
    order: z
      .array(
        z
          .strictObject({
            host: z.string().min(1).describe("Waits for the others."),
            after: hostList(1).describe("Hosts that must be back before it starts, if they take part in the roll."),
          })
          .describe('One host that waits for others: `{ host: "esx-09", after: ["esx-01"] }`.'),
      )
      .superRefine((rules, context) => {
        for (const { index, name } of repeated(rules.map(({ host }) => host)))
          context.addIssue({ code: "custom", path: [index, "host"], message: `there is a rule for "${name}" already` });
      })
      .optional()
      .describe("Which hosts have to wait for which others."),
    canary: z.int().min(0).default(1).describe("Hosts per hardware/firmware class that go first, alone. 0: none."),
    judged: z
      .int()
      .min(0)
      .default(5)
      .describe(
        "Hosts, canaries included, that go one after the other, get their own workloads back and are measured in full; at least the canaries. Only where workloads are probed.",
      ),
    reference: duration
      .optional()
      .describe(
        'How long the service is watched before the first host is touched, fleet time: "45m". Default 30m, 60m for fewer than 7 hosts. Only where workloads are probed.',
      ),
    soak: someTime
      .prefault("20m")
      .describe(
        'Longest that a judged host is watched at full load, fleet time: "20m". A clear verdict ends it early.',
      ),
    canarySoak: someTime.prefault("60m").describe('The same for a canary: "60m".'),
    steps: z
      .array(shareText)
      .min(1)
      .default(["10%", "25%", "50%", "100%"])
      .superRefine((steps, context) => {
        const parts = steps.map(partOf);
        const late = parts.findIndex((part, index) => index > 0 && part <= (parts[index - 1] as number));
        if (late > 0)
          context.addIssue({
            code: "custom",
            path: [late],
            message: `must be more than the step before it (${steps[late - 1]})`,
          });
        else if (parts.at(-1) !== 1)
          context.addIssue({ code: "custom", path: [steps.length - 1], message: "the last step must be 100%" });
      })
      .describe("Steps in which the workloads of a judged host come back to it, as shares of them; the last is all."),
    tolerance: shareText
      .default("10%")
      .describe(
        'Loss of latency at which the roll stops, for one host; half of it for all judged hosts together: "10%".',
      ),
    maxFailures: z
      .int()
      .min(0)
      .default(1)
      .describe("Hosts that may fail once the canary has passed; before that, none."),
    retries: z.int().min(0).default(3).describe("Further tries of a step that failed, with back-off."),
    deadlines: z
      .strictObject({
        drain: someTime.prefault("30m").describe("Evacuation of one host."),
        patch: someTime.prefault("60m").describe("Remediation of one host, without its boot."),
        boot: someTime.optional().describe("Until the host is back. Default: 3 x its last boot, within 20m to 60m."),
      })
      .prefault({})
      .describe(
        'Longest that the steps of one host may take, fleet time, each more than "0s": `{ drain: "2h" }`. A drain that takes longer halts the roll; a patch or boot that does is a failed try.',
      ),
    settle: duration
      .prefault("15s")
      .describe(
        'How far apart the two looks are that prove a patched host, fleet time: "15s". A host that flaps shows it meanwhile.',
      ),
    putBack: z
      .enum(["bounded", "home", "none"])
      .default("bounded")
      .describe("For hosts other than the canary: fewest moves that keep balance; every workload home; or none."),
    pinned: z
      .enum(["refuse", "skip", "shutdown"])
      .default("refuse")
      .describe("Workloads that cannot move: refuse the plan, skip the host, or shut them down and start them again."),
    onRegress: z
      .enum(["drain", "hold", "rollback"])
      .default("drain")
      .describe(
        "When a gate convicts a host: take its load off again and keep it out; leave it as it is; or take its load off, put it back to the level that it had, prove that, and keep it out. For the last, hosts that could not go back are not patched.",
      ),
    windows: z.array(maintenanceWindow).default([]).describe("When hosts may start; none: always."),
    freeze: z
      .array(freezePeriod)
      .default([])
      .describe(
        "When no host starts, whatever the windows say: the days before a holiday, the last night of a quarter.",
      ),
    approve: approve.describe(
      'Gates at which the roll waits for `rolling-patch approve`: ["canary"], [{ gate: "canary", people: 2 }].',
    ),
    waitAtGate: duration
      .prefault("0s")
      .describe(
        'How long `up` itself waits for a window or an approval before it ends as paused, process time: "30m".',
      ),
    maxUpTime: someTime
      .optional()
      .describe('When `up` ends at a safe point, as paused; process time, more than "0s": "8h". Default: never.'),
    stopWithin: duration
      .prefault("10m")
      .describe(
        'How long reaching a safe point may take, process time: "10m". After that the platform goes on by itself.',
      ),
    approved: z.string().min(1).optional().describe("Id of the reviewed plan: `up` acts only inside its envelope."),
    acknowledge: z.string().min(1).optional().describe("Run id of a sticky halt to go on after."),
  })
  .superRefine((settings, context) => {
    const canary = settings.approve.findIndex(({ gate }) => gate === "canary");
    if (canary >= 0 && settings.canary === 0)
      context.addIssue({ code: "custom", path: ["approve", canary], message: "there is no canary (`canary` is 0)" });
    const cycle = cycleIn(precedenceOf(settings, NOBODY));
    if (cycle !== undefined)
      context.addIssue({
        code: "custom",
        path: ["order"],
        message: `these hosts wait for each other: ${cycleWords(cycle)}`,
      });
  })
  .describe('How a roll may proceed. Every field is optional and has a safe default: `{ maxUnavailable: "5%" }`.');

/** What policy alone says, whatever the fleet. */
const NOBODY = { hosts: [] };

/** As people write it. */
export type PolicyInput = z.input<typeof policy>;
/** With every default filled in; durations in milliseconds. */
export type Policy = z.output<typeof policy>;
