import type { ApprovalGate } from "../../core/approval.ts";
import { RollError } from "../../core/errors.ts";
import { type ApprovalRequest, requestApproval } from "../../engine/approve.ts";
import { endingText } from "../../lifecycle/render/roll.ts";
import { type ExitCode, exit } from "../exit.ts";
import { inputsFile, withTarget } from "../target.ts";
import type { CliWorld } from "../world.ts";

export interface ApproveOptions {
  /** Inputs file; absent: the only one of this project. */
  readonly inputs?: string | undefined;
  /** Who approves; absent: the user of this process. */
  readonly as?: string | undefined;
}

/** Lets a run pass a gate, from any machine. */
export async function approve(world: CliWorld, gate: ApprovalGate, options: ApproveOptions): Promise<ExitCode> {
  const path = inputsFile(world, options.inputs);
  const name = options.as?.trim();
  if (name !== undefined && !/^[\w.@+ -]{1,80}$/.test(name))
    throw new RollError("invalid", "--as names no person.", { hint: "Give a user name or an address." });
  return withTarget(world, path, async (driver, around) => {
    const asked = await requestApproval(driver.record, gate, name ?? around.holder, around.wall());
    if (asked.kind === "nothing waits") {
      world.err(`Nothing waits at the gate "${gate}": ${newest(asked.run)}`);
      return exit.usage;
    }
    world.out(said(asked, gate));
    return exit.ok;
  });
}

function said(
  { kind, run, people, awaited, holder }: Exclude<ApprovalRequest, { kind: "nothing waits" }>,
  gate: string,
) {
  const left = awaited.people - people.length;
  const what = `${kind === "already" ? "You had approved the gate" : "Approved: the gate"} "${gate}" of run ${run}`;
  const next =
    left > 0
      ? `${left} more ${left === 1 ? "person has" : "people have"} to approve.`
      : holder === undefined
        ? "The next `pulumi up` or `rolling-patch continue` goes on."
        : `${holder} goes on.`;
  return `${what} (${people.length} of ${awaited.people}: ${people.join(", ")}). ${next}`;
}

function newest(run: Extract<ApprovalRequest, { kind: "nothing waits" }>["run"]): string {
  if (run === undefined) return "no run is known.";
  if (run.awaits !== undefined) return `run ${run.id} waits at the gate "${run.awaits.gate}".`;
  return run.ending === undefined ? `run ${run.id} is not there.` : `run ${run.id} ${endingText(run.ending)}`;
}
