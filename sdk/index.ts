export type * from "./args.ts";
export type {
  AlertsOptions,
  CephOptions,
  CommandOptions,
  CommandProbeOptions,
  GlusterOptions,
  HttpOptions,
  HttpProbeOptions,
  PlatformOptions,
  PrometheusOptions,
  TcpOptions,
  TcpProbeOptions,
} from "./checks.ts";
export { alerts, ceph, command, gluster, http, platform, prometheus, tcp } from "./checks.ts";
export type * from "./outputs.ts";
export * as plugin from "./plugin.ts";
export { RollingPatch } from "./rolling-patch.ts";
export { libvirt, simulated } from "./targets.ts";
