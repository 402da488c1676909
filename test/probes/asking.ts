import { type CheckInput, check as schema } from "../../provider/core/check.ts";
import { processClock } from "../../provider/engine/clock.ts";
import type { CheckResult, Clock } from "../../provider/engine/ports.ts";
import { checkRunner } from "../../provider/probes/runner.ts";

/** Asks a check as a program writes it. */
export function ask(
  input: CheckInput,
  options: { host?: string; signal?: AbortSignal; clock?: Clock } = {},
): Promise<CheckResult> {
  const { host, signal = new AbortController().signal, clock = processClock() } = options;
  return checkRunner(clock).run(schema.parse(input), host, signal);
}

/** A clock on which time passes only when it is told: its `expire` ends every sleep at once. */
export function heldClock(): Clock & { expire(): void } {
  const sleeping = new Set<() => void>();
  return {
    now: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleeping.add(resolve);
        signal?.addEventListener("abort", () => reject(new Error("cancelled")), { once: true });
      }),
    expire: () => {
      for (const wake of sleeping) wake();
    },
  };
}
