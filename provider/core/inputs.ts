import { z } from "zod";
import { baseline } from "./baseline.ts";
import { check } from "./check.ts";
import { policy } from "./policy.ts";
import { probe } from "./probe.ts";
import { target } from "./target.ts";

const checks = z.array(check).default([]).superRefine(namesAreUnique);
const probes = z.array(probe).default([]).superRefine(namesAreUnique);

/** What a program declares. Credentials are never inputs: they come from the environment. */
export const inputs = z.strictObject({
  target,
  baseline,
  policy: policy.prefault({}),
  checks,
  probes,
  secretUrls: z
    .union([z.literal("all"), z.array(z.int().min(0))])
    .optional()
    .describe("Which checks (by index) have a URL that is a Pulumi secret. Filled in by the resource class."),
  /** `project/stack/name`: whose marks on hosts are ours. The resource class fills it. */
  owner: z.string().min(1).describe("Who declares the roll: project/stack/name. Filled in by the resource class."),
});

function namesAreUnique(list: readonly { readonly name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  list.forEach((one, index) => {
    if (seen.has(one.name))
      context.addIssue({ code: "custom", path: [index, "name"], message: `"${one.name}" is used twice` });
    seen.add(one.name);
  });
}

/** As people write it. */
export type InputsAsWritten = z.input<typeof inputs>;
/** With every default filled in. */
export type Inputs = z.output<typeof inputs>;
