import { describe, expect, it } from "vitest";
import { judgeErrors, judgeHost } from "../../../provider/core/impact/judge.ts";
import type { Assessment } from "../../../provider/core/impact/question.ts";
import { Samples } from "../../../provider/core/impact/seen.ts";
import { looksOf, MINUTE, passNotBefore } from "../../../provider/core/impact/settings.ts";
import { DRAINED, END, FULL, PATCHED, questionOf, service } from "./service.ts";

const full = (minutes: number) => FULL + minutes * MINUTE;
const quiet = service();
const slow = service({ loss: 0.4 });

/** What an assessment says, without its figures. */
function verdict({ evidence: _evidence, sentence: _sentence, ...standing }: Assessment): object {
  return standing;
}

describe("a host that is as it was", () => {
  it("waits for its first look, then passes with an upper bound under the tolerance", () => {
    expect(verdict(judgeHost(questionOf(quiet, { now: full(4.9) })))).toEqual({ state: "waiting", until: full(5) });
    const found = judgeHost(questionOf(quiet, { now: full(5) }));
    expect(found).toMatchObject({
      state: "pass",
      evidence: { excluded: [], estimate: { treated: 4, controls: { hosts: 5 } } },
    });
    expect(found.sentence).toMatch(/^h0: no loss above 10\.0 % \(upper bound \d\.\d %\)$/);
    expect(found.evidence.rows.map(({ workload }) => workload)).toEqual(["h0-w0", "h0-w1", "h0-w2", "h0-w3"]);
  });

  it("never passes before its load is full, however fast it looks", () => {
    const { fullLoadSince: _, ...partial } = questionOf(service({ loss: -0.3 }));
    expect(verdict(judgeHost(partial))).toEqual({ state: "waiting" });
    expect(verdict(judgeErrors(partial))).toEqual({ state: "waiting" });
  });

  it("does not pass before the look that a canary has to wait for", () => {
    const looks = looksOf("canary", 60);
    const settings = { tolerance: 0.1, hosts: 6, looks, passNotBefore: passNotBefore("canary", looks) };
    expect(looks).toEqual([5, 10, 20, 40, 60]);
    expect(verdict(judgeHost(questionOf(quiet, { settings, now: full(19) })))).toEqual({
      state: "waiting",
      until: full(20),
    });
    expect(verdict(judgeHost(questionOf(quiet, { settings, now: full(20) })))).toEqual({ state: "pass" });
  });
});

describe("a host that lost", () => {
  it("is suspect, holds, and is convicted by the next five minutes", () => {
    expect(verdict(judgeHost(questionOf(slow, { now: full(5) })))).toEqual({
      state: "suspect",
      by: "latency",
      until: full(10),
    });
    const found = judgeHost(questionOf(slow, { now: full(10) }));
    expect(verdict(found)).toEqual({ state: "regress", by: "latency" });
    const { delta = 0, lower = 0, upper = 0, minutes } = found.evidence.estimate ?? {};
    expect(minutes).toBe(10);
    expect(lower).toBeLessThan(Math.log(1.4));
    expect(upper).toBeGreaterThan(Math.log(1.4));
    expect(delta).toBeCloseTo(Math.log(1.4), 1);
    expect(found.sentence).toMatch(
      /^this patch costs \+\d+\.\d % median latency \(95 % CI [\d.]+ to [\d.]+; 4 workloads against 20 workloads on 5 hosts\) on h0$/,
    );
  });

  it("for five minutes only is released and passes later", () => {
    const blip = service({
      alter: (ms, { host, at }) => (host === "h0" && at >= FULL && at < full(5) ? 1.6 * ms : ms),
    });
    const looks = (now: number) =>
      judgeHost(questionOf(blip, { now })).evidence.looks.map(({ kind, result }) => `${kind} ${result}`);
    expect(looks(full(5))).toEqual(["look suspect"]);
    expect(looks(END).slice(0, 2)).toEqual(["look suspect", "confirm not confirmed"]);
    expect(judgeHost(questionOf(blip)).state).not.toBe("regress");
  });

  it("below the tolerance is never convicted, only not acquitted", () => {
    expect(judgeHost(questionOf(service({ loss: 0.08 })))).toMatchObject({ state: "inconclusive", why: "noisy" });
  });

  it("together with all others has not lost: the network or the hour did it", () => {
    const all = service({ alter: (ms, { at }) => (at >= FULL ? 1.5 * ms : ms) });
    expect(judgeHost(questionOf(all)).state).toBe("pass");
  });
});

describe("errors", () => {
  const failing = (share: number, where: (host: string) => boolean) => {
    let count = 0;
    return service({
      alter: (ms, { host, at }) => {
        const ok = at < PATCHED || !where(host);
        if (ok) return ms;
        count += share;
        if (count < 1) return ms;
        count -= 1;
        return null;
      },
    });
  };

  it("on the patched host convict it, confirmed by the next minutes", () => {
    const question = questionOf(failing(0.05, (host) => host === "h0"));
    expect(verdict(judgeErrors({ ...question, now: full(5) }))).toEqual({
      state: "suspect",
      by: "errors",
      until: full(10),
    });
    const found = judgeErrors(question);
    expect(verdict(found)).toEqual({ state: "regress", by: "errors" });
    expect(found.sentence).toMatch(
      /^this patch causes errors on h0: \d+\.\d % of its 10 s bins had failures where \d\.\d % were to be expected$/,
    );
    expect(judgeHost(question)).toMatchObject({ state: "regress", by: "errors" });
  });

  it("everywhere convict nobody", () => {
    const question = questionOf(failing(0.05, () => true));
    expect(verdict(judgeErrors(question))).toEqual({ state: "pass" });
    expect(judgeErrors({ ...question, now: full(19) })).toMatchObject({ state: "waiting", until: full(20) });
  });

  it("within one minute are not the patch", () => {
    const burst = service({
      alter: (ms, { host, at }) => (host === "h0" && at >= full(2) && at < full(3) ? null : ms),
    });
    expect(judgeErrors(questionOf(burst)).evidence.looks.map(({ result }) => result)).toEqual(["open", "open", "open"]);
  });

  it("do not hold the rest for want of data", () => {
    const silent = service({ alter: (ms, { host, at }) => (host === "h0" && at >= FULL ? undefined : ms) });
    expect(judgeErrors(questionOf(silent))).toMatchObject({ state: "pass", evidence: { looks: [{}, {}, {}] } });
  });
});

describe("data that are not enough", () => {
  it("silent probes: never a pass; no data in the end", () => {
    const silent = service({ alter: (ms, { host, at }) => (host === "h0" && at >= FULL ? undefined : ms) });
    for (const minutes of [0, 5, 10, 19])
      expect(judgeHost(questionOf(silent, { now: full(minutes) })).state).toBe("waiting");
    expect(judgeHost(questionOf(silent))).toMatchObject({ state: "inconclusive", why: "no data" });
    expect(judgeHost(questionOf(silent)).evidence.excluded.map(({ workload }) => workload)).toEqual(silent.workloads);
  });

  it("probes silent from the very start, and everywhere", () => {
    for (const from of [0, FULL]) {
      const silent = service({ alter: (ms, { at }) => (at >= from ? undefined : ms) });
      expect(judgeHost(questionOf(silent))).toMatchObject({ state: "inconclusive", why: "no data" });
    }
  });

  it("a gap of half a soak loses its looks; a short one does not", () => {
    const gap = (from: number, to: number) =>
      service({ alter: (ms, { at }) => (at >= full(from) && at < full(to) ? undefined : ms) });
    expect(judgeHost(questionOf(gap(1, 4)))).toMatchObject({
      evidence: { looks: [{ result: "no data" }, { result: "pass" }] },
    });
    expect(judgeHost(questionOf(gap(2.5, 3)))).toMatchObject({ evidence: { looks: [{ result: "pass" }] } });
  });

  it("names workloads that drop out and goes on with the others", () => {
    const thin = service({ alter: (ms, { workload, at }) => (workload === "h0-w2" && at >= FULL ? undefined : ms) });
    const { evidence } = judgeHost(questionOf(thin));
    expect(evidence.estimate?.treated).toBe(3);
    expect(evidence.excluded).toEqual([{ workload: "h0-w2", why: expect.stringContaining("too little data after") }]);
  });

  it("a single workload is not a verdict", () => {
    const one = service({ workloads: 1, hosts: 8 });
    expect(judgeHost(questionOf(one))).toMatchObject({ state: "inconclusive", why: "no data" });
  });

  it("no workload of the host is probed: not tested, which holds nobody", () => {
    const { slices, moves } = quiet;
    const others = slices.filter(({ workload }) => !workload.startsWith("h0-"));
    const found = judgeHost(questionOf({ slices: others, moves, workloads: [] }));
    expect(found).toMatchObject({ state: "inconclusive", why: "no control" });
    expect(found.sentence).toBe("h0: not tested: none of its workloads is probed");
  });
});

describe("like with like", () => {
  it("workloads put back elsewhere are excluded and named", () => {
    const away = service({ away: ["h0-w1"] });
    const { state, evidence } = judgeHost(questionOf(away));
    expect(state).toBe("pass");
    expect(evidence.excluded).toEqual([{ workload: "h0-w1", why: "on h1, not on h0 where its reference was taken" }]);
    // And h1 carries a fifth workload now: its load is not what it was.
    expect(evidence.estimate?.controls).toEqual({ hosts: 4, workloads: 16 });
  });

  it("hosts that were patched in between are no controls; those patched all the time are", () => {
    const between = new Map([
      ["h0", PATCHED],
      ["h5", DRAINED + MINUTE],
    ]);
    expect(judgeHost(questionOf(quiet, { patchedSince: between })).evidence.estimate?.controls.hosts).toBe(4);
    const throughout = new Map([["h0", PATCHED], ...["h3", "h4", "h5"].map((host) => [host, -1] as const)]);
    expect(judgeHost(questionOf(quiet, { patchedSince: throughout })).evidence.estimate?.controls.hosts).toBe(5);
    const few = new Map([["h0", PATCHED], ["h5", -1] as const]);
    expect(judgeHost(questionOf(quiet, { patchedSince: few })).evidence.estimate?.controls.hosts).toBe(4);
  });

  it("hosts whose load changed by more than a tenth are no controls", () => {
    const loads = ["h1", "h2", "h3", "h4", "h5"].flatMap((host, index) => [
      { host, at: 0, load: 100 },
      { host, at: FULL, load: 100 + 4 * index },
    ]);
    expect(judgeHost(questionOf(quiet, { loads })).evidence.estimate?.controls.hosts).toBe(3);
  });
});

describe("without controls", () => {
  const hour = 60 * MINUTE;
  const alone = (loss: number, baseline: number) => {
    const one = service({ hosts: 1, loss, from: DRAINED - baseline });
    const undisturbed = [{ kind: "baseline", from: DRAINED - baseline, to: DRAINED }] as const;
    return judgeHost(questionOf(one, { undisturbed }));
  };

  it("nothing passes", () => {
    expect(alone(0, 4 * hour)).toMatchObject({
      state: "inconclusive",
      why: "no control",
      sentence: "h0: not tested: no control",
    });
    expect(alone(0.2, 4 * hour).state).toBe("inconclusive");
  });

  it("half as much again is convicted where the baseline is four hours long", () => {
    expect(alone(0.8, 4 * hour)).toMatchObject({ state: "regress", by: "latency" });
    expect(alone(0.8, 3 * hour)).toMatchObject({ state: "inconclusive", why: "no control" });
  });
});

describe("the same question", () => {
  it("has the same answer when it is asked again, by somebody else, or before its time", () => {
    const question = questionOf(slow);
    const first = judgeHost(question);
    for (const now of [full(5), full(3), END]) judgeHost({ ...question, now });
    expect(judgeHost(question)).toEqual(first);
    expect(judgeHost(questionOf(slow))).toEqual(first);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
  });

  it("looks at nothing that comes after `now`", () => {
    const { slices, moves } = slow;
    for (const minutes of [5, 10]) {
      const known = new Samples(
        slices.filter(({ at }) => at < full(minutes)),
        moves,
      );
      expect(judgeHost(questionOf(slow, { now: full(minutes), seen: known }))).toEqual(
        judgeHost(questionOf(slow, { now: full(minutes) })),
      );
    }
  });
});

describe("looks", () => {
  it("go as far as the soak", () => {
    expect([looksOf("judged", 20), looksOf("judged", 12), looksOf("judged", 3), looksOf("canary", 30)]).toEqual([
      [5, 10, 20],
      [5, 10],
      [3],
      [5, 10, 20],
    ]);
    expect([passNotBefore("canary", [5, 10]), passNotBefore("judged", [5])]).toEqual([10, 0]);
  });
});
