import fc from "fast-check";
import { expect, test } from "vitest";
import { Table } from "../../../provider/drivers/simulated/world-table.ts";

interface Row {
  readonly id: string;
  readonly keys: readonly string[];
}

const rows = fc.record({
  id: fc.constantFrom("a", "b", "c", "d", "e"),
  keys: fc.uniqueArray(fc.constantFrom("x", "y", "z")),
});
const changes = fc.array(
  fc.oneof(
    rows.map((row) => (table: Table<Row>) => table.put(row)),
    rows.map(
      ({ id }) =>
        (table: Table<Row>) =>
          table.remove(id),
    ),
  ),
);

test("rows by key are those that a walk over all rows finds, in the same order, whatever changed before and since", () => {
  fc.assert(
    fc.property(changes, changes, (before, since) => {
      const table = new Table<Row>();
      const found = () => ["x", "y", "z"].map((key) => table.having(key, ({ keys }) => keys));
      const walked = () => ["x", "y", "z"].map((key) => [...table.values()].filter(({ keys }) => keys.includes(key)));
      for (const change of before) change(table);
      expect(found()).toEqual(walked());
      for (const change of since) {
        change(table);
        expect(found()).toEqual(walked());
      }
    }),
  );
});

test("says which rows were put or removed, and gives them by id", () => {
  const table = new Table<Row>();
  for (const id of ["b", "c", "a"]) table.put({ id, keys: [] });
  table.changed.clear();
  table.put({ id: "c", keys: ["x"] });
  table.remove("b");
  table.remove("z");
  expect([...table.changed]).toEqual(["c", "b"]);
  expect(table.sorted().map(({ id }) => id)).toEqual(["a", "c"]);
  expect([table.size, table.has("b"), table.get("c")?.keys]).toEqual([2, false, ["x"]]);
});
