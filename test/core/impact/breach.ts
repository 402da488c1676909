import assert from "node:assert/strict";
import { GAP, interquartileMean } from "../../../provider/core/impact/bins.ts";
import { difference } from "../../../provider/core/impact/difference.ts";
import { watch } from "../../../provider/core/impact/guards.ts";
import { judgeErrors, judgeHost } from "../../../provider/core/impact/judge.ts";
import { pooled } from "../../../provider/core/impact/pooled.ts";
import type { Question } from "../../../provider/core/impact/question.ts";
import { Samples } from "../../../provider/core/impact/seen.ts";
import { lookLevel, MINUTE } from "../../../provider/core/impact/settings.ts";
import { spreadOf } from "../../../provider/core/impact/spread.ts";
import { DRAINED, END, FULL, PATCHED, questionOf, type ServiceOptions, service } from "./service.ts";

type Alter = NonNullable<ServiceOptions["alter"]>;

const during =
  (host: string, from: number, to: number, change: (ms: number) => number | null | undefined): Alter =>
  (ms, slice) =>
    (host === "*" || slice.host === host) && slice.at >= FULL + from * MINUTE && slice.at < FULL + to * MINUTE
      ? change(ms)
      : ms;

const judged = (options: ServiceOptions, change: Partial<Question> = {}) =>
  judgeHost(questionOf(service(options), change));

/** What the verdict must never get wrong, each in a fraction of a second. */
const rules: Readonly<Record<string, () => void>> = {
  "golden numbers": () => {
    const controls = [
      [0.01, 0.03],
      [-0.02, 0],
      [0.02, 0.05],
      [0, -0.01],
    ];
    const found = difference([[0.08, 0.12]], controls, [spreadOf(5, controls)]);
    assert.ok(Math.abs((found?.se ?? 0) - 1.25 * 0.023717082451262844) < 1e-12);
    assert.equal(lookLevel({ tolerance: 0.1, hosts: 20, looks: [5, 10, 20] }), 0.02 / 60);
    assert.equal(interquartileMean([100, 1, 2, 3, 4, 5, 6, -100]), 3.5);
  },
  "five bad minutes are no loss": () => {
    assert.notEqual(judged({ alter: during("h0", 0, 5, (ms) => 1.6 * ms) }).state, "regress");
  },
  "a loss below the tolerance is neither": () => assert.equal(judged({ loss: 0.08 }).state, "inconclusive"),
  "a loss is found": () => assert.equal(judged({ loss: 0.4 }).state, "regress"),
  "partial load acquits nobody": () => {
    const { fullLoadSince: _, ...question } = questionOf(service({ loss: -0.3 }));
    assert.equal(judgeHost(question).state, "waiting");
  },
  "workloads elsewhere do not count": () => assert.equal(judged({ away: ["h0-w1"] }).evidence.estimate?.treated, 3),
  "a host patched in between is no control": () => {
    const between = ["h4", "h5"].map((host) => [host, DRAINED + MINUTE] as const);
    const { evidence } = judged({}, { patchedSince: new Map([["h0", PATCHED], ...between]) });
    assert.equal(evidence.estimate?.controls.hosts, 3);
  },
  "the minute after a move does not count": () => {
    const { slices, moves } = service({});
    const [series] = new Samples(slices, moves).series;
    assert.equal(series?.summary(FULL, FULL + 5 * MINUTE).bins, 16);
  },
  "silence is not success": () => {
    const silent = questionOf(service({ alter: during("h0", 0, 99, () => undefined) }));
    assert.equal(judgeHost(silent).state, "inconclusive");
    assert.deepEqual([...(silent.seen.series[0]?.bad(FULL, FULL + 20_000) ?? [])], [GAP, GAP]);
  },
  "one workload is too few": () => assert.equal(judged({ workloads: 1, hosts: 8, loss: 0.4 }).state, "inconclusive"),
  "one burst of errors is not the patch": () => {
    const burst = questionOf(service({ alter: during("h0", 2, 3, () => null) }));
    assert.ok(judgeErrors(burst).evidence.looks.every(({ result }) => result === "open"));
  },
  "errors in clumps count less": () => {
    const clumps = questionOf(service({ alter: during("h3", 1, 3, () => null) }));
    assert.ok((judgeErrors(clumps).evidence.errors?.dispersion ?? 0) > 2);
  },
  "one host alone does not speak for all": () => {
    const { evidence } = judged({ loss: 0.4 });
    assert.equal(pooled({ tolerance: 0.1, hosts: 2 }, [evidence])?.halt, false);
    assert.equal(pooled({ tolerance: 0.1, hosts: 2 }, [evidence, evidence])?.halt, true);
  },
  "trouble of the network and fresh moves trip nothing": () => {
    const trips = (alter: Alter) => {
      const { slices, moves, workloads } = service({ alter });
      const parts = { host: "h0", workloads, from: FULL, now: FULL + 8 * MINUTE, touched: new Set(["h0"]) };
      return watch({ ...parts, seen: new Samples(slices, moves), reference: { from: 0, to: DRAINED } }).trips.length;
    };
    assert.equal(trips(during("*", 5, 6, () => null)), 0);
    assert.equal(trips(during("h0", 0, 0.8, () => null)), 0);
    assert.ok(trips(during("h0", 5, 6, () => null)) > 0);
    assert.ok(END > FULL);
  },
};

/** The first rule that is broken, in words. */
export function breach(): string | undefined {
  for (const [rule, holds] of Object.entries(rules)) {
    try {
      holds();
    } catch (error) {
      return `${rule}: ${error instanceof Error ? error.message : error}`;
    }
  }
  return undefined;
}
