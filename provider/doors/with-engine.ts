import { watchEngine } from "./engine-watch.ts";

/**
 * Binds this process to its engine: once that has died, `died` is called, and the process ends as soon as nothing is being done
 * any more. Nobody is left to end it. `working` wraps what must be brought to its end before.
 */
export function withEngine(
  address: string | undefined,
  died: () => void,
  exit: () => void = () => process.exit(1),
): { working<T>(act: () => Promise<T>): Promise<T>; close(): void } {
  let dead = false;
  let atWork = 0;
  const end = (): void => {
    if (dead && atWork === 0) exit();
  };
  const close = watchEngine({ address }, () => {
    dead = true;
    died();
    end();
  });
  return {
    close,
    async working(act) {
      atWork += 1;
      try {
        return await act();
      } finally {
        atWork -= 1;
        setImmediate(end);
      }
    },
  };
}
