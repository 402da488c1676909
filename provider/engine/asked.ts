import type { FleetRecord } from "../core/record.ts";
import type { RollPorts, RollRequest } from "./roll.ts";

/** Who has asked for a safe point, and how long it may take; and how long `up` waits for a window. All process time. */
export class Asked {
  #why: "stop" | "time" | "engine" | undefined;
  #overdue = false;
  #waitingSince: number | undefined;
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

  /** A window is open: the next wait is a new one. */
  goOn(): void {
    this.#waitingSince = undefined;
  }

  /** May `up` go on waiting for a window that opens at this fleet time? */
  patient(opensAt: number | undefined): boolean {
    const { waitAtGate } = this.#request.inputs.policy;
    if (waitAtGate === 0 || opensAt === undefined) return false;
    const now = this.#ports.process.now();
    this.#waitingSince ??= now;
    return now - this.#waitingSince < waitAtGate;
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
