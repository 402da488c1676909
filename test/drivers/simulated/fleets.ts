import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emptyRecord } from "../../../provider/core/record.ts";
import {
  type FleetSpecInput,
  memoryFleet,
  parseFleetSpec,
  violations,
  type World,
} from "../../../provider/drivers/simulated/index.ts";
import { addFault } from "../../../provider/drivers/simulated/world-faults.ts";
import type { ActContext } from "../../../provider/engine/ports.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

/** Three hosts alike, two workloads each, room to spare. */
export const trio: FleetSpecInput = {
  hosts: ["a", "b", "c"].map((id) => ({ id, level: "8.0.1", memory: 64, cpu: 16 })),
  workloads: ["a", "b", "c"].flatMap((host) => [1, 2].map((n) => ({ id: `${host}-${n}`, host, memory: 8, cpu: 2 }))),
};

/** A new folder that is removed when the tests of the file are over. */
export function temporaryFolder(after: (cleanUp: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), "rp-simulated-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A fleet in memory whose lease is held, in virtual time, with short words for what tests do. */
export async function stage(faults: FleetSpecInput["faults"] = [], spec: FleetSpecInput = trio) {
  const time = new VirtualTime();
  const clock = time.clock();
  const seen = new Set<string>();
  const watch = (world: World) => {
    for (const one of violations(world)) seen.add(one);
  };
  const { driver, world, store } = memoryFleet({ ...spec, faults: [] }, clock, watch);
  const lease = { holder: "anna@laptop", instance: "i", token: 1, beat: 0, since: "now" };
  await driver.record.write({ ...emptyRecord, token: 1, lease }, 0);
  store.run(clock, () => {
    for (const one of parseFleetSpec({ ...spec, faults }).faults) addFault(world, one);
  });
  const baseline = { version: "8.0.3" };
  const context = (): ActContext => ({
    token: 1,
    signal: new AbortController().signal,
    deadline: clock.now() + 3 * 3_600_000,
    progress: () => {},
    keepLog: () => {},
  });
  const workloadsOn = (host: string) => [...world.workloads.values()].filter((one) => one.host === host);
  return {
    driver,
    world,
    store,
    time,
    clock,
    /** Everything that ever was wrong. */
    seen,
    baseline,
    context,
    workloadsOn,
    minutes: (count: number) => time.pass(count * 60_000),
    cordon: (host: string) => driver.cordon(host, { run: "r", owner: "o", token: 1 }, context()),
    migrate: (workload: string, to: string) => time.run(driver.migrate(workload, to, context())),
    remediate: (host: string) => time.run(driver.remediate(host, baseline, context())),
    host: async (id: string) => {
      const found = (await driver.observe(baseline)).hosts.find((one) => one.id === id);
      if (found === undefined) throw new Error(`${id} is not there`);
      return found;
    },
    workload: (id: string) => {
      const found = world.workloads.get(id);
      if (found === undefined) throw new Error(`${id} is not there`);
      return found;
    },
    /** Cordoned and empty. */
    async takeOut(host: string, to: string) {
      await this.cordon(host);
      for (const one of workloadsOn(host)) await this.migrate(one.id, to);
    },
  };
}
