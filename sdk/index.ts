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
export type * from "./outputs.ts";
export * as plugin from "./plugin.ts";
export { RollingPatch } from "./rolling-patch.ts";
export { libvirt, simulated } from "./targets.ts";
