import type { StoredEntry } from "../../engine/ports.ts";
import { textOf, textsOf } from "./fields.ts";
import type { RunReport } from "./schema.ts";

/** Regression tests by what became of them: failing anew, failing already before the roll, or once and then not. */
export function regressionsOf(entries: readonly StoredEntry[]): Pick<RunReport, "regressions" | "tested" | "outputs"> {
  const tests = entries.filter(({ kind }) => kind === "tested");
  const before = new Set(tests.filter((one) => momentOf(one) === "before").flatMap(failuresOf));
  const later = tests.filter((one) => momentOf(one) !== "before");
  const found = new Map<string, RunReport["regressions"][number]>();
  for (const entry of later) {
    const moment = momentOf(entry);
    for (const name of failuresOf(entry)) found.set(name, { name, moment, kind: before.has(name) ? "before" : "new" });
    for (const name of textsOf(entry.data, "flaky")) found.set(name, { name, moment, kind: "flaky" });
  }
  for (const name of before) if (!found.has(name)) found.set(name, { name, moment: "before", kind: "before" });
  return {
    regressions: [...found.values()],
    tested: later.some((one) => momentOf(one) === "after"),
    outputs: [...new Set(tests.flatMap(({ data }) => textsOf(data, "outputs")))],
  };
}

const momentOf = ({ data }: StoredEntry): string => textOf(data, "moment") ?? "after";
const failuresOf = ({ data }: StoredEntry): string[] => textsOf(data, "failures");
