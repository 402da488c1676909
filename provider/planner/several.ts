/** Several hosts under one key, each once, in the order in which they came. */
export class Several {
  readonly #hosts = new Map<string, Set<string>>();

  of(key: string): Iterable<string> {
    return this.#hosts.get(key) ?? [];
  }

  add(key: string, host: string): void {
    const there = this.#hosts.get(key);
    if (there === undefined) this.#hosts.set(key, new Set([host]));
    else there.add(host);
  }

  remove(key: string, host: string): void {
    const there = this.#hosts.get(key);
    there?.delete(host);
    if (there?.size === 0) this.#hosts.delete(key);
  }
}
