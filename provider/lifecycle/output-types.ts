import { z } from "zod";

const names = z.array(z.string());
const count = z.int();

/** How many hosts stand how against the baseline, and which do not comply. */
export const complianceShape = z
  .strictObject({
    compliant: count.describe("Hosts at the declared level, proven."),
    drifted: count.describe("Hosts below it."),
    ahead: count.describe("Hosts at a later level than the declared one; never taken back."),
    blocked: count.describe("Hosts of which the platform says that they cannot be brought to the level."),
    unknown: count.describe("Hosts that cannot be reached, or whose level could not be read."),
    names: z
      .strictObject({
        drifted: names.describe("Below the declared level."),
        ahead: names.describe("At a later level."),
        blocked: names.describe("Cannot be brought to the level."),
        unknown: names.describe("Cannot be reached, or of no known level."),
      })
      .describe("Those that do not comply.")
      .meta({ title: "ComplianceNames", about: "Hosts that do not comply, by name, sorted." }),
  })
  .meta({
    title: "Compliance",
    about: "How many hosts stand how against the baseline, and which do not comply.",
  });
export type ComplianceOutput = z.output<typeof complianceShape>;

/** What is pending. */
export const planShape = z
  .strictObject({
    id: z.string().describe("To be approved with `policy.approved`."),
    hosts: count.describe("Hosts that the roll takes to the level."),
    moves: count.describe("Live migrations."),
    gib: z.number().describe("GiB of memory that travel."),
    hours: z.number().describe("Expected, fleet time."),
  })
  .meta({ title: "PendingPlan", about: "What is pending." });
export type PlanOutput = z.output<typeof planShape>;

/** The newest run of a resource, as the fleet remembers it. */
export const runShape = z
  .strictObject({
    id: z.string().describe("Empty before the first run."),
    outcome: z
      .enum(["none", "unfinished", "done", "paused", "halted", "halted until acknowledged"])
      .describe("How it ended; none: there was no run yet; unfinished: it goes on, or its process has died."),
    reason: z.string().describe("Why it ended as it did; empty for a run that is done."),
    summary: z.string().describe("What became of the hosts, in one line."),
    report: z
      .string()
      .describe("Path of its report on the machine that rolled, in the project folder; empty before the first run."),
  })
  .meta({ title: "Run", about: "The newest run of the resource, as the fleet remembers it." });
export type RunOutput = z.output<typeof runShape>;

const hosts = z.record(z.string(), z.string());

/** What the resource has besides what is declared. */
export const outputsShape = z.strictObject({
  hosts: hosts.describe("Level by host: as observed; during a preview, as each host will be."),
  compliance: complianceShape.describe(
    "How the hosts stand against the baseline. Not known during a preview that changes something.",
  ),
  plan: planShape.exactOptional().describe("What is pending, during a preview; absent when nothing is."),
  run: runShape.describe("The newest run."),
});
