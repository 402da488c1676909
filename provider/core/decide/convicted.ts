import type { Host } from "../fleet.ts";
import { migrate, onlyWhenIdle, owesStart } from "./begin.ts";
import { refuge } from "./companions.ts";
import type { Desk } from "./desk.ts";
import type { View } from "./view.ts";

/** A host that was released and is convicted since: it is taken in hand again. */
export function turnReleased(view: View, desk: Desk, id: string): void {
  const host = desk.hosts.get(id);
  if (host === undefined || desk.isInHand(id) || host.held || host.mark !== undefined || host.state !== "up") return;
  if (view.policy.onRegress !== "hold") onlyWhenIdle(desk, host, { name: "cordon", host: id });
}

/**
 * A gate convicted it: load off again where capacity and rules allow, back to its former level where policy says so, and it stays out; or it is left as
 * it is.
 */
export function turnConvicted(view: View, desk: Desk, host: Host): boolean {
  const { onRegress, pinned } = view.policy;
  if (onRegress === "hold") return false;
  if (onRegress === "rollback" && isGoingBack(desk, host)) return goBack(view, desk, host);
  if (host.state !== "up") return false;
  if (!host.cordoned) return onlyWhenIdle(desk, host, { name: "cordon", host: host.id });
  if (onRegress === "rollback" && desk.memory(host.id)?.passed.includes("rollback")) return owesStart(desk, host);
  const running = desk.workloadsOn(host.id).filter((one) => one.state === "running");
  if (onRegress === "rollback" && running.length === 0) return goBack(view, desk, host);
  if (onRegress === "rollback" && pinned === "shutdown")
    for (const one of running) if (one.pinned) desk.start({ name: "stop", host: host.id, workload: one.id });
  const movable = running.filter((one) => !one.pinned);
  const leaving = movable.map((one) => {
    const to = refuge(view, desk, one);
    return to !== undefined && migrate(desk, host.id, { workload: one.id, to }, "evacuate");
  });
  return leaving.some(Boolean);
}

/** Its rollback has begun and is not proven: the platform may be in the middle of it. */
function isGoingBack(desk: Desk, host: Host): boolean {
  const memory = desk.memory(host.id);
  return memory?.bootConvicted !== undefined && !memory.passed.includes("rollback") && host.state !== "up";
}

function goBack(view: View, desk: Desk, host: Host): boolean {
  const name = host.state === "unreachable" ? "await" : "rollback";
  if (name === "rollback" && host.state === "up" && desk.remediating >= view.remediations) return false;
  return onlyWhenIdle(desk, host, { name, host: host.id });
}
