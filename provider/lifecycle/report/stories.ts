import { type Act, actKey } from "../../core/act.ts";
import { clause } from "../../core/errors.ts";
import type { Proof, RunEvent } from "../../core/reduce.ts";
import type { StoredEntry } from "../../engine/ports.ts";
import { fieldOf, numberOf, textOf, textsOf } from "./fields.ts";
import type { HostReport, Move, Span, SpanKind } from "./schema.ts";

/** What one host went through, as the journal has it. Times in fleet seconds since the run began. */
export interface Story {
  begins?: number;
  ends?: number;
  readonly spans: Mutable<Span>[];
  readonly moves: Mutable<Move>[];
  readonly tries: HostReport["tries"];
  waits: number;
  proof?: NonNullable<HostReport["proof"]>;
  rolledBack?: NonNullable<HostReport["rolledBack"]>;
  warnings: readonly string[];
  readonly logs: HostReport["logs"];
  checks: HostReport["checks"];
  released?: "at the level" | "below the level";
  failed?: string;
  convicted?: string;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** An entry as the engine writes it: the event's fields, and the act that it is about. */
type Told = { readonly act?: Act } & { readonly [Field in keyof RunEvent]?: unknown };

/** Logs of one host that a report keeps: the newest. */
const MOST_LOGS = 6;

/** Fleet seconds of an entry since the run began. */
export type Since = (entry: Pick<StoredEntry, "at">) => number;

/** Folds the entries of a run into what every host went through. Kinds that this version does not know are passed over. */
export function storiesOf(entries: readonly StoredEntry[], since: Since): Map<string, Story> {
  const teller = new Teller(since);
  for (const entry of entries) teller.hear(entry);
  teller.close();
  return teller.stories;
}

class Teller {
  readonly stories = new Map<string, Story>();
  readonly #open = new Map<string, { readonly act: Act & { host: string }; readonly move?: Mutable<Move> }>();
  /** Soaks at full load that have no verdict yet. */
  readonly #soaking = new Map<string, Mutable<Span>>();
  readonly #since: Since;
  #last = 0;

  constructor(since: Since) {
    this.#since = since;
  }

  hear(entry: StoredEntry): void {
    const at = this.#since(entry);
    const { kind } = entry;
    const data = (entry.data ?? {}) as Told;
    // Another process: nobody saw the end of what the one before had begun.
    if (kind === "claimed") this.close();
    const { act } = data;
    const host = textOf(data, "host") ?? entry.host;
    if (act !== undefined && "host" in act) this.#act(kind, act, at, data);
    if (host !== undefined) this.#event(kind, host, at, data);
    this.#last = Math.max(this.#last, at);
  }

  /** Ends what has no end on record. */
  close(): void {
    for (const { act } of this.#open.values()) {
      const span = this.#story(act.host).spans.at(-1);
      if (span === undefined || spanOf(act) === undefined) continue;
      span.to = Math.max(span.to, this.#last);
      span.open = true;
    }
    this.#open.clear();
    for (const host of this.#soaking.keys()) this.#soaked(host, this.#last);
  }

  #act(kind: string, act: Act & { host: string }, at: number, data: Told): void {
    const key = actKey(act);
    if (kind === "began" || kind === "stopping") {
      if (!this.#open.has(key)) this.#begin(key, act, at);
    } else if (kind === "phase") {
      this.#phase(act.host, at, textOf(data, "text") ?? "");
    } else if (kind === "did" || kind === "tried" || kind === "waits") {
      this.#end(key, act, at, kind);
    }
  }

  #begin(key: string, act: Act & { host: string }, at: number): void {
    const story = this.#story(act.host);
    const kind = spanOf(act);
    const last = story.spans.at(-1);
    // A held step was announced with its end, and may have been cut short.
    if (kind !== undefined && last?.kind === "soak") last.to = Math.min(last.to, Math.max(at, last.from));
    if (kind !== undefined && (last?.kind !== kind || last.failed === true || last.open === true))
      story.spans.push({ kind, from: at, to: at });
    if (act.name === "cordon") story.begins ??= at;
    if (act.name !== "migrate") {
      this.#open.set(key, { act });
      return;
    }
    const { workload, to, step } = act;
    const move: Mutable<Move> = { workload, to, step, from: at };
    story.moves.push(move);
    this.#open.set(key, { act, move });
  }

  #end(key: string, act: Act & { host: string }, at: number, kind: "did" | "tried" | "waits"): void {
    const { move } = this.#open.get(key) ?? {};
    this.#open.delete(key);
    const span = this.#story(act.host).spans.at(-1);
    if (span !== undefined && spanOf(act) !== undefined) span.to = Math.max(span.to, at);
    if (kind === "tried" && span !== undefined) span.failed = true;
    if (kind === "did" && move !== undefined) move.took = at - move.from;
  }

  /** A remediation tells what it is at: what follows a restart is the boot. */
  #phase(host: string, at: number, text: string): void {
    const { spans } = this.#story(host);
    const last = spans.at(-1);
    if (last?.kind !== "patch" || !/boot|restart/i.test(text)) return;
    last.to = at;
    spans.push({ kind: "boot", from: at, to: at });
  }

  #event(kind: string, host: string, at: number, data: Told): void {
    const story = (): Story => this.#story(host);
    const why = clause(textOf(data, "why") ?? "", host);
    switch (kind) {
      case "passed":
        this.#passed(story(), textOf(data, "step") ?? "", at, data);
        break;
      case "warned":
        story().warnings = textsOf(data, "warnings");
        break;
      case "log": {
        const { logs } = story();
        logs.push({ at, tool: textOf(data, "tool") ?? "", text: textOf(data, "text") ?? "" });
        if (logs.length > MOST_LOGS) logs.shift();
        break;
      }
      case "tried":
        story().tries.push({ at, step: textOf(data, "step") ?? "", why, final: fieldOf(data, "final") === true });
        break;
      case "waits":
        story().waits += 1;
        break;
      case "failed":
        story().failed = `${textOf(data, "step") ?? ""}: ${why}`;
        break;
      case "convicted":
        this.#soaked(host, at);
        story().convicted = why;
        break;
      case "held":
        this.#soaks(host, story(), at, numberOf(data, "until"));
        break;
      case "full load":
        this.#soaks(host, story(), at);
        break;
      case "measured":
        this.#soaked(host, at);
        break;
      case "released": {
        const one = story();
        one.ends = at;
        one.released = fieldOf(data, "atLevel") === true ? "at the level" : "below the level";
        break;
      }
      default:
        break;
    }
  }

  /** Load is held: for the rest of a step, or, when all of it is back, until the verdict. */
  #soaks(host: string, { spans }: Story, at: number, until?: number): void {
    const last = spans.at(-1);
    const span = last?.kind === "soak" ? last : ({ kind: "soak", from: at, to: at } as Mutable<Span>);
    if (span !== last) spans.push(span);
    if (until !== undefined) span.to = Math.max(span.to, this.#since({ at: until }));
    else this.#soaking.set(host, span);
  }

  #soaked(host: string, at: number): void {
    const span = this.#soaking.get(host);
    if (span !== undefined) span.to = Math.max(span.to, at);
    this.#soaking.delete(host);
  }

  #passed(story: Story, step: string, at: number, data: Told): void {
    const proof = fieldOf(data, "proof") as Proof | undefined;
    if (proof !== undefined && step === "rollback") story.rolledBack = { ...proof, at };
    else if (proof !== undefined) story.proof = { ...proof, at };
    const checks = fieldOf(data, "checks") as readonly { name: string; evidence: string }[] | undefined;
    if (checks === undefined) return;
    const asked = checks.map(({ name, evidence }) => ({ at: step, name, evidence }));
    story.checks = [...story.checks.filter((one) => one.at !== step), ...asked];
  }

  #story(host: string): Story {
    const found = this.stories.get(host);
    if (found !== undefined) return found;
    const story: Story = { spans: [], moves: [], tries: [], waits: 0, checks: [], warnings: [], logs: [] };
    this.stories.set(host, story);
    return story;
  }
}

function spanOf(act: Act): SpanKind | undefined {
  switch (act.name) {
    case "stage":
      return "stage";
    case "check":
      return act.at;
    case "hooks":
      return act.at === "hooks before" ? "preflight" : "gate";
    case "cordon":
    case "stop":
      return "evacuate";
    case "migrate":
      return act.step;
    case "remediate":
    case "rollback":
      return "patch";
    case "await":
      return "boot";
    case "uncordon":
    case "start":
      return "put back";
    default:
      return undefined;
  }
}
