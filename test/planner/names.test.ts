import { expect, it } from "vitest";
import { Room } from "../../provider/core/room.ts";
import { evenFleet, fleet, host, planned, vm } from "./fleets.ts";

/** Names that every object has already. */
const names = ["constructor", "__proto__", "toString", "hasOwnProperty"];

it.each(names)("a resource called %s is on the hosts that have it, and on no other", (resource) => {
  const rich = { memory: 64 * 1024, [resource]: 2 };
  const hosts = [host("h1", { capacity: rich }), host("h2"), host("h3", { capacity: rich })];
  const needy = vm("a", "h1", 4, { demand: { memory: 4096, [resource]: 1 } });
  const made = fleet(hosts, [needy, vm("b", "h2", 4)]);
  const moves = planned(made, { reserve: 0 }).hosts.flatMap((entry) => [...entry.evacuate, ...entry.putBack]);
  expect(new Set(moves.filter(({ workload }) => workload === "a").map(({ to }) => to))).toEqual(new Set(["h3"]));
  const room = new Room(made);
  expect(room.refuses(needy, "h3")).toBeUndefined();
  expect(room.refuses(needy, "h2")).toBe(`h2 has 0 ${resource} free, a needs 1`);
  expect(room.shortOfReserve({ kind: "failures", count: 1 }, "h1")).toBe(resource);
});

it.each(names)("a plan is not about who is called %s", (name) => {
  const plain = evenFleet(4, 2);
  const called = { ...plain, hosts: plain.hosts.map((one) => (one.id === "h4" ? { ...one, id: name } : one)) };
  const moved = called.workloads.map((one) => (one.host === "h4" ? { ...one, host: name } : one));
  const plan = planned(
    fleet(called.hosts, moved),
    { maxUnavailable: 2 },
    { memory: { hosts: {}, canaryPassed: true } },
  );
  expect(plan.hosts.map((entry) => entry.host).sort()).toEqual(called.hosts.map(({ id }) => id).sort());
});
