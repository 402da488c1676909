import type { HostPlan } from "../core/plan.ts";

/** What hosts in hand may be moving: which of them moves a workload, moves something to a host, or takes something from one. */
export class Traffic {
  readonly #carriers = new Several();
  readonly #givers = new Several();
  readonly #takers = new Several();

  carriersOf = (workload: string): Iterable<string> => this.#carriers.of(workload);
  giversTo = (host: string): Iterable<string> => this.#givers.of(host);
  takersFrom = (host: string): Iterable<string> => this.#takers.of(host);

  follow({ host, evacuate, putBack }: HostPlan, change: "add" | "remove"): void {
    for (const { workload, to } of evacuate) {
      this.#carriers[change](workload, host);
      this.#givers[change](to, host);
    }
    for (const { from } of putBack) this.#takers[change](from, host);
  }
}

/** Several hosts under one key, each once, in the order in which they came. */
export class Several {
  /** One of them as it is: for most keys there is no other. */
  readonly #hosts = new Map<string, string | Set<string>>();

  of(key: string): Iterable<string> {
    const there = this.#hosts.get(key) ?? [];
    return typeof there === "string" ? [there] : there;
  }

  add(key: string, host: string): void {
    const there = this.#hosts.get(key);
    if (there === undefined) this.#hosts.set(key, host);
    else if (typeof there !== "string") there.add(host);
    else if (there !== host) this.#hosts.set(key, new Set([there, host]));
  }

  remove(key: string, host: string): void {
    const there = this.#hosts.get(key);
    if (there === undefined) return;
    if (typeof there !== "string") there.delete(host);
    if (there === host || (typeof there !== "string" && there.size === 0)) this.#hosts.delete(key);
  }
}
