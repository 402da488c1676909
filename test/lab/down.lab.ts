import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { Lab } from "./support/lab.ts";

/** A second lab beside the one that tests run in. */
const lab = new Lab("spare");
afterAll(() => lab.down());

test("a lab that is down leaves no process, mount, network, control group or file, whatever state it was in", async () => {
  await lab.up(2);
  await lab.call("guest", "h1", "g1");
  await lab.host(1).freeze();
  await lab.host(2).crash();
  expect(traces()).not.toEqual([]);
  await lab.down();
  expect(traces()).toEqual([]);
  await lab.down();
});

/** Where the machine still tells of that lab. */
function traces(): string[] {
  const cgroups = ["unified/", "systemd/", ""].map(
    (hierarchy) => `/sys/fs/cgroup/${hierarchy}rolling-patch-${lab.name}`,
  );
  return [
    ...[...cgroups, lab.folder].filter((path) => existsSync(path)),
    ...readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .filter((line) => line.includes(`${lab.folder}/`)),
    ...list("/run/netns").filter((name) => name.startsWith(`${lab.name}-`)),
    ...list("/run/systemd/nspawn/propagate").filter((name) => name.startsWith(`${lab.name}-`)),
    ...list("/proc").filter((name) => /^\d+$/.test(name) && commandOf(name).includes(`${lab.folder}/`)),
  ];
}

const list = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

function commandOf(process: string): string {
  try {
    return readFileSync(`/proc/${process}/cmdline`, "utf8");
  } catch {
    return ""; // Has ended meanwhile.
  }
}
