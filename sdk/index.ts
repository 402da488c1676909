export type * from "./args.ts";
export type { AlertsOptions, CommandOptions, HttpOptions, TcpOptions } from "./checks.ts";
export { alerts, command, http, tcp } from "./checks.ts";
export type { Compliance, PendingPlan, RollingPatchArgs, Run } from "./rolling-patch.ts";
export { RollingPatch } from "./rolling-patch.ts";
export { simulated } from "./targets.ts";
