import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { nodeProblem } from "../provider/doors/node-version.ts";
import type { RollingPatchArgs } from "./args.ts";
import { mustBeKnown } from "./declared.ts";
import type { Compliance, PendingPlan, Run } from "./outputs.ts";

/**
 * The patch level of a fleet of hosts. `pulumi preview` shows which hosts have drifted and the whole roll that would take them
 * to the level; `pulumi up` rolls it, one safe step after another. A roll that ends early is an error of the update: what is
 * done is saved, and the next `up` goes on from the live fleet.
 *
 * A property that there is not, in a program that was not compiled, is an error of the constructor. Inputs that are wrong, a plan that is impossible (`pulumi preview` says why and what would allow it) and a halt that nobody
 * has acknowledged fail the preview.
 *
 * @example
 * ```ts
 * const patch = new RollingPatch("prod", {
 *   target: simulated({ file: "fleet.db" }),
 *   baseline: { version: "8.0.3" },
 *   policy: { mode: "observe", maxUnavailable: "5%" },
 *   checks: [http("shop", { url: "https://shop.example.com/health" })],
 * });
 * export const drifted = patch.compliance.apply(({ names }) => names.drifted);
 * ```
 */
export class RollingPatch extends pulumi.dynamic.Resource {
  /** Level by host: as observed; during a preview, as each host will be. */
  declare readonly hosts: pulumi.Output<Record<string, string>>;
  /** How the hosts stand against the baseline. Not known during a preview that changes something. */
  declare readonly compliance: pulumi.Output<Compliance>;
  /** What is pending, during a preview; undefined when nothing is. */
  declare readonly plan: pulumi.Output<PendingPlan | undefined>;
  /** The newest run. */
  declare readonly run: pulumi.Output<Run>;

  constructor(name: string, args: RollingPatchArgs, options?: pulumi.CustomResourceOptions) {
    mustBeKnown(name, args);
    const owner = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
    const secrets = { secretUrls: secretUrls(args?.checks) };
    const computed = { hosts: undefined, compliance: undefined, plan: undefined, run: undefined };
    super(providerText(), name, { ...args, ...secrets, owner, ...computed }, options, "rolling-patch", "RollingPatch");
  }
}

/**
 * Which checks have a URL that is a secret: a URL may hold a key only then, and the provider cannot see it. Undefined: none.
 * Where the list itself is an output, all or none.
 */
async function secretUrls(checks: RollingPatchArgs["checks"]): Promise<number[] | "all" | undefined> {
  const isSecret = (of: unknown): Promise<boolean> => pulumi.isSecret(pulumi.output(of));
  if (!Array.isArray(checks)) return (await isSecret(checks)) ? "all" : undefined;
  const secret = await Promise.all(checks.map((check) => isSecret(isPlain(check) ? check.url : check)));
  const found = secret.flatMap((is, index) => (is ? [index] : []));
  return found.length > 0 ? found : undefined;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}

/** Loaded as it is written, so that the text that Pulumi saves is the same in every version and however this file was built. */
function providerText(): pulumi.dynamic.ResourceProvider {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) throw new pulumi.RunError(problem);
  return createRequire(import.meta.url)("../provider/dynamic/text.cjs").provider;
}
