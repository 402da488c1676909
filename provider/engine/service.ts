import type { ImpactView } from "../core/decide/view.ts";
import type { Fleet } from "../core/fleet.ts";
import type { Limit } from "../core/impact/guards.ts";
import type { Inputs } from "../core/inputs.ts";
import { type Phases, phasesOf } from "../core/phases.ts";
import { probedWorkloads } from "../core/probed.ts";
import type { Ledger } from "./ledger.ts";
import type { RollPorts } from "./roll.ts";
import { Watch } from "./watch.ts";

/** The service of the workloads, as a session looks at it; nothing where nothing is probed. */
export class Service {
  readonly #ports: Pick<RollPorts, "meter" | "journal">;
  readonly #inputs: Inputs;
  readonly #ledger: Ledger;
  #watch: Watch | undefined;
  #view: ImpactView | undefined;

  constructor(ports: Pick<RollPorts, "meter" | "journal">, inputs: Inputs, ledger: Ledger) {
    this.#ports = ports;
    this.#inputs = inputs;
    this.#ledger = ledger;
  }

  /** Follows the fleet with the meter, and takes what was measured since the last turn. */
  async look(fleet: Fleet): Promise<void> {
    const { meter, journal } = this.#ports;
    if (meter === undefined) return;
    if (this.#watch === undefined) {
      const run = this.#ledger.run.id;
      const limits = limitsOf(this.#inputs.probes);
      this.#watch = new Watch({ meter, journal, run, limits, keep: (slices) => this.#ledger.keep(slices) });
      for (const event of this.#watch.interrupted(this.#ledger.run, fleet)) await this.#ledger.enter(event);
    }
    this.#watch.follow(fleet, this.#ledger.run);
    await this.#watch.take(this.#ledger.run, fleet.at);
    this.#view = this.#watch.view(new Set(probedWorkloads(this.#inputs, fleet)));
  }

  /** What decisions need of it. */
  facts({ hosts }: Fleet): { phases: Phases; impact?: ImpactView } {
    const phases = phasesOf(this.#inputs.policy, hosts.length, (this.#view?.probed.size ?? 0) > 0);
    return this.#view === undefined ? { phases } : { phases, impact: this.#view };
  }

  /** Some host takes load or has it back, and is guarded. */
  get isGuarded(): boolean {
    return this.#watch?.isOn(this.#ledger.run) === true;
  }

  /** Takes what was measured until this fleet time. True: a guard has something to say that it had not. */
  async alarms(at: number): Promise<boolean> {
    return (await this.#watch?.take(this.#ledger.run, at)) === true;
  }

  close(): void {
    this.#watch?.close();
  }
}

const limitsOf = (probes: Inputs["probes"]): Limit[] =>
  probes.flatMap(({ name, limit }) => (limit === undefined ? [] : [{ probe: name, ms: limit }]));
