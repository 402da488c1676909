import type { Input } from "@pulumi/pulumi";
import type { SimulatedTargetArgs } from "./args.ts";

/**
 * The embedded fleet: simulated hosts and workloads in one file. Another file is another fleet: the resource is replaced.
 *
 * `file` is relative to the project folder (the one of Pulumi.yaml), or absolute; `npx rolling-patch sim create --file FILE
 * --spec SPEC` makes one. A file that is missing, damaged or of a newer format fails the preview.
 *
 * @example
 * ```ts
 * new RollingPatch("lab", { target: simulated({ file: "fleet.db" }), baseline: { version: "8.0.3" } });
 * ```
 */
export function simulated({ file }: { file: Input<string> }): SimulatedTargetArgs {
  return { kind: "simulated", file };
}
