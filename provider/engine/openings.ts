import type { Window } from "../core/decide/window.ts";
import { openingsAfter, type WindowState } from "./windows.ts";

/** The windows as a decision needs them; those ahead are looked up once for each stretch of time in which nothing changes. */
export class Openings {
  readonly #windowAt: (fleetTime: number) => WindowState;
  #known: Window | undefined;
  #from = Number.POSITIVE_INFINITY;

  constructor(windowAt: (fleetTime: number) => WindowState) {
    this.#windowAt = windowAt;
  }

  at(fleetTime: number): Window {
    const { changesAt } = this.#known ?? {};
    if (this.#known !== undefined && fleetTime >= this.#from && fleetTime < (changesAt ?? Number.POSITIVE_INFINITY))
      return this.#known;
    this.#from = fleetTime;
    this.#known = { ...this.#windowAt(fleetTime), ahead: openingsAfter(this.#windowAt, fleetTime) };
    return this.#known;
  }
}
