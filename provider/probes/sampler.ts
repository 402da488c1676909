import type { Workload } from "../core/fleet.ts";
import { SLICE } from "../core/impact/samples.ts";
import { rankOf } from "../core/probe-rules.ts";
import type { Fleet, FleetClock } from "../engine/ports.ts";
import { Drafts } from "./drafts.ts";
import type { Line, Reply } from "./line.ts";
import { Reasons } from "./reasons.ts";
import type { Roster } from "./roster.ts";
import type { Reading, Source } from "./source.ts";

/** Requests that may be on their way at once; more are not sent, which makes a gap. */
const MOST_IN_FLIGHT = 1_000;
const LATE: Reply = { ok: false, why: "no answer in time" };

export interface SamplerOptions {
  readonly name: string;
  readonly clock: FleetClock;
  readonly roster: Roster;
  /** Process ms after which an answer is a failure, counted from when the request was due. */
  readonly timeout: number;
  /** How a workload is asked. */
  open(workload: Workload): Line;
}

interface Member {
  readonly workload: Workload;
  /** Its place in the interval, fleet ms: requests to different workloads are spread over it. */
  readonly phase: number;
  readonly line: Line;
}

/**
 * Sends on schedule, whatever the answers do: a request that is due is sent, and its latency counts from when it was due. So a server
 * that stands still shows in every request that it should have answered meanwhile. A request is never repeated. What could not be sent
 * (this process stood still, too many are on their way) is a gap.
 */
export class Sampler implements Source {
  readonly #options: SamplerOptions;
  readonly #drafts: Drafts;
  readonly #end = new AbortController();
  readonly #reasons = new Reasons();
  /** In the order of their phases. */
  #members: readonly Member[] = [];
  #changed = new AbortController();
  /** The newest moment whose requests have been sent. */
  #sent: number | undefined;
  #every = 0;
  #inFlight = 0;
  /** What should never happen; whoever reads is told. */
  #bug: unknown;
  #unsent = 0;
  #requests = 0;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#drafts = new Drafts((workload, time) => options.roster.hostAt(workload, time));
  }

  get notes(): readonly string[] {
    const { name, roster } = this.#options;
    const failed = this.#reasons.words(this.#requests);
    return [
      ...roster.notes,
      ...(failed === undefined ? [] : [`probe "${name}": failures among ${this.#requests} requests: ${failed}`]),
      ...(this.#unsent === 0
        ? []
        : [`probe "${name}": ${this.#unsent} requests could not be sent in time by this machine, which leaves gaps`]),
    ];
  }

  follow(fleet: Fleet): void {
    if (this.#end.signal.aborted) return;
    const { roster } = this.#options;
    roster.follow(fleet);
    this.#sent ??= this.#begin();
    if (this.#every !== roster.every) this.#repace(roster.every);
    const known = new Map(this.#members.map((one) => [one.workload.id, one]));
    const members = roster.members.map((workload) => {
      const there = known.get(workload.id);
      known.delete(workload.id);
      if (there !== undefined && there.workload.address === workload.address) return there;
      there?.line.close();
      return this.#newMember(workload);
    });
    const now = this.#options.clock.now();
    for (const { line, workload } of known.values()) {
      line.close();
      this.#drafts.leave(workload.id, now);
    }
    if (members.length === this.#members.length && members.every((one) => this.#members.includes(one))) return;
    this.#members = members.sort((a, b) => a.phase - b.phase);
    this.#changed.abort();
  }

  async read(since: number): Promise<Reading> {
    if (this.#bug !== undefined) throw this.#bug;
    if (this.#sent === undefined) return { slices: [], until: since };
    const until = this.#drafts.until(this.#sentUpTo());
    const { name } = this.#options;
    return { slices: this.#drafts.slices(since, until).map((slice) => ({ ...slice, probe: name })), until };
  }

  close(): void {
    this.#end.abort();
    this.#changed.abort();
    for (const { line } of this.#members) line.close();
    this.#members = [];
  }

  #newMember(workload: Workload): Member {
    this.#drafts.join(workload.id, this.#options.clock.now());
    return { workload, phase: this.#phaseOf(workload), line: this.#options.open(workload) };
  }

  #phaseOf({ id }: Workload): number {
    return Math.floor(this.#every * rankOf(`phase ${id}`));
  }

  /** Another pace begins: the slice in progress would be neither this nor that. */
  #repace(every: number): void {
    this.#every = every;
    const now = this.#options.clock.now();
    for (const { workload } of this.#members) this.#drafts.join(workload.id, now);
    this.#members = this.#members.map((one) => ({ ...one, phase: this.#phaseOf(one.workload) }));
    this.#members = [...this.#members].sort((a, b) => a.phase - b.phase);
    this.#changed.abort();
  }

  #begin(): number {
    const now = this.#options.clock.now();
    this.#run().catch((error: unknown) => {
      this.#bug ??= error;
    });
    return now;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    // Whoever begins this has still to say who the members are.
    await Promise.resolve();
    while (!this.#end.signal.aborted) {
      const next = this.#next();
      const now = clock.now();
      if (next !== undefined && next.due <= now) {
        if (now - next.due > this.#stale) this.#skip(now);
        else {
          this.#sent = next.due;
          for (const member of next.members) this.#send(member, next.due, now);
        }
        continue;
      }
      this.#sent = now;
      this.#changed = new AbortController();
      const wait = Math.min(SLICE, (next?.due ?? Number.POSITIVE_INFINITY) - now);
      await clock.sleep(wait, this.#changed.signal).catch(() => {});
    }
  }

  /** Requests that are so late are not even tried one by one, fleet ms. */
  get #stale(): number {
    return Math.max(SLICE, this.#options.timeout * this.#options.clock.scale) + SLICE;
  }

  /** This machine stood still for long: what should have been sent is a gap. */
  #skip(now: number): void {
    for (const { workload } of this.#members) {
      this.#drafts.spoil(workload.id, this.#sent ?? now);
      this.#drafts.spoil(workload.id, now);
    }
    this.#unsent += Math.ceil((this.#members.length * (now - (this.#sent ?? now))) / this.#every);
    this.#sent = now;
  }

  /** All that was due up to then has been sent. */
  #sentUpTo(): number {
    const now = this.#options.clock.now();
    const next = this.#next();
    return next === undefined || next.due > now ? now : next.due - 1;
  }

  /** The first moment after the newest one at which somebody is due. */
  #next(): { readonly due: number; readonly members: readonly Member[] } | undefined {
    const members = this.#members;
    const [first] = members;
    if (first === undefined || this.#sent === undefined) return undefined;
    const every = this.#every;
    const round = Math.floor(this.#sent / every) * every;
    const later = firstAfter(members, this.#sent - round);
    const from = later < members.length ? later : 0;
    const at = members[from]?.phase ?? first.phase;
    const due = (later < members.length ? round : round + every) + at;
    return { due, members: members.slice(from, firstAfter(members, at)) };
  }

  #send({ workload, line }: Member, due: number, now: number): void {
    const { clock, timeout } = this.#options;
    const left = due + timeout * clock.scale - now;
    if (left <= 0 || this.#inFlight >= MOST_IN_FLIGHT) {
      this.#unsent += 1;
      this.#drafts.spoil(workload.id, due);
      return;
    }
    this.#ask(line, due, left, this.#drafts.begin(workload.id, due)).catch((error: unknown) => {
      this.#bug ??= error;
    });
  }

  /** One request, and its answer or the lack of it. */
  async #ask(line: Line, due: number, left: number, settle: (sample: number | null) => void): Promise<void> {
    const { clock, timeout } = this.#options;
    this.#requests += 1;
    this.#inFlight += 1;
    const limit = new AbortController();
    const answered = new AbortController();
    const end = (): void => limit.abort();
    this.#end.signal.addEventListener("abort", end, { once: true });
    const answer = line.ask(limit.signal);
    const late = clock.sleep(left, answered.signal).then(
      () => LATE,
      () => answer,
    );
    try {
      const reply = await Promise.race([answer, late]);
      const ms = (clock.now() - due) / clock.scale;
      if (this.#end.signal.aborted) return;
      const inTime = reply.ok && ms > timeout ? LATE : reply;
      if (!inTime.ok) this.#reasons.add(inTime.why);
      settle(inTime.ok ? Math.round(1000 * (inTime.ms ?? ms)) / 1000 : null);
    } finally {
      answered.abort();
      limit.abort();
      this.#end.signal.removeEventListener("abort", end);
      this.#inFlight -= 1;
    }
  }
}

/** Index of the first whose phase is later; the length of the list when there is none. */
function firstAfter(members: readonly Member[], phase: number): number {
  let [from, to] = [0, members.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((members[middle]?.phase ?? 0) > phase) to = middle;
    else from = middle + 1;
  }
  return from;
}
