/** How often a condition is looked at, milliseconds. */
const LOOK_EVERY = 100;

/**
 * Looks until the condition gives something other than undefined or false, and returns that. A look may take its time, and one
 * that throws counts as the last one when the deadline (seconds) passes.
 */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>, deadline = 60): Promise<T> {
  const end = performance.now() + deadline * 1_000;
  for (;;) {
    const isLast = performance.now() > end;
    const found = await look().catch((error: unknown) => {
      if (isLast) throw new Error(`${deadline} s have passed without: ${what}`, { cause: error });
      return undefined;
    });
    if (found !== undefined && found !== false) return found;
    if (isLast) throw new Error(`${deadline} s have passed without: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}
