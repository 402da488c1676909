/** How often a condition is looked at, milliseconds. */
const LOOK_EVERY = 20;

/**
 * Looks until the condition gives something other than undefined or false, and returns that. The one way to wait here: nothing
 * is ever expected after a fixed time.
 * @param what is said when the deadline (seconds) passes; `tell` adds what was seen last.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | undefined | false,
  { deadline = 60, tell = () => "" }: { deadline?: number; tell?: () => string } = {},
): Promise<T> {
  const until = performance.now() + deadline * 1_000;
  for (;;) {
    const found = condition();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > until) throw new Error(`${deadline} s have passed without: ${what}\n${tell()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}
