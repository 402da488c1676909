import { z } from "zod";
import { duration, someTime } from "../../core/duration.ts";

/** Calls that the embedded fleet answers; faults are scoped by them. */
export const call = z.enum([
  "observe",
  "read record",
  "write record",
  "read actors",
  "quiet",
  "restore",
  "cordon",
  "adopt",
  "migrate",
  "stop",
  "start",
  "stage",
  "remediate",
  "rollback",
  "uncordon",
  "release",
]);
export type Call = z.output<typeof call>;

const host = z.string().min(1).describe("Only this host; absent: any. Migrations match by source and by target.");
const workload = z.string().min(1).describe("Only this workload; absent: any.");
const count = z.union([z.int().min(1), z.literal("always")]).default(1);

/** Strikes when something of its kind is about to happen: a patch, a boot, a migration, a call. */
const struck = {
  host: host.optional(),
  workload: workload.optional(),
  count: count.describe("How many times it strikes."),
  from: duration.optional().describe("Not before; fleet time since the fault was added."),
  until: duration.optional().describe("Not after; fleet time since the fault was added."),
};

/** Strikes at a moment, or when a call of ours takes effect. */
const timed = {
  host: z.string().min(1).optional().describe("Whom it strikes. With `on`: absent means the host of that call."),
  at: duration.optional().describe("When, in fleet time since the fault was added."),
  on: call.optional().describe("When a call of this name takes effect (on the host, if given)."),
  delay: duration.prefault("0s").describe("How long after that, fleet time."),
  count: count.describe("How many times it strikes; only with `on`."),
};

const long = duration.optional().describe("How long, fleet time; absent: for good.");

/** Strikes the service of workloads. */
const service = {
  ...timed,
  workload: z.string().min(1).optional().describe("Whose service; absent: all on the host."),
  for: someTime.prefault("2m").describe("How long, fleet time."),
};

/** Kinds that need no host. */
const ANYWHERE: ReadonlySet<string> = new Set(["foreign-load", "balancer-moves", "network-trouble", "probes-silent"]);

/** A way in which the embedded fleet misbehaves. */
export const fault = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("patch-fails"),
      ...struck,
      reason: z.string().default("the installer ended with an error"),
    }),
    z.strictObject({ kind: z.literal("never-boots"), ...struck }),
    z.strictObject({
      kind: z.literal("boots-unhealthy"),
      ...struck,
      problem: z.string().min(1).default("a storage path is dead"),
    }),
    z
      .strictObject({ kind: z.literal("costs-latency"), ...struck, percent: z.number().positive() })
      .describe("The service on the patched host is slower from its boot on."),
    z
      .strictObject({ kind: z.literal("costs-errors"), ...struck, percent: z.number().positive().max(100) })
      .describe("A share of the requests to the patched host fails from its boot on."),
    z
      .strictObject({
        kind: z.literal("leaks"),
        ...struck,
        percent: z.number().positive().describe("Latency that every hour adds."),
      })
      .describe("The service on the patched host becomes slower and slower."),
    z.strictObject({ kind: z.literal("lies-new"), ...struck }).describe("Claims the new level, runs the old one."),
    z
      .strictObject({ kind: z.literal("lies-old"), ...struck })
      .describe("Says the patch succeeded and keeps the old level."),
    z.strictObject({ kind: z.literal("migration-fails"), ...struck }),
    z.strictObject({ kind: z.literal("migration-never-converges"), ...struck }),
    z
      .strictObject({
        kind: z.literal("answer-lost"),
        ...struck,
        call: call.optional(),
        when: z
          .enum(["start", "end"])
          .default("end")
          .describe("Lost as soon as the act has begun, or once it is complete."),
      })
      .describe("The act takes effect, the caller is told that nobody answered."),
    z
      .strictObject({
        kind: z.literal("call-refused"),
        ...struck,
        call: call.optional(),
        error: z.enum(["unavailable", "denied", "failed"]).default("unavailable"),
      })
      .describe("The call fails and nothing happens."),
    z
      .strictObject({ kind: z.literal("slow"), ...struck, call: call.optional(), factor: z.number().positive() })
      .describe("What starts takes so many times as long."),
    z
      .strictObject({
        kind: z.literal("flaps"),
        ...timed,
        times: z.int().min(1).default(5),
        period: duration.prefault("30s"),
      })
      .describe("Silent and back again, several times; a period is half silent."),
    z
      .strictObject({ kind: z.literal("host-hangs"), ...timed, for: long })
      .describe("Does not answer, and all it does stands still."),
    z
      .strictObject({ kind: z.literal("host-cut"), ...timed, for: long })
      .describe("Does not answer, but all it does goes on."),
    z
      .strictObject({ kind: z.literal("operator-takes"), ...timed, for: long })
      .describe("An operator takes the host away."),
    z.strictObject({ kind: z.literal("operator-gives"), ...timed }),
    z
      .strictObject({
        kind: z.literal("foreign-load"),
        ...timed,
        id: z.string().min(1).default("foreign"),
        memory: z.number().positive().describe("GiB."),
        cpu: z.number().positive().default(1),
        group: z.string().min(1).optional(),
      })
      .describe("A new workload arrives: on the host if it takes it, else on any that does, else nowhere."),
    z
      .strictObject({ kind: z.literal("host-vanishes"), ...timed })
      .describe("Leaves the fleet; others restart its workloads."),
    z.strictObject({ kind: z.literal("host-drifts"), ...timed, level: z.string().min(1) }),
    z
      .strictObject({
        kind: z.literal("host-blocked"),
        ...timed,
        reason: z.string().min(1).default("its hardware is not certified for that level"),
      })
      .describe("From now on the platform cannot take it to another level, and says so."),
    z
      .strictObject({ kind: z.literal("balancer-moves"), ...timed, workload: z.string().min(1).optional() })
      .describe("While the balancer is on, it moves a workload to the host."),
    z
      .strictObject({ kind: z.literal("powers-off"), ...timed, for: long })
      .describe("While power management is on, it powers the host off if it is empty."),
    z
      .strictObject({ kind: z.literal("workload-unreachable"), ...service })
      .describe("Nobody answers: the workload, or all on the host."),
    z
      .strictObject({ kind: z.literal("error-burst"), ...service, percent: z.number().positive().max(100).default(50) })
      .describe("A share of the requests fails: to the workload, or to all on the host."),
    z
      .strictObject({
        kind: z.literal("network-trouble"),
        ...timed,
        for: someTime.prefault("2m"),
        percent: z.number().positive().max(100).default(60),
      })
      .describe("A share of the requests fails, wherever they go."),
    z
      .strictObject({ kind: z.literal("guest-reboots"), ...service, for: someTime.prefault("40s") })
      .describe(
        "A guest boots by itself and answers nobody for that long: the workload, or one that runs on the host.",
      ),
    z
      .strictObject({ kind: z.literal("probes-silent"), ...service })
      .describe("Nothing is measured: of the workload, of all on the host, or, when neither is named, of any."),
    z
      .strictObject({ kind: z.literal("hardware-errors"), ...timed, errors: z.int().min(1).default(20) })
      .describe("The host counts so many hardware errors."),
  ])
  .superRefine((one, context) => {
    if (!("delay" in one)) return;
    if ((one.at === undefined) === (one.on === undefined)) {
      context.addIssue({ code: "custom", path: ["at"], message: "give either `at` or `on`" });
    }
    const anywhere = ANYWHERE.has(one.kind) || ("workload" in one && one.workload !== undefined);
    if (one.host === undefined && one.on === undefined && !anywhere) {
      context.addIssue({ code: "custom", path: ["host"], message: "name the host, or give `on`" });
    }
  });

/** A fault file: a list of faults. */
export const faults = z.array(fault);

/** As people write it. */
export type FaultInput = z.input<typeof fault>;
/** Durations in milliseconds. */
export type Fault = z.output<typeof fault>;
export type TimedFault = Extract<Fault, { delay: number }>;
export type StruckFault = Exclude<Fault, TimedFault>;

export function isTimed(one: Fault): one is TimedFault {
  return "delay" in one;
}
