import type { FleetRecord } from "../core/record.ts";
import type { Silence } from "../core/silence.ts";
import type { Silencer } from "./gate-ports.ts";
import type { Keeper } from "./keeper.ts";
import type { RollPorts, RollRequest } from "./roll.ts";

type Recorded = NonNullable<FleetRecord["silences"]>[number];

/**
 * Alert silences of the hosts that are out. Like other actors' settings they are on record before they are there; they are
 * extended while the host is out, ended when it is back, and expire by themselves when nobody does either. A silence that cannot
 * be had costs a warning, never the roll.
 */
export class Silences {
  readonly #ports: Pick<RollPorts, "gates" | "process" | "tell">;
  readonly #silences: readonly Silence[];
  readonly #owner: string;
  readonly #keeper: Keeper;
  readonly #heldAt = new Map<string, number>();
  /** Hosts that are about to go out. */
  readonly #beginning = new Set<string>();
  readonly #warned = new Set<string>();
  readonly #signal = new AbortController();
  #out: ReadonlySet<string> = new Set();
  #work: Promise<void> | undefined;

  constructor(ports: RollPorts, { inputs }: RollRequest, keeper: Keeper) {
    this.#ports = ports;
    this.#silences = inputs.silences;
    this.#owner = inputs.owner;
    this.#keeper = keeper;
  }

  /** Before a host goes out. */
  async begin(host: string): Promise<void> {
    if (this.#silences.length === 0) return;
    this.#beginning.add(host);
    await this.#hold([host]);
  }

  /** Hosts that are out now: theirs are extended, others' end. Goes on by itself, one round at a time. */
  keep(out: readonly string[]): void {
    this.#out = new Set(out);
    for (const host of out) this.#beginning.delete(host);
    if (this.#work !== undefined || (this.#silences.length === 0 && this.#recorded().length === 0)) return;
    this.#work = this.#round().finally(() => {
      this.#work = undefined;
    });
    this.#work.catch(() => {});
  }

  /** The roll has ended: silences of hosts that are back end; those of hosts that stay out are left to expire. */
  async close(out: readonly string[]): Promise<void> {
    await this.#work?.catch(() => {});
    this.#beginning.clear();
    this.#out = new Set(out);
    await this.#endOthers();
    this.#signal.abort();
  }

  async #round(): Promise<void> {
    await this.#hold([...this.#out]);
    await this.#endOthers();
  }

  async #hold(hosts: readonly string[]): Promise<void> {
    const now = this.#ports.process.now();
    const due = hosts.flatMap((host) =>
      this.#silences
        .map((silence) => ({ host, silence, mark: this.#markOf(host, silence) }))
        .filter(
          ({ mark, silence }) => now - (this.#heldAt.get(mark) ?? Number.NEGATIVE_INFINITY) >= silence.lasting / 3,
        ),
    );
    if (due.length === 0) return;
    await this.#record(due.map(({ host, silence, mark }) => ({ host, url: silence.alertmanager, mark })));
    for (const { host, silence, mark } of due) {
      // Whether it worked or not: it is tried again after a while.
      this.#heldAt.set(mark, now);
      const problem = await this.#silencer?.hold(silence, host, mark, this.#signal.signal);
      if (problem !== undefined) this.#warn(silence.alertmanager, `alerts of ${host} cannot be silenced: ${problem}`);
    }
  }

  /** On record, and of no host that is out: they have to go. */
  async #endOthers(): Promise<void> {
    for (const one of this.#recorded()) {
      if (this.#out.has(one.host) || this.#beginning.has(one.host)) continue;
      this.#heldAt.delete(one.mark);
      const problem = await this.#silencer?.end(one.url, one.mark, this.#signal.signal);
      if (problem !== undefined) {
        this.#warn(one.url, `the silence of ${one.host} cannot be ended: ${problem}; it expires by itself`);
      }
      await this.#keeper.update((record) => without(record, one));
    }
  }

  async #record(silences: readonly Recorded[]): Promise<void> {
    await this.#keeper.update((record) => {
      const known = record.silences ?? [];
      const fresh = silences.filter(({ mark }) => !known.some((one) => one.mark === mark));
      return fresh.length === 0 ? record : { ...record, silences: [...known, ...fresh] };
    });
  }

  #recorded(): readonly Recorded[] {
    return this.#keeper.record.silences ?? [];
  }

  get #silencer(): Silencer | undefined {
    return this.#ports.gates?.silences;
  }

  /** Says what the silence is for, and finds it again. */
  #markOf(host: string, { name }: Silence): string {
    return `rolling-patch of ${this.#owner}: ${host} is out (${name})`;
  }

  #warn(url: string, text: string): void {
    if (this.#warned.has(url)) return;
    this.#warned.add(url);
    this.#ports.tell({ kind: "warning", text: `${text} (${url}); the roll goes on` });
  }
}

/** The record without one silence. */
export function without({ silences = [], ...record }: FleetRecord, { mark }: Recorded): FleetRecord {
  const left = silences.filter((one) => one.mark !== mark);
  return left.length === 0 ? record : { ...record, silences: left };
}
