import type { Baseline } from "../../core/baseline.ts";
import { isRollError, RollError } from "../../core/errors.ts";
import type { Fleet } from "../../core/fleet.ts";
import type { LibvirtHost, LibvirtTarget } from "../../core/libvirt-target.ts";
import { targetUri } from "../../core/target.ts";
import type { FleetClock } from "../../engine/ports.ts";
import { fleetOf, type Placed, type Seen } from "./look/fleet.ts";
import { type Abilities, type HostLook, readAbilities, readLook } from "./look/host-look.ts";
import { ABILITIES, LOOK } from "./look/script.ts";
import { onHost } from "./on-host.ts";
import { LevelCache, type LevelReading, readLevel } from "./packages/reading.ts";
import { type Preflight, readPreflight } from "./preflight.ts";
import type { Shells } from "./ssh/shell.ts";

/** Longest that a host may take to show itself, process milliseconds. */
const TIMEOUT = 20_000;
/** So long a preflight holds, fleet milliseconds; staging reads it anew. */
const PREFLIGHT_HOLDS = 10 * 60_000;
/** A host that was silent is given so long before it counts as silent again; the attempt goes on meanwhile. */
const PATIENCE = 1500;

interface Known {
  look?: HostLook;
  abilities?: { readonly boot: string; readonly of: Abilities };
  level?: LevelReading;
  preflight?: { readonly boot: string; readonly at: number; readonly of: Preflight };
  /** Since its last answer there was none. */
  silent?: RollError | undefined;
  /** Reaching for it again, while it is silent. */
  attempt?: Promise<void> | undefined;
  /** Number of the look that is known: an older one that ends later changes nothing. */
  turn?: number;
}

/** Looks at hosts, and remembers what it saw: a host that is silent for a while keeps its level and its guests. */
export class Lookout {
  /** Hosts that are being rebooted by us now. */
  readonly rebooting = new Set<string>();
  readonly #target: LibvirtTarget;
  readonly #shells: Shells;
  readonly #clock: FleetClock;
  readonly #known: ReadonlyMap<string, Known>;
  readonly #levels = new LevelCache();
  #turns = 0;
  /** What was last observed against: a host that comes back is looked at in full. */
  #baseline: Baseline | undefined;
  #guests: ReadonlyMap<string, Placed> = new Map();

  constructor(target: LibvirtTarget, shells: Shells, clock: FleetClock) {
    this.#target = target;
    this.#shells = shells;
    this.#clock = clock;
    this.#known = new Map(target.hosts.map(({ name }) => [name, {}]));
  }

  /** The whole fleet against a baseline. Throws `unavailable` or `denied` when no host answers, `failed` when a guest runs twice. */
  async observe(baseline: Baseline, signal?: AbortSignal): Promise<Fleet> {
    this.#baseline = baseline;
    await this.#lookAt(this.#target.hosts, signal, baseline);
    const errors = [...this.#known.values()].flatMap(({ silent }) => silent ?? []);
    if (errors.length === this.#known.size) throw noAnswer(errors);
    const { fleet, guests } = this.#assembled();
    this.#guests = guests;
    return fleet;
  }

  /** A host as it is now. Throws `conflict` for one that is none of the fleet's, and why it is silent. */
  async host(name: string, signal?: AbortSignal): Promise<HostLook> {
    const declared = this.#declared(name);
    await this.#lookAt([declared], signal);
    const { look, silent } = this.#of(name);
    if (silent !== undefined) throw silent;
    if (look === undefined) throw new RollError("unavailable", `${name} has not shown itself.`, { host: name });
    return look;
  }

  /** Where a guest is now, and what it is. Looks where it was last, and everywhere if it is not there. Throws `conflict` for one that is nowhere. */
  async guest(id: string, also: readonly string[] = [], signal?: AbortSignal): Promise<Placed> {
    const last = this.#guests.get(id);
    const near = new Set([...(last === undefined ? [] : [last.host]), ...also]);
    for (const hosts of [this.#target.hosts.filter(({ name }) => near.has(name)), this.#target.hosts]) {
      if (hosts.length === 0) continue;
      await this.#lookAt(hosts, signal);
      this.#guests = this.#assembled().guests;
      const found = this.#guests.get(id);
      const isThere = found !== undefined && hosts.some(({ name }) => name === found.host);
      if (isThere && (found.guest.state === "running" || hosts === this.#target.hosts)) return found;
    }
    throw new RollError("conflict", `There is no guest ${id} on any host that answers.`, {
      hint: "Look at the fleet again.",
    });
  }

  #assembled() {
    const seen = this.#target.hosts.map((declared): Seen => {
      const { look, abilities, level, preflight, silent } = this.#of(declared.name);
      const rebooting = this.rebooting.has(declared.name);
      const answers = look !== undefined && silent === undefined;
      return {
        declared,
        answers,
        rebooting,
        silence: wordsOf(silent),
        look,
        level,
        abilities: abilities?.of,
        preflight: preflight?.of,
      };
    });
    return fleetOf(this.#target, targetUri(this.#target), Math.round(this.#clock.now()), seen);
  }

  async #lookAt(hosts: readonly LibvirtHost[], signal?: AbortSignal, baseline?: Baseline): Promise<void> {
    mayLook(signal);
    const one = async ({ name }: LibvirtHost): Promise<void> => {
      const known = this.#of(name);
      // A look that began before an act would not show what the act has done: it is shared by nobody.
      if (known.silent === undefined) return this.#lookAtOne(name, known, baseline);
      known.attempt ??= this.#lookAtOne(name, known, this.#baseline).finally(() => {
        known.attempt = undefined;
      });
      const over = new AbortController();
      await Promise.race([known.attempt, this.#pause(over.signal)]).finally(() => over.abort());
    };
    await Promise.all(hosts.map(one));
    mayLook(signal);
  }

  async #pause(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(PATIENCE, signal).catch(() => {});
  }

  async #lookAtOne(name: string, known: Known, baseline: Baseline | undefined): Promise<void> {
    const shell = this.#shells.shell(name);
    const options = { timeout: TIMEOUT };
    this.#turns += 1;
    const turn = this.#turns;
    const isNewest = (): boolean => turn >= (known.turn ?? 0);
    try {
      const [text, level] = await Promise.all([
        onHost(shell, name, LOOK, known.look?.guests.map(({ uuid }) => uuid) ?? [], options),
        baseline === undefined ? undefined : readLevel(shell, name, baseline, { cache: this.#levels }),
      ]);
      const look = readLook(text);
      if (look.silent === undefined && known.abilities?.boot !== look.bootId)
        known.abilities = { boot: look.bootId, of: readAbilities(await onHost(shell, name, ABILITIES, [], options)) };
      if (baseline !== undefined && this.#isOld(known, look.bootId))
        known.preflight = { boot: look.bootId, at: this.#clock.now(), of: await readPreflight(shell, name) };
      if (!isNewest()) return;
      known.turn = turn;
      // A daemon that is down for now, after a boot for example, is a member all the same.
      known.look = { ...look, quorums: [...new Set([...(known.look?.quorums ?? []), ...look.quorums])].sort() };
      if (level !== undefined) known.level = level;
      known.silent = undefined;
    } catch (error) {
      // What a host is told wrongly is nobody's silence.
      if (!isRollError(error) || error.kind === "invalid") throw error;
      if (!isNewest()) return;
      known.turn = turn;
      known.silent = error;
    }
  }

  /** Space, other managers and boot entries change while a host is up: what blocked it may be mended in the middle of a roll. */
  #isOld({ preflight }: Known, boot: string): boolean {
    return preflight?.boot !== boot || this.#clock.now() - preflight.at > PREFLIGHT_HOLDS;
  }

  #of(name: string): Known {
    return this.#known.get(name) ?? {};
  }

  #declared(name: string): LibvirtHost {
    const declared = this.#target.hosts.find((host) => host.name === name);
    if (declared === undefined)
      throw new RollError("conflict", `There is no host ${name} in this fleet.`, { host: name });
    return declared;
  }
}

/** A refused key or login comes with the line that would mend it. */
function wordsOf(silent: RollError | undefined): string | undefined {
  return silent?.kind === "denied" ? silent.advice : silent?.message;
}

function mayLook(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new RollError("cancelled", "The look was cancelled: we were asked to stop.");
}

function noAnswer(errors: readonly RollError[]): RollError {
  const [first] = errors;
  if (first === undefined) return new RollError("unavailable", "No host of the fleet answers.");
  if (errors.length === 1) return first;
  return new RollError(first.kind, `No host of the fleet answers; ${first.message}`, {
    hint: first.hint,
    cause: first,
  });
}
