import { processClock } from "../../engine/clock.ts";

/**
 * Resolves when all have settled, or `grace` process milliseconds after `enough` says so. Those that are left go on by themselves. Rejects when one
 * rejects before that: they are expected to keep their errors.
 */
export async function settled(
  work: readonly Promise<unknown>[],
  { enough, grace }: { enough(): boolean; grace: number },
): Promise<void> {
  const all = Promise.all(work);
  const reached = new Promise<void>((resolve) => {
    const look = () => {
      if (enough()) resolve();
    };
    for (const one of work) one.then(look, () => {});
  });
  await Promise.race([all, reached]);
  if (!enough()) {
    await all;
    return;
  }
  all.catch(() => {});
  const over = new AbortController();
  await Promise.race([all, processClock().sleep(grace, over.signal)]).finally(() => over.abort());
}
