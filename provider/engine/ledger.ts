import type { Act } from "../core/act.ts";
import { isRollError } from "../core/errors.ts";
import type { Slice } from "../core/impact/samples.ts";
import type { Plan } from "../core/plan.ts";
import { type RunEvent, reduce } from "../core/reduce.ts";
import type { RunMemory } from "../core/run.ts";
import type { Keeper } from "./keeper.ts";
import type { RollPorts } from "./roll.ts";

/** The memory of the run: every event goes to the journal, and its fold to the fleet record, before anything follows from it. */
export class Ledger {
  #run: RunMemory;
  #journalLost = false;
  readonly #ports: RollPorts;
  readonly #keeper: Keeper;
  readonly #positions = new Map<string, number>();
  /** Hosts of the plan that have no position, and were not rolled among the first `#counted` of those that are done. */
  #left = new Set<string>();
  #counted = 0;

  constructor(ports: RollPorts, keeper: Keeper, run: RunMemory) {
    this.#ports = ports;
    this.#keeper = keeper;
    this.#run = run;
    this.#remember();
  }

  get run(): RunMemory {
    return this.#run;
  }

  /** Resolves when the event is safe. Bare intents go to the journal alone: the fleet itself shows what became of them. */
  async enter(event: RunEvent, act?: Act): Promise<void> {
    this.#run = reduce(this.#run, event);
    this.log(event.kind, act, event);
    if (event.kind === "began" && event.facts === undefined) return;
    this.#remember();
    // One write holds all events that came while it was waited for.
    await this.#keeper.update((record) => (record.run === this.#run ? record : { ...record, run: this.#run }));
    this.#ports.herald?.heard(event, this.#run);
  }

  /** One line in the journal. A journal that can no longer be written halts the roll: what it does must be known. */
  log(kind: string, act: Act | undefined, data: object): void {
    const host = act !== undefined && "host" in act ? act.host : undefined;
    this.#write(() =>
      this.#ports.journal.append({
        run: this.#run.id,
        at: this.#ports.driver.clock.now(),
        kind,
        host,
        data: { ...data, act },
      }),
    );
  }

  /** What was measured. */
  keep(slices: readonly Slice[]): void {
    this.#write(() => this.#ports.journal.keepSlices(this.#run.id, slices));
  }

  /** The plan that the run follows now: how many hosts there are in all. */
  follow(plan: Plan | undefined): void {
    const planned = (plan?.hosts ?? []).map((entry) => entry.host);
    this.#left = new Set(planned.filter((id) => !this.#positions.has(id)));
    this.#counted = 0;
  }

  /** The host's place in this run, from 1, and of how many. */
  position(host: string): { index: number; of: number } {
    const index = this.#positions.get(host) ?? this.#positions.size + 1;
    this.#positions.set(host, index);
    this.#left.delete(host);
    const { done } = this.#run;
    for (const id of done.slice(this.#counted)) this.#left.delete(id);
    this.#counted = done.length;
    return { index, of: this.#positions.size + this.#left.size };
  }

  #remember(): void {
    this.#write(() => this.#ports.journal.remember(this.#run));
  }

  #write(entry: () => void): void {
    if (this.#journalLost) return;
    try {
      entry();
    } catch (error) {
      if (!isRollError(error)) throw error;
      this.#journalLost = true;
      this.#ports.tell({ kind: "warning", text: error.advice });
      const hint = error.hint ?? "Make room or move the journal away; losing it loses detail only.";
      this.#run = reduce(this.#run, {
        kind: "halt",
        sticky: false,
        reason: `the journal cannot be written: ${error.message}`,
        hint,
      });
    }
  }
}
