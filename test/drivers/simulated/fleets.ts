import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FleetSpecInput } from "../../../provider/drivers/simulated/index.ts";

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
