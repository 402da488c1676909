import { readable } from "../core/duration.ts";
import { RollError } from "../core/errors.ts";
import type { HookMessage, HookRunner } from "../engine/gate-ports.ts";
import type { Clock } from "../engine/ports.ts";
import { since } from "./answer.ts";
import { evidence, tail } from "./evidence.ts";
import { within } from "./limit.ts";
import { runProgram } from "./program.ts";

/** Characters of its output that are shown. */
const SHOWN = 240;

const hostOf = ({ host }: HookMessage): Record<string, string> =>
  host === undefined ? {} : { ROLLING_PATCH_HOST: host.id };

/** Runs hooks: JSON on the standard input, a process group of its own that is killed whole at the deadline. */
export function hookRunner(clock: Clock): HookRunner {
  return {
    async run(hook, message, signal) {
      const [program = "", ...args] = hook.command;
      const started = clock.now();
      const extra = { ROLLING_PATCH_RUN: message.run, ROLLING_PATCH_MOMENT: message.at, ...hostOf(message) };
      const asked = { program, args, env: hook.env, extra, stdin: `${JSON.stringify(message)}\n` };
      const { code, words, said } = await within(clock, hook.timeout, signal, async (limit) => {
        const end = await runProgram(asked, clock, limit);
        const isLate = limit.aborted && !signal.aborted;
        return { ...end, ...(isLate ? { code: null, words: `not done in ${readable(hook.timeout)}, killed` } : {}) };
      });
      if (signal.aborted) throw new RollError("cancelled", `The hook "${hook.name}" was cancelled.`);
      const last = said.trim() === "" ? "" : `: ${tail(said, SHOWN)}`;
      return { passed: code === 0, evidence: evidence(`${words} after ${since(clock, started)}${last}`) };
    },
  };
}
