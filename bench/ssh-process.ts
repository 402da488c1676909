import { openShells } from "../provider/drivers/libvirt/ssh/shells.ts";
import { rounded } from "./figures.ts";
import { usageOf } from "./usage.ts";

/** What it cost a fresh process to reach hosts. */
export interface SshCost {
  /** From nothing until every host has answered its first script. */
  readonly firstSeconds: number;
  /** The same once the connections are there. */
  readonly nextSeconds: number;
  readonly cpuSeconds?: number | undefined;
  /** Peak of the whole process; undefined where /proc does not tell. */
  readonly memoryMB?: number | undefined;
}

/** `node bench/ssh-process.ts HOSTS PORT KNOWN_HOSTS KEY`: runs a script on so many hosts at once, twice, and prints the cost as JSON. */
const [count, port, known = "", key = ""] = process.argv.slice(2);
const hosts = Array.from({ length: Number(count) }, (_, at) => ({
  name: `h${at + 1}`,
  address: "127.0.0.1",
  port: Number(port),
}));
const shells = openShells(hosts, { knownHosts: [known], identities: [key], agent: false });
const script = "cat /proc/sys/kernel/random/boot_id; uname -r; virsh list --all; dpkg-query -W\n".repeat(20);

async function observeAll(): Promise<number> {
  const start = performance.now();
  const answers = await Promise.all(hosts.map(({ name }) => shells.shell(name).run(script, ["a", "b"])));
  if (answers.some(({ code, stdout }) => code !== 0 || stdout.length !== 4_000))
    throw new Error("not what the hosts say");
  return rounded((performance.now() - start) / 1000);
}

const firstSeconds = await observeAll();
const nextSeconds = await observeAll();
const usage = usageOf(process.pid);
const cost: SshCost = { firstSeconds, nextSeconds, cpuSeconds: usage?.cpuSeconds, memoryMB: usage?.peakMB };
console.log(JSON.stringify(cost));
shells.close();
