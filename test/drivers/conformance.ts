import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Baseline } from "../../provider/core/baseline.ts";
import { complianceOf } from "../../provider/core/compliance.ts";
import { type ErrorKind, isRollError } from "../../provider/core/errors.ts";
import type { Host, Mark, Workload } from "../../provider/core/fleet.ts";
import { emptyRecord } from "../../provider/core/record.ts";
import type { ActContext, Driver } from "../../provider/engine/ports.ts";

/**
 * A fleet that a driver is tried on: at least three hosts behind the baseline, in service and alike, each with at least one
 * running workload that can move, and room on every host for the workloads of another one. No record yet.
 */
export interface Bench {
  readonly driver: Driver;
  readonly baseline: Baseline;
  /** A second driver on the same fleet, as another process would have it. */
  another(): Driver;
  /** Lets time pass until this is done. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Lets this much fleet time pass, milliseconds. */
  pass(ms: number): Promise<void>;
  operatorTakes(host: string): void | Promise<void>;
  operatorGives(host: string): void | Promise<void>;
  /** From now on the platform cannot take the host to the baseline. Returns words of the reason that it gives, without special characters. */
  blocks(host: string): string | Promise<string>;
  /** Another baseline, which asks for what the host has now. */
  standing(host: Host): Baseline;
  /** One that no platform of this kind can read, and what is said of it. */
  readonly nonsense: { readonly baseline: Baseline; readonly said: RegExp };
  /** Fleet milliseconds between two looks at something that is under way. */
  readonly pace: number;
  /** Milliseconds in which no migration of this fleet ends. */
  readonly tooShort: number;
  /** Whether its workloads heed an orderly shutdown. */
  readonly canStop: boolean;
  close(): void | Promise<void>;
}

const TOKEN = 7;
const HOUR = 3_600_000;

/** What every driver must do. Its test calls this once and adds its own regressions. */
export function conformance(name: string, setUp: () => Bench | Promise<Bench>): void {
  describe(`${name} conforms`, () => {
    let bench: Bench;
    let driver: Driver;

    beforeEach(async () => {
      bench = await setUp();
      driver = bench.driver;
      await driver.record.write({ ...emptyRecord, token: TOKEN, lease: lease(TOKEN) }, 0);
    });
    afterEach(() => bench.close());

    const within = (more: Partial<ActContext> = {}): ActContext => ({
      token: TOKEN,
      signal: new AbortController().signal,
      deadline: driver.clock.now() + 10 * HOUR,
      progress: () => {},
      keepLog: () => {},
      ...more,
    });
    const observe = () => driver.observe(bench.baseline);
    const hostNamed = async (id: string): Promise<Host> => found((await observe()).hosts, id);
    const workloadNamed = async (id: string): Promise<Workload> => found((await observe()).workloads, id);
    const idle = async (): Promise<[string, string, string]> => {
      const ids = (await observe()).hosts.map((host) => host.id);
      return [ids[0] ?? "", ids[1] ?? "", ids[2] ?? ""];
    };
    const runningOn = async (host: string): Promise<string[]> =>
      (await observe()).workloads
        .filter((one) => one.host === host && one.state === "running" && !one.pinned)
        .map((one) => one.id);
    /** One workload, where it is and two hosts where it could be. */
    const mover = async (): Promise<{ id: string; from: string; to: string; other: string }> => {
      const [from, to, other] = await idle();
      return { id: (await runningOn(from))[0] ?? "", from, to, other };
    };
    /** Holds now, or once some time has passed. */
    const soon = async (holds: () => Promise<void>): Promise<void> => {
      for (let left = 150; left > 0; left--) {
        const failed = await holds().then(
          () => false,
          () => true,
        );
        if (!failed) return;
        await bench.pass(bench.pace);
      }
      await holds();
    };
    const empty = async (host: string, to: string): Promise<void> => {
      await driver.cordon(host, ours, within());
      for (const id of await runningOn(host)) await bench.run(driver.migrate(id, to, within()));
    };

    describe("observe", () => {
      test("tells of the platform what its traits say", async () => {
        const { backward = "yes", remediations = Number.POSITIVE_INFINITY } = await observe();
        expect({ backward, remediations }).toEqual({
          backward: driver.traits.backward,
          remediations: driver.traits.remediations,
        });
      });

      test("tells every host and workload once, by id, and when", async () => {
        const fleet = await observe();
        expect(fleet.hosts.length).toBeGreaterThanOrEqual(3);
        for (const ids of [fleet.hosts.map((one) => one.id), fleet.workloads.map((one) => one.id)]) {
          expect(ids).toEqual([...new Set(ids)].sort());
        }
        const hosts = new Set(fleet.hosts.map((one) => one.id));
        expect(fleet.workloads.filter((one) => !hosts.has(one.host))).toEqual([]);
        expect(Math.abs(fleet.at - driver.clock.now())).toBeLessThan(1000 * driver.clock.scale);
      });

      test("calls a host compliant exactly when its level is the wanted one", async () => {
        const before = await observe();
        const there = bench.standing(found(before.hosts, (await idle())[0]));
        for (const baseline of [bench.baseline, there]) {
          for (const host of (await driver.observe(baseline)).hosts) {
            expect(host.level === host.wanted).toBe(complianceOf(host, before.scheme).compliance === "compliant");
          }
        }
      });

      test("changes nothing", async () => {
        const { at: _before, ...first } = await observe();
        const { at: _after, ...second } = await observe();
        expect(second).toEqual(first);
      });

      test("refuses a baseline that is no version", async () => {
        await rejects(driver.observe(bench.nonsense.baseline), "invalid", bench.nonsense.said);
      });
    });

    describe("the record", () => {
      test("is read as it was written", async () => {
        const stored = await driver.record.read();
        expect(stored?.record).toEqual({ ...emptyRecord, token: TOKEN, lease: lease(TOKEN) });
        expect((await bench.another().record.read())?.version).toBe(stored?.version);
      });

      test("is written only over the version that was read", async () => {
        const version = (await driver.record.read())?.version ?? 0;
        const next = await driver.record.write({ ...emptyRecord, token: 8 }, version);
        await rejects(driver.record.write({ ...emptyRecord, token: 9 }, version), "conflict", /changed/);
        await rejects(bench.another().record.write({ ...emptyRecord, token: 9 }, 0), "conflict", /changed/);
        expect(await driver.record.read()).toEqual({ record: { ...emptyRecord, token: 8 }, version: next });
      });

      test("lets one of two writers win", async () => {
        const version = (await driver.record.read())?.version ?? 0;
        const writers = [driver, bench.another()].map((one, i) =>
          one.record.write({ ...emptyRecord, token: i }, version),
        );
        const results = await Promise.allSettled(writers);
        expect(results.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
      });
    });

    describe("fencing", () => {
      const calls: [string, (context: ActContext, ids: [string, string, string], workload: string) => Promise<void>][] =
        [
          ["cordon", (context, [host]) => driver.cordon(host, ours, context)],
          ["adopt", (context, [host]) => driver.adopt(host, ours, context)],
          ["migrate", (context, [, to], workload) => driver.migrate(workload, to, context)],
          ["stop", (context, _, workload) => driver.stop(workload, context)],
          ["start", (context, _, workload) => driver.start(workload, context)],
          ["stage", (context, [host]) => driver.stage(host, bench.baseline, context)],
          ["remediate", (context, [host]) => driver.remediate(host, bench.baseline, context)],
          ["uncordon", (context, [host]) => driver.uncordon(host, context)],
          ["release", (context, [host]) => driver.release(host, context)],
          ["quiet", (context) => driver.actors.quiet(context)],
          ["restore", (context) => driver.actors.restore({}, context)],
        ];

      test.each(calls)(
        "%s under a token that is not the lease's is a conflict that names the holder",
        async (_, call) => {
          const ids = await idle();
          const workload = (await runningOn(ids[0]))[0] ?? "";
          const { at: _before, ...before } = await observe();
          for (const token of [TOKEN - 1, TOKEN + 1]) {
            await rejects(bench.run(call(within({ token }), ids, workload)), "conflict", /anna@laptop/);
          }
          const { at: _after, ...after } = await observe();
          expect(after).toEqual(before);
        },
      );

      test("nothing goes without a lease", async () => {
        const version = (await driver.record.read())?.version ?? 0;
        await driver.record.write({ ...emptyRecord, token: TOKEN }, version);
        const [host] = await idle();
        await rejects(driver.cordon(host, ours, within()), "conflict", /lease/);
      });
    });

    describe("cordon, uncordon, release", () => {
      test("can be done twice, and others see it", async () => {
        const [host] = await idle();
        for (let i = 0; i < 2; i++) await driver.cordon(host, ours, within());
        expect(found((await bench.another().observe(bench.baseline)).hosts, host)).toMatchObject({
          cordoned: true,
          mark: ours,
        });
        for (let i = 0; i < 2; i++) await driver.uncordon(host, within());
        expect(await hostNamed(host)).toMatchObject({ cordoned: false, mark: ours });
        for (let i = 0; i < 2; i++) await driver.release(host, within());
        expect(await hostNamed(host)).not.toHaveProperty("mark");
      });

      test("another owner's mark is a conflict that names the owner", async () => {
        const [host] = await idle();
        await driver.cordon(host, { ...ours, owner: "other/stack/fleet" }, within());
        await rejects(driver.cordon(host, ours, within()), "conflict", /other\/stack\/fleet/);
        expect((await hostNamed(host)).mark?.owner).toBe("other/stack/fleet");
      });

      test("the same owner's mark of an older run is replaced", async () => {
        const [host] = await idle();
        await driver.cordon(host, { ...ours, run: "older", token: 1 }, within());
        await driver.cordon(host, ours, within());
        expect((await hostNamed(host)).mark).toEqual(ours);
      });

      test("a mark of another name is adopted, twice as well, and nothing else changes; without one there is none to adopt", async () => {
        const [host] = await idle();
        await rejects(driver.adopt(host, ours, within()), "conflict", /mark/);
        for (const cordoned of [true, false]) {
          await driver.cordon(host, { ...ours, owner: "our/former/name" }, within());
          if (!cordoned) await driver.uncordon(host, within());
          for (let i = 0; i < 2; i++) await driver.adopt(host, ours, within());
          expect(await hostNamed(host)).toMatchObject({ cordoned, mark: ours });
          await driver.uncordon(host, within());
          await driver.release(host, within());
        }
      });

      test("a mark is not taken from a host that is still cordoned", async () => {
        const [host] = await idle();
        await driver.cordon(host, ours, within());
        await rejects(driver.release(host, within()), "conflict", /cordoned/);
        expect(await hostNamed(host)).toMatchObject({ cordoned: true, mark: ours });
      });

      test("a cordoned host takes no workloads", async () => {
        const { id, from, to } = await mover();
        await driver.cordon(to, ours, within());
        await rejects(bench.run(driver.migrate(id, to, within())), "conflict", /cordoned/);
        expect(await workloadNamed(id)).toMatchObject({ host: from, state: "running" });
      });
    });

    describe("a host that the platform cannot take to the baseline", () => {
      test("is blocked, with the reason, and drifted no more", async () => {
        const [host, other] = await idle();
        const reason = expect.stringContaining(await bench.blocks(host));
        const { hosts, scheme } = await bench.another().observe(bench.baseline);
        expect(found(hosts, host).finding).toEqual({ compliance: "blocked", reason });
        expect(complianceOf(found(hosts, host), scheme)).toEqual({ host, compliance: "blocked", reason });
        expect(complianceOf(found(hosts, other), scheme).compliance).toBe("drifted");
      });

      test("is not patched: remediation fails with the reason, and the host stays up", async () => {
        const [host, to] = await idle();
        const reason = new RegExp(await bench.blocks(host));
        await empty(host, to);
        const before = await hostNamed(host);
        await rejects(bench.run(driver.remediate(host, bench.baseline, within())), "failed", reason);
        expect(await hostNamed(host)).toEqual(before);
      });
    });

    describe("an operator's host", () => {
      test("is left alone by every act", async () => {
        const { id, from, to, other } = await mover();
        await bench.operatorTakes(from);
        const { at: _before, ...before } = await observe();
        expect(found(before.hosts, from).held).toBe(true);
        const incoming = (await runningOn(other))[0] ?? "";
        const acts = [
          () => driver.cordon(from, ours, within()),
          () => driver.migrate(id, to, within()),
          () => driver.migrate(incoming, from, within()),
          () => driver.stop(id, within()),
          () => driver.stage(from, bench.baseline, within()),
          () => driver.remediate(from, bench.baseline, within()),
          () => driver.uncordon(from, within()),
          () => driver.release(from, within()),
        ];
        for (const act of acts) await rejects(bench.run(act()), "conflict", /operator/);
        const { at: _after, ...after } = await observe();
        expect(after).toEqual(before);
        await bench.operatorGives(from);
        await driver.cordon(from, ours, within());
        expect((await hostNamed(from)).cordoned).toBe(true);
      });

      test("stays the operator's when it was ours before", async () => {
        const [host] = await idle();
        await driver.cordon(host, ours, within());
        await bench.operatorTakes(host);
        await rejects(driver.uncordon(host, within()), "conflict", /operator/);
        expect(await hostNamed(host)).toMatchObject({ held: true, cordoned: true });
      });
    });

    describe("migrate", () => {
      test("ends with the workload on its target and nowhere else; again is nothing", async () => {
        const { id, to } = await mover();
        await bench.run(driver.migrate(id, to, within()));
        const before = driver.clock.now();
        await bench.run(driver.migrate(id, to, within()));
        expect(driver.clock.now() - before).toBeLessThan(1000 * driver.clock.scale);
        expect(await workloadNamed(id)).toMatchObject({ host: to, state: "running" });
        expect(await workloadNamed(id)).not.toHaveProperty("movingTo");
      });

      test("shows both ends while it is under way, and takes up what runs", async () => {
        const { id, from, to } = await mover();
        const first = driver.migrate(id, to, within());
        await soon(async () => expect(await workloadNamed(id)).toMatchObject({ host: from, movingTo: to }));
        const second = bench.another().migrate(id, to, within());
        await bench.run(Promise.all([first, second]));
        expect(await workloadNamed(id)).toMatchObject({ host: to });
      });

      test("a workload does one thing at a time", async () => {
        const { id, to, other } = await mover();
        const first = driver.migrate(id, to, within());
        await soon(async () => expect(await workloadNamed(id)).toMatchObject({ movingTo: to }));
        await rejects(driver.migrate(id, other, within()), "conflict", /busy/);
        await rejects(driver.stop(id, within()), "conflict", /busy/);
        await bench.run(first);
        expect(await workloadNamed(id)).toMatchObject({ host: to });
      });

      test("tells how far it is", async () => {
        const { id, to } = await mover();
        const told: number[] = [];
        await bench.run(driver.migrate(id, to, within({ progress: (done) => told.push(done) })));
        expect(told.length).toBeGreaterThan(0);
        expect(told).toEqual([...told].sort((a, b) => a - b));
        expect(told.every((done) => done >= 0 && done <= 1)).toBe(true);
      });

      test("names what does not exist", async () => {
        const { id } = await mover();
        await rejects(driver.migrate(id, "no-such-host", within()), "conflict", /no-such-host/);
        await rejects(driver.migrate("no-such-workload", (await idle())[0], within()), "conflict", /no-such-workload/);
        await rejects(driver.cordon("no-such-host", ours, within()), "conflict", /no-such-host/);
      });
    });

    test("stop and start can be done twice; a stopped workload does not move", async ({ skip }) => {
      skip(!bench.canStop, "workloads of this fleet do not heed an orderly shutdown");
      const { id, from, to } = await mover();
      for (let i = 0; i < 2; i++) await bench.run(driver.stop(id, within()));
      expect(await workloadNamed(id)).toMatchObject({ host: from, state: "stopped" });
      await rejects(bench.run(driver.migrate(id, to, within())), "conflict", /stopped/);
      for (let i = 0; i < 2; i++) await bench.run(driver.start(id, within()));
      expect(await workloadNamed(id)).toMatchObject({ host: from, state: "running" });
    });

    describe("stage and remediate", () => {
      test("bring an empty host to the level, with a reboot; again is nothing", async () => {
        const [host, other] = await idle();
        for (let i = 0; i < 2; i++) await bench.run(driver.stage(host, bench.baseline, within()));
        await empty(host, other);
        const before = await hostNamed(host);
        await bench.run(driver.remediate(host, bench.baseline, within()));
        const after = await hostNamed(host);
        expect(after).toMatchObject({ state: "up", cordoned: true, mark: ours });
        expect([after.level, after.evidence]).toEqual([after.wanted, after.wanted]);
        expect(after.bootId).not.toBe(before.bootId);
        await bench.run(driver.remediate(host, bench.baseline, within()));
        expect((await hostNamed(host)).bootId).toBe(after.bootId);
      });

      test("refuse a host that is not empty", async () => {
        const [host] = await idle();
        await driver.cordon(host, ours, within());
        await rejects(bench.run(driver.remediate(host, bench.baseline, within())), "conflict", /not empty/);
        expect((await hostNamed(host)).state).toBe("up");
      });

      test("refuse a host that is not out", async () => {
        const [host, other] = await idle();
        await empty(host, other);
        await driver.uncordon(host, within());
        await rejects(bench.run(driver.remediate(host, bench.baseline, within())), "conflict", /not cordoned/);
      });

      test("never take a host back to an older level", async () => {
        const [host, other] = await idle();
        await empty(host, other);
        await bench.run(driver.remediate(host, bench.baseline, within()));
        const older = bench.standing(await hostNamed(other));
        await rejects(bench.run(driver.remediate(host, older, within())), "conflict", /ahead/);
      });

      test("are taken up by the next caller", async () => {
        const [host, other] = await idle();
        await empty(host, other);
        const stop = new AbortController();
        const first = rejects(driver.remediate(host, bench.baseline, within({ signal: stop.signal })), "cancelled");
        await bench.pass(bench.pace);
        stop.abort();
        await bench.run(first);
        await bench.run(bench.another().remediate(host, bench.baseline, within()));
        const after = await hostNamed(host);
        expect(after).toMatchObject({ state: "up", level: after.wanted, evidence: after.wanted });
      });
    });

    describe("a way back", () => {
      test("takes a patched host to the level that it had, with a reboot; again is nothing", async ({ skip }) => {
        const { wayBack } = driver;
        if (wayBack === undefined) return skip("this platform takes no host back");
        const [host, other] = await idle();
        const { level: former } = await hostNamed(host);
        expect(await wayBack.missing(host, bench.baseline)).toBeUndefined();
        await bench.run(driver.stage(host, bench.baseline, within()));
        await bench.run(wayBack.secure(host, within()));
        await empty(host, other);
        await bench.run(driver.remediate(host, bench.baseline, within()));
        const patched = await hostNamed(host);
        await bench.run(wayBack.rollback(host, within()));
        const back = await hostNamed(host);
        expect(back).toMatchObject({ level: former, evidence: former, state: "up", cordoned: true, mark: ours });
        expect(back.bootId).not.toBe(patched.bootId);
        await bench.run(bench.another().wayBack?.rollback(host, within()) ?? Promise.resolve());
        expect((await hostNamed(host)).bootId).toBe(back.bootId);
      });

      test("is refused to a host that is not out, or that was never patched", async ({ skip }) => {
        const { wayBack } = driver;
        if (wayBack === undefined) return skip("this platform takes no host back");
        const [host, other] = await idle();
        await empty(host, other);
        await rejects(bench.run(wayBack.rollback(host, within())), "failed", /go back/);
        await rejects(bench.run(wayBack.rollback(host, within({ token: TOKEN + 1 }))), "conflict", /anna@laptop/);
        await driver.uncordon(host, within());
        const before = await hostNamed(host);
        await rejects(bench.run(wayBack.rollback(host, within())), "conflict", /not cordoned/);
        expect(await hostNamed(host)).toEqual(before);
      });
    });

    describe("abort", () => {
      test("before it has begun: nothing happens", async () => {
        const { id, from, to } = await mover();
        const signal = AbortSignal.abort();
        await rejects(bench.run(driver.migrate(id, to, within({ signal }))), "cancelled");
        await rejects(bench.run(driver.cordon(from, ours, within({ signal }))), "cancelled");
        await rejects(driver.observe(bench.baseline, signal), "cancelled");
        expect(await workloadNamed(id)).toMatchObject({ host: from });
        expect(await workloadNamed(id)).not.toHaveProperty("movingTo");
        expect((await hostNamed(from)).cordoned).toBe(false);
      });

      test("while it is under way: the platform goes on by itself", async () => {
        const { id, to } = await mover();
        const stop = new AbortController();
        const moving = rejects(driver.migrate(id, to, within({ signal: stop.signal })), "cancelled");
        await soon(async () => expect(await workloadNamed(id)).toMatchObject({ movingTo: to }));
        stop.abort();
        await bench.run(moving);
        expect(await workloadNamed(id)).toMatchObject({ movingTo: to });
        await soon(async () => expect(await workloadNamed(id)).toMatchObject({ host: to }));
      });
    });

    describe("deadline", () => {
      test("passed: nothing is begun", async () => {
        const { id, from, to } = await mover();
        await rejects(
          bench.run(driver.migrate(id, to, within({ deadline: driver.clock.now() }))),
          "failed",
          /deadline/,
        );
        expect(await workloadNamed(id)).toMatchObject({ host: from });
        expect(await workloadNamed(id)).not.toHaveProperty("movingTo");
      });

      test("reached: the act gives up, and a migration is called off", async () => {
        const { id, from, to } = await mover();
        const deadline = driver.clock.now() + bench.tooShort;
        await rejects(bench.run(driver.migrate(id, to, within({ deadline }))), "failed", /deadline/);
        expect(driver.clock.now()).toBeGreaterThanOrEqual(deadline);
        expect(await workloadNamed(id)).toMatchObject({ host: from, state: "running" });
        expect(await workloadNamed(id)).not.toHaveProperty("movingTo");
        await bench.run(driver.migrate(id, to, within()));
        expect(await workloadNamed(id)).toMatchObject({ host: to });
      });
    });

    test("programs run on hosts where its traits say so: arguments arrive as they are, and every exit code is an answer", async () => {
      expect(driver.traits.programs).toBe(driver.run !== undefined);
      if (driver.run === undefined) return;
      const [host] = await idle();
      const { signal } = new AbortController();
      const hostile = ["a b", "$(touch /tmp/executed)", "'\"`;&|", "{host}", "-n", "", "é\n✓", "*"];
      const echo = ["sh", "-c", 'printf "%s\\0" "$@"; echo "$ROLLING_PATCH_HOST" >&2; exit 3', "sh", ...hostile];
      expect(await driver.run(host, echo, signal)).toEqual({
        code: 3,
        stdout: `${hostile.join("\0")}\0`,
        stderr: `${host}\n`,
      });
      expect(await driver.run(host, ["no-such-program-here"], signal)).toMatchObject({ code: 127 });
      await rejects(driver.run("no-such-host", ["true"], signal), "conflict", /no-such-host/);
      const stop = new AbortController();
      const endless = rejects(driver.run(host, ["sleep", "600"], stop.signal), "cancelled");
      stop.abort();
      await endless;
    });

    test("other actors are put aside and get their settings back, both twice", async () => {
      const former = await driver.actors.read();
      for (let i = 0; i < 2; i++) await driver.actors.quiet(within());
      if (Object.keys(former).length > 0) expect(await bench.another().actors.read()).not.toEqual(former);
      for (let i = 0; i < 2; i++) await driver.actors.restore(former, within());
      expect(await bench.another().actors.read()).toEqual(former);
    });
  });
}

const ours: Mark = { run: "run-1", owner: "shop/prod/fleet", token: TOKEN };

const lease = (token: number) => ({
  holder: "anna@laptop, process 4711",
  instance: "instance-1",
  token,
  beat: 0,
  since: "2026-01-05T08:00:00.000Z",
});

function found<T extends { readonly id: string }>(list: readonly T[], id: string): T {
  const one = list.find((each) => each.id === id);
  if (one === undefined) throw new Error(`${id} is not there`);
  return one;
}

/** Expects a RollError of this kind, whose text and hint match. */
export async function rejects(work: Promise<unknown>, kind: ErrorKind, text = /./): Promise<void> {
  const error = await work.then(
    () => new Error("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  if (!isRollError(error)) throw error;
  expect([error.kind, error.advice]).toEqual([kind, expect.stringMatching(text)]);
}
