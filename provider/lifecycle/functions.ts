import { z } from "zod";
import { inputs } from "../core/inputs.ts";
import { complianceShape, planShape } from "./output-types.ts";

const { baseline, policy, probes } = inputs.shape;
const target = inputs.shape.target.describe("Which fleet, on which platform.");
const names = z.array(z.string());
const count = z.int();
const compliance = z.enum(["compliant", "drifted", "ahead", "blocked", "unknown"]);
const levels = {
  level: z.string().describe('Level that it is seen at; "unknown" where none could be read.'),
  wanted: z.string().describe("Level that the baseline asks of it."),
};
const whose = {
  owner: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Whose roll it would be, `project/stack/name` of the resource: hosts under its mark are its own. Default: nobody's.",
    ),
};

const fleetHost = z
  .strictObject({
    name: z.string().describe("Unique in the fleet."),
    ...levels,
    compliance: compliance.describe("How it stands against the baseline."),
    reason: z.string().describe("Why it is not plainly compliant or drifted; empty otherwise."),
    state: z
      .enum(["up", "down", "unreachable"])
      .describe("up: answers; down: patching, rebooting or off; unreachable: nothing is known."),
    cordoned: z.boolean().describe("Takes no new workloads."),
    held: z.boolean().describe("An operator has taken it away."),
    owner: z.string().exactOptional().describe("Whose roll has it out: `project/stack/name`; absent when none has."),
    domain: z.string().exactOptional().describe("Failure domain; absent: one of its own."),
    workloads: count.describe("Workloads that run on it."),
  })
  .meta({ title: "FleetHost", about: "A host as it is now." });

const plannedHost = z
  .strictObject({
    name: z.string().describe("Unique in the fleet."),
    ...levels,
    wave: count.describe("Hosts that go at the same time share one; a view, not a barrier."),
    canary: z.boolean().describe("Goes alone, before all others."),
    after: names.describe("Hosts that must be back before it starts."),
    evacuate: count.describe("Workloads that move off it."),
    putBack: count.describe("Workloads that move onto it when it is back."),
    why: z.string().describe("Why it stands at this place of the order."),
  })
  .meta({ title: "PlannedHost", about: "A host's part in a roll." });

const refusal = z
  .strictObject({
    reasons: names.describe("What stands in the way, each in a sentence."),
    unlock: z.string().describe("The smallest change found that would allow it; empty when none is known."),
  })
  .meta({ title: "Refusal", about: "Why there is no plan, and what would allow one." });

/** Questions that other stacks, policies and dashboards ask. Each looks at the live fleet and touches nothing. */
export const functionShapes = {
  getFleet: {
    about: "The hosts of a fleet as they are now. Touches nothing.",
    inputs: z.strictObject({ target, baseline }),
    outputs: z.strictObject({
      target: z.string().describe("Canonical URI of the target."),
      hosts: z.array(fleetHost).describe("Every host, by name."),
      workloads: count.describe("Workloads of the fleet, stopped ones included."),
    }),
  },
  getCompliance: {
    about: "How the hosts of a fleet stand against a baseline. Touches nothing.",
    inputs: z.strictObject({ target, baseline }),
    outputs: z.strictObject({
      compliance: complianceShape.describe("How many stand how, and which do not comply."),
      hosts: z.record(z.string(), z.string()).describe("Level by host."),
      reasons: z
        .record(z.string(), z.string())
        .describe("By host, why it is not plainly compliant or drifted; such hosts only."),
    }),
  },
  planRoll: {
    about:
      "The roll that would take a fleet to a baseline, as a preview shows it, or why there is none. Touches nothing and writes no file.",
    inputs: z.strictObject({ target, baseline, policy, probes, ...whose }),
    outputs: z.strictObject({
      outlook: z.enum(["nothing", "roll", "left alone", "refused", "halted"]).describe("What `pulumi up` would do."),
      why: z.string().exactOptional().describe("Why drift is left alone, or why there is no roll."),
      plan: planShape
        .exactOptional()
        .describe("The roll in figures, also one that the policy leaves alone; absent when there is none."),
      hosts: z.array(plannedHost).describe("Hosts of that roll in the order in which they start."),
      notes: names.describe("How settings turned into numbers, and which should-rules were given up."),
      refusal: refusal.exactOptional().describe("Why there is no plan."),
      text: z.string().describe("The plan as a preview prints it."),
    }),
  },
} as const;

export type FunctionName = keyof typeof functionShapes;
export type AnswerTo<Name extends FunctionName> = z.output<(typeof functionShapes)[Name]["outputs"]>;
