import * as pulumi from "@pulumi/pulumi";
import type { GetComplianceArgs, GetFleetArgs, PlanRollArgs, ProviderArgs, RollingPatchArgs } from "./args.ts";
import { mustBeKnown } from "./declared.ts";
import type { Compliance, GetComplianceResult, GetFleetResult, PendingPlan, PlanRollResult, Run } from "./outputs.ts";

export { alerts, command, http, platform, prometheus, tcp } from "./checks.ts";
export { libvirt, simulated } from "./targets.ts";

/** What the dynamic resource is called in a state: its fleet is taken over under the same name. */
const DYNAMIC = "pulumi-nodejs:dynamic/rolling-patch:RollingPatch";

/**
 * The patch level of a fleet of hosts, through the plugin: the same inputs and outputs as the dynamic `RollingPatch`, with a row for each host,
 * a diff by host, and drift in every preview. A stack moves to it by another import: a resource of the same name takes over what the
 * dynamic one has saved.
 *
 * The executable `pulumi-resource-rolling-patch` of this package has to be found: run Pulumi by an npm script or `npx`, which have `node_modules/.bin` on
 * their PATH, or name it in `Pulumi.yaml` (`plugins: { providers: [{ name: rolling-patch, path: … }] }`).
 *
 * @example
 * ```ts
 * import { RollingPatch, simulated } from "pulumi-rolling-patch/plugin";
 *
 * new RollingPatch("prod", { target: simulated({ file: "fleet.db" }), baseline: { version: "8.0.3" } });
 * ```
 */
export class RollingPatch extends pulumi.CustomResource {
  /** Level by host: as observed; during a preview, as each host will be. */
  declare readonly hosts: pulumi.Output<Record<string, string>>;
  /** How the hosts stand against the baseline. Not known during a preview that changes something. */
  declare readonly compliance: pulumi.Output<Compliance>;
  /** What is pending, during a preview; undefined when nothing is. */
  declare readonly plan: pulumi.Output<PendingPlan | undefined>;
  /** The newest run. */
  declare readonly run: pulumi.Output<Run>;

  constructor(name: string, args: RollingPatchArgs, options: pulumi.CustomResourceOptions = {}) {
    mustBeKnown(name, args);
    const computed = { hosts: undefined, compliance: undefined, plan: undefined, run: undefined };
    const alias = { aliases: [{ type: DYNAMIC }] };
    super("rolling-patch:index:RollingPatch", name, { ...args, ...computed }, pulumi.mergeOptions(options, alias));
  }
}

/**
 * The plugin with credentials of its own, for resources that are given it as their `provider`. What is configured for the stack
 * (`pulumi config set --secret rolling-patch:prometheusBearerToken`) needs no such thing.
 */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, options?: pulumi.ResourceOptions) {
    super("rolling-patch", name, asSecrets(args), options);
  }
}

/** As the engine takes the configuration of a provider: texts, and anything else as JSON. */
function asSecrets({ environment, ...texts }: ProviderArgs): pulumi.Inputs {
  const secrets = Object.entries(texts).map(([key, value]) => [
    key,
    value === undefined ? value : pulumi.secret(value),
  ]);
  const variables = environment === undefined ? undefined : pulumi.secret(pulumi.jsonStringify(environment));
  return { ...Object.fromEntries(secrets), environment: variables };
}

/** The hosts of a fleet as they are now. Touches nothing. */
export function getFleet(args: GetFleetArgs, options?: pulumi.InvokeOutputOptions): pulumi.Output<GetFleetResult> {
  return pulumi.runtime.invokeOutput("rolling-patch:index:getFleet", { ...args }, options ?? {});
}

/** How the hosts of a fleet stand against a baseline. Touches nothing. */
export function getCompliance(
  args: GetComplianceArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetComplianceResult> {
  return pulumi.runtime.invokeOutput("rolling-patch:index:getCompliance", { ...args }, options ?? {});
}

/** The roll that would take a fleet to a baseline, as a preview shows it, or why there is none. Touches nothing and writes no file. */
export function planRoll(args: PlanRollArgs, options?: pulumi.InvokeOutputOptions): pulumi.Output<PlanRollResult> {
  return pulumi.runtime.invokeOutput("rolling-patch:index:planRoll", { ...args }, options ?? {});
}
