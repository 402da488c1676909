import { decide } from "../core/decide/decide.ts";
import { Desk } from "../core/decide/desk.ts";
import { judge } from "../core/decide/judge.ts";
import type { Decision, View } from "../core/decide/view.ts";
import { isRollError } from "../core/errors.ts";
import type { Fleet } from "../core/fleet.ts";
import { hookStepsOf } from "../core/hook.ts";
import { impactWords } from "../core/impact-words.ts";
import type { Plan } from "../core/plan.ts";
import type { RunEvent } from "../core/reduce.ts";
import { checkPointsOf } from "../core/regressions.ts";
import type { Ending, RunMemory } from "../core/run.ts";
import { Asked } from "./asked.ts";
import { claimed, FillGauge } from "./chronicle.ts";
import { Crew } from "./crew.ts";
import type { Keeper } from "./keeper.ts";
import { Ledger } from "./ledger.ts";
import { Openings } from "./openings.ts";
import { QuietReader } from "./quiet.ts";
import type { RollPorts, RollRequest } from "./roll.ts";
import { Route } from "./route.ts";
import { Service } from "./service.ts";
import type { Silences } from "./silences.ts";
import { Wake } from "./wake.ts";
import { GUARDS_EVERY } from "./watch.ts";

/** Longest time between two looks, fleet time: an operator's act or a lost host is noticed by then. */
const LOOK_EVERY = 60_000;
/** The same while a host is watched: whether guests stay up is seen only by looking. */
const LOOK_WATCHED = 15_000;
/** Rounds of verdicts and plans over one observation; every one changes what is remembered, so only a bug needs more. */
const MOST_ROUNDS = 1_000;
/** Nothing to start and nothing to end with: what is in flight has to land first. */
const WAIT: Decision = { events: [], start: [] };
/** Times that the platform may stay silent when it is looked at, with growing pauses. */
const PATIENCE = 10;

/** One process's part in a run: the loop that observes, decides, starts acts and waits. */
export class Session {
  readonly #ports: RollPorts;
  readonly #request: RollRequest;
  readonly #keeper: Keeper;
  readonly #ledger: Ledger;
  readonly #crew: Crew;
  readonly #asked: Asked;
  readonly #wake = new Wake();
  readonly #route: Route;
  readonly #openings: Openings;
  readonly #quiet = new QuietReader();
  readonly #gauge = new FillGauge();
  readonly #service: Service;
  #out: readonly string[] = [];
  readonly #silences: Silences | undefined;

  constructor(ports: RollPorts, request: RollRequest, keeper: Keeper, run: RunMemory, silences?: Silences) {
    this.#ports = ports;
    this.#request = request;
    this.#keeper = keeper;
    this.#ledger = new Ledger(ports, keeper, run);
    this.#silences = silences;
    this.#service = new Service(ports, request.inputs, this.#ledger);
    this.#crew = new Crew(ports, request, keeper, this.#ledger, () => this.wake(), silences);
    this.#asked = new Asked(ports, request, () => this.wake());
    this.#openings = new Openings((at) => ports.windows(at));
    this.#route = new Route(ports, request, this.#ledger, this.#crew);
  }

  get memory(): RunMemory {
    return this.#ledger.run;
  }

  get plan(): Plan | undefined {
    return this.#route.plan;
  }

  /** Hosts that bear a mark of ours, as last observed. */
  get out(): readonly string[] {
    return this.#out;
  }

  #isOurs(owner: string | undefined): boolean {
    return owner !== undefined && this.#request.owners.includes(owner);
  }

  /** Something changed outside: look now. */
  wake(): void {
    this.#wake.set();
  }

  /** Remembers something that was found out before the first turn. */
  enter(event: RunEvent): Promise<void> {
    return this.#ledger.enter(event);
  }

  /** Until the run ends. Throws when the lease is lost or the platform stays silent. */
  async run(): Promise<Ending> {
    this.#ledger.log("claimed", undefined, claimed(this.#ports, this.#request, this.#keeper.record));
    try {
      for (;;) {
        const ending = await this.#turn();
        if (ending !== undefined) return ending;
      }
    } finally {
      this.#service.close();
      this.#asked.close();
      this.#crew.dismiss();
    }
  }

  async end(ending: Ending): Promise<void> {
    await this.#ledger.enter({ kind: "ended", ending });
    const mode = this.#request.inputs.policy.mode === "canary" ? "canary" : "full";
    if (ending.kind !== "done") return;
    await this.#keeper.update((record) => ({ ...record, finished: { baseline: this.memory.baseline, mode } }));
  }

  async #turn(): Promise<Ending | undefined> {
    const fleet = await this.#observe();
    const fill = this.#gauge.look(fleet);
    if (fill !== undefined) this.#ledger.log("observed", undefined, fill);
    await this.#service.look(fleet);
    this.#route.look(fleet);
    this.#out = fleet.hosts.filter(({ mark }) => this.#isOurs(mark?.owner)).map(({ id }) => id);
    this.#silences?.keep(this.#out);
    this.#asked.heed(this.#keeper.record);
    if (this.#asked.why !== undefined) this.#crew.recall();
    if (this.#asked.overdue) return this.#unsafe(fleet);
    const decision = await this.#decide(fleet);
    if (decision.ending !== undefined) return decision.ending;
    for (const act of decision.start) this.#crew.start(act, fleet);
    if (this.#asked.waiting(decision.waits)) this.#ports.herald?.waits(decision.waits?.words ?? "", this.memory);
    if (decision.start.length > 0) this.#route.progressed();
    await this.#wait(fleet, decision);
    return undefined;
  }

  /** An observation that no act ended during: what it shows is not older than what we remember. */
  async #observe(): Promise<Fleet> {
    for (let silent = 0; ; ) {
      this.#crew.mustGoOn();
      const { ended } = this.#crew;
      try {
        const fleet = await this.#ports.driver.observe(this.#request.inputs.baseline, this.#crew.signal);
        this.#crew.mustGoOn();
        if (ended === this.#crew.ended) return fleet;
      } catch (error) {
        if (!isRollError(error) || error.kind !== "unavailable" || silent++ >= PATIENCE) throw error;
        this.#ports.tell({ kind: "warning", text: `${error.message} Looking again.` });
        await this.#ports.driver.clock.sleep(Math.min(60_000, 2_000 * 2 ** silent));
      }
    }
  }

  /** Decides until there is something to start, to wait for or to end with; makes a new plan where the old one no longer holds. */
  async #decide(fleet: Fleet): Promise<Decision> {
    let fresh = false;
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
      const view = this.#view(fleet);
      const desk = new Desk(view);
      const verdicts = judge(view, desk);
      for (const event of verdicts) {
        await this.#ledger.enter(event);
        const words = impactWords(event, this.memory);
        if (words !== undefined) this.#tell(words);
      }
      if (verdicts.length > 0) continue;
      const why = this.#route.whyNot(view, desk);
      if (why !== undefined && !fresh) {
        fresh = true;
        if (await this.#route.replan(view, why)) continue;
        return this.#waiting();
      }
      const decision = decide(view, desk);
      for (const event of decision.events) await this.#ledger.enter(event);
      if (decision.events.length > 0) continue;
      if (decision.stuck === undefined) return decision;
      if (!(await this.#route.stuck(view, decision.stuck))) return this.#waiting();
    }
    throw new Error(`no decision after ${MOST_ROUNDS} rounds over the same fleet`);
  }

  #waiting(): Decision {
    const { lookAt } = this.#route;
    return lookAt === undefined ? WAIT : { ...WAIT, lookAt };
  }

  #tell({ host, text }: { host?: string; text: string }): void {
    if (host === undefined) this.#ports.tell({ kind: "note", text });
    else this.#ports.tell({ kind: "end", host, position: this.#ledger.position(host), text });
  }

  #view(fleet: Fleet): View {
    const { inputs } = this.#request;
    const asked = this.#asked.why;
    const window = this.#openings.at(fleet.at);
    const quiet = this.#quiet.read(fleet, window);
    return {
      fleet,
      plan: this.#route.plan,
      run: this.memory,
      policy: inputs.policy,
      owners: this.#request.owners,
      inFlight: this.#crew.inFlight,
      checkPoints: checkPointsOf(inputs),
      hooks: hookStepsOf(inputs.hooks),
      window,
      ...(quiet === undefined ? {} : { quiet }),
      patient: this.#asked.patient,
      approvals: this.#keeper.record.approvals ?? [],
      ...(asked === undefined ? {} : { asked }),
      ...this.#service.facts(fleet),
      remediations: fleet.remediations ?? Number.POSITIVE_INFINITY,
    };
  }

  async #wait(fleet: Fleet, { lookAt }: Decision): Promise<void> {
    const { clock } = this.#ports.driver;
    const { changesAt = Number.POSITIVE_INFINITY } = this.#openings.at(fleet.at);
    const { isGuarded } = this.#service;
    const longest = fleet.at + (isGuarded ? LOOK_WATCHED : LOOK_EVERY);
    const until = Math.min(lookAt ?? Number.POSITIVE_INFINITY, changesAt, longest);
    for (;;) {
      const next = isGuarded ? Math.min(until, clock.now() + GUARDS_EVERY) : until;
      const woken = await this.#wake.wait((signal) => clock.sleep(Math.max(0, next - clock.now()), signal));
      if (woken || next >= until || (await this.#service.alarms(clock.now()))) return;
    }
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
}
