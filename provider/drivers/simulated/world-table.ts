/** Rows by id, in the order in which they were added. Rows are never altered, only replaced; a store asks which ones were. */
export class Table<Row extends { readonly id: string }> {
  readonly #rows = new Map<string, Row>();
  /** Ids in their order, while none comes or goes. */
  #sorted: readonly string[] | undefined;
  #index: Index<Row> | undefined;
  /** Ids of rows put or removed since this set was last cleared. */
  readonly changed = new Set<string>();

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  get size(): number {
    return this.#rows.size;
  }

  values(): Iterable<Row> {
    return this.#rows.values();
  }

  /** Rows by id. */
  sorted(): Row[] {
    this.#sorted ??= [...this.#rows.keys()].sort();
    return this.#sorted.map((id) => this.#rows.get(id) as Row);
  }

  /** Rows that have the key, in their order. Kept from the first call on; every call must be with the same `keysOf`. */
  having(key: string, keysOf: (row: Row) => readonly string[]): Row[] {
    this.#index ??= new Index(keysOf, this.#rows.values());
    return this.#index.rows(key);
  }

  put(row: Row): void {
    const before = this.#rows.get(row.id);
    if (before === undefined) this.#sorted = undefined;
    this.#index?.put(before, row);
    this.#rows.set(row.id, row);
    this.changed.add(row.id);
  }

  remove(id: string): void {
    const before = this.#rows.get(id);
    if (before === undefined) return;
    this.#rows.delete(id);
    this.#index?.remove(before);
    this.#sorted = undefined;
    this.changed.add(id);
  }
}

/** Rows by keys that follow from them. */
class Index<Row extends { readonly id: string }> {
  readonly #keysOf: (row: Row) => readonly string[];
  readonly #byKey = new Map<string, Set<Row>>();
  /** Place of every row in the table's order, by id. */
  readonly #places = new Map<string, number>();
  #next = 0;

  constructor(keysOf: (row: Row) => readonly string[], rows: Iterable<Row>) {
    this.#keysOf = keysOf;
    for (const row of rows) this.put(undefined, row);
  }

  rows(key: string): Row[] {
    const place = (row: Row): number => this.#places.get(row.id) as number;
    return [...(this.#byKey.get(key) ?? [])].sort((a, b) => place(a) - place(b));
  }

  put(before: Row | undefined, row: Row): void {
    if (before === undefined) this.#places.set(row.id, this.#next++);
    else this.#leave(before);
    for (const key of this.#keysOf(row)) {
      const there = this.#byKey.get(key);
      if (there === undefined) this.#byKey.set(key, new Set([row]));
      else there.add(row);
    }
  }

  remove(row: Row): void {
    this.#leave(row);
    this.#places.delete(row.id);
  }

  #leave(row: Row): void {
    for (const key of this.#keysOf(row)) this.#byKey.get(key)?.delete(row);
  }
}
