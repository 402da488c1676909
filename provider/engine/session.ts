import { type Act, actKey, stepOf } from "../core/act.ts";
import { decide } from "../core/decide/decide.ts";
import { Desk } from "../core/decide/desk.ts";
import { surprises } from "../core/decide/foreseen.ts";
import type { Decision, View } from "../core/decide/view.ts";
import { isRollError, type RollError } from "../core/errors.ts";
import type { Fleet } from "../core/fleet.ts";
import type { Plan } from "../core/plan.ts";
import type { Ending, RunMemory } from "../core/run.ts";
import { deadlineOf, intentOf, perform } from "./acts.ts";
import { Asked } from "./asked.ts";
import type { Keeper } from "./keeper.ts";
import { Ledger } from "./ledger.ts";
import { replan } from "./replan.ts";
import type { RollPorts, RollRequest } from "./roll.ts";
import { Wake } from "./wake.ts";
import { wordsFor } from "./words.ts";

/** Longest time between two looks, fleet time: an operator's act or a lost host is noticed by then. */
const LOOK_EVERY = 60_000;
/** Plans in a row that led to no act: the roll makes no progress. */
const MOST_PLANS = 3;

/** One process's part in a run: the loop that observes, decides, starts acts and waits. */
export class Session {
  readonly #ports: RollPorts;
  readonly #request: RollRequest;
  readonly #keeper: Keeper;
  readonly #ledger: Ledger;
  readonly #wake = new Wake();
  readonly #asked: Asked;
  readonly #abort = new AbortController();
  readonly #inFlight = new Map<string, Act>();
  #plan: Plan | undefined;
  #ended = 0;
  #plansInARow = 0;
  #crash: { error: unknown } | undefined;

  constructor(ports: RollPorts, request: RollRequest, keeper: Keeper, run: RunMemory) {
    this.#ports = ports;
    this.#request = request;
    this.#keeper = keeper;
    this.#ledger = new Ledger(ports, keeper, run);
    this.#asked = new Asked(ports, request, () => this.wake());
  }

  get memory(): RunMemory {
    return this.#ledger.run;
  }

  get plan(): Plan | undefined {
    return this.#plan;
  }

  /** Something changed outside: look now. */
  wake(): void {
    this.#wake.set();
  }

  /** Until the run ends. Throws when the lease is lost or the platform stays silent. */
  async run(): Promise<Ending> {
    try {
      for (;;) {
        const ending = await this.#turn();
        if (ending !== undefined) return ending;
      }
    } finally {
      this.#asked.close();
      this.#abort.abort();
    }
  }

  async end(ending: Ending): Promise<void> {
    await this.#ledger.enter({ kind: "ended", ending });
    if (ending.kind === "done") await this.#keeper.update((record) => ({ ...record, finished: this.#finished() }));
  }

  async #turn(): Promise<Ending | undefined> {
    const fleet = await this.#observe();
    this.#asked.heed(this.#keeper.record, this.memory.id);
    if (this.#asked.overdue) return this.#unsafe(fleet);
    const decision = await this.#decide(fleet);
    if (decision.ending !== undefined) return decision.ending;
    for (const act of decision.start) this.#start(act, fleet);
    if (decision.start.length > 0) this.#plansInARow = 0;
    await this.#wait(fleet, decision);
    return undefined;
  }

  /** An observation that no act ended during: what it shows is not older than what we remember. */
  async #observe(): Promise<Fleet> {
    for (let tries = 0; ; ) {
      this.#mustGoOn();
      const ended = this.#ended;
      try {
        const fleet = await this.#ports.driver.observe(this.#request.inputs.baseline, this.#abort.signal);
        this.#mustGoOn();
        if (ended === this.#ended) return fleet;
      } catch (error) {
        if (!isRollError(error) || error.kind !== "unavailable" || tries++ >= 10) throw error;
        this.#ports.tell({ kind: "warning", text: `${error.message} Looking again.` });
        await this.#ports.driver.clock.sleep(Math.min(60_000, 2_000 * 2 ** tries));
      }
    }
  }

  /** Decides until there is something to start, to wait for or to end with; makes a new plan where the old one no longer holds. */
  async #decide(fleet: Fleet): Promise<Decision> {
    for (;;) {
      const view = this.#view(fleet);
      const halted = this.memory.halt !== undefined;
      const why = this.#plan === undefined ? "" : surprises(view, new Desk(view))[0];
      if (why !== undefined && !halted && view.asked === undefined) {
        await this.#replan(fleet, why);
        continue;
      }
      const decision = decide(view);
      for (const event of decision.events) await this.#ledger.enter(event);
      if (decision.events.length > 0) continue;
      if (decision.stuck === undefined) return decision;
      await this.#replan(fleet, decision.stuck);
    }
  }

  async #replan(fleet: Fleet, why: string): Promise<void> {
    this.#plansInARow += 1;
    if (this.#plansInARow > MOST_PLANS) {
      const hint = "`rolling-patch status` shows the hosts; the next `pulumi up` looks again.";
      return this.#ledger.enter({ kind: "halt", sticky: false, reason: `no progress: ${why}`, hint });
    }
    const { plan, events, news } = replan({
      fleet,
      run: this.memory,
      request: this.#request,
      previous: this.#plan,
      why,
    });
    if (plan !== undefined) this.#plan = plan;
    for (const line of news) this.#ports.tell(line);
    for (const event of events) await this.#ledger.enter(event);
  }

  #view(fleet: Fleet): View {
    const { policy, checks } = this.#request.inputs;
    const window = this.#ports.windows(fleet.at);
    const asked = this.#asked.why;
    return {
      fleet,
      plan: this.#plan,
      run: this.memory,
      policy,
      owners: this.#request.owners,
      inFlight: [...this.#inFlight.values()],
      checkPoints: new Set(checks.flatMap((check) => check.at)),
      window: window.open ? "open" : this.#asked.patient(window.changesAt) ? "wait" : "closed",
      ...(asked === undefined ? {} : { asked }),
      remediations: this.#ports.driver.traits.remediations,
    };
  }

  #start(act: Act, fleet: Fleet): void {
    this.#inFlight.set(actKey(act), act);
    this.#carryOut(act, fleet)
      .catch((error: unknown) => {
        this.#crash ??= { error };
      })
      .finally(() => {
        this.#inFlight.delete(actKey(act));
        this.#ended += 1;
        this.wake();
      });
  }

  /** Intent on record, act, result on record. What fails is remembered as a try; what is no RollError crashes the run. */
  async #carryOut(act: Act, fleet: Fleet): Promise<void> {
    const { driver, tell } = this.#ports;
    const { inputs } = this.#request;
    for (const event of intentOf(act, fleet, this.memory)) await this.#ledger.enter(event, act);
    this.#say(act, "start", fleet);
    const context = {
      token: this.#keeper.token,
      signal: this.#abort.signal,
      deadline: deadlineOf(act, fleet, this.memory, inputs),
      progress: (_done: number, words: string) =>
        tell({ kind: "progress", ...("host" in act ? { host: act.host } : {}), text: words }),
    };
    try {
      const shop = { driver, checks: this.#ports.checks, process: this.#ports.process, inputs };
      const events = await perform(shop, act, this.memory, context);
      this.#say(act, "end", fleet);
      this.#ledger.log("did", act, {});
      for (const event of events) await this.#ledger.enter(event, act);
    } catch (error) {
      if (!isRollError(error)) throw error;
      if (this.#keeper.lost !== undefined || this.#abort.signal.aborted) return;
      await this.#failed(act, error);
    }
  }

  async #failed(act: Act, error: RollError): Promise<void> {
    if (error.kind === "cancelled" || !("host" in act)) throw error;
    const step = stepOf(act, this.memory.hosts[act.host]);
    const tries = this.memory.hosts[act.host]?.tries[step] ?? 0;
    const pause = error.kind === "conflict" ? 5_000 : Math.min(300_000, 30_000 * 2 ** tries);
    const notBefore = this.#ports.driver.clock.now() + pause;
    const final = error.kind === "denied" || error.kind === "invalid" || tries >= this.#request.inputs.policy.retries;
    this.#ports.tell({
      kind: "warning",
      host: act.host,
      step,
      text: `${error.advice}${final ? "" : ` Trying again (${tries + 1} of ${this.#request.inputs.policy.retries}).`}`,
    });
    await this.#ledger.enter({ kind: "tried", host: act.host, step, why: error.message, notBefore, final }, act);
  }

  async #wait(fleet: Fleet, { lookAt }: Decision): Promise<void> {
    const { clock } = this.#ports.driver;
    const changesAt = this.#ports.windows(fleet.at).changesAt ?? Number.POSITIVE_INFINITY;
    const until = Math.min(lookAt ?? Number.POSITIVE_INFINITY, changesAt, fleet.at + LOOK_EVERY);
    await this.#wake.wait((signal) => clock.sleep(Math.max(0, until - clock.now()), signal));
  }

  #mustGoOn(): void {
    if (this.#keeper.lost !== undefined) throw this.#keeper.lost;
    if (this.#crash !== undefined) throw this.#crash.error;
  }

  /** `stopWithin` is over: acts are left to the platform, which finishes them by itself; the next `up` takes them up. */
  #unsafe(fleet: Fleet): Ending {
    const open = fleet.hosts.filter((host) => host.mark !== undefined).map((host) => host.id);
    return {
      kind: "paused",
      cause: this.#asked.why ?? "stop",
      note: `no safe point within policy.stopWithin; the platform goes on by itself with ${open.join(", ")}`,
    };
  }

  #say(act: Act, moment: "start" | "end", fleet: Fleet): void {
    const words = wordsFor(act, moment, fleet, this.memory);
    if (words === undefined) return;
    const position = words.host === undefined ? undefined : this.#ledger.position(words.host, this.#plan);
    this.#ports.tell(position === undefined ? words : { ...words, position });
  }

  #finished(): { baseline: string; mode: "full" | "canary" } {
    return { baseline: this.memory.baseline, mode: this.#request.inputs.policy.mode === "canary" ? "canary" : "full" };
  }
}
