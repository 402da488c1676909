import type { CheckPoint } from "../core/check.ts";
import type { Workshop } from "./acts.ts";
import type { CheckResult } from "./ports.ts";

const TRIES = 3;
/** Between two tries of one check, process time: a service that just restarts deserves another look. */
const PAUSE = 2_000;
/** The same while storage heals. */
const HEALING = 5_000;

/**
 * Asks every check that is declared for one of these gates, all at the same time; each has three tries, and one about storage that heals
 * as long as its `heal` allows. `progress` is told what is waited for.
 */
export function askAll(
  shop: Workshop,
  at: readonly CheckPoint[],
  host: string | undefined,
  signal: AbortSignal,
  progress: (words: string) => void = () => {},
): Promise<CheckResult[]> {
  const due = shop.inputs.checks.filter((check) => check.at.some((point) => at.includes(point)));
  const { driver, process } = shop;
  const occasion = { onHost: driver.run, leaving: at.includes("preflight") };
  return Promise.all(
    due.map(async (check) => {
      const patience = process.now() + ("heal" in check ? check.heal : 0);
      for (let tries = 1; ; tries++) {
        const result = await shop.checks.run(check, host, signal, occasion);
        const mayHeal = result.heals === true && process.now() < patience;
        if (result.passed || (!mayHeal && tries >= TRIES)) return result;
        if (mayHeal) progress(`waits for ${check.name}: ${result.evidence}`);
        await process.sleep(mayHeal ? HEALING : PAUSE, signal);
      }
    }),
  );
}
