import type { CheckPoint } from "../core/check.ts";
import type { Workshop } from "./acts.ts";
import type { CheckResult } from "./ports.ts";

const TRIES = 3;
/** Between two tries of one check, process time: a service that just restarts deserves another look. */
const PAUSE = 2_000;

/** Asks every check that is declared for one of these gates, all at the same time; each has three tries. */
export function askAll(
  shop: Workshop,
  at: readonly CheckPoint[],
  host: string | undefined,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const due = shop.inputs.checks.filter((check) => check.at.some((point) => at.includes(point)));
  return Promise.all(
    due.map(async (check) => {
      for (let left = TRIES - 1; ; left--) {
        const result = await shop.checks.run(check, host, signal);
        if (result.passed || left === 0) return result;
        await shop.process.sleep(PAUSE, signal);
      }
    }),
  );
}
