import { own } from "./own.ts";

/** What storage says of itself: it may go on, it heals and may later, or something is wrong that waiting does not mend. */
export type StorageState =
  | { readonly state: "well"; readonly words: string }
  | { readonly state: "healing" | "wrong"; readonly words: string };

/** Kinds of placement-group states that are told one by one. */
const MOST_STATES = 3;

/**
 * Judges `ceph status --format json`: every placement group is active and clean, whether it is scrubbed or not; HEALTH_ERR is wrong
 * whatever they are. Throws SyntaxError or TypeError for what is no such answer.
 */
export function cephState(text: string): StorageState {
  const { health, pgmap } = JSON.parse(text) as CephStatus;
  const states = pgmap.pgs_by_state ?? [];
  const total = pgmap.num_pgs ?? 0;
  if (typeof health.status !== "string" || !Array.isArray(states)) throw new TypeError("not the status of a cluster");
  const clean = states.filter(({ state_name }) => isClean(state_name)).reduce((sum, { count }) => sum + count, 0);
  if (clean === total && health.status !== "HEALTH_ERR")
    return { state: "well", words: `all ${total} placement groups are clean` };
  const others = states.filter(({ state_name }) => !isClean(state_name)).sort((a, b) => b.count - a.count);
  const told = others.slice(0, MOST_STATES).map(({ state_name, count }) => `${count} ${state_name}`);
  const more = others.length > MOST_STATES ? ", …" : "";
  const unclean =
    clean === total
      ? ""
      : `${total - clean} of ${total} placement groups are not clean${told.length > 0 ? ` (${told.join(", ")}${more})` : ""}`;
  if (health.status !== "HEALTH_ERR") return { state: "healing", words: unclean };
  const errors = Object.entries(health.checks ?? {}).filter(([, { severity }]) => severity === "HEALTH_ERR");
  const why = errors.map(([code, { summary }]) => `${code}: ${summary?.message ?? ""}`);
  return { state: "wrong", words: ["HEALTH_ERR", ...why, unclean].filter(Boolean).join("; ") };
}

interface CephStatus {
  readonly health: {
    readonly status: unknown;
    readonly checks?: Readonly<
      Record<string, { readonly severity?: string; readonly summary?: { readonly message?: string } }>
    >;
  };
  readonly pgmap: {
    /** Absent in a cluster without pools. */
    readonly pgs_by_state?: readonly { readonly state_name: string; readonly count: number }[];
    readonly num_pgs?: number;
  };
}

/** "active+clean+scrubbing+deep" is clean; "active+clean+inconsistent" is not. */
function isClean(state: string): boolean {
  const words = new Set(state.split("+"));
  const rest = [...words].filter((word) => !CLEAN.has(word));
  return words.has("active") && words.has("clean") && rest.length === 0;
}

const CLEAN = new Set(["active", "clean", "scrubbing", "deep", "snaptrim", "snaptrim_wait"]);

/** Daemons of a host that must ask before they stop. */
export interface CephDaemons {
  readonly osd: readonly string[];
  readonly mon: readonly string[];
}

/**
 * Reads `ceph node ls --format json`: `{ osd: { HOST: [0, 1] }, mon: { HOST: ["a"] } }`. A host is known there by its whole name or by what comes before
 * the first dot. Throws SyntaxError or TypeError for what is no such answer.
 */
export function cephDaemons(text: string, host: string): CephDaemons {
  const nodes = JSON.parse(text) as Record<string, Record<string, unknown>>;
  if (typeof nodes !== "object" || nodes === null || Array.isArray(nodes)) throw new TypeError("not a list of nodes");
  const of = (kind: string): string[] => {
    const hosts = own(nodes, kind) ?? {};
    const found = own(hosts, host) ?? own(hosts, host.split(".")[0] ?? host) ?? [];
    if (!Array.isArray(found)) throw new TypeError("not a list of nodes");
    return found.map(String);
  };
  return { osd: of("osd"), mon: of("mon") };
}

/** Whether `ceph osd dump --format json` tells that `noout` is set. Throws SyntaxError or TypeError for what is no such answer. */
export function isNooutSet(text: string): boolean {
  const { flags } = JSON.parse(text) as { readonly flags: unknown };
  if (typeof flags !== "string") throw new TypeError("not a dump of the OSD map");
  return flags.split(",").includes("noout");
}

/** A brick as `gluster volume heal VOLUME info --xml` tells of it. */
export interface Brick {
  readonly name: string;
  readonly status: string;
  /** Entries that have to be healed; "-" where the brick does not tell. */
  readonly numberOfEntries: string;
}

/** Judges the bricks of volumes, by the volume's name. */
export function glusterState(volumes: ReadonlyMap<string, readonly Brick[]>): StorageState {
  const troubles = [...volumes].flatMap(([volume, bricks]) =>
    bricks.flatMap(({ name, status, numberOfEntries }) => {
      if (status !== "Connected") return [`${volume}: brick ${name} is not connected (${status})`];
      return numberOfEntries === "0" ? [] : [`${volume}: ${numberOfEntries} entries to heal on ${name}`];
    }),
  );
  if (troubles.length > 0) {
    const more = troubles.length > MOST_STATES ? `, and ${troubles.length - MOST_STATES} more` : "";
    return { state: "healing", words: `${troubles.slice(0, MOST_STATES).join(", ")}${more}` };
  }
  const bricks = [...volumes.values()].reduce((sum, list) => sum + list.length, 0);
  return { state: "well", words: `nothing to heal on ${bricks} bricks of ${volumes.size} volumes` };
}
