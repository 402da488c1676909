import type { Input } from "@pulumi/pulumi";
import type {
  AlertsCheckArgs,
  CephCheckArgs,
  CommandCheckArgs,
  CommandProbeArgs,
  GlusterCheckArgs,
  HttpCheckArgs,
  HttpProbeArgs,
  PlatformProbeArgs,
  PrometheusProbeArgs,
  TcpCheckArgs,
  TcpProbeArgs,
} from "./args.ts";

/** What may be said of an http check. `at`: default `["verify", "end"]`; `timeout`: default `"10s"`; `status`: default 200. */
export type HttpOptions = Omit<HttpCheckArgs, "kind" | "name">;
/** What may be said of a tcp check. `at`: default `["verify", "end"]`; `timeout`: default `"10s"`. */
export type TcpOptions = Omit<TcpCheckArgs, "kind" | "name">;
/** What may be said of a command check. `at`: default `["verify", "end"]`; `timeout`: default `"10s"`. */
export type CommandOptions = Omit<CommandCheckArgs, "kind" | "name">;
/** What may be said of an alerts check. `at`: default `["verify", "end"]`; `timeout`: default `"10s"`. */
export type AlertsOptions = Omit<AlertsCheckArgs, "kind" | "name">;
/** What may be said of a ceph check. `at`: default `["preflight", "gate"]`; `heal`: default `"1h"`; `noout`: default true. */
export type CephOptions = Omit<CephCheckArgs, "kind" | "name">;
/** What may be said of a gluster check. `at`: default `["preflight", "gate"]`; `heal`: default `"1h"`; `volumes`: default all. */
export type GlusterOptions = Omit<GlusterCheckArgs, "kind" | "name">;
/** What may be said of an http probe. `every`: default `"1s"`; `timeout`: default `"2s"`; `connection`: default `"new"`. */
export type HttpProbeOptions = Omit<HttpProbeArgs, "kind" | "name">;
/** What may be said of a tcp probe. `address`: default what the platform knows; `every`: default `"1s"`; `timeout`: default `"2s"`. */
export type TcpProbeOptions = Omit<TcpProbeArgs, "kind" | "name">;
/** What may be said of a command probe. `every` and `timeout`: default `"5s"`. */
export type CommandProbeOptions = Omit<CommandProbeArgs, "kind" | "name">;
/** What may be said of a prometheus probe. `label`: default `"workload"`; `unit`: default `"s"`. */
export type PrometheusOptions = Omit<PrometheusProbeArgs, "kind" | "name">;
/** What may be said of a platform probe. `workloads`: default `"all"`; `every`: default `"1s"`. */
export type PlatformOptions = Omit<PlatformProbeArgs, "kind" | "name">;

/**
 * With `workloads`, a probe: measures how long a GET of `url` takes at each of them, once a second, while the roll goes on. `{workload}`
 * and `{address}` in the URL stand for its name and its address on the platform. The preview fails when neither is in it, or when it
 * would measure no workload at all.
 *
 * @example
 * ```ts
 * probes: [http("shop", { workloads: { tag: "web" }, url: "https://{workload}.prod.example.com/health", connection: "kept" })]
 * ```
 */
export function http(name: Input<string>, options: HttpProbeOptions): HttpProbeArgs;
/**
 * Passes when a GET of `url` answers with the expected status (default 200) and, if asked, a text in its body. `{host}` in the
 * URL stands for the host at hand. A URL with a user name or password in it is refused: credentials are never inputs. One with a
 * key in its query (`?token=…`, `?api_key=…`) has to be a Pulumi secret: the state keeps it encrypted then.
 *
 * `at` says when it is asked: `"preflight"` before a host is cordoned, `"verify"` on the patched empty host, `"gate"` with its
 * load back, `"end"` when every host is done (and once before the first, so that what failed before is not blamed on the patch).
 *
 * @example
 * ```ts
 * checks: [http("shop", { url: "https://shop.example.com/health", at: ["gate", "end"], timeout: "5s" })]
 * ```
 */
export function http(name: Input<string>, options: HttpOptions): HttpCheckArgs;
export function http(name: Input<string>, options: HttpOptions | HttpProbeOptions): HttpCheckArgs | HttpProbeArgs {
  return { kind: "http", name, ...options };
}

/**
 * With `workloads`, a probe: measures how long a TCP connection to each of them takes to open, once a second, while the roll goes on.
 * `address` is by default what the platform knows of the workload; `"{workload}.prod.example.com"` makes one of its name. With `hold`,
 * one connection per workload is kept open, which has to survive its moves. The preview fails when it would measure no workload at all.
 *
 * @example
 * ```ts
 * probes: [tcp("web", { workloads: { tag: "web" }, port: 443 })]
 * ```
 */
export function tcp(name: Input<string>, options: TcpProbeOptions): TcpProbeArgs;
/**
 * Passes when a TCP connection to `address` and `port` (1 to 65535) opens within `timeout` (default `"10s"`). `{host}` in the
 * address stands for the host at hand. Fails when the name is not found, the connection is refused or nobody answers in time.
 *
 * The preview fails when the port is out of range, `timeout` is `"0s"`, or `{host}` is asked for at `"end"` (which is in the default
 * of `at`), where no host is at hand.
 *
 * @example
 * ```ts
 * checks: [tcp("agent", { address: "{host}", port: 9100, at: ["verify"] })]
 * ```
 */
export function tcp(name: Input<string>, options: TcpOptions): TcpCheckArgs;
export function tcp(name: Input<string>, options: TcpOptions | TcpProbeOptions): TcpCheckArgs | TcpProbeArgs {
  return { kind: "tcp", name, ...options };
}

/**
 * With `workloads`, a probe: measures how long a program on the machine that runs Pulumi takes to end with exit code 0, every 5 s for
 * each of them, while the roll goes on. `{workload}` and `{address}` in its arguments stand for the workload's name and its address on
 * the platform. The preview fails when neither is in them, or when it would measure no workload at all.
 *
 * @example
 * ```ts
 * probes: [command("order", { workloads: { name: "shop-*" }, command: ["./order-test.sh", "{address}"] })]
 * ```
 */
export function command(name: Input<string>, options: CommandProbeOptions): CommandProbeArgs;
/**
 * Passes when a program on the machine that runs Pulumi exits with 0, or, with `on: "host"`, one on the host at hand, as the user who logs in
 * there. No shell: `command` is the program and its arguments, and `{host}` in them stands for the host at hand. It is killed after `timeout` (default `"10s"`), which fails the check; so does a
 * program that is not found or ends by a signal. Of the environment it gets `PATH`, `HOME` and `LANG`, and the
 * host at hand as `ROLLING_PATCH_HOST`.
 *
 * The preview fails when no program is named, an argument holds a credential (`--password=…`, `-u bob:…`, `sh -c "TOKEN=… …"`), or
 * `{host}` or `on: "host"` is asked for at `"end"` (which is in the default of `at`), where no host is at hand; or when the target has no way to
 * run programs on its hosts.
 *
 * @example
 * ```ts
 * checks: [
 *   command("smoke", { command: ["./smoke-test.sh", "{host}"], at: ["verify"], timeout: "2m" }),
 *   command("raid", { command: ["sudo", "-n", "/usr/local/sbin/raid-is-well"], on: "host", at: ["preflight", "verify"] }),
 * ]
 * ```
 */
export function command(name: Input<string>, options: CommandOptions): CommandCheckArgs;
export function command(
  name: Input<string>,
  options: CommandOptions | CommandProbeOptions,
): CommandCheckArgs | CommandProbeArgs {
  return { kind: "command", name, ...options };
}

/**
 * Passes when no alert fires: when a `query` of Prometheus gives nothing, or when Alertmanager has no alert for the `matchers` that is
 * neither silenced nor inhibited. `{host}` in them stands for the host at hand. User or token come from the environment:
 * `PROMETHEUS_USERNAME` and `PROMETHEUS_PASSWORD`, or `PROMETHEUS_BEARER_TOKEN`; `ALERTMANAGER_…` alike.
 *
 * The preview fails when both or neither of `query` and `matchers` are given, a matcher is none, or `{host}` is asked for at `"canary"`
 * or `"end"`, where no host is at hand.
 *
 * @example
 * ```ts
 * checks: [alerts("calm", { url: "https://alerts.example.com", matchers: ['severity="critical"'], at: ["preflight", "canary", "end"] })]
 * ```
 */
export function alerts(name: Input<string>, options: AlertsOptions): AlertsCheckArgs {
  return { kind: "alerts", name, ...options };
}

/**
 * Passes when every placement group of the Ceph cluster that the hosts bear is clean and, before a host is cordoned, its OSDs and monitors may stop
 * (`ok-to-stop`). What is not yet so is waited for as long as `heal` (default `"1h"`): before the drain of a host and, with its load back, before the next
 * one starts. For the roll, the cluster's flag `noout` is set, and then restored as it was, after a crash too (`noout: false` leaves it alone).
 *
 * The program runs on the host at hand, as the user who logs in there: `command` says how it is called. The preview fails for a target that has no way to
 * run programs on its hosts.
 *
 * @example
 * ```ts
 * checks: [ceph("storage", { command: ["sudo", "-n", "ceph"] })]
 * ```
 */
export function ceph(name: Input<string>, options: CephOptions = {}): CephCheckArgs {
  return { kind: "ceph", name, ...options };
}

/**
 * Passes when no entry of the Gluster volumes has to be healed and every brick is connected. What heals is waited for as long as `heal` (default
 * `"1h"`): before the drain of a host and, with its load back, before the next one starts.
 *
 * The program runs on the host at hand, as the user who logs in there: `command` says how it is called. The preview fails for a target that has no way to
 * run programs on its hosts.
 *
 * @example
 * ```ts
 * checks: [gluster("storage", { command: ["sudo", "-n", "gluster"], volumes: ["vms"] })]
 * ```
 */
export function gluster(name: Input<string>, options: GlusterOptions = {}): GlusterCheckArgs {
  return { kind: "gluster", name, ...options };
}

/**
 * A probe that takes the latency of workloads from a Prometheus server: the value of `query`, a series per workload, named by `label`
 * (default `"workload"`; a workload's name or its address on the platform). Who asks is told in the environment of the Pulumi command:
 * `PROMETHEUS_BEARER_TOKEN`, or `PROMETHEUS_USERNAME` and `PROMETHEUS_PASSWORD`. A server that does not answer leaves gaps, never good news.
 *
 * @example
 * ```ts
 * probes: [prometheus("api", {
 *   url: "https://prometheus.example.com",
 *   query: "histogram_quantile(0.5, sum by (le, vm) (rate(http_request_duration_seconds_bucket[30s])))",
 *   label: "vm",
 * })]
 * ```
 */
export function prometheus(name: Input<string>, options: PrometheusOptions): PrometheusProbeArgs {
  return { kind: "prometheus", name, ...options };
}

/**
 * A probe that takes what the platform itself measures of its workloads: on the embedded fleet, the latency of each, once a second.
 * A platform that measures nothing is an error of the roll before it begins.
 *
 * @example
 * ```ts
 * probes: [platform("vm", { workloads: { tag: "web" } })]
 * ```
 */
export function platform(name: Input<string>, options: PlatformOptions = {}): PlatformProbeArgs {
  return { kind: "platform", name, ...options };
}
