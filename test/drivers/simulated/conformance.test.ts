import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { writeFleetFile } from "../../../provider/drivers/simulated/file-format.ts";
import { openFleetFile } from "../../../provider/drivers/simulated/file-store.ts";
import {
  createWorld,
  memoryStore,
  parseFleetSpec,
  type Store,
  simulatedDriver,
  violations,
  type World,
} from "../../../provider/drivers/simulated/index.ts";
import { block, operatorGives, operatorTakes } from "../../../provider/drivers/simulated/world-operator.ts";
import { VirtualTime } from "../../support/virtual-time.ts";
import { type Bench, conformance } from "../conformance.ts";
import { temporaryFolder, trio } from "./fleets.ts";

const folder = temporaryFolder(afterAll);
const START = 1_000_000_000;

conformance("the embedded fleet in memory", () => {
  const world = createWorld(parseFleetSpec(trio), START);
  return bench(() => memoryStore(world));
});

let files = 0;
conformance("the embedded fleet in a file", () => {
  const file = join(folder, `${files++}.db`);
  writeFleetFile(file, createWorld(parseFleetSpec(trio), START), { epoch: START, since: START, scale: 1 }, false);
  return bench(() => openFleetFile(file));
});

/** Each driver opens the fleet for itself. */
function bench(open: () => Store): Bench {
  const time = new VirtualTime(START);
  const clock = time.clock();
  const stores: Store[] = [];
  const driver = () => {
    const store = open();
    stores.push(store);
    return simulatedDriver({ store, clock });
  };
  const first = driver();
  const operator = (command: (world: World, host: string) => void) => (host: string) =>
    stores[0]?.run(clock, (world) => command(world, host));
  return {
    driver: first,
    baseline: { version: "8.0.3" },
    standing: ({ level }) => ({ version: level }),
    nonsense: { baseline: { version: "8.0 U3!" }, said: /baseline\.version/ },
    pace: 60_000,
    tooShort: 1000,
    canStop: true,
    another: driver,
    run: (work) => time.run(work),
    pass: (ms) => time.pass(ms),
    operatorTakes: operator(operatorTakes),
    operatorGives: operator(operatorGives),
    blocks: (host) => {
      operator((world) => block(world, host, "its firmware is too old"))(host);
      return "its firmware is too old";
    },
    close: () => {
      const flags = stores[0]?.look(clock, violations) ?? [];
      for (const store of stores) store.close();
      // Attempts on a host that is not out are remembered: the suite makes some.
      expect(flags.filter((one) => !one.startsWith("remediation was asked for"))).toEqual([]);
    },
  };
}
