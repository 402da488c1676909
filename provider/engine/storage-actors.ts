import type { Check } from "../core/check.ts";
import { isRollError, RollError } from "../core/errors.ts";
import type { Fleet } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import type { FleetRecord } from "../core/record.ts";
import { isNooutSet } from "../core/storage.ts";
import type { ActContext, Clock, Driver } from "./ports.ts";

type Former = NonNullable<FleetRecord["former"]>;
type Platform = Pick<Driver, "actors" | "run">;

/** Where clusters of Ceph are kept among the former settings: no host has such a name where programs run on hosts. */
const KEY = "ceph clusters";
/** Longest that one command may take, process milliseconds. */
const TIMEOUT = 60_000;

/** A cluster as it was, with all that it takes to give it back: `restore` knows no checks. */
interface FormerCluster {
  readonly noout: boolean;
  readonly command: readonly string[];
  /** Hosts that may be asked, in this order. */
  readonly hosts: readonly string[];
}

/**
 * What is put aside for a roll: the platform's other actors, and Ceph, which would copy what a host bears that is out (`noout` is set). Asked about what the
 * record has not: what a dead run has put aside is kept as it was before that.
 */
export async function readFormer(
  { driver, process }: { readonly driver: Platform; readonly process: Clock },
  known: FleetRecord["former"],
  checks: readonly Check[],
  fleet: Fleet,
): Promise<Former> {
  const former = known ?? (await driver.actors.read());
  const clusters = clustersIn(former);
  const up = fleet.hosts.filter(({ state }) => state === "up").map(({ id }) => id);
  const found: [string, FormerCluster][] = [];
  for (const check of checks) {
    if (check.kind !== "ceph" || !check.noout || own(clusters, check.name) !== undefined) continue;
    const { command } = check;
    const dump = await onOneOf(driver, process, { command, hosts: up }, ["osd", "dump", "--format", "json"]);
    found.push([check.name, { noout: nooutIn(dump, check.name), command, hosts: up }]);
  }
  return found.length === 0 ? former : { ...former, [KEY]: { ...clusters, ...Object.fromEntries(found) } };
}

/** Puts aside what `readFormer` told, which is on record by now. */
export async function quietAll(driver: Platform, process: Clock, former: Former, context: ActContext): Promise<void> {
  await driver.actors.quiet(context);
  for (const cluster of Object.values(clustersIn(former)))
    if (!cluster.noout) await onOneOf(driver, process, cluster, ["osd", "set", "noout"], context.signal);
}

/** Gives everything back as it was. Can be repeated. */
export async function restoreAll(driver: Platform, process: Clock, former: Former, context: ActContext): Promise<void> {
  await driver.actors.restore(former, context);
  for (const cluster of Object.values(clustersIn(former)))
    if (!cluster.noout) await onOneOf(driver, process, cluster, ["osd", "unset", "noout"], context.signal);
}

function clustersIn(former: Former): Readonly<Record<string, FormerCluster>> {
  return (own(former, KEY) ?? {}) as Readonly<Record<string, FormerCluster>>;
}

function nooutIn(dump: string, name: string): boolean {
  try {
    return isNooutSet(dump);
  } catch (error) {
    throw new RollError("failed", `The check "${name}": its program does not tell the flags of a Ceph cluster.`, {
      hint: "See what `ceph osd dump --format json` prints there, or set `noout: false`.",
      cause: error,
    });
  }
}

/** What the program prints on the first of the hosts where it succeeds. Throws what the last one said. */
async function onOneOf(
  { run }: Platform,
  process: Clock,
  { command, hosts }: Pick<FormerCluster, "command" | "hosts">,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const program = [...command, ...args];
  let why = new RollError("unavailable", "No host is up.");
  for (const host of run === undefined ? [] : hosts) {
    const over = new AbortController();
    process.sleep(TIMEOUT, over.signal).then(
      () => over.abort(),
      () => {},
    );
    try {
      const limit = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
      const ran = await run?.(host, program, limit);
      if (ran?.code === 0) return ran.stdout;
      const said = (ran?.stderr.trim() || ran?.stdout.trim() || "").split("\n").at(-1) ?? "";
      why = new RollError("failed", `${program.join(" ")} on ${host}: exit code ${ran?.code}: ${said.slice(0, 200)}.`, {
        host,
      });
    } catch (error) {
      if (!isRollError(error) || signal?.aborted === true) throw error;
      why = error;
    } finally {
      over.abort();
    }
  }
  throw new RollError(why.kind === "cancelled" ? "unavailable" : why.kind, `Ceph cannot be told: ${why.message}`, {
    hint: "See that this program works for the user who logs in on one of the hosts (`command` of the check).",
    cause: why,
  });
}
