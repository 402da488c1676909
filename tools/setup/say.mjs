// @ts-check
/**
 * How set-up talks: a line when something that takes a while begins, one when a step has ended, with its time.
 *
 * @typedef {object} Say
 * @property {(line: string) => void} line
 * @property {<T>(what: string, work: () => Promise<T>) => Promise<T>} slow  Announces work, and that it still goes on.
 */

const heartbeatMs = 30_000;

/**
 * @param {(line: string) => void} write
 * @returns {Say}
 */
export function sayTo(write) {
  /** @param {string} text */
  const line = (text) => write(`set-up: ${text}`);
  return {
    line,
    async slow(what, work) {
      const start = Date.now();
      line(`${what} …`);
      const heartbeat = setInterval(() => line(`${what}: still at it after ${seconds(start)}`), heartbeatMs);
      try {
        return await work();
      } finally {
        clearInterval(heartbeat);
      }
    },
  };
}

/**
 * Time since `start` (milliseconds since the epoch) as `1.2 s`.
 * @param {number} start
 */
export function seconds(start) {
  return `${((Date.now() - start) / 1_000).toFixed(1)} s`;
}

/** Set-up cannot go on. Every line of `message` says what is missing and what to install. */
export class SetUpError extends Error {}
