import { isRollError, RollError } from "../../core/errors.ts";
import { emptyRecord, type FleetRecord } from "../../core/record.ts";
import type { RecordStore } from "../../engine/ports.ts";
import { onHost } from "./on-host.ts";
import { settled } from "./settled.ts";
import type { Shells } from "./ssh/shell.ts";

/** After enough hosts have answered, how long the others are waited for, process milliseconds. */
const GRACE = 400;
/** Longest that a host may take to read or write its copy. */
const TIMEOUT = 15_000;

interface Copy {
  readonly version: number;
  readonly text: string;
}

/**
 * The fleet record as a file on every host: `VERSION TOKEN HOLDER` in the first line, the record as JSON in the second. The highest version among the
 * hosts that answer counts. A write replaces copies that are not newer than what was read, under each host's lock, and holds when
 * most of the hosts that the record does not name as out or failed have taken it: two writers cannot both have a majority.
 */
export class HostsRecord implements RecordStore {
  readonly #shells: Shells;
  readonly #hosts: readonly string[];
  /** Hosts whose copy is being written, and the version that goes there. */
  readonly #writing = new Map<string, number>();

  constructor(shells: Shells, hosts: readonly string[]) {
    this.#shells = shells;
    this.#hosts = hosts;
  }

  /** Every beat is written to every host: large fleets beat more slowly. */
  get beat(): number {
    return Math.max(2000, 50 * this.#hosts.length);
  }

  async read(): Promise<{ record: FleetRecord; version: number } | undefined> {
    const copy = await this.#newest();
    return copy === undefined ? undefined : { record: recordOf(copy.text), version: copy.version };
  }

  async write(record: FleetRecord, version: number): Promise<number> {
    const next = version + 1;
    const text = textOf(record, next);
    const electors = electorsOf(record, this.#hosts);
    const needed = Math.floor(electors.length / 2) + 1;
    const outcomes = new Map<string, "written" | "changed" | RollError>();
    const votes = () => electors.filter((host) => outcomes.get(host) === "written").length;
    await settled(
      this.#hosts.map(async (host) => outcomes.set(host, await this.#writeCopy(host, text, version))),
      { enough: () => votes() >= needed, grace: GRACE },
    );
    if (votes() >= needed) return next;
    if ([...outcomes.values()].includes("changed"))
      throw new RollError("conflict", "The fleet record has changed.", { hint: "Read it again and decide anew." });
    throw unreachable(outcomes, needed, electors.length);
  }

  /** Brings a host that missed writes up to date. False: its copy is the newest, or newer. */
  async refresh(host: string): Promise<boolean> {
    const newest = await this.#newest();
    if (newest === undefined) return false;
    return (await this.#writeCopy(host, newest.text, newest.version - 1)) === "written";
  }

  async #newest(): Promise<Copy | undefined> {
    const copies: (Copy | undefined)[] = [];
    const errors = new Map<string, RollError>();
    await settled(
      this.#hosts.map(async (host) => {
        try {
          copies.push(await this.#readCopy(host));
        } catch (error) {
          if (!isRollError(error)) throw error;
          errors.set(host, error);
        }
      }),
      { enough: () => copies.length > this.#hosts.length / 2, grace: GRACE },
    );
    if (copies.length === 0) throw unreachable(errors, 1, this.#hosts.length);
    return copies.reduce((best, copy) => (best === undefined || isNewer(copy, best, copies) ? copy : best), undefined);
  }

  async #readCopy(host: string): Promise<Copy | undefined> {
    const script = '[ ! -e "$D/record" ] || cat "$D/record"';
    const text = await onHost(this.#shells.shell(host), host, script, [], { timeout: TIMEOUT });
    if (text === "") return undefined;
    const version = Number(/^(\d+) /.exec(text)?.[1] ?? Number.NaN);
    if (!Number.isFinite(version)) {
      throw new RollError("failed", `${host}: the fleet record on it cannot be read.`, {
        host,
        hint: "Copy /var/lib/rolling-patch/record from another host, or remove it there if the others have it.",
      });
    }
    return { version, text };
  }

  async #writeCopy(host: string, text: string, over: number): Promise<"written" | "changed" | RollError> {
    // One that does not answer is not asked again while it is being asked.
    if ((this.#writing.get(host) ?? 0) > 0)
      return new RollError("unavailable", `${host} has not answered yet.`, { host });
    this.#writing.set(host, 1);
    try {
      const options = { input: text, timeout: TIMEOUT };
      return (await onHost(this.#shells.shell(host), host, WRITE, [String(over)], options)) === "changed"
        ? "changed"
        : "written";
    } catch (error) {
      if (!isRollError(error)) throw error;
      return error;
    } finally {
      this.#writing.delete(host);
    }
  }
}

const WRITE = `
locked
have=0; [ ! -e "$D/record" ] || read -r have _rest <"$D/record"
[ "$have" -le "$1" ] || { printf changed; exit 0; }
replace "$D/record"
`;

function textOf(record: FleetRecord, version: number): string {
  const { lease } = record;
  const head = lease === undefined ? "-" : `${lease.token} ${lease.holder.replace(/\s+/g, " ")}`;
  return `${version} ${head}\n${JSON.stringify(record)}\n`;
}

function recordOf(text: string): FleetRecord {
  const record: { format: unknown } = JSON.parse(text.slice(text.indexOf("\n") + 1));
  if (record.format !== emptyRecord.format) {
    throw new RollError(
      "failed",
      `The fleet record has format ${String(record.format)}, this version reads format 1.`,
      {
        hint: "Use the version of pulumi-rolling-patch that wrote it, or a newer one.",
      },
    );
  }
  return record as FleetRecord;
}

/** Hosts that the record does not name as out or failed; all of them where it names all. */
function electorsOf({ run }: FleetRecord, hosts: readonly string[]): readonly string[] {
  const out = new Set(Object.keys(run?.hosts ?? {}));
  const left = hosts.filter((host) => !out.has(host));
  return left.length > 0 ? left : hosts;
}

/** A write that found no majority leaves copies of one version that differ: what more hosts hold counts. */
function isNewer(copy: Copy | undefined, best: Copy, all: readonly (Copy | undefined)[]): boolean {
  if (copy === undefined) return false;
  if (copy.version !== best.version) return copy.version > best.version;
  const holders = ({ text }: Copy) => all.filter((one) => one?.text === text).length;
  return holders(copy) > holders(best) || (holders(copy) === holders(best) && copy.text < best.text);
}

function unreachable(outcomes: ReadonlyMap<string, unknown>, needed: number, of: number): RollError {
  const errors = [...outcomes.values()].filter(isRollError);
  const [first] = errors;
  const kind = errors.length > 0 && errors.every((error) => error.kind === "denied") ? "denied" : "unavailable";
  const why = first === undefined ? "they do not answer" : first.message.replace(/\.$/, "");
  return new RollError(kind, `The fleet record needs ${needed} of ${of} hosts: ${why}.`, {
    hint: first?.hint ?? "See that the hosts are up and reached from here.",
    cause: first,
  });
}
