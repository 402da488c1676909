import type { Desk } from "../core/decide/desk.ts";
import { surprises } from "../core/decide/foreseen.ts";
import type { View } from "../core/decide/view.ts";
import type { Fleet } from "../core/fleet.ts";
import type { Plan } from "../core/plan.ts";
import { followed } from "./chronicle.ts";
import type { Crew } from "./crew.ts";
import { Landing } from "./landing.ts";
import type { Ledger } from "./ledger.ts";
import { replan } from "./replan.ts";
import type { RollPorts, RollRequest } from "./roll.ts";
import { SilenceOfHosts } from "./silence-of-hosts.ts";

/** Plans in a row that led to no act: the roll makes no progress. */
const MOST_PLANS = 3;

/** The plan that a run follows: made anew when it no longer holds, or leads nowhere. */
export class Route {
  readonly #ports: RollPorts;
  readonly #request: RollRequest;
  readonly #ledger: Ledger;
  readonly #crew: Crew;
  readonly #landing: Landing;
  readonly #silence: SilenceOfHosts;
  #lookAt: number | undefined;
  #plan: Plan | undefined;
  #plansInARow = 0;

  constructor(ports: RollPorts, request: RollRequest, ledger: Ledger, crew: Crew) {
    this.#ports = ports;
    this.#request = request;
    this.#ledger = ledger;
    this.#crew = crew;
    this.#landing = new Landing(request.inputs.policy.deadlines.drain);
    this.#silence = new SilenceOfHosts(request.inputs.policy.deadlines.drain);
  }

  get plan(): Plan | undefined {
    return this.#plan;
  }

  /** When to look again while a plan has to wait, if that is soon. */
  get lookAt(): number | undefined {
    return this.#lookAt;
  }

  /** Every observation is shown to it. */
  look(fleet: Fleet): void {
    this.#silence.look(fleet);
    this.#lookAt = undefined;
  }

  /** An act was started: there is progress. */
  progressed(): void {
    this.#plansInARow = 0;
    this.#landing.over();
  }

  /** Why the plan no longer holds; undefined while it does, and when there is nothing to plan for. */
  whyNot(view: View, desk: Desk): string | undefined {
    if (view.run.halt !== undefined || view.asked !== undefined) return undefined;
    return this.#plan === undefined ? "there is no plan yet" : surprises(view, desk)[0];
  }

  /** Nothing can start although we have nothing in flight: another plan may help, but not for ever. False: migrations have to land first. */
  async stuck(view: View, why: string): Promise<boolean> {
    const { fleet } = view;
    if (this.#landing.isAwaiting(fleet, this.#crew.inFlight)) return false;
    this.#plansInARow += 1;
    if (this.#plansInARow <= MOST_PLANS) return this.replan(view, why);
    const flights = this.#landing.wait(fleet, this.#crew.inFlight);
    if (flights.length > 0) {
      this.#plansInARow = 0;
      return this.#waitFor(flights, why);
    }
    const hint = "`rolling-patch status` shows the hosts; the next `pulumi up` looks again.";
    await this.#ledger.enter({ kind: "halt", sticky: false, reason: `no progress: ${why}`, hint });
    return true;
  }

  /** Plans the remainder. False: there is no plan, but there may be one once the migrations in flight have landed. */
  async replan({ fleet, run, quiet }: View, why: string): Promise<boolean> {
    const acts = this.#crew.inFlight;
    if (this.#landing.isAwaiting(fleet, acts)) return false;
    const made = replan({ fleet, run, request: this.#request, previous: this.#plan, quiet, why });
    if (made.refusal !== undefined) {
      const flights = this.#landing.wait(fleet, acts);
      if (flights.length > 0) return this.#waitFor(flights, made.refusal);
      const silent = this.#silence.recent(fleet.at, run.hosts);
      if (silent !== undefined) {
        this.#lookAt = silent.lookAt;
        const text = `waiting for ${silent.hosts.join(", ")}, just fallen silent: ${made.refusal}`;
        if (silent.isNew) this.#ports.tell({ kind: "note", text });
        return false;
      }
    }
    if (made.plan !== undefined) {
      this.#plan = made.plan;
      this.#ledger.log("followed", undefined, followed(made.plan, why));
    }
    this.#ledger.follow(this.#plan);
    for (const line of made.news) this.#ports.tell(line);
    for (const event of made.events) await this.#ledger.enter(event);
    return true;
  }

  #waitFor(flights: readonly string[], why: string): false {
    const what = flights.length === 1 ? "a migration" : `${flights.length} migrations`;
    const text = `waiting for ${what} in flight (${flights.slice(0, 3).join(", ")}${flights.length > 3 ? ", …" : ""}): ${why}`;
    this.#ports.tell({ kind: "note", text });
    return false;
  }
}
