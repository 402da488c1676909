export type * from "./args.ts";
export type {
  AlertsOptions,
  CommandOptions,
  CommandProbeOptions,
  HttpOptions,
  HttpProbeOptions,
  PlatformOptions,
  PrometheusOptions,
  TcpOptions,
  TcpProbeOptions,
} from "./checks.ts";
export { alerts, command, http, platform, prometheus, tcp } from "./checks.ts";
export type { Compliance, PendingPlan, RollingPatchArgs, Run } from "./rolling-patch.ts";
export { RollingPatch } from "./rolling-patch.ts";
export { libvirt, simulated } from "./targets.ts";
