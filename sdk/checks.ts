import type { Input } from "@pulumi/pulumi";
import type { AlertsCheckArgs, CommandCheckArgs, HttpCheckArgs, TcpCheckArgs } from "./args.ts";

/** What may be said of an http check. `at`: default `["verify", "end"]`; `timeout`: default `"10s"`; `status`: default 200. */
export type HttpOptions = Omit<HttpCheckArgs, "kind" | "name">;
/** What may be said of a tcp check. `at`: default `["verify", "end"]`; `timeout`: default `"10s"`. */
export type TcpOptions = Omit<TcpCheckArgs, "kind" | "name">;
/** What may be said of a command check. `at`: default `["verify", "end"]`; `timeout`: default `"10s"`. */
export type CommandOptions = Omit<CommandCheckArgs, "kind" | "name">;
/** What may be said of an alerts check. `at`: default `["verify", "end"]`; `timeout`: default `"10s"`. */
export type AlertsOptions = Omit<AlertsCheckArgs, "kind" | "name">;

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
export function http(name: Input<string>, options: HttpOptions): HttpCheckArgs {
  return { kind: "http", name, ...options };
}

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
export function tcp(name: Input<string>, options: TcpOptions): TcpCheckArgs {
  return { kind: "tcp", name, ...options };
}

/**
 * Passes when a program on the machine that runs Pulumi exits with 0. No shell: `command` is the program and its arguments, and
 * `{host}` in them stands for the host at hand. It is killed after `timeout` (default `"10s"`), which fails the check; so does a
 * program that is not found or ends by a signal. Of the environment it gets `PATH`, `HOME` and `LANG`, and the
 * host at hand as `ROLLING_PATCH_HOST`.
 *
 * The preview fails when no program is named, an argument holds a credential (`--password=…`, `-u bob:…`, `sh -c "TOKEN=… …"`), or
 * `{host}` is asked for at `"end"` (which is in the default of `at`), where no host is at hand.
 *
 * @example
 * ```ts
 * checks: [command("smoke", { command: ["./smoke-test.sh", "{host}"], at: ["verify"], timeout: "2m" })]
 * ```
 */
export function command(name: Input<string>, options: CommandOptions): CommandCheckArgs {
  return { kind: "command", name, ...options };
}

/**
 * Passes when no alert fires: when a `query` of Prometheus gives nothing, or when Alertmanager has no alert for the `matchers` that is
 * neither silenced nor inhibited. `{host}` in them stands for the host at hand. User or token come from the environment:
 * `PROMETHEUS_USERNAME` and `PROMETHEUS_PASSWORD`, or `PROMETHEUS_TOKEN`; `ALERTMANAGER_…` alike.
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
