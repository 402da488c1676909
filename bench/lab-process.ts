import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inputs as inputsSchema } from "../provider/core/inputs.ts";
import { openLibvirt } from "../provider/drivers/libvirt/index.ts";
import { processClock, wallTime } from "../provider/engine/clock.ts";
import { openJournal } from "../provider/engine/journal.ts";
import type { ActContext, Driver } from "../provider/engine/ports.ts";
import { roll } from "../provider/engine/roll.ts";
import { windowsFor } from "../provider/engine/windows.ts";
import { checkRunner } from "../provider/probes/runner.ts";
import type { Guest } from "../test/lab/support/guest.ts";
import type { Host } from "../test/lab/support/host.ts";
import { Lab } from "../test/lab/support/lab.ts";
import { declaredTarget } from "../test/lab/support/target.ts";
import { until } from "../test/lab/support/until.ts";
import type { GuestRecord } from "../test/lab/support/watch.ts";
import { median, rounded } from "./figures.ts";

/** What a roll of the lab cost, and what its guests saw of it. */
export interface LabCost {
  readonly hosts: number;
  readonly guests: number;
  /** From the claim of the lease to its release. */
  readonly seconds: number;
  /** Patch and boot of every host, and the roll's moves as long as they take by hand. */
  readonly boundSeconds: number;
  readonly ratio: number;
  /** Patch and boot of one host by hand, and one move, of two at a time. */
  readonly patchSeconds: number;
  readonly moveSeconds: number;
  readonly moves: number;
  /** A look, a cordon and a look, median. */
  readonly overheadMs: number;
  readonly maxUdpGapMs: number;
  readonly tcpBroken: number;
  readonly guestRestarts: number;
  /** Seconds spent in each kind of call of the driver, and how many there were. */
  readonly phases: Readonly<Record<string, { readonly calls: number; readonly seconds: number }>>;
}

/** Guests that move at once, by hand as in the roll: `migration.perHost` of the target. */
const AT_ONCE = 2;
const packages = { "fleet-agent": "1.1.0", "linux-image-lab": "6.1.101-1" };

/** `node bench/lab-process.ts HOSTS GUESTS`, in the client's network of a lab without hosts: prints the cost as JSON. */
const [hostCount = 3, guestCount = 12] = process.argv.slice(2).map(Number);
const lab = new Lab();
const hosts = Array.from({ length: hostCount }, (_, at) => lab.host(at + 1));
const guests = Array.from({ length: guestCount }, (_, at) => lab.guest(at + 1));
const seconds = (since: number): number => (performance.now() - since) / 1000;

await startAll();
const byHand = await workByHand();
await startAll();
const overheadMs = await overhead();
const probes = await startProbes();
const rolled = await rollAll();
const seen = await probes();
const boundSeconds = rounded(byHand.patchSeconds * hosts.length + byHand.moveSeconds * rolled.moves);
const cost: LabCost = {
  hosts: hosts.length,
  guests: guests.length,
  seconds: rolled.seconds,
  boundSeconds,
  ratio: rounded(rolled.seconds / boundSeconds),
  patchSeconds: rounded(byHand.patchSeconds),
  moveSeconds: rounded(byHand.moveSeconds),
  moves: rolled.moves,
  overheadMs,
  maxUdpGapMs: Math.max(...seen.map(({ maxUdpGapMs }) => maxUdpGapMs)),
  tcpBroken: seen.filter(({ tcpBroken }) => tcpBroken !== undefined).length,
  guestRestarts: seen.reduce((sum, { boots }) => sum + boots.length - 1, 0),
  phases: rolled.phases,
};
process.stdout.write(`${JSON.stringify(cost)}\n`);

async function startAll(): Promise<void> {
  await lab.up(hosts.length);
  for (const [at, guest] of guests.entries()) await hosts[at % hosts.length]?.startGuest(guest);
}

/** What patch, boot and moves take when a person with fast fingers does them. */
async function workByHand(): Promise<{ patchSeconds: number; moveSeconds: number }> {
  const [from, to] = hosts as [Host, Host];
  const leaving = guests.filter((_, at) => at % hosts.length === 0);
  const moveSeconds = await moveTwoAtOnce(leaving, from, to);
  const start = performance.now();
  (await from.install(...Object.entries(packages).map(([name, version]) => `${name}=${version}`))).ok();
  const before = await from.bootId();
  await from.attempt("systemctl reboot");
  await until(`${from.id} is back`, async () => {
    const { code, stdout } = await from.attempt("cat /proc/sys/kernel/random/boot_id");
    return code === 0 && stdout.trim() !== before;
  });
  await from.sh("systemctl is-system-running --wait; virsh version");
  return { patchSeconds: seconds(start), moveSeconds };
}

/** Seconds per guest. */
async function moveTwoAtOnce(leaving: readonly Guest[], from: Host, to: Host): Promise<number> {
  const start = performance.now();
  const left = [...leaving];
  const mover = async (): Promise<void> => {
    for (let guest = left.shift(); guest !== undefined; guest = left.shift()) (await from.migrate(guest, to)).ok();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, mover));
  return seconds(start) / leaving.length;
}

function open(): Driver {
  return openLibvirt(inputsOf().target as Extract<ReturnType<typeof inputsOf>["target"], { kind: "libvirt" }>, ".");
}

function inputsOf() {
  return inputsSchema.parse({
    target: declaredTarget(lab, hosts, { migration: { transport: "tcp", perHost: AT_ONCE }, cpuOvercommit: 16 }),
    baseline: { packages },
    policy: { settle: "0s", putBack: "none" },
    owner: "bench/lab/fleet",
  });
}

/** What an act costs besides what it does: a look at the fleet, an act that sets a few files, another look. */
async function overhead(): Promise<number> {
  const driver = open();
  const { baseline } = inputsOf();
  const token = 1;
  const lease = { holder: "bench", instance: "bench", token, beat: 0, since: wallTime() };
  await driver.record.write({ format: 1, token, lease }, 0);
  const context: ActContext = {
    token,
    signal: new AbortController().signal,
    deadline: driver.clock.now() + 600_000,
    progress: () => {},
    keepLog: () => {},
  };
  const host = hosts[0]?.id ?? "";
  const times: number[] = [];
  for (let round = 0; round < 11; round++) {
    const start = performance.now();
    await driver.observe(baseline);
    if (round % 2 === 0) await driver.cordon(host, { run: "bench", owner: "bench", token }, context);
    else await driver.uncordon(host, context);
    await driver.observe(baseline);
    times.push(performance.now() - start);
  }
  await driver.uncordon(host, context);
  await driver.release(host, context);
  const version = (await driver.record.read())?.version ?? 0;
  await driver.record.write({ format: 1, token }, version);
  driver.close();
  // The first one connects.
  return Math.round(median(times.slice(1)));
}

async function rollAll(): Promise<{ seconds: number; moves: number; phases: LabCost["phases"] }> {
  const inputs = inputsOf();
  const folder = mkdtempSync(join(tmpdir(), "lab-bench-"));
  const phases = new Map<string, { calls: number; seconds: number }>();
  const driver = timed(open(), phases);
  const clock = processClock();
  const journal = openJournal(folder);
  // As a preview has done before any roll: connections are there.
  await driver.observe(inputs.baseline);
  phases.clear();
  const start = performance.now();
  try {
    const { ending, plan } = await roll(
      {
        driver,
        process: clock,
        checks: checkRunner(clock),
        meter: undefined,
        journal,
        wall: wallTime,
        tell: (news) => process.env.BENCH_VERBOSE && console.error(seconds(start).toFixed(2), JSON.stringify(news)),
        windows: windowsFor([], []),
      },
      {
        inputs,
        inputsDigest: "bench",
        owners: [inputs.owner],
        newRunId: "bench-1",
        holder: "bench",
        instance: "bench",
        stop: new AbortController().signal,
      },
    );
    const took = rounded(seconds(start));
    if (ending.kind !== "done") throw new Error(`the roll did not end well: ${JSON.stringify(ending)}`);
    const moves = phases.get("migrate")?.calls ?? plan?.totals.moves ?? 0;
    return { seconds: took, moves, phases: Object.fromEntries(phases) };
  } finally {
    journal.close();
    driver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same driver, with its calls counted. */
function timed(inner: Driver, phases: Map<string, { calls: number; seconds: number }>): Driver {
  const count =
    <Args extends unknown[], Result>(name: string, call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const start = performance.now();
      try {
        return await call(...args);
      } finally {
        const { calls, seconds: sum } = phases.get(name) ?? { calls: 0, seconds: 0 };
        phases.set(name, { calls: calls + 1, seconds: rounded(sum + seconds(start)) });
      }
    };
  const { record } = inner;
  return {
    ...inner,
    record: {
      beat: record.beat,
      read: () => record.read(),
      write: count("write record", (next, version) => record.write(next, version)),
    },
    observe: count("observe", inner.observe),
    cordon: count("cordon", inner.cordon),
    migrate: count("migrate", inner.migrate),
    stage: count("stage", inner.stage),
    remediate: count("remediate", inner.remediate),
    uncordon: count("uncordon", inner.uncordon),
    release: count("release", inner.release),
  };
}

async function startProbes(): Promise<() => Promise<GuestRecord[]>> {
  const prober = join(import.meta.dirname, "../test/lab/support/prober.ts");
  const targets = guests.map(({ name, address }) => `${name}=${address}`);
  const flags = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, prober, ...targets], { stdio: ["pipe", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  await until("probes have a session to every guest", async () => output.startsWith("probing"));
  return async () => {
    child.stdin.end();
    await once(child, "close");
    return JSON.parse(output.replace("probing\n", ""));
  };
}
