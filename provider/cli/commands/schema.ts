import { z } from "zod";
import { inputs } from "../../core/inputs.ts";
import { faults, fleetSpec } from "../../drivers/simulated/index.ts";
import { planSchema } from "../../lifecycle/render/plan-schema.ts";
import { reportSchema } from "../../lifecycle/report/schema.ts";
import { type ExitCode, exit } from "../exit.ts";
import { snapshotSchema } from "../snapshot/schema.ts";
import type { CliWorld } from "../world.ts";

/** What there are schemas of, and what each describes. */
export const schemas = {
  inputs: { schema: inputs, title: "inputs of a RollingPatch resource" },
  fleet: { schema: fleetSpec, title: "an embedded fleet, as `sim create` reads it" },
  snapshot: { schema: snapshotSchema, title: "a fleet snapshot, as `snapshot` writes it and `plan` reads it" },
  plan: { schema: planSchema, title: "a plan, as `plan --json` and previews write it" },
  report: { schema: reportSchema, title: "the report of a run, as `report --json` writes it" },
  faults: { schema: faults, title: "faults of an embedded fleet, as `sim fault` reads them" },
} as const;

export type SchemaName = keyof typeof schemas;

/** Prints the JSON schema of a kind of file, as people write it. */
export function schema(world: CliWorld, name: SchemaName): ExitCode {
  const { schema: described, title } = schemas[name];
  world.out(JSON.stringify({ title, ...z.toJSONSchema(described, { io: "input" }) }, null, 2));
  return exit.ok;
}
