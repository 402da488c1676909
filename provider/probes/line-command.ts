import type { Workload } from "../core/fleet.ts";
import type { Probe } from "../core/probe.ts";
import type { Clock } from "../engine/ports.ts";
import { run } from "./command.ts";
import { intoArgument, intoFor } from "./host.ts";
import { brokenLine, type Line } from "./line.ts";

/** Runs a program on this machine, a process each time. */
export function commandLine(probe: Extract<Probe, { kind: "command" }>, workload: Workload, clock: Clock): Line {
  const words: string[] = [];
  for (const argument of probe.command) {
    const filled = intoFor(workload, intoArgument, argument);
    if ("problem" in filled) return brokenLine(filled.problem);
    words.push(filled.text);
  }
  const [program = "", ...args] = words;
  return {
    async ask(signal) {
      const answer = await run(program, args, { host: undefined, signal, clock });
      // How long it took is told by the sample: with it no two failures would be alike.
      const why = answer.evidence.replace(/ after \d+ ms/, "");
      return answer.passed ? { ok: true } : { ok: false, why };
    },
    close() {},
  };
}
