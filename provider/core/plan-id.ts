import type { HostPlan, Plan } from "./plan.ts";

/** What a plan id promises: nobody who approved it gets more than this. */
export interface Envelope {
  readonly hosts: number;
  readonly moves: number;
  /** Most hosts out at once. */
  readonly out: number;
  /** Pessimistic hours, rounded up. */
  readonly hours: number;
  /** How hard it was searched: the same effort finds the same plan. */
  readonly effort: number;
  /** Digest of the baseline. */
  readonly baseline: string;
}

/** What an id is made of. */
export interface PlanFacts {
  readonly hosts: readonly HostPlan[];
  readonly moves: number;
  readonly out: number;
  /** Pessimistic hours. */
  readonly hours: number;
  readonly effort: number;
  /** `baselineKey` of the declared baseline. */
  readonly baseline: string;
}

/**
 * The id of a plan: what it promises in numbers, then a digest of the baseline and one of what is done in which order:
 * `6h-41m-2out-4t-200e-1a2b3c4d-9f8e7d6c` is 6 hosts, 41 moves, 2 hosts out, 4 hours, found with an effort of 200. Forecast times are no part of the digest.
 */
export function planId({ hosts, moves, out, hours, effort, baseline }: PlanFacts): string {
  const content = new Digest();
  for (const entry of hosts) {
    content.add(entry.host, String(entry.canary), entry.to);
    if (entry.judged) content.add("judged");
    for (const count of entry.steps) content.add("step", String(count));
    for (const id of entry.after) content.add("after", id);
    for (const move of entry.makeRoom) content.add("room", move.workload, move.from, move.to);
    for (const move of entry.evacuate) content.add(move.workload, move.from, move.to);
    for (const id of entry.shutdown) content.add("shutdown", id);
    for (const move of entry.putBack) content.add("back", move.workload, move.from, move.to);
    for (const move of entry.undoRoom) content.add("undo", move.workload, move.from, move.to);
  }
  return `${hosts.length}h-${moves}m-${out}out-${Math.ceil(hours)}t-${effort}e-${digestOf(baseline)}-${content.text}`;
}

/** Reads the promises out of an id; undefined when the text is none. */
export function readPlanId(id: string): Envelope | undefined {
  const match = /^(\d+)h-(\d+)m-(\d+)out-(\d+)t-(\d+)e-([0-9a-f]{8})-[0-9a-f]{8}$/.exec(id);
  if (match === null) return undefined;
  const [, hosts, moves, out, hours, effort, baseline = ""] = match;
  return {
    hosts: Number(hosts),
    moves: Number(moves),
    out: Number(out),
    hours: Number(hours),
    effort: Number(effort),
    baseline,
  };
}

/** What of a plan goes beyond the approved id, in words; empty when it stays inside. An id that cannot be read allows nothing. */
export function outsideEnvelope(approvedId: string, plan: Pick<Plan, "id">): string[] {
  const approved = readPlanId(approvedId);
  const now = readPlanId(plan.id);
  if (approved === undefined) return [`"${approvedId}" is not a plan id; a preview shows one like "${plan.id}"`];
  if (now === undefined) throw new RangeError(`"${plan.id}" is not a plan id`);
  const found: string[] = [];
  if (now.baseline !== approved.baseline) found.push("another baseline was approved");
  const words = { hosts: "hosts", moves: "moves", out: "hosts out at once", hours: "hours" } as const;
  for (const [key, what] of Object.entries(words) as [keyof typeof words, string][]) {
    if (now[key] > approved[key]) found.push(`${now[key]} ${what} instead of at most ${approved[key]}`);
  }
  return found;
}

/** 32-bit FNV-1a over lines of words, as eight hexadecimal digits. It detects changes, not malice. */
class Digest {
  #state = 0x811c9dc5;

  add(...words: readonly string[]): void {
    let state = this.#state;
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as string;
      if (i > 0) state = Math.imul(state ^ SPACE, PRIME);
      for (let at = 0; at < word.length; at++) state = Math.imul(state ^ word.charCodeAt(at), PRIME);
    }
    this.#state = Math.imul(state ^ END, PRIME);
  }

  get text(): string {
    return (this.#state >>> 0).toString(16).padStart(8, "0");
  }
}

const PRIME = 0x01000193;
const SPACE = 0x20;
const END = 0x0a;

function digestOf(text: string): string {
  const digest = new Digest();
  digest.add(text);
  return digest.text;
}
