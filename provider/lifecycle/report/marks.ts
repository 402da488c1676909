import type { Ending } from "../../core/run.ts";
import type { StoredEntry } from "../../engine/ports.ts";
import { endingText } from "../render/roll.ts";
import { fieldOf, numberOf, textOf, textsOf } from "./fields.ts";
import type { Mark } from "./schema.ts";
import type { Since } from "./stories.ts";
import { lasting } from "./words.ts";

/** What concerns the whole run, or stands out, in the order in which it happened. */
export function marksOf(entries: readonly StoredEntry[], since: Since): Mark[] {
  let claims = 0;
  let plans = 0;
  let watchedFrom: number | undefined;
  /** The undisturbed minutes, when they are over. */
  const reference = (entry: StoredEntry): Mark[] => {
    const at = Math.max(0, since({ at: numberOf(entry.data, "at") ?? entry.at }));
    const from = watchedFrom ?? at;
    watchedFrom = textOf(entry.data, "moment") === "began" ? at : undefined;
    if (watchedFrom !== undefined) return [];
    return [{ at, from, kind: "reference", text: `reference window, ${lasting(at - from)}` }];
  };
  return entries.flatMap((entry): Mark[] => {
    const { data, kind } = entry;
    const host = textOf(data, "host") ?? entry.host;
    const mark = (as: Mark["kind"], text: string): Mark[] => [
      { at: since(entry), ...(host === undefined ? {} : { host }), kind: as, text },
    ];
    switch (kind) {
      case "claimed":
        claims += 1;
        return claims === 1 ? [] : mark("taken up", `taken up again by ${textOf(data, "holder") ?? "another process"}`);
      case "followed":
        plans += 1;
        return plans === 1 ? [] : mark("plan", `planned anew: ${textOf(data, "why") ?? ""}`);
      case "canary passed":
        return mark("canary", "the canary has passed");
      case "convicted":
        return mark("convicted", `does not serve as before the patch: ${textOf(data, "why") ?? ""}`);
      case "warned":
        return mark("warning", `before it was patched: ${textsOf(data, "warnings").join("; ")}`);
      case "passed": {
        const level = textOf(fieldOf(data, "proof"), "level") ?? "its former level";
        return textOf(data, "step") === "rollback" ? mark("rollback", `taken back to ${level}, and proven there`) : [];
      }
      case "failed":
        return mark("convicted", `failed to ${textOf(data, "step") ?? ""}, stays out: ${textOf(data, "why") ?? ""}`);
      case "halt":
        return mark(
          "halt",
          `halted${fieldOf(data, "sticky") === true ? " until a person decides" : ""}: ${textOf(data, "reason") ?? ""}`,
        );
      case "tested": {
        const failures = textsOf(data, "failures");
        const when = MOMENTS.get(textOf(data, "moment") ?? "") ?? "";
        return mark(
          "test",
          `regression tests ${when}: ${failures.length === 0 ? "all pass" : `failing: ${failures.join(", ")}`}`,
        );
      }
      case "awaits":
        return mark(
          "gate",
          `waits for an approval at the gate "${textOf(data, "gate") ?? ""}": ${textOf(data, "why") ?? ""}`,
        );
      case "reference":
        return reference(entry);
      case "suspected":
      case "cleared":
        return mark(
          kind,
          `${kind === "cleared" ? "no longer suspected" : "suspected"}: ${textOf(data, "sentence") ?? ""}`,
        );
      case "measured":
        // Hosts that were not measured in full are many, and pass as a rule.
        return fieldOf(data, "judged") === true || textOf(data, "verdict") === "regress"
          ? mark("verdict", `verdict ${textOf(data, "verdict") ?? ""}: ${textOf(data, "sentence") ?? ""}`)
          : [];
      case "ended":
        return mark("ended", endingText(fieldOf(data, "ending") as Ending));
      default:
        return [];
    }
  });
}

const MOMENTS: ReadonlyMap<string, string> = new Map([
  ["before", "before the first host"],
  ["canary", "after the canary"],
  ["after", "at the end"],
]);
