/** What was worked out for windows of fleet time, until something changes in them. */
export class WindowMemo<Value> {
  readonly #byStart = new Map<number, Map<number, Value>>();

  /** `make` is called once for each window. */
  get(from: number, to: number, make: () => Value): Value {
    let byEnd = this.#byStart.get(from);
    if (byEnd === undefined) {
      byEnd = new Map();
      this.#byStart.set(from, byEnd);
    }
    let value = byEnd.get(to);
    if (value === undefined) {
      value = make();
      byEnd.set(to, value);
    }
    return value;
  }

  /** Something changed between these moments: windows that touch them have to be worked out again. */
  forget(from: number, to: number): void {
    for (const [start, byEnd] of this.#byStart)
      if (start < to) for (const end of byEnd.keys()) if (end > from) byEnd.delete(end);
  }
}

/** The same for answers of many kinds, each under a name. */
export class Memory {
  readonly #byName = new Map<string, WindowMemo<unknown>>();

  get<Value>(name: string, from: number, to: number, make: () => Value): Value {
    let memo = this.#byName.get(name);
    if (memo === undefined) {
      memo = new WindowMemo();
      this.#byName.set(name, memo);
    }
    return memo.get(from, to, make) as Value;
  }

  forget(from: number, to: number): void {
    for (const memo of this.#byName.values()) memo.forget(from, to);
  }
}
