import { expect } from "vitest";
import type { FleetFile } from "./fleet.ts";

/**
 * Nobody works on the fleet any more, no act is in flight, other actors have their settings, and every host is in service or
 * empty, cordoned and marked.
 */
export function expectSafePoint(fleet: FleetFile, owner = "e2e/dev/fleet"): void {
  const { hosts, tasks, actors, record } = fleet.describe();
  expect(record.lease).toBeUndefined();
  expect(tasks).toEqual([]);
  expect(actors).toEqual({ balancer: true, powerManagement: true, alerts: true });
  for (const host of hosts) {
    expect(host.state).toBe("up");
    if (!host.cordoned) expect(host.mark).toBeUndefined();
    else expect({ ...host.mark, workloads: host.workloads }).toMatchObject({ owner, workloads: 0 });
  }
}
