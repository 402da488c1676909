import { type Act, actKey, stepOf } from "../core/act.ts";
import { isRollError, type RollError } from "../core/errors.ts";
import type { Fleet } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import { deadlineOf, intentOf, perform } from "./acts.ts";
import type { Keeper } from "./keeper.ts";
import type { Ledger } from "./ledger.ts";
import type { ActContext } from "./ports.ts";
import type { RollPorts, RollRequest } from "./roll.ts";
import type { Silences } from "./silences.ts";
import { endOf } from "./tool-log.ts";
import { wordsFor } from "./words.ts";

/** Before a conflict is looked at again, fleet time. */
const CONFLICT_PAUSE = 10_000;
/** A host that an act cannot reach is given so long to answer again before that costs a try, and is asked so often; fleet time. */
const LINK_PATIENCE = 120_000;
const LINK_PAUSE = 5_000;
/** Conflicts over one host or workload in this process that cost no try. */
const MOST_CONFLICTS = 6;

/** Carries out acts, any number at the same time: intent on record, act, result on record. */
export class Crew {
  /** Acts that have ended so far, well or not. */
  ended = 0;
  readonly #ports: RollPorts;
  readonly #request: RollRequest;
  readonly #keeper: Keeper;
  readonly #ledger: Ledger;
  readonly #abort = new AbortController();
  readonly #recall = new AbortController();
  readonly #inFlight = new Map<string, Act>();
  readonly #conflicts = new Map<string, number>();
  /** Since when an act has not been answered, and when that was seen last. */
  readonly #unanswered = new Map<string, { readonly since: number; readonly last: number }>();
  readonly #moved = new Set<string>();
  readonly #phases = new Map<string, string>();
  readonly #changed: () => void;
  readonly #silences: Silences | undefined;
  #crash: { error: unknown } | undefined;

  constructor(
    ports: RollPorts,
    request: RollRequest,
    keeper: Keeper,
    ledger: Ledger,
    changed: () => void,
    silences?: Silences,
  ) {
    this.#silences = silences;
    this.#ports = ports;
    this.#request = request;
    this.#keeper = keeper;
    this.#ledger = ledger;
    this.#changed = changed;
  }

  get inFlight(): Act[] {
    return [...this.#inFlight.values()];
  }

  /** Aborted when the session ends: acts then leave what they began to the platform. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  start(act: Act, fleet: Fleet): void {
    this.#inFlight.set(actKey(act), act);
    this.#carryOut(act, fleet)
      .catch((error: unknown) => {
        this.#crash ??= { error };
      })
      .finally(() => {
        this.#inFlight.delete(actKey(act));
        this.ended += 1;
        this.#changed();
      });
  }

  /** Throws what nobody may act after: the loss of the lease, a bug. */
  mustGoOn(): void {
    if (this.#keeper.lost !== undefined) throw this.#keeper.lost;
    if (this.#crash !== undefined) throw this.#crash.error;
  }

  /** A safe point is asked for: tests that run are no reason to wait. They run again when the roll goes on. */
  recall(): void {
    this.#recall.abort();
  }

  dismiss(): void {
    this.#abort.abort();
  }

  /** What fails is remembered as a try; what is no RollError crashes the run. */
  async #carryOut(act: Act, fleet: Fleet): Promise<void> {
    const { driver, checks, process, gates, tell } = this.#ports;
    const { inputs } = this.#request;
    const intents = intentOf(act, fleet, this.#ledger.run);
    if (intents.length === 0) this.#ledger.log("began", act, {});
    for (const event of intents) await this.#ledger.enter(event, act);
    if (this.#forbidden(act)) return;
    this.#say(act, "start", fleet);
    this.#warn(act, fleet);
    try {
      const events = await perform(
        { driver, checks, process, inputs, gates, silences: this.#silences, tell: (news) => tell(news) },
        act,
        this.#ledger.run,
        this.#context(act, fleet),
      );
      this.#unanswered.delete(`${act.name} ${actKey(act)}`);
      if (act.name === "migrate") this.#moved.add(`${act.host}/${act.workload}`);
      // It is emptied once more when it was convicted with its load back.
      if (act.name === "cordon")
        for (const one of this.#moved) if (one.startsWith(`${act.host}/`)) this.#moved.delete(one);
      this.#say(act, "end", fleet);
      this.#ledger.log("did", act, {});
      for (const event of events) await this.#ledger.enter(event, act);
    } catch (error) {
      if (!isRollError(error)) throw error;
      if (this.#keeper.lost !== undefined || this.#abort.signal.aborted) return;
      if (act.name === "regression tests" && this.#recall.signal.aborted) return;
      await this.#failed(act, error);
    }
  }

  /** A halt came while the intent was written: nothing is drained or patched any more. */
  #forbidden(act: Act): boolean {
    const begins = act.name === "stage" || act.name === "cordon" || act.name === "remediate";
    return begins && this.#ledger.run.halt !== undefined && !this.#ledger.run.convicted.includes(act.host);
  }

  #context(act: Act, fleet: Fleet): ActContext {
    return {
      token: this.#keeper.token,
      signal:
        act.name === "regression tests" ? AbortSignal.any([this.#abort.signal, this.#recall.signal]) : this.signal,
      deadline: deadlineOf(act, fleet, this.#ledger.run, this.#request.inputs),
      progress: (_done, text) => this.#progress(act, text),
      keepLog: (tool, text) => this.#ledger.log("log", act, { tool, text: endOf(text) }),
    };
  }

  /** Migrations are many and short: their ends say enough. */
  #progress(act: Act, text: string): void {
    if (act.name === "migrate" || !("host" in act)) return;
    const phase = text.replace(/[\d.,]+/g, "…");
    if ((act.name === "remediate" || act.name === "rollback") && this.#phases.get(act.host) !== phase) {
      this.#phases.set(act.host, phase);
      this.#ledger.log("phase", act, { text });
    }
    this.#ports.tell({ kind: "progress", host: act.host, position: this.#ledger.position(act.host), text });
  }

  async #failed(act: Act, error: RollError): Promise<void> {
    if (error.kind === "cancelled" || !("host" in act)) throw error;
    const { retries } = this.#request.inputs.policy;
    const memory = own(this.#ledger.run.hosts, act.host);
    const step = stepOf(act, memory);
    const tries = memory?.tries[step] ?? 0;
    const now = this.#ports.driver.clock.now();
    if (error.kind === "conflict" && this.#mayWait(act)) {
      const notBefore = now + CONFLICT_PAUSE;
      return this.#ledger.enter({ kind: "waits", host: act.host, step, why: error.message, notBefore }, act);
    }
    if (error.kind === "unavailable" && this.#mayAnswer(act, error, now)) {
      const notBefore = now + LINK_PAUSE;
      return this.#ledger.enter({ kind: "waits", host: act.host, step, why: error.message, notBefore }, act);
    }
    const notBefore = now + Math.min(300_000, 30_000 * 2 ** tries);
    const final = error.kind === "denied" || error.kind === "invalid" || tries >= retries;
    const again = final ? "" : ` Trying again (${tries + 1} of ${retries}).`;
    this.#ports.tell({ kind: "warning", host: act.host, step, text: `${error.advice}${again}` });
    await this.#ledger.enter({ kind: "tried", host: act.host, step, why: error.message, notBefore, final }, act);
  }

  /** No answer may mean a link that is lost for some seconds: told once, and asked again for a while. */
  #mayAnswer(act: Extract<Act, { host: string }>, error: RollError, now: number): boolean {
    const key = `${act.name} ${actKey(act)}`;
    const known = this.#unanswered.get(key);
    const since = known === undefined || now - known.last > LINK_PATIENCE ? now : known.since;
    this.#unanswered.set(key, { since, last: now });
    if (since === now)
      this.#ports.tell({ kind: "warning", host: act.host, text: `${error.message} Waiting for an answer.` });
    return now - since < LINK_PATIENCE;
  }

  /** A conflict says that the world has changed: looking again is right, a few times. */
  #mayWait(act: Act): boolean {
    const times = (this.#conflicts.get(actKey(act)) ?? 0) + 1;
    this.#conflicts.set(actKey(act), times);
    return times <= MOST_CONFLICTS;
  }

  /** What a person should know of a host before it is patched: said when its turn begins, and kept for the report. */
  #warn(act: Act, fleet: Fleet): void {
    if (act.name !== "stage") return;
    const { warnings = [] } = fleet.hosts.find(({ id }) => id === act.host) ?? {};
    if (warnings.length === 0) return;
    this.#ledger.log("warned", act, { warnings });
    const position = this.#ledger.position(act.host);
    for (const text of warnings) this.#ports.tell({ kind: "warning", host: act.host, step: "stage", position, text });
  }

  #say(act: Act, moment: "start" | "end", fleet: Fleet): void {
    const words = wordsFor(act, moment, fleet, this.#ledger.run, this.#moved);
    if (words === undefined) return;
    this.#ports.tell(words.host === undefined ? words : { ...words, position: this.#ledger.position(words.host) });
  }
}
