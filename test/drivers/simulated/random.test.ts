import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { isRollError } from "../../../provider/core/errors.ts";
import type { Mark } from "../../../provider/core/fleet.ts";
import { writeFleetFile } from "../../../provider/drivers/simulated/file-format.ts";
import { openFleetFile } from "../../../provider/drivers/simulated/file-store.ts";
import {
  createWorld,
  type FaultInput,
  fault,
  generateFleet,
  memoryStore,
  parseFleetSpec,
  type Store,
  settle,
  violations,
  type World,
} from "../../../provider/drivers/simulated/index.ts";
import { act } from "../../../provider/drivers/simulated/world-calls.ts";
import { addFault } from "../../../provider/drivers/simulated/world-faults.ts";
import * as onHost from "../../../provider/drivers/simulated/world-host-acts.ts";
import { quiet } from "../../../provider/drivers/simulated/world-lease-acts.ts";
import { operatorGives, operatorTakes } from "../../../provider/drivers/simulated/world-operator.ts";
import { writeRecord } from "../../../provider/drivers/simulated/world-record.ts";
import * as onWorkload from "../../../provider/drivers/simulated/world-workload-acts.ts";
import { temporaryFolder } from "./fleets.ts";

/** One thing that happens to a fleet: time passes, somebody calls, or it starts to misbehave. Numbers choose modulo. */
type Happening =
  | { readonly kind: "time"; readonly ms: number }
  | {
      readonly kind: "call";
      readonly call: (typeof calls)[number];
      readonly host: number;
      readonly workload: number;
      readonly owner: number;
    }
  | { readonly kind: "evacuate"; readonly host: number }
  | { readonly kind: "fault"; readonly fault: FaultInput }
  | { readonly kind: "operator"; readonly host: number; readonly takes: boolean };

const calls = ["cordon", "uncordon", "release", "migrate", "stop", "start", "stage", "remediate", "quiet"] as const;
const HOSTS = 4;
const hostIds = Array.from({ length: HOSTS }, (_, index) => `host-${index + 1}`);

const anyHost = fc.constantFrom(...hostIds);
const minutes = fc.integer({ min: 0, max: 40 }).map((count) => `${count}m`);
const moment = fc.oneof(
  fc.record({ at: minutes, host: anyHost }),
  fc.record({ on: fc.constantFrom("cordon", "migrate", "remediate"), delay: minutes }),
);
const anyFault = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      "patch-fails",
      "never-boots",
      "boots-unhealthy",
      "lies-new",
      "lies-old",
      "migration-fails",
      "migration-never-converges",
      "answer-lost",
      "call-refused",
    ),
    count: fc.constantFrom(1, 2),
  }),
  fc
    .tuple(fc.constantFrom("host-hangs", "host-cut", "operator-takes", "powers-off"), moment, minutes)
    .map(([kind, when, span]) => ({ kind, ...when, for: span })),
  fc
    .tuple(fc.constantFrom("flaps", "host-vanishes", "host-blocked", "balancer-moves", "operator-gives"), moment)
    .map(([kind, when]) => ({ kind, ...when })),
  fc
    .tuple(moment, fc.integer({ min: 1, max: 32 }))
    .map(([when, memory]) => ({ kind: "foreign-load", ...when, memory })),
  fc.constant({ kind: "slow", factor: 3 }),
) as fc.Arbitrary<FaultInput>;

const number = fc.nat({ max: 1000 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("time"), ms: fc.integer({ min: 0, max: 900_000 }) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("call"),
      call: fc.constantFrom(...calls),
      host: number,
      workload: number,
      owner: fc.constantFrom(0, 0, 0, 1),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("evacuate"), host: number }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("fault"), fault: anyFault }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("operator"), host: number, takes: fc.boolean() }) },
);
const history = fc.array(happening, { minLength: 10, maxLength: 120 });
const seed = fc.nat();

const spec = (of: number) =>
  parseFleetSpec(generateFleet({ hosts: HOSTS, workloads: 14, fill: 0.6, seed: of, pinned: 0.1, grouped: 0.5 }));

describe("whatever happens to a fleet", () => {
  test("no rule is broken after any event, and no workload is lost", () => {
    let begun = 0;
    let patched = 0;
    fc.assert(
      fc.property(seed, history, (of, happenings) => {
        const world = createWorld(spec(of), 0);
        const ids = Array.from(world.workloads.values(), (one) => one.id);
        const store = memoryStore(world, (at) => {
          expect(realViolations(at)).toEqual([]);
        });
        play(store, happenings);
        expect(ids.filter((id) => !world.workloads.has(id))).toEqual([]);
        begun += world.events.filter((event) => event.outcome === "begun").length;
        patched += world.events.filter((event) => event.what === "patch" && event.outcome === "done").length;
      }),
      { numRuns: 400 },
    );
    // Otherwise this test would say nothing.
    expect(begun).toBeGreaterThan(400);
    expect(patched).toBeGreaterThan(4);
  });

  test("looking on the way makes no difference", () => {
    fc.assert(
      fc.property(seed, history, fc.integer({ min: 10_000, max: 600_000 }), (of, happenings, step) => {
        const [once, often] = [createWorld(spec(of), 0), createWorld(spec(of), 0)];
        play(memoryStore(once), happenings);
        const curious: Store = {
          ...memoryStore(often),
          run(clock, command) {
            for (let now = often.now; now < clock.now(); now += step) settle(often, now);
            settle(often, clock.now());
            return command(often);
          },
        };
        play(curious, happenings);
        expect(contents(often)).toEqual(contents(once));
      }),
      { numRuns: 50 },
    );
  });

  test("a fleet in a file is the same as one in memory, whoever writes", () => {
    const folder = temporaryFolder(afterAll);
    let files = 0;
    fc.assert(
      fc.property(seed, history, (of, happenings) => {
        const file = join(folder, `${files++}.db`);
        const world = createWorld(spec(of), 0);
        writeFleetFile(file, createWorld(spec(of), 0), { epoch: 0, since: 0, scale: 1 }, false);
        const stores = [openFleetFile(file), openFleetFile(file)];
        let turn = 0;
        const taking: Store = {
          run: (clock, command) => (stores[turn++ % 2] as Store).run(clock, command),
          look: (clock, look) => (stores[turn++ % 2] as Store).look(clock, look),
          close: () => {},
        };
        const end = play(memoryStore(world), happenings);
        expect(play(taking, happenings)).toBe(end);
        const fresh = openFleetFile(file);
        for (const store of [...stores, fresh]) {
          expect(store.look({ now: () => end }, contents)).toEqual(contents(world));
          store.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});

/** Plays a history; returns the fleet time at its end. */
function play(store: Store, happenings: readonly Happening[]): number {
  let now = 0;
  const run = (command: (world: World) => unknown) => {
    try {
      store.run({ now: () => now }, command);
    } catch (error) {
      if (!isRollError(error)) throw error;
    }
  };
  const lease = { holder: "h", instance: "i", token: 1, beat: 0, since: "" };
  run((world) => writeRecord(world, { format: 1, token: 1, lease }, 0));
  for (const one of happenings) {
    if (one.kind === "time") now += one.ms;
    else if (one.kind === "fault") run((world) => addFault(world, fault.parse(one.fault)));
    else if (one.kind === "operator")
      run((world) => (one.takes ? operatorTakes : operatorGives)(world, pick(hostIds, one.host)));
    else if (one.kind === "call")
      run((world) => call(world, one.call, pick(hostIds, one.host), one.workload, one.owner));
    else for (const command of evacuation(pick(hostIds, one.host))) run(command);
  }
  now += 4 * 3_600_000;
  run(() => {});
  return now;
}

function call(world: World, name: (typeof calls)[number], host: string, which: number, owner: number): void {
  const workload = pick(
    Array.from(world.workloads.values(), (one) => one.id),
    which,
  );
  const mark: Mark = { run: "r", owner: `owner-${owner}`, token: 1 };
  const body = {
    cordon: () => onHost.cordon(world, host, mark),
    uncordon: () => onHost.uncordon(world, host),
    release: () => onHost.release(world, host),
    migrate: () => onWorkload.migrate(world, workload, host),
    stop: () => onWorkload.stop(world, workload),
    start: () => onWorkload.start(world, workload),
    stage: () => onHost.stage(world, host, "8.0.3"),
    remediate: () => onHost.remediate(world, host, "8.0.3"),
    quiet: () => quiet(world),
  }[name];
  const subject = { migrate: { workload, to: host }, stop: { workload }, start: { workload }, quiet: {} }[
    name as "stop"
  ] ?? { host };
  act(world, name, 1, subject, body);
}

/** Cordons a host and sends everything away: random calls alone hardly ever empty one. */
function* evacuation(host: string): Generator<(world: World) => void> {
  yield (world) => call(world, "cordon", host, 0, 0);
  for (let index = 0; index < 20; index++) {
    for (const to of hostIds) {
      yield (world) => {
        const ids = Array.from(world.workloads.values());
        const at = ids.findIndex((one) => one.host === host && one.doing === undefined && one.state === "running");
        if (at >= 0 && to !== host) call(world, ids[at]?.pinned ? "stop" : "migrate", to, at, 0);
      };
    }
  }
}

/** An attempt to patch a host that is not out is refused and remembered; here it is part of the game. */
const realViolations = (world: World) =>
  violations(world).filter((one) => !one.startsWith("remediation was asked for"));

/** Everything but the log, as JSON has it. */
const contents = (world: World): unknown =>
  JSON.parse(
    JSON.stringify({
      ...world,
      events: [],
      hosts: world.hosts.sorted(),
      workloads: world.workloads.sorted(),
      tasks: world.tasks.sorted(),
      faults: world.faults.sorted(),
    }),
  );

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}
