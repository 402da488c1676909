import { expect, it } from "vitest";
import type { Fleet } from "../../provider/core/fleet.ts";
import { evenFleet, planned, vm } from "./fleets.ts";

const of = evenFleet(3, 2);
const withHost = (change: object): Fleet => ({
  ...of,
  hosts: of.hosts.map((host) => (host.id === "h2" ? { ...host, ...change } : host)),
});

it.each<[Fleet, string]>([
  [
    withHost({ capacity: { memory: Number.NaN } }),
    "capacity of h2: memory is NaN, and must be a number that is not negative",
  ],
  [withHost({ capacity: { memory: -1 } }), "capacity of h2: memory is -1"],
  [withHost({ estimate: { patch: Number.NaN, boot: 1 } }), "estimate of h2: patch is NaN"],
  [withHost({ estimate: { patch: 1, boot: -5 } }), "estimate of h2: boot is -5"],
  [withHost({ slots: Number.NaN }), "h2: slots is NaN"],
  [withHost({ id: "h1" }), "host h1 is there twice"],
  [{ ...of, workloads: [...of.workloads, vm("x", "h9")] }, "workload x is on h9, which is not in the fleet"],
  [
    { ...of, workloads: [...of.workloads, vm("h1-a", "h2")] },
    "workload h1-a is there twice: it can be on one host only",
  ],
  [{ ...of, workloads: [vm("x", "h1", Number.NaN)] }, "demand of x: memory is NaN"],
  [{ ...of, workloads: [vm("x", "h1", -1)] }, "demand of x: memory is -1024"],
  [{ ...of, migration: { fixed: Number.NaN, perGiB: 1 } }, "time of a migration: fixed is NaN"],
])("%# a fleet that cannot be is refused with what is wrong in it", (fleet, what) => {
  expect(() => planned(fleet)).toThrow(what);
});

it("an over-full host is no nonsense: it is planned around", () => {
  const full = { ...of, workloads: [...of.workloads, vm("big", "h3", 60)] };
  expect(() => planned(full, { reserve: 0, pinned: "skip" })).not.toThrow("makes no sense");
});
