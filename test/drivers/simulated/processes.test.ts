import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { emptyRecord } from "../../../provider/core/record.ts";
import {
  createFleetFile,
  openFleetFile,
  simulatedDriver,
  violations,
} from "../../../provider/drivers/simulated/index.ts";
import { temporaryFolder, trio } from "./fleets.ts";

const root = temporaryFolder(afterAll);
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

const client = (...args: string[]): ChildProcess => {
  const script = fileURLToPath(new URL("client.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--experimental-strip-types", "--disable-warning=ExperimentalWarning", script, ...args],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  children.push(child);
  return child;
};

test("a client killed in mid-migration changes nothing: the migration ends by itself", async () => {
  const file = join(root, "killed.db");
  createFleetFile(file, trio);
  const store = openFleetFile(file);
  // Fleet time stands still here; what is true later is asked of a clock that is later.
  const at = (minutes: number) => ({
    scale: 1,
    now: () => store.clock.epoch + minutes * 60_000,
    sleep: () => Promise.resolve(),
  });
  const lease = { holder: "anna@laptop", instance: "i", token: 1, beat: 0, since: "now" };
  await simulatedDriver({ store, clock: at(0) }).record.write({ ...emptyRecord, token: 1, lease }, 0);

  const child = client(file, "migrate", "a-1", "b");
  if (child.stdout === null) throw new Error("no output");
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");

  const workload = (minutes: number) => store.look(at(minutes), (world) => world.workloads.get("a-1"));
  expect(workload(0)).toMatchObject({ host: "a", state: "running", doing: { kind: "migrate", to: "b" } });
  expect(workload(60)).toMatchObject({ host: "b", state: "running" });
  expect(workload(60)?.doing).toBeUndefined();
  const fleet = await simulatedDriver({ store, clock: at(61) }).observe({ version: "8.0.3" });
  expect(fleet.workloads.map((one) => one.id)).toEqual(["a-1", "a-2", "b-1", "b-2", "c-1", "c-2"]);
  expect(store.look(at(61), violations)).toEqual([]);
  store.close();
});

test("processes that write at the same time lose no change", async () => {
  const file = join(root, "many.db");
  createFleetFile(file, trio);
  const exits = await Promise.all([1, 2, 3].map(() => once(client(file, "count", "100"), "exit")));
  expect(exits).toEqual([
    [0, null],
    [0, null],
    [0, null],
  ]);
  const store = openFleetFile(file);
  const stored = store.look({ now: () => 0 }, (world) => world.record);
  expect(stored).toMatchObject({ record: { token: 300 }, version: 300 });
  store.close();
});
