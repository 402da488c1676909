import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { nearest } from "../provider/dynamic/nearest.ts";
import { nodeProblem } from "../provider/dynamic/node-version.ts";
import type { ComplianceOutput, PlanOutput, RunOutput } from "../provider/lifecycle/output-types.ts";
import type {
  BaselineArgs,
  CheckArgs,
  HookArgs,
  NotifyArgs,
  PolicyArgs,
  ProbeArgs,
  SilenceArgs,
  SuiteArgs,
  TargetArgs,
} from "./args.ts";

export type { ComplianceOutput as Compliance, PlanOutput as PendingPlan, RunOutput as Run };

/** What a stack declares of a fleet. Credentials are never among it: they come from the environment of the Pulumi command. */
export interface RollingPatchArgs {
  /** Which fleet, on which platform. Another target replaces the resource; no host is touched by that. */
  target: pulumi.Input<TargetArgs>;
  /** The patch level that every host shall have. */
  baseline: pulumi.Input<BaselineArgs>;
  /** How a roll may proceed. Everything in it is optional and has a safe default. */
  policy?: pulumi.Input<PolicyArgs | undefined>;
  /** What must hold at the gates of a roll, and at its end. Names are unique. */
  checks?: pulumi.Input<pulumi.Input<CheckArgs>[] | undefined>;
  /** Regression tests: programs that run before the roll, after the canary and at its end. Names are unique. */
  suites?: pulumi.Input<pulumi.Input<SuiteArgs>[] | undefined>;
  /** What is measured of workloads while the roll goes on: the impact of the patch is judged by it. Names are unique. */
  probes?: pulumi.Input<pulumi.Input<ProbeArgs>[] | undefined>;
  /** Programs that run before and after the roll or a host, and that may refuse to let it go on. Names are unique. */
  hooks?: pulumi.Input<pulumi.Input<HookArgs>[] | undefined>;
  /** Alerts of each host that are silenced in Alertmanager while it is out. Names are unique. */
  silences?: pulumi.Input<pulumi.Input<SilenceArgs>[] | undefined>;
  /** Who is told when the roll starts, waits, halts or has ended. Names are unique. */
  notify?: pulumi.Input<pulumi.Input<NotifyArgs>[] | undefined>;
}

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
  declare readonly compliance: pulumi.Output<ComplianceOutput>;
  /** What is pending, during a preview; undefined when nothing is. */
  declare readonly plan: pulumi.Output<PlanOutput | undefined>;
  /** The newest run. */
  declare readonly run: pulumi.Output<RunOutput>;

  constructor(name: string, args: RollingPatchArgs, options?: pulumi.CustomResourceOptions) {
    mustBeKnown(name, args);
    const owner = `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
    const secrets = { secretUrls: secretUrls(args?.checks) };
    const computed = { hosts: undefined, compliance: undefined, plan: undefined, run: undefined };
    super(providerText(), name, { ...args, ...secrets, owner, ...computed }, options, "rolling-patch", "RollingPatch");
  }
}

const declarable = ["target", "baseline", "policy", "checks", "suites", "probes", "hooks", "silences", "notify"];

/** Nothing is accepted and ignored: outputs and the owner would be overwritten without a word. */
function mustBeKnown(name: string, args: object): void {
  for (const [key, value] of Object.entries(args ?? {})) {
    if (value === undefined || declarable.includes(key)) continue;
    throw new pulumi.RunError(`RollingPatch "${name}": ${problemOf(key)}`);
  }
}

function problemOf(key: string): string {
  if (key === "owner") return "`owner` is filled in by the resource (project/stack/name): leave it out";
  if (["hosts", "plan", "compliance", "run"].includes(key))
    return `\`${key}\` is an output: read it from the resource, and leave it out here`;
  const near = nearest(key, declarable);
  const known = declarable.map((one) => `\`${one}\``).join(", ");
  return `unknown property \`${key}\`; ${near === undefined ? `known are ${known}` : `did you mean \`${near}\`?`}`;
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
