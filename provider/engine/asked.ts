import type { Decision } from "../core/decide/view.ts";
import type { FleetRecord } from "../core/record.ts";
import type { RollPorts, RollRequest } from "./roll.ts";

/** Who has asked for a safe point, and how long it may take; and how long `up` waits for a window or a person. All process time. */
export class Asked {
  #why: "stop" | "time" | "engine" | undefined;
  #overdue = false;
  #waiting: { readonly what: string; readonly since: number } | undefined;
  readonly #ports: RollPorts;
  readonly #request: RollRequest;
  readonly #closed = new AbortController();
  readonly #changed: () => void;

  constructor(ports: RollPorts, request: RollRequest, changed: () => void) {
    this.#ports = ports;
    this.#request = request;
    this.#changed = changed;
    const { maxUpTime } = request.inputs.policy;
    if (maxUpTime !== undefined) this.#after(maxUpTime, () => this.#ask("time"));
    const stopped = (): void => this.#ask(request.stop.reason === "engine" ? "engine" : "stop");
    if (request.stop.aborted) stopped();
    else request.stop.addEventListener("abort", stopped, { once: true, signal: this.#closed.signal });
  }

  get why(): "stop" | "time" | "engine" | undefined {
    return this.#why;
  }

  /** A safe point was asked for, and `stopWithin` is over. */
  get overdue(): boolean {
    return this.#overdue;
  }

  /** Reads the stop flag of the fleet record, as the holder of its lease. */
  heed({ stop, token }: FleetRecord): void {
    if (stop?.token === token) this.#ask("stop");
  }

  /** What is waited for now, a window or a person; undefined: nothing, the next wait is a new one. True when it begins. */
  waiting(waits: Decision["waits"]): boolean {
    const isNew = waits !== undefined && this.#waiting?.what !== waits.what;
    if (waits === undefined) this.#waiting = undefined;
    else if (isNew) {
      this.#waiting = { what: waits.what, since: this.#ports.process.now() };
      this.#ports.tell({ kind: "note", text: waits.words });
    }
    return isNew;
  }

  /** May `up` itself go on waiting? */
  get patient(): boolean {
    const { waitAtGate } = this.#request.inputs.policy;
    const { since } = this.#waiting ?? {};
    return waitAtGate > 0 && (since === undefined || this.#ports.process.now() - since < waitAtGate);
  }

  close(): void {
    this.#closed.abort();
  }

  #ask(why: "stop" | "time" | "engine"): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    const { stopWithin } = this.#request.inputs.policy;
    this.#after(stopWithin, () => {
      this.#overdue = true;
      this.#changed();
    });
    this.#changed();
  }

  #after(ms: number, then: () => void): void {
    this.#ports.process.sleep(ms, this.#closed.signal).then(then, () => {});
  }
}
