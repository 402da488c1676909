import { complianceOf } from "../core/compliance.ts";
import type { Host } from "../core/fleet.ts";
import { own } from "../core/own.ts";
import type { RunMemory } from "../core/run.ts";
import type { PlanRequest } from "./request.ts";

/**
 * What a roll does with a host: `pending` it is to be done, `in hand` it was started before, `level` it is at the level,
 * `left` it serves and is left alone, `closed` it takes no workloads and is not touched.
 */
export type Role = "pending" | "in hand" | "level" | "left" | "closed";

/** Role of a host, and why it is left alone if it may be below the level. `pinned`: running workloads on it that cannot move. */
export function roleOf(
  { fleet, policy, owners }: PlanRequest,
  memory: RunMemory | undefined,
  host: Host,
  pinned: readonly string[],
): { role: Role; why?: string } {
  const { compliance, reason } = complianceOf(host, fleet.scheme);
  const done = compliance === "compliant" || compliance === "ahead";
  const alone = (role: "left" | "closed", why: string): { role: Role; why?: string } =>
    done ? { role } : { role, why };

  const failed = own(memory?.hosts, host.id)?.failed;
  if (failed !== undefined) return alone("closed", `failed to ${failed.step} in this run: ${failed.why}`);
  if (memory?.convicted.includes(host.id) === true) return alone("closed", "a gate convicted it in this run");
  if (host.held) return alone("closed", "an operator has taken it");
  if (host.mark !== undefined) {
    return owners.includes(host.mark.owner)
      ? { role: "in hand" }
      : alone("closed", `in the hands of ${host.mark.owner}`);
  }
  if (host.state === "down") return alone("closed", "it is down");
  if (host.state === "unreachable")
    return alone("closed", `it cannot be reached${host.problem === undefined ? "" : `: ${host.problem}`}`);
  if (host.cordoned) return alone("closed", "somebody else has cordoned it");

  if (done) return { role: "level" };
  if (compliance !== "drifted") return { role: "left", why: reason === "" ? compliance : `${compliance}: ${reason}` };
  if (memory?.done.includes(host.id) === true)
    return { role: "left", why: "it reached the level in this run and has drifted since" };
  if (pinned.length > 0 && policy.pinned === "skip") return { role: "left", why: `${pinned.join(", ")} cannot move` };
  return { role: "pending" };
}

/** The declared level is not, or not provably, there. */
export function isBelow(host: Host): boolean {
  return host.level !== host.wanted || host.evidence !== host.wanted;
}
