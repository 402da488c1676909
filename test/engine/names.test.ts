import { expect, it } from "vitest";
import { type FleetSpecInput, violations } from "../../provider/drivers/simulated/index.ts";
import type { Driver } from "../../provider/engine/ports.ts";
import { Rig } from "../support/rig.ts";

/** Names that every object has already. */
const names = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];

/** One host a name, each with a workload of the same name, one pinned; domains, classes and groups are called so as well. */
function fleet(faults: FleetSpecInput["faults"] = []): FleetSpecInput {
  const [domain = "", className = "", group = ""] = names;
  return {
    hosts: names.map((id) => ({ id, level: "8.0.1", memory: 64, cpu: 32, domain, class: className })),
    workloads: names.flatMap((id) => [
      { id, host: id, memory: 8, cpu: 2, ...(id === "constructor" ? { pinned: true } : {}) },
      { id: `${id}.2`, host: id, memory: 8, cpu: 2, ...(id === "toString" || id === "valueOf" ? { group } : {}) },
    ]),
    faults,
  };
}

/** The record as a platform keeps it: as text. */
function written(driver: Driver): Driver {
  const { record } = driver;
  return {
    ...driver,
    record: { ...record, write: (kept, version) => record.write(JSON.parse(JSON.stringify(kept)), version) },
  };
}

it("rolls hosts and workloads whatever they are called", async () => {
  const rig = new Rig({ fleet: fleet(), watch: (world) => expect(violations(world)).toEqual([]) });
  const { ending, memory } = await rig.end({ policy: { pinned: "shutdown" }, through: written });
  expect(ending).toEqual({ kind: "done", note: "5 hosts rolled" });
  expect([...memory.done].sort()).toEqual([...names].sort());
  expect(new Set([...rig.world.hosts.values()].map(({ running }) => running))).toEqual(new Set(["8.0.3"]));
  expect([...rig.world.workloads.values()].filter(({ state }) => state === "running")).toHaveLength(10);
});

it.each(names)("remembers that a host called %s has failed, and goes on with it", async (host) => {
  const rig = new Rig({ fleet: fleet([{ kind: "patch-fails", host, count: 4 }]) });
  const policy = { pinned: "shutdown", maxFailures: 1, canary: 0 } as const;
  const { ending, memory } = await rig.end({ policy, through: written });
  expect(ending).toMatchObject({ kind: "halted", host });
  expect(Object.keys(memory.hosts)).toEqual([host]);
  expect((await rig.end({ policy: { ...policy, acknowledge: "run-1" }, through: written })).ending.kind).toBe("done");
});
