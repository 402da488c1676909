import type { ApprovalGate } from "./approval.ts";
import type { RunMemory } from "./run.ts";

/** Who may act on the fleet now. Judged by heartbeats on the contender's own clock, never by comparing wall clocks. */
export interface Lease {
  /** "user@machine, process 4711": for people. */
  readonly holder: string;
  /** Unique to one process. */
  readonly instance: string;
  /** Whose roll it is: `project/stack/name`; absent when hosts are given back by hand. */
  readonly owner?: string;
  readonly token: number;
  /** Rises with every heartbeat. */
  readonly beat: number;
  /** Wall clock, ISO 8601: for people. */
  readonly since: string;
}

/** The small memory on the platform itself: what cannot be seen and must outlive every process. Holds no secrets. */
export interface FleetRecord {
  readonly format: 1;
  /** Highest fencing token ever given out. */
  readonly token: number;
  readonly lease?: Lease;
  /** The newest run, ended or not. */
  readonly run?: RunMemory;
  /** Asks the holder of the lease with this token for a safe point; later holders are not meant. */
  readonly stop?: { readonly token: number; readonly by: string; readonly at: string };
  /** A sticky halt in force. */
  readonly halt?: {
    readonly run: string;
    readonly baseline: string;
    readonly reason: string;
    readonly host?: string;
    readonly at: string;
  };
  /** Settings of other actors (balancer, alerts, …) as they were before we put them aside. */
  readonly former?: Readonly<Record<string, unknown>>;
  /** Alert silences of hosts that are out: on record before they are created, until they have ended. `mark`: their comment. */
  readonly silences?: readonly { readonly host: string; readonly url: string; readonly mark: string }[];
  /** Baselines at which a run ended `done`, by mode: `onDrift: report` and `mode: canary` ask for it. */
  readonly finished?: { readonly baseline: string; readonly mode: "full" | "canary" };
  /** What people let pass, newest last: a reviewed plan, a sticky halt that was understood, a gate of a run. */
  readonly approvals?: readonly Approval[];
  /** SHA-256 of the inputs file of the newest run: `continue` refuses another one. */
  readonly inputs?: string;
}

export interface Approval {
  readonly of: "plan" | "halt" | "gate";
  /** Plan id, or run id of the halt or gate. */
  readonly id: string;
  /** Which gate. */
  readonly gate?: ApprovalGate;
  /** Who ran the `up` that brought it or approved the gate, and when (wall clock, ISO 8601). */
  readonly by: string;
  readonly at: string;
}

export const emptyRecord: FleetRecord = { format: 1, token: 0 };
