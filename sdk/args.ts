// Written by tools/sdk-args.ts from the schemas in provider/core: do not edit.
import type { Input } from "@pulumi/pulumi";

export interface SimulatedTargetArgs {
  kind: Input<"simulated">;
  /** Path of the fleet file, relative to the project folder or absolute. */
  file: Input<string>;
}

export interface BaselineArgs {
  /** The level every host shall have: "8.0.3-24022510". */
  version: Input<string>;
}

export interface MaxUnavailableArgs {
  /** Default: 1. */
  fleet?: Input<number | string | undefined>;
  /** Limit within one failure domain; a share is of that domain's hosts. */
  perDomain?: Input<number | string | undefined>;
}

/** Most migrations in flight. */
export interface MigrationsArgs {
  /** Most migrations in flight that touch one host, in or out; its own slots hold as well. */
  perHost?: Input<number | undefined>;
  /** Most migrations in flight over the whole fleet. */
  total?: Input<number | undefined>;
}

export interface OrderArgs {
  /** Waits for the others. */
  host: Input<string>;
  /** Hosts that must be back before it starts, if they take part in the roll. */
  after: Input<Input<string>[]>;
}

export interface DeadlinesArgs {
  /** Evacuation of one host. Default: "30m". */
  drain?: Input<string | undefined>;
  /** Remediation of one host, without its boot. Default: "60m". */
  patch?: Input<string | undefined>;
  /** Until the host is back. Default: 3 x its last boot, within 20m to 60m. */
  boot?: Input<string | undefined>;
}

export interface WindowArgs {
  /** When it opens, as a cron pattern: "0 22 * * 1-5". */
  start: Input<string>;
  /** How long it stays open: "6h". */
  duration: Input<string>;
  /** IANA name of the zone the pattern is read in: "Europe/Berlin". Default: "UTC". */
  timezone?: Input<string | undefined>;
}

export interface PolicyArgs {
  /** `observe` touches nothing; `canary` ends once the canary has passed; `full` rolls the whole fleet. Default: "full". */
  mode?: Input<"full" | "observe" | "canary" | undefined>;
  /** `report`: once a full roll is done at this baseline, later drift is a warning and never acted on. Default: "roll". */
  onDrift?: Input<"roll" | "report" | undefined>;
  /** Most hosts out at once, a count or a share; draining, out, failed, held and unreachable hosts count. Default: 1. */
  maxUnavailable?: Input<number | string | MaxUnavailableArgs | undefined>;
  /** Hosts that may be out at once when the part without barriers begins, a count or a share; doubles from there up to maxUnavailable. Default: 1. */
  startWidth?: Input<number | string | undefined>;
  /** What stays free over the hosts in service at every moment: the capacity of so many host failures, largest hosts first; amounts like { memory: "512GiB", cpu: 64 }; or a share of the capacity in service like "10%". Default 1; 0 in a fleet of two. */
  reserve?: Input<number | string | Record<string, Input<number | string>> | undefined>;
  /** Most migrations in flight. */
  migrations?: Input<MigrationsArgs | undefined>;
  /** Quorum groups by name, besides those that the platform knows: of the hosts of each only one may be out at a time. Draining, failed, held and unreachable hosts count as out. */
  quorums?: Input<Record<string, Input<Input<string>[]>> | undefined>;
  /** Hosts that must not be out together: of each list only one at a time. */
  apart?: Input<Input<Input<string>[]>[] | undefined>;
  /** Hosts that go after all others, alone and in this order, besides those that the platform knows: its control plane. */
  last?: Input<Input<string>[] | undefined>;
  /** Which hosts have to wait for which others. */
  order?: Input<Input<OrderArgs>[] | undefined>;
  /** Hosts per hardware/firmware class that go first, alone. 0: none. Default: 1. */
  canary?: Input<number | undefined>;
  /** Hosts that may fail once the canary has passed; before that, none. Default: 1. */
  maxFailures?: Input<number | undefined>;
  /** Further tries of a step that failed, with back-off. Default: 3. */
  retries?: Input<number | undefined>;
  deadlines?: Input<DeadlinesArgs | undefined>;
  /** For hosts other than the canary: fewest moves that keep balance; every workload home; or none. Default: "bounded". */
  putBack?: Input<"bounded" | "home" | "none" | undefined>;
  /** Workloads that cannot move: refuse the plan, skip the host, or shut them down and start them again. Default: "refuse". */
  pinned?: Input<"refuse" | "skip" | "shutdown" | undefined>;
  /** When a gate convicts a host: take its load off again and keep it out, or leave it as it is. Default: "drain". */
  onRegress?: Input<"drain" | "hold" | undefined>;
  /** When hosts may start; none: always. */
  windows?: Input<Input<WindowArgs>[] | undefined>;
  /** How long `up` itself waits for a window before it ends as paused. Default: "0s". */
  waitAtGate?: Input<string | undefined>;
  /** When `up` ends at a safe point, as paused. */
  maxUpTime?: Input<string | undefined>;
  /** How long reaching a safe point may take. Default: "10m". */
  stopWithin?: Input<string | undefined>;
  /** Id of the reviewed plan: `up` acts only inside its envelope. */
  approved?: Input<string | undefined>;
  /** Run id of a sticky halt to go on after. */
  acknowledge?: Input<string | undefined>;
}

export interface HttpCheckArgs {
  kind: Input<"http">;
  /** Unique in the resource; messages use it. */
  name: Input<string>;
  /** Gates at which it is asked. Default: ["verify", "end"]. */
  at?: Input<Input<"preflight" | "verify" | "gate" | "end">[] | undefined>;
  /** Longest a single try may take (process time). Default: "10s". */
  timeout?: Input<string | undefined>;
  url: Input<string>;
  /** Expected status. Default: 200. */
  status?: Input<number | undefined>;
  /** Text that the body must contain. */
  body?: Input<string | undefined>;
}

export interface TcpCheckArgs {
  kind: Input<"tcp">;
  /** Unique in the resource; messages use it. */
  name: Input<string>;
  /** Gates at which it is asked. Default: ["verify", "end"]. */
  at?: Input<Input<"preflight" | "verify" | "gate" | "end">[] | undefined>;
  /** Longest a single try may take (process time). Default: "10s". */
  timeout?: Input<string | undefined>;
  /** Host name or address; `{host}` is the host at hand. */
  address: Input<string>;
  port: Input<number>;
}

export interface CommandCheckArgs {
  kind: Input<"command">;
  /** Unique in the resource; messages use it. */
  name: Input<string>;
  /** Gates at which it is asked. Default: ["verify", "end"]. */
  at?: Input<Input<"preflight" | "verify" | "gate" | "end">[] | undefined>;
  /** Longest a single try may take (process time). Default: "10s". */
  timeout?: Input<string | undefined>;
  /** Program and arguments; no shell. Passes when it exits with 0. */
  command: Input<Input<string>[]>;
}

/** Which fleet, on which platform. */
export type TargetArgs = SimulatedTargetArgs;

/** An assertion about the service or a host. */
export type CheckArgs = HttpCheckArgs | TcpCheckArgs | CommandCheckArgs;
