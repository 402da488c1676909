import { describe, expect, test } from "vitest";
import type { StoredEntry } from "../../../provider/engine/ports.ts";
import { reportHtml } from "../../../provider/lifecycle/report/html.ts";
import { reportMarkdown } from "../../../provider/lifecycle/report/markdown.ts";
import { runReport } from "../../../provider/lifecycle/report/report.ts";
import { type HostReport, type RunReport, reportSchema } from "../../../provider/lifecycle/report/schema.ts";
import { smallFleet } from "../../support/fleets.ts";
import { Rig, type RigOptions, type UpOptions } from "../../support/rig.ts";
import { journalOf, reportOf } from "./journals.ts";

const checks: RigOptions["checks"] = [
  { kind: "tcp", name: "shop", address: "shop", port: 443, at: ["preflight", "verify", "end"] },
];

/** The report of the run of this rig, as its journal has it now. */
function reported(rig: Rig, run = "run-1"): RunReport {
  const report = runReport({ run, entries: rig.journal.entries(run), memory: rig.journal.memory(run) });
  expect(reportSchema.safeParse(report).error).toBeUndefined();
  return report;
}

async function rolled(options: RigOptions, ups: readonly UpOptions[] = [{}]): Promise<RunReport> {
  const rig = new Rig(options);
  for (const up of ups) await rig.up(up);
  return reported(rig);
}

const host = (report: RunReport, id: string): HostReport => {
  const found = report.hosts.find((one) => one.host === id);
  if (found === undefined) throw new Error(`no ${id} in the report`);
  return found;
};

describe("the report of a run that is done", () => {
  test("has every host's steps one after the other, its moves, proof and checks", async () => {
    const report = await rolled({ fleet: smallFleet({ hosts: 4 }), checks });
    expect(report).toMatchObject({ run: "run-1", outcome: "done", level: "8.0.3", owner: "project/stack/fleet" });
    expect(report.hosts.map(({ host: id }) => id).sort()).toEqual(["h1", "h2", "h3", "h4"]);
    for (const one of report.hosts) {
      expect(one).toMatchObject({ outcome: "rolled", from: "8.0.1", to: "8.0.3", tries: [] });
      const kinds = one.spans.map(({ kind }) => kind);
      expect(kinds.slice(0, 6)).toEqual(["stage", "preflight", "evacuate", "patch", "boot", "verify"]);
      for (const [index, span] of one.spans.entries()) {
        expect(span.to).toBeGreaterThanOrEqual(span.from);
        expect(span.from).toBeGreaterThanOrEqual(one.spans[index - 1]?.to ?? 0);
        expect(span).not.toHaveProperty("open");
      }
      expect(one.proof).toMatchObject({ level: "8.0.3", second: "8.0.3" });
      expect(one.proof?.boot).not.toBe(one.proof?.bootBefore);
      expect(one.checks.map(({ at, name }) => `${at} ${name}`)).toEqual(["preflight shop", "verify shop"]);
      expect(one.moves.every(({ took }) => took !== undefined && took > 0)).toBe(true);
    }
  });

  test("holds the plan against what was done, and who did it", async () => {
    const report = await rolled({ fleet: smallFleet({ hosts: 4 }), policy: { maxUnavailable: 2 } });
    const { plan } = report;
    expect(plan?.actual.moves).toBe(plan?.planned.moves);
    expect(plan?.actual.hosts).toBe(4);
    expect(plan?.actual.hours).toBeCloseTo(plan?.planned.hours ?? 0, 0);
    expect(plan).toMatchObject({ outOfOrder: [], changes: [] });
    expect(report.people).toMatchObject([{ who: "tester@rig, process 1", what: "began the run" }]);
    expect(report.fill.length).toBeGreaterThan(3);
    expect(plan?.actual.fullest).toBeGreaterThan(0.3);
  });

  test("without probes says that the impact was not tested, and so of regression tests", async () => {
    const report = await rolled({ fleet: smallFleet({ hosts: 2 }) });
    expect(report.impact).toMatchObject({ tested: false, forest: [], looks: [] });
    expect(report.impact.sentence).toBe("not tested: no probes");
    expect(report.tested).toBe(false);
  });
});

describe("the report of a run that did not go well", () => {
  test("has failed tries with their reasons, and what stays out", async () => {
    const faults = [{ kind: "patch-fails" as const, host: "h2", count: 99 }];
    const report = await rolled({ fleet: smallFleet({ hosts: 4, faults }), policy: { retries: 1 } });
    const one = host(report, "h2");
    expect(one.outcome).toBe("failed");
    expect(one.why).toMatch(/^remediate: /);
    expect(one.tries.map(({ step, final }) => [step, final])).toEqual([
      ["remediate", false],
      ["remediate", true],
    ]);
    expect(one.spans.filter(({ failed }) => failed === true)).not.toEqual([]);
    expect(report.marks.some(({ kind, host: id }) => kind === "convicted" && id === "h2")).toBe(true);
  });

  test("tells regressions from tests that failed before", async () => {
    const two: RigOptions["checks"] = ["shop", "stock"].map((name) => ({
      ...{ kind: "tcp" as const, name, address: name, port: 443, at: ["end" as const] },
    }));
    const report = await rolled({ fleet: smallFleet({ hosts: 2 }), checks: two, failing: { stock: 1, shop: 2 } });
    expect(report.regressions).toMatchObject([
      { name: "shop", kind: "new" },
      { name: "stock", kind: "before" },
    ]);
    expect(report).toMatchObject({ outcome: "halted until acknowledged", tested: true });
    expect(report.hint).toContain("acknowledge");
  });

  test("of a killed one has all that is on record, and the steps that nobody saw end", async () => {
    const rig = new Rig({ fleet: smallFleet({ hosts: 4 }) });
    const killed = Promise.withResolvers<void>();
    const outcome = rig.start({ killed: killed.promise });
    await rig.time.run(
      (async () => {
        const clock = rig.time.clock();
        while (!rig.journal.entries("run-1").some(({ kind }) => kind === "phase")) await clock.sleep(1_000);
        killed.resolve();
        await outcome;
      })(),
    );
    const report = reported(rig);
    expect(report).toMatchObject({ outcome: "unfinished", reason: "" });
    const [first] = report.hosts;
    expect(first).toMatchObject({ outcome: "in hand" });
    expect(first?.spans.at(-1)).toMatchObject({ open: true });
    expect(report.hosts.filter((one) => one.outcome === "not begun")).toHaveLength(3);
  });
});

describe("the report of a long story", () => {
  test("tells who took it up again, and hosts that began in another order", () => {
    const kept = journalOf({ hosts: 6 });
    const at = kept.entries.findIndex(({ host: id, kind }) => id === "esx-004" && kind === "began");
    const again: StoredEntry = { ...(kept.entries[0] as StoredEntry), at: (kept.entries[at] as StoredEntry).at };
    const entries = [
      ...kept.entries.slice(0, at),
      { ...again, data: { ...(again.data as object), holder: "carl@laptop, process 1" }, wall: "2026-11-20T22:00:00Z" },
      ...kept.entries.slice(at),
    ];
    const swapped = { "esx-004": "esx-006", "esx-006": "esx-004" } as Record<string, string>;
    const other = entries.map((entry) =>
      entry.kind === "followed"
        ? entry
        : JSON.parse(JSON.stringify(entry).replace(/esx-00[46]/g, (id) => swapped[id] ?? id)),
    );
    const report = runReport({ ...kept, entries: other });
    expect(report.people.map(({ who, what }) => `${who} ${what}`)).toEqual([
      expect.stringMatching(/^bert@laptop.* approved plan /),
      "anna@runner-7, process 4711 began the run",
      "carl@laptop, process 1 took the run up again",
    ]);
    expect(report.plan?.outOfOrder).toHaveLength(2);
  });

  test("has the verdict, its looks, and a row for every workload, excluded ones with their reason", () => {
    const { impact } = reportOf({ hosts: 8, effect: 0.03 });
    expect(impact.sentence).toMatch(
      /^This patch costs \+\d\.\d % median latency \(95 % CI .*; 5 hosts, 45 workloads\)$/,
    );
    expect(impact).toMatchObject({ tested: true, tolerance: 0.1, hosts: 5 });
    expect(impact.estimate?.delta).toBeCloseTo(0.03, 1);
    expect(impact.forest.filter(({ kind }) => kind === "host")).toHaveLength(5);
    expect(impact.forest.filter(({ kind }) => kind === "workload")).toHaveLength(50);
    expect(impact.forest.filter(({ excluded }) => excluded !== undefined)).toHaveLength(5);
    expect(impact.forest.at(-1)).toMatchObject({ kind: "roll" });
    expect(impact.looks).toHaveLength(5);
  });

  test("makes something of entries that it does not know, and of none", () => {
    const odd: StoredEntry = {
      seq: 1,
      run: "r",
      at: 5,
      wall: "2026-01-01T00:00:00Z",
      kind: "from the future",
      data: null,
    };
    for (const entries of [[], [odd], [{ ...odd, data: [1, "x", { host: 5, act: "?" }] }]])
      expect(reportSchema.safeParse(runReport({ run: "r", entries, memory: undefined })).error).toBeUndefined();
  });
});

describe("what a report tells of a host besides its steps", () => {
  test("that it was taken back, and what proved it", async () => {
    const report = await rolled({
      fleet: smallFleet({ hosts: 4 }),
      policy: { onRegress: "rollback" },
      checks: [{ kind: "tcp", name: "shop", address: "shop", port: 443, at: ["gate"] }],
      failing: { shop: 1 },
    });
    const bad = host(report, "h1");
    expect(bad).toMatchObject({ outcome: "convicted", rolledBack: { level: "8.0.1", second: "8.0.1" } });
    expect(bad.rolledBack?.boot).not.toBe(bad.rolledBack?.bootBefore);
    expect(bad.proof).toMatchObject({ level: "8.0.3" });
    expect(report.marks).toContainEqual(
      expect.objectContaining({ kind: "rollback", host: "h1", text: "taken back to 8.0.1, and proven there" }),
    );
    expect(await reportHtml(report)).toContain("taken back to 8.0.1, which is proven");
    expect(reportMarkdown(report)).toContain("taken back to 8.0.1, which is proven");
  });

  test("warnings, and what tools said on it: the newest logs, escaped and folded away", async () => {
    const rig = new Rig({ fleet: smallFleet({ hosts: 4, host: { 1: { warnings: ["up for 200 days"] } } }) });
    await rig.up();
    const act = { name: "remediate", host: "h1" } as const;
    for (let index = 1; index <= 8; index++) {
      const data = { tool: "packages", text: `<b>run ${index}</b>`, act };
      rig.journal.append({ run: "run-1", at: rig.time.now(), kind: "log", host: "h1", data });
    }
    const report = reported(rig);
    const one = host(report, "h1");
    expect(one.warnings).toEqual(["up for 200 days"]);
    expect(one.logs.map(({ text }) => text)).toEqual([3, 4, 5, 6, 7, 8].map((index) => `<b>run ${index}</b>`));
    expect(rig.news.filter(({ kind }) => kind === "warning").map(({ text }) => text)).toContain("up for 200 days");
    const html = await reportHtml(report);
    expect(html).toMatch(/<details class="log"><summary>.*log: packages<\/summary><pre>&#60;b&#62;run 8/);
    expect(html).not.toContain("<b>run");
    expect(html).toContain("Known before it was patched");
  });
});
