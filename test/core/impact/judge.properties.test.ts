import fc from "fast-check";
import { expect, it } from "vitest";
import { judgeHost } from "../../../provider/core/impact/judge.ts";
import type { Question } from "../../../provider/core/impact/question.ts";
import { SLICE } from "../../../provider/core/impact/samples.ts";
import { Samples } from "../../../provider/core/impact/seen.ts";
import { PATCHED, questionOf, type Service, service } from "./service.ts";

const RUNS = { numRuns: 5 };
const seeds = fc.integer({ min: 1, max: 10_000 });
const losses = fc.constantFrom(0, 0.1, 0.3);

it("does not depend on the order in which slices and moves come", () => {
  fc.assert(
    fc.property(seeds, losses, fc.integer({ min: 0, max: 100 }), (seed, loss, turn) => {
      const seen = service({ seed, loss });
      const mixed = seen.slices.toSorted(
        (a, b) => hash(a.at + turn) - hash(b.at + turn) || (a.workload < b.workload ? 1 : -1),
      );
      const moves = seen.moves.toReversed();
      const late = new Samples(mixed, []);
      for (const move of moves) late.moved(move);
      expect(judgeHost(questionOf(seen, { seen: late }))).toEqual(judgeHost(questionOf(seen)));
    }),
    RUNS,
  );
});

it("does not depend on when it was", () => {
  fc.assert(
    fc.property(seeds, losses, fc.integer({ min: -1_000_000, max: 1_000_000 }), (seed, loss, slices) => {
      const seen = service({ seed, loss });
      const by = slices * SLICE;
      const found = judgeHost(questionOf(seen));
      const later = judgeHost(shifted(questionOf(seen), seen, by));
      expect(later.evidence.estimate).toEqual(found.evidence.estimate);
      expect([later.state, later.sentence, later.evidence.looks.map(({ at }) => at - by)]).toEqual([
        found.state,
        found.sentence,
        found.evidence.looks.map(({ at }) => at),
      ]);
    }),
    RUNS,
  );
});

it("finds a loss to be larger by exactly what is added to it, and does not care for the unit of latency", () => {
  fc.assert(
    fc.property(seeds, fc.double({ min: 0.5, max: 2, noNaN: true }), (seed, factor) => {
      const seen = service({ seed });
      const faster = service({
        seed,
        alter: (ms, { host, at }) => (host === "h0" && at >= PATCHED ? ms * factor : ms),
      });
      const scaled = service({ seed, alter: (ms) => ms * factor });
      const delta = (one: Service) => judgeHost(questionOf(one)).evidence.looks[0]?.estimate?.delta ?? Number.NaN;
      expect(delta(faster)).toBeCloseTo(delta(seen) + Math.log(factor), 9);
      expect(delta(scaled)).toBeCloseTo(delta(seen), 9);
    }),
    RUNS,
  );
});

it("survives any samples", () => {
  const latency = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: null });
  fc.assert(
    fc.property(seeds, fc.array(latency, { minLength: 1, maxLength: 9 }), (seed, odd) => {
      let turn = 0;
      const seen = service({ seed, alter: (ms) => (turn++ % 3 === 0 ? (odd[turn % odd.length] ?? null) : ms) });
      const { evidence, sentence } = judgeHost(questionOf(seen));
      expect(sentence).not.toMatch(/NaN|undefined|Infinity/);
      for (const { estimate } of evidence.looks) if (estimate) expect(estimate.se).toBeGreaterThan(0);
    }),
    RUNS,
  );
});

function hash(number: number): number {
  return Math.imul(number ^ (number >>> 7), 0x9e3779b1) >>> 0;
}

function shifted(question: Question, { slices, moves }: Service, by: number): Question {
  return {
    ...question,
    fullLoadSince: (question.fullLoadSince ?? 0) + by,
    now: question.now + by,
    undisturbed: question.undisturbed.map((one) => ({ ...one, from: one.from + by, to: one.to + by })),
    patchedSince: new Map([...question.patchedSince].map(([host, at]) => [host, at + by])),
    seen: new Samples(
      slices.map((slice) => ({ ...slice, at: slice.at + by })),
      moves.map((move) => ({ ...move, at: move.at + by })),
    ),
  };
}
