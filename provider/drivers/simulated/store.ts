import type { World } from "./world.ts";
import { settle } from "./world-settle.ts";

/** Where a world is kept. Both ways settle it to the present first. */
export interface Store {
  /** Lets a command change the world; all or nothing, one at a time, also among processes. */
  run<T>(clock: Now, command: (world: World) => T): T;
  /** Lets someone look at the world, who must not change it. */
  look<T>(clock: Now, look: (world: World) => T): T;
  close(): void;
}

/** Fleet time, milliseconds. */
export interface Now {
  now(): number;
}

/**
 * Keeps a world in memory. `watch` is told after every event and every command, which is where invariants are checked.
 */
export function memoryStore(world: World, watch?: (world: World) => void): Store {
  return {
    run(clock, command) {
      settle(world, clock.now(), watch);
      try {
        return command(world);
      } finally {
        watch?.(world);
      }
    },
    look(clock, look) {
      settle(world, clock.now(), watch);
      return look(world);
    },
    close() {},
  };
}
