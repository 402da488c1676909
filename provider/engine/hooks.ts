import { baselineText } from "../core/baseline.ts";
import type { Hook, HookMoment } from "../core/hook.ts";
import type { Inputs } from "../core/inputs.ts";
import type { RunMemory } from "../core/run.ts";
import { targetUri } from "../core/target.ts";
import type { GatePorts, HookMessage } from "./gate-ports.ts";
import type { News } from "./news.ts";

export interface HookPlace {
  readonly gates?: GatePorts | undefined;
  readonly inputs: Inputs;
  tell?(news: News): void;
}

/** What every hook is told. */
export function aboutRun(run: RunMemory, { owner, target, baseline }: Inputs): Omit<HookMessage, "hook" | "at"> {
  return { run: run.id, owner, target: targetUri(target), level: baselineText(baseline), done: run.done };
}

/**
 * Runs the hooks of a moment one after the other, up to the first that refuses. Returns what that one said; undefined: none did.
 * One whose failure is to be ignored is a warning.
 */
export async function runHooks(
  { gates, inputs, tell }: HookPlace,
  at: HookMoment,
  about: Omit<HookMessage, "hook" | "at">,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const hook of inputs.hooks.filter((one) => one.at.includes(at))) {
    const result = await gates?.hooks.run(hook, { hook: hook.name, at, ...about }, signal);
    if (result === undefined || result.passed) continue;
    const said = `hook "${hook.name}" (${when[at]}) failed: ${result.evidence}`;
    if (isFatal(hook, at)) return said;
    tell?.({ kind: "warning", ...(about.host === undefined ? {} : { host: about.host.id }), text: said });
  }
  return undefined;
}

const isFatal = ({ onFailure }: Hook, at: HookMoment): boolean => onFailure === "halt" && at !== "afterRun";

const when: Readonly<Record<HookMoment, string>> = {
  beforeRun: "before the roll",
  afterRun: "after the roll",
  beforeHost: "before the host",
  afterHost: "after the host",
};
