import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Act } from "../provider/core/act.ts";
import { baselineKey } from "../provider/core/baseline.ts";
import type { FleetRecord } from "../provider/core/record.ts";
import { freshHost, type HostMemory, newRun, type RunMemory } from "../provider/core/run.ts";
import { writeFleetFile } from "../provider/drivers/simulated/file-format.ts";
import { createWorld, type FleetSpecInput, parseFleetSpec, violations } from "../provider/drivers/simulated/index.ts";
import type { World } from "../provider/drivers/simulated/world.ts";
import { view } from "../provider/drivers/simulated/world-view.ts";
import { JOURNAL_FILE, openJournal } from "../provider/engine/journal.ts";
import { inputsDigest } from "../provider/lifecycle/inputs-file.ts";
import { BEHIND, LEVEL } from "./fleet.ts";

const OWNER = "bench/dev/fleet";
const RUN = "20260105-0800-be9c";
const STARTED = "2026-01-05T08:00:00.000Z";
const PER_HOST = 25;
const SIZES = [2, 2, 4, 4, 4, 8, 8, 8, 8, 16];

/** What a roll leaves behind that is killed half-way, in a project folder. */
export interface MidRoll {
  readonly fleet: string;
  readonly inputs: string;
  readonly journal: string;
  readonly workloads: number;
  /** Hosts at the level already; hosts that are out. */
  readonly done: number;
  readonly inHand: number;
}

/**
 * Lays out a fleet of equal hosts of 25 workloads each, half of it rolled, one in twenty out: of these a third is full still, a
 * third empty, a third patched and proven. Record and journal are as large as such a roll has made them.
 */
export function layOutMidRoll(folder: string, hosts: number): MidRoll {
  const own = join(folder, ".rolling-patch");
  const places = {
    fleet: join(folder, "fleet.db"),
    inputs: join(own, "inputs-bench-dev-fleet.json"),
    journal: join(own, JOURNAL_FILE),
  };
  mkdirSync(own, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "Pulumi.yaml"), "name: bench\nruntime: nodejs\n");
  const text = `${JSON.stringify({ target: { kind: "simulated", file: "fleet.db" }, baseline: { version: LEVEL }, policy: { maxUnavailable: "5%" }, owner: OWNER }, null, 2)}\n`;
  writeFileSync(places.inputs, text);

  const parts = partsOf(hosts);
  const world = createWorld(parseFleetSpec(fleetOfParts(parts)), Math.round(Date.now()));
  const run = memoryOf(parts, world);
  world.record = { record: recordOf(run, inputsDigest(text)), version: 12 * hosts };
  world.actors = { balancer: false, powerManagement: false, alerts: false };
  const wrong = violations(world);
  if (wrong.length > 0) throw new Error(`the fleet is wrong: ${wrong.slice(0, 5).join("; ")}`);
  writeFleetFile(places.fleet, world, { epoch: world.now, since: world.now, scale: 1 }, false);
  writeJournal(own, run);
  return {
    ...places,
    workloads: world.workloads.size,
    done: parts.done.length,
    inHand: hosts - parts.done.length - parts.waiting.length,
  };
}

interface Parts {
  readonly done: readonly string[];
  readonly full: readonly string[];
  readonly empty: readonly string[];
  readonly proven: readonly string[];
  readonly waiting: readonly string[];
}

function partsOf(hosts: number): Parts {
  const ids = Array.from({ length: hosts }, (_, index) => `host-${String(index + 1).padStart(5, "0")}`);
  const half = Math.floor(hosts / 2);
  const third = Math.max(1, Math.floor(hosts / 60));
  const upTo = (from: number, count: number): string[] => ids.slice(from, from + count);
  return {
    done: upTo(0, half),
    full: upTo(half, third),
    empty: upTo(half + third, third),
    proven: upTo(half + 2 * third, third),
    waiting: ids.slice(half + 3 * third),
  };
}

const mark = { run: RUN, owner: OWNER, token: 1 };

function fleetOfParts({ done, full, empty, proven, waiting }: Parts): FleetSpecInput {
  const out = { cordoned: true, mark };
  const host = <More extends { level: string }>(id: string, index: number, more: More) => ({
    id,
    memory: 320,
    cpu: 320,
    domain: `rack-${index % 100}`,
    ...more,
  });
  const all = [...done, ...full, ...empty, ...proven, ...waiting];
  const emptied = new Set([...empty, ...proven]);
  return {
    hosts: [
      ...done.map((id, index) => host(id, index, { level: LEVEL })),
      ...[...full, ...empty].map((id, index) => host(id, index, { level: BEHIND, ...out })),
      ...proven.map((id, index) => host(id, index, { level: LEVEL, ...out })),
      ...waiting.map((id, index) => host(id, index, { level: BEHIND })),
    ],
    workloads: all.flatMap((home, index) =>
      Array.from({ length: PER_HOST }, (_, slot) => {
        const number = index * PER_HOST + slot;
        // What was on an emptied host is spread over those that are done.
        const at = emptied.has(home) ? (done[number % done.length] ?? home) : home;
        const memory = SIZES[(index + slot) % SIZES.length] ?? 4;
        return { id: workloadName(number), host: at, memory, cpu: memory / 2 };
      }),
    ),
  };
}

function memoryOf({ done, full, empty, proven, waiting }: Parts, world: World): RunMemory {
  const boots = new Map(view(world, "", { version: LEVEL }).hosts.map((host) => [host.id, host.bootId]));
  const all = [...done, ...full, ...empty, ...proven, ...waiting];
  const drained = (id: string): HostMemory => {
    const first = all.indexOf(id) * PER_HOST;
    const homes = Array.from({ length: PER_HOST }, (_, slot) => workloadName(first + slot));
    return { ...freshHost, homes, passed: ["stage"], drainSince: world.now };
  };
  const back = (id: string): HostMemory => {
    return { ...drained(id), passed: ["stage", "verify"], bootBefore: "0", bootVerified: boots.get(id) ?? "" };
  };
  return {
    ...newRun(RUN, OWNER, baselineKey({ version: LEVEL }), STARTED),
    canaryPassed: true,
    canaries: done.slice(0, 1),
    done,
    hosts: Object.fromEntries([
      ...[...full, ...empty].map((id) => [id, drained(id)] as const),
      ...proven.map((id) => [id, back(id)] as const),
    ]),
  };
}

function recordOf(run: RunMemory, inputs: string): FleetRecord {
  const lease = { holder: "bench@bench, process 1", instance: "bench", token: 1, beat: 9000, since: STARTED };
  const former = { balancer: true, powerManagement: true, alerts: true };
  return { format: 1, token: 1, lease, run, former, inputs };
}

/** Written once for one host, then copied within the file: entry by entry, a disk would take minutes. */
function writeJournal(folder: string, run: RunMemory): void {
  const journal = openJournal(folder);
  for (const [kind, data] of lifeOf(run.done[0] ?? "")) {
    journal.append({ run: run.id, at: Date.now(), kind, host: run.done[0], data });
  }
  journal.remember(run);
  journal.close();
  const database = new DatabaseSync(join(folder, JOURNAL_FILE));
  const count = database.prepare("SELECT count(*) AS count FROM entry").get()?.count;
  database.exec("BEGIN");
  const copy = database.prepare("INSERT INTO entry (run, body, sum) SELECT run, body, sum FROM entry WHERE seq <= ?");
  for (let host = 1; host < run.done.length; host++) copy.run(Number(count));
  database.exec("COMMIT");
  database.close();
}

/** What the journal says of one host from stage to release: an intent and a result for each act, and what it led to. */
function lifeOf(host: string): [kind: string, data: object][] {
  const moves = Array.from({ length: PER_HOST }, (_, slot): Act => {
    return { name: "migrate", host, workload: workloadName(slot), to: "host-00002", step: "evacuate" };
  });
  const acts: Act[] = [
    { name: "stage", host },
    { name: "cordon", host },
    ...moves,
    { name: "remediate", host },
    { name: "check", host, at: "verify" },
    { name: "uncordon", host },
    ...moves.slice(0, PER_HOST / 2).map((move): Act => ({ ...move, step: "put back" }) as Act),
    { name: "release", host },
  ];
  return acts.flatMap((act): [string, object][] => [
    ["began", { kind: "began", host, step: act.name, act }],
    ["did", { act }],
    ...(act.name === "stage" || act.name === "check"
      ? [["passed", { kind: "passed", host, step: act.name, act }] as [string, object]]
      : []),
  ]);
}

const workloadName = (number: number): string => `vm-${String(number + 1).padStart(6, "0")}`;
