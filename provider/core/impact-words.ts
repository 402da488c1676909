import { readable } from "./duration.ts";
import { clause } from "./errors.ts";
import type { RunEvent } from "./reduce.ts";
import type { RunMemory } from "./run.ts";

/** What an event of the measurement means, for people; undefined: it is no such event. */
export function impactWords(
  event: RunEvent,
  run: Pick<RunMemory, "impact">,
): { host?: string; text: string } | undefined {
  switch (event.kind) {
    case "reference": {
      const from = run.impact?.reference?.from ?? event.at;
      return event.moment === "began"
        ? { text: "watches the service before the first host is touched (reference window)" }
        : { text: `reference window of ${readable(event.at - from)} is over` };
    }
    case "held":
      return { host: event.host, text: `${event.moves} of its workloads back: load is held` };
    case "full load":
      return { host: event.host, text: "all load is back: watched" };
    case "suspected":
      return {
        host: event.host,
        text: `under suspicion, nothing further is drained: ${clause(event.sentence, event.host).replace(/^is suspect: /, "")}`,
      };
    case "cleared":
      return { host: event.host, text: `suspicion not confirmed: ${clause(event.sentence, event.host)}` };
    case "measured":
      return { host: event.host, text: `${event.verdict}: ${clause(event.sentence, event.host)}` };
    default:
      return undefined;
  }
}
