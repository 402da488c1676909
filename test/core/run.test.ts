import { describe, expect, it } from "vitest";
import type { Fleet, Host } from "../../provider/core/fleet.ts";
import { emptyRecord, type FleetRecord } from "../../provider/core/record.ts";
import { type RunEvent, reduce } from "../../provider/core/reduce.ts";
import { newRun, type RunMemory } from "../../provider/core/run.ts";
import { haltInForce, takeUp } from "../../provider/core/takeup.ts";
import { doubts, needsPatch } from "../../provider/core/verify.ts";

const run = newRun("r1", "p/s/n", "version=2.0", "2026-01-05T08:00:00Z");
const fold = (events: readonly RunEvent[], from: RunMemory = run): RunMemory => events.reduce(reduce, from);
const host = (id: string, more: Partial<Host> = {}): Host => ({
  id,
  level: "1.0",
  wanted: "2.0",
  evidence: "1.0",
  state: "up",
  bootId: `${id}#1`,
  cordoned: false,
  held: false,
  capacity: { memory: 1024 },
  slots: 2,
  estimate: { patch: 60, boot: 60 },
  ...more,
});
const fleet = (...hosts: Host[]): Fleet => ({
  target: "t",
  at: 0,
  scheme: "release",
  hosts,
  workloads: [],
  migration: { fixed: 1, perGiB: 1 },
});
const mark = { run: "r1", owner: "p/s/n", token: 1 };

describe("reduce", () => {
  it("counts tries by step and forgets a host when it is released", () => {
    const tried: RunEvent = { kind: "tried", host: "h1", step: "evacuate", why: "full", notBefore: 5, final: false };
    const memory = fold([
      { kind: "began", host: "h1", step: "cordon", facts: { homes: ["w1"], drainSince: 1 } },
      tried,
      tried,
    ]);
    expect(memory.hosts.h1).toMatchObject({ homes: ["w1"], tries: { evacuate: 2 }, lastWhy: "full" });
    const after = fold([{ kind: "released", host: "h1", atLevel: true }], memory);
    expect(after.hosts).toEqual({});
    expect(after.done).toEqual(["h1"]);
  });

  it("asks for a new proof after another remediation", () => {
    const memory = fold([
      { kind: "passed", host: "h1", step: "stage" },
      { kind: "passed", host: "h1", step: "verify", boot: "b2" },
      { kind: "began", host: "h1", step: "remediate", facts: { bootBefore: "b1" } },
    ]);
    expect(memory.hosts.h1?.passed).toEqual(["stage"]);
  });

  it("keeps the first sticky halt, and lets no later one soften it", () => {
    const sticky: RunEvent = { kind: "halt", sticky: true, reason: "bad patch", hint: "" };
    const soft: RunEvent = { kind: "halt", sticky: false, reason: "full", hint: "" };
    expect(fold([soft, sticky, soft]).halt).toMatchObject({ sticky: true, reason: "bad patch" });
  });

  it("takes up a run with its failures and its sticky halt, but without what was only in the way", () => {
    const memory = fold([
      { kind: "failed", host: "h1", step: "remediate", why: "dead" },
      { kind: "tried", host: "h2", step: "evacuate", why: "full", notBefore: 9, final: true },
      { kind: "halt", sticky: false, reason: "full", hint: "" },
    ]);
    const again = fold([{ kind: "resumed", retryFailed: false }], memory);
    expect(again.hosts.h1?.failed?.why).toBe("dead");
    expect(again.hosts.h2?.tries).toEqual({});
    expect(again.halt).toBeUndefined();
    expect(fold([{ kind: "resumed", retryFailed: true }], memory).hosts.h1?.failed).toBeUndefined();
  });

  it("leaves its input alone and survives JSON", () => {
    const events: RunEvent[] = [
      { kind: "planned", plan: "p", canaries: ["h1"] },
      { kind: "stopping", host: "h1", workload: "gpu" },
      { kind: "tested", moment: "before", failures: ["a"] },
      { kind: "convicted", host: "h1", why: "slow" },
      { kind: "canary passed" },
      { kind: "ended", ending: { kind: "done", note: "" } },
    ];
    const frozen = JSON.stringify(run);
    const memory = fold(events);
    expect(JSON.stringify(run)).toBe(frozen);
    expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
  });
});

describe("taking up a run", () => {
  const from = (record: FleetRecord, more: Partial<Parameters<typeof takeUp>[0]> = {}): RunMemory =>
    takeUp({
      record,
      fleet: fleet(host("h1")),
      baseline: { version: "2.0" },
      owners: ["p/s/n"],
      acknowledge: undefined,
      newRunId: "r2",
      wall: "2026-01-06T08:00:00Z",
      recall: () => undefined,
      ...more,
    });

  it("goes on with an unfinished one, begins a new one after a finished one", () => {
    expect(from({ ...emptyRecord, run }).id).toBe("r1");
    expect(from({ ...emptyRecord, run: { ...run, ending: { kind: "paused", cause: "stop", note: "" } } }).id).toBe(
      "r1",
    );
    expect(from({ ...emptyRecord, run: { ...run, ending: { kind: "done", note: "" } } }).id).toBe("r2");
    expect(from(emptyRecord).id).toBe("r2");
  });

  it("begins anew for another baseline, but still owes its hosts their workloads", () => {
    const mine = { ...run, hosts: { h1: { homes: ["w"], stopped: ["gpu"], tries: { remediate: 2 }, passed: [] } } };
    const fresh = from(
      { ...emptyRecord, run: mine },
      { baseline: { version: "3.0" }, fleet: fleet(host("h1", { mark })) },
    );
    expect(fresh.id).toBe("r2");
    expect(fresh.hosts.h1).toMatchObject({ homes: ["w"], stopped: ["gpu"], tries: {} });
  });

  it("never goes on with a sticky halt by itself", () => {
    const halted: RunMemory = { ...run, halt: { sticky: true, reason: "bad", hint: "" } };
    expect(from({ ...emptyRecord, run: halted }).halt?.sticky).toBe(true);
    expect(from({ ...emptyRecord, run: halted }, { acknowledge: "r1" }).halt).toBeUndefined();
    expect(from({ ...emptyRecord, run: halted }, { acknowledge: "r0" }).halt?.sticky).toBe(true);
  });

  it("says that policy memory was lost when hosts bear our marks and nothing tells why", () => {
    const marked = fleet(host("h1", { mark, cordoned: true }));
    expect(from(emptyRecord, { fleet: marked }).memoryLost).toBe(true);
    expect(from(emptyRecord, { fleet: marked, recall: () => run }).id).toBe("r1");
  });

  it("knows a halt in force, also of a run that died on its way to it", () => {
    const dying: FleetRecord = { ...emptyRecord, run: { ...run, halt: { sticky: true, reason: "bad", hint: "" } } };
    expect(haltInForce(dying, "version=2.0", undefined)).toMatchObject({ run: "r1", reason: "bad" });
    expect(haltInForce(dying, "version=3.0", undefined)).toBeUndefined();
    expect(haltInForce(dying, "version=2.0", "r1")).toBeUndefined();
  });
});

describe("verification", () => {
  const good = host("h1", { level: "2.0", evidence: "2.0", bootId: "b2" });
  const memory = { homes: [], stopped: [], tries: {}, passed: [], bootBefore: "b1" };

  it("has no doubt about a host that rebooted and runs what it reports", () =>
    expect(doubts(good, memory)).toEqual([]));

  it.each([
    [{ state: "down" as const }, "down"],
    [{ level: "1.0" }, "reports 1.0"],
    [{ evidence: "1.0" }, "runs 1.0"],
    [{ bootId: "b1" }, "not rebooted"],
    [{ problem: "dead path" }, "dead path"],
  ])("doubts %j", (change, words) => expect(doubts({ ...good, ...change }, memory).join()).toContain(words));

  it("patches a host whose two sources disagree", () => {
    expect(needsPatch({ ...good, evidence: "1.0" })).toBe(true);
    expect(needsPatch(good)).toBe(false);
  });
});
