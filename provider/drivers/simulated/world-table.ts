/** Rows by id, in the order in which they were added. Rows are never altered, only replaced; a store asks which ones were. */
export class Table<Row extends { readonly id: string }> {
  readonly #rows = new Map<string, Row>();
  /** Ids in their order, while none comes or goes. */
  #sorted: readonly string[] | undefined;
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

  put(row: Row): void {
    if (!this.#rows.has(row.id)) this.#sorted = undefined;
    this.#rows.set(row.id, row);
    this.changed.add(row.id);
  }

  remove(id: string): void {
    if (!this.#rows.delete(id)) return;
    this.#sorted = undefined;
    this.changed.add(id);
  }
}
