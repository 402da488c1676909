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
