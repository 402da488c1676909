/** One live migration that the plan foresees. */
export interface Move {
  readonly workload: string;
  readonly from: string;
  readonly to: string;
  /** GiB of memory that travel. */
  readonly gib: number;
  /** Why this workload goes there, in a few words; a rule given up is said here. */
  readonly why: string;
}

/** One host's part in the roll. */
export interface HostPlan {
  readonly host: string;
  /** Level it has and level it will have. */
  readonly from: string;
  readonly to: string;
  readonly canary: boolean;
  /** Goes alone, gets its own workloads back and is measured in full; canaries are, where workloads are probed. */
  readonly judged: boolean;
  /** Hosts that go at the same time share a wave (1, 2, …). A view for people, not a barrier. */
  readonly wave: number;
  /**
   * Hosts of this plan that must be released before this one is cordoned, besides those that a host before it has waited for:
   * hosts start strictly in order. Safe whatever the acts' durations.
   */
  readonly after: readonly string[];
  /** Why it stands at this place of the order, in a few words. */
  readonly why: string;
  /**
   * Moves of workloads on other hosts that make room for those of this one: strictly one after another, before `evacuate`. While a
   * host that needs them is out, no other one is.
   */
  readonly makeRoom: readonly Move[];
  /** In the order in which they start. */
  readonly evacuate: readonly Move[];
  /** Pinned workloads shut down before remediation and started again after it. */
  readonly shutdown: readonly string[];
  /** Moves onto this host after it was verified, in order. */
  readonly putBack: readonly Move[];
  /** Of a judged host: how many of these are made when load is held for a while; the last is all of them. Else empty. */
  readonly steps: readonly number[];
  /** With `putBack: home`, the moves that undo `makeRoom`: last first, strictly one after another, after `putBack`. */
  readonly undoRoom: readonly Move[];
  /** Longest that the host is watched after its put-back began, besides the moves, seconds. */
  readonly soak: number;
  /** Forecast, seconds from the start of the roll: cordon and release. */
  readonly start: number;
  readonly end: number;
}

/** All moves of a host's turn, in the order in which they are made. */
export function movesOf({
  makeRoom,
  evacuate,
  putBack,
  undoRoom,
}: Pick<HostPlan, "makeRoom" | "evacuate" | "putBack" | "undoRoom">): Move[] {
  return [...makeRoom, ...evacuate, ...putBack, ...undoRoom];
}

export interface Plan {
  readonly kind: "plan";
  /** Says what was reviewed: `<hosts>h-<moves>m-<most out>out-<hours>t-<effort>e-<digest of baseline>-<digest of order and moves>`. */
  readonly id: string;
  /** In the order in which hosts start. */
  readonly hosts: readonly HostPlan[];
  /** Hosts below the level that this roll leaves alone, with the reason. */
  readonly skipped: readonly SkippedHost[];
  /** Hosts that go after others, because of workloads on them that must not move as this plan begins; absent: none. */
  readonly resting?: readonly string[];
  /**
   * Where moves to older hosts are forbidden and room is kept free: whether any one host at a new level could be emptied again onto others that
   * are as new, as far as amounts go, at every moment; `after`: from the return of this host on. Absent: it can go anywhere, or no room is kept.
   */
  readonly retreat?: { readonly holds: boolean; readonly after?: string };
  /** What a reviewer should know: settings resolved to numbers, rules given up, reserve waived. */
  readonly notes: readonly string[];
  readonly totals: {
    readonly hosts: number;
    readonly moves: number;
    readonly gib: number;
    /** Most hosts out at one moment. */
    readonly out: number;
    /** Hours from the start of the roll to its end, reference window and last looks included: optimistic, expected, pessimistic. */
    readonly hours: { readonly low: number; readonly expected: number; readonly high: number };
  };
  /** Seconds in which the service is watched before the first host is touched, and after the last one is back. */
  readonly watch: { readonly before: number; readonly after: number };
  /** How hard it was searched, in units of `EFFORT_UNIT` placement tests; the same effort finds the same plan. */
  readonly effort: number;
  /**
   * No plan can do with less moves or hours, nor have more hosts out at once, as far as capacity goes; proofs in planner/*-bound.ts.
   * `moves`: when as many hosts are emptied before the first one is back as here.
   */
  readonly bounds: { readonly moves: number; readonly hours: number; readonly out: number };
  /** Fullest that every host in service gets during the roll, moves in flight booked at both ends: share of its fullest resource. */
  readonly peaks: readonly { readonly host: string; readonly share: number }[];
}

/** Why a host cannot be done; closed, so that refusals can be counted. */
export type RefusalCode =
  | "pinned"
  | "capacity"
  | "reserve"
  | "anti-affinity"
  | "must-rule"
  | "spread"
  | "moves-once"
  | "quiet"
  | "together"
  | "too-large"
  | "unavailable"
  | "domain"
  | "quorum"
  | "order"
  | "backward"
  | "unknown-host"
  | "approval"
  | "no-progress";

export interface RefusalReason {
  readonly code: RefusalCode;
  /** One sentence that names the culprits with numbers. */
  readonly text: string;
  readonly hosts: readonly string[];
  readonly workloads: readonly string[];
}

/** A plan that cannot be made. A value, not an error. */
export interface Refusal {
  readonly kind: "refusal";
  readonly reasons: readonly RefusalReason[];
  /** The smallest change found that would allow it, one sentence; or that none was found. */
  readonly unlock: string;
}

/** The `unlock` of a refusal for which no change was found. */
export const NO_UNLOCK =
  "No single change of policy, no single workload to be stopped and no single additional host was found that would allow it.";

/**
 * `impossible`: the reasons are a proof that no plan exists, for none of them is `no-progress`. Otherwise none was found within the effort,
 * and there may be one; `unlock`: a change was found that allows a plan; `neither`: no such change was found either.
 */
export function findingOf({ reasons, unlock }: Refusal): "impossible" | "unlock" | "neither" {
  if (!reasons.some(({ code }) => code === "no-progress")) return "impossible";
  return unlock === NO_UNLOCK ? "neither" : "unlock";
}

/** `silent`: it could not be reached; the rest is planned anew once it answers. */
export interface SkippedHost {
  readonly host: string;
  readonly why: string;
  readonly silent?: true;
}
