import { evidence } from "./evidence.ts";

/** Reasons that are told, and that are counted at all. */
const TOLD = 3;
const COUNTED = 20;
/** So many failures, and such a share of all requests, are told. A few are what is measured; so many may come from the probe itself. */
const LEAST = 3;
const SHARE = 0.1;

/** Why requests failed, counted. */
export class Reasons {
  readonly #counts = new Map<string, number>();
  #failures = 0;

  add(why: string): void {
    const reason = evidence(why);
    this.#failures += 1;
    if (this.#counts.has(reason) || this.#counts.size < COUNTED)
      this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  /** "12 × HTTP 503; 3 × no answer in time"; undefined: so few of the requests failed that nobody has to be told. */
  words(requests: number): string | undefined {
    if (this.#failures < LEAST || this.#failures < SHARE * requests) return undefined;
    const most = [...this.#counts].sort(([, a], [, b]) => b - a).slice(0, TOLD);
    return most.map(([why, count]) => `${count} × ${why}`).join("; ");
  }
}
