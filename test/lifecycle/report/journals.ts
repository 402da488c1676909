import type { Act } from "../../../provider/core/act.ts";
import type { Estimate, Evidence } from "../../../provider/core/impact/question.ts";
import type { Measured } from "../../../provider/core/reduce-impact.ts";
import type { Ending, RunMemory } from "../../../provider/core/run.ts";
import { newRun } from "../../../provider/core/run.ts";
import type { Claimed, Followed, Observed } from "../../../provider/engine/chronicle.ts";
import type { StoredEntry } from "../../../provider/engine/ports.ts";
import { type Kept, runReport } from "../../../provider/lifecycle/report/report.ts";
import type { RunReport } from "../../../provider/lifecycle/report/schema.ts";

export interface JournalOptions {
  readonly hosts: number;
  /** Hosts out at once after the first five. Default 1. */
  readonly width?: number;
  /** Workloads of each host. Default 10. */
  readonly workloads?: number;
  /** How hosts are called. Default `esx-001`. */
  readonly name?: (index: number) => string;
  /** The effect of the patch that the first five hosts measure, ln scale; absent: nothing is measured. */
  readonly effect?: number;
  readonly ending?: Ending;
}

const START = Date.parse("2026-11-20T20:00:00Z");
/** Seconds of a host's turn. */
const DRAIN = 25;
const PATCH = 600;
const BOOT = 260;

/** A journal as the engine writes it, of any size, without rolling anything: the same options give the same journal. */
export function journalOf(options: JournalOptions): Kept & { readonly entries: StoredEntry[] } {
  const {
    hosts: count,
    width = 1,
    workloads = 10,
    effect,
    ending = { kind: "done", note: `${count} hosts rolled` },
  } = options;
  const name = options.name ?? ((index: number) => `esx-${String(index + 1).padStart(3, "0")}`);
  const names = Array.from({ length: count }, (_, index) => name(index));
  const random = seeded(7);
  const raw: { at: number; kind: string; host?: string; data: object }[] = [];
  const put = (at: number, kind: string, data: object, host?: string): void => {
    raw.push({ at, kind, data, ...(host === undefined ? {} : { host }) });
  };
  const judged = effect === undefined ? 0 : Math.min(5, count);
  const turns = names.map((host, index) => {
    const group = index < judged ? index : judged + Math.floor((index - judged) / width);
    const solo = DRAIN * workloads * 2 + PATCH + BOOT + 1_560;
    const short = DRAIN * workloads * 2 + PATCH + BOOT + 200;
    const start = 300 + Math.min(group, judged) * solo + Math.max(0, group - judged) * short + (index % width) * 20;
    return { host, index, start, isJudged: index < judged };
  });
  const claimed: Claimed = {
    holder: "anna@runner-7, process 4711",
    owner: "shop/prod/fleet",
    target: "vsphere://vc.example.com/cluster-1",
    level: "8.0.3",
    scale: 1,
    ...(effect === undefined ? {} : { impact: { tolerance: 0.1, judged: 5 } }),
    approvals: [
      { of: "plan", id: "8h-160m-1out-4t-1e-aa-bb", by: "bert@laptop, process 99", at: "2026-11-20T19:55:00Z" },
    ],
  };
  put(0, "claimed", claimed);
  const length = Math.max(...turns.map(({ start }) => start)) + 2_200;
  const followed: Followed = {
    plan: "8h-160m-1out-4t-1e-aa-bb",
    why: "there is no plan yet",
    totals: {
      hosts: count,
      moves: count * workloads * 2,
      gib: count * 160,
      out: width,
      hours: { low: 2, expected: (length - 300) / 3600 / 1.04, high: 9 },
    },
    fullest: 0.87,
    hosts: turns.map(({ host, index, start }) => ({
      ...{
        host,
        from: index % 7 === 3 ? "8.0.1" : "8.0.2",
        to: "8.0.3",
        canary: index === 0,
        wave: 1 + Math.floor(index / width),
        moves: workloads * 2,
      },
      start: start - 300,
      end: start + 1_300,
    })),
  };
  put(1, "followed", followed);
  if (effect !== undefined) put(2, "reference", { moment: "began", at: START });
  if (effect !== undefined) put(290, "reference", { moment: "ended", at: START + 290_000 });
  put(1, "planned", { plan: followed.plan, canaries: names.slice(0, 1) });
  for (const turn of turns) oneTurn(put, turn, { names, workloads, random, effect });
  for (let at = 0; at <= length; at += 60) {
    const out = turns.filter(({ start }) => start <= at && at < start + 1_300).length;
    const share = Math.min(0.99, 0.62 + 0.04 * out + random() * 0.1);
    const observed: Observed = {
      fullest: { host: names[Math.floor(random() * count)] ?? "", share },
      mean: 0.55 + out * 0.01,
      out,
    };
    put(at, "observed", observed);
  }
  put(length - 2, "tested", { moment: "after", failures: [] });
  put(length, "ended", { ending });
  raw.sort((a, b) => a.at - b.at);
  const entries = raw.map(({ at, kind, host, data }, index) => ({
    ...{ seq: index + 1, run: "20261120-2000-k3f9", kind, data: JSON.parse(JSON.stringify(data)) },
    ...(host === undefined ? {} : { host }),
    at: START + Math.round(at * 1000),
    wall: new Date(START + Math.round(at * 1000)).toISOString(),
  }));
  const memory: RunMemory = {
    ...newRun("20261120-2000-k3f9", claimed.owner, "version=8.0.3", new Date(START).toISOString()),
    canaryPassed: true,
    canaries: names.slice(0, 1),
    done: names,
    ending,
  };
  return { run: memory.id, entries, memory, head: "5f".repeat(32) };
}

export const reportOf = (options: JournalOptions): RunReport => runReport(journalOf(options));

type Put = (at: number, kind: string, data: object, host?: string) => void;

interface Turn {
  readonly host: string;
  readonly index: number;
  readonly start: number;
  readonly isJudged: boolean;
}

interface World {
  readonly names: readonly string[];
  readonly workloads: number;
  readonly random: () => number;
  readonly effect: number | undefined;
}

function oneTurn(put: Put, { host, index, start, isJudged }: Turn, { names, workloads, random, effect }: World): void {
  let at = start;
  const act = (one: Act, step: string, took: number): void => {
    put(at, "began", { host, step, act: one }, host);
    at += took;
    put(at, "did", { act: one }, host);
  };
  const there = (offset: number): string => names[(index + offset) % names.length] ?? host;
  act({ name: "check", host, at: "preflight" }, "preflight", 4);
  act({ name: "cordon", host }, "cordon", 2);
  for (let n = 0; n < workloads; n++)
    act(
      { name: "migrate", host, workload: `${host}-vm${n}`, to: there(1 + (n % 5)), step: "evacuate" },
      "evacuate",
      DRAIN * (0.4 + random()),
    );
  const remediate: Act = { name: "remediate", host };
  if (index % 41 === 5) {
    put(at, "began", { host, step: "remediate", facts: { bootBefore: `b${index}-1` }, act: remediate }, host);
    at += 200;
    put(
      at,
      "tried",
      {
        host,
        step: "remediate",
        why: `${host}: the installer says "no space left".`,
        notBefore: at + 30,
        final: false,
        act: remediate,
      },
      host,
    );
    at += 30;
  }
  put(at, "began", { host, step: "remediate", facts: { bootBefore: `b${index}-1` }, act: remediate }, host);
  put(at + 1, "phase", { text: "installing 8.0.3", act: remediate }, host);
  at += PATCH * (0.8 + random() * 0.4);
  put(at, "phase", { text: "rebooting", act: remediate }, host);
  at += BOOT * (0.8 + random() * 0.4);
  put(at, "did", { act: remediate }, host);
  act({ name: "check", host, at: "verify" }, "verify", 16);
  const proof = { level: "8.0.3", second: "8.0.3", bootBefore: `b${index}-1`, boot: `b${index}-2` };
  const checks = [{ name: "shop", evidence: "HTTP 200 after 12 ms" }];
  put(at, "passed", { host, step: "verify", boot: proof.boot, proof, checks }, host);
  act({ name: "uncordon", host }, "uncordon", 2);
  for (let n = 0; n < workloads; n++)
    act(
      { name: "migrate", host, workload: `${host}-vm${n}`, to: host, step: "put back" },
      "put back",
      DRAIN * (0.4 + random()),
    );
  if (isJudged && effect !== undefined) {
    const full = at;
    put(full, "full load", { host, at: START + full * 1000 }, host);
    const minutes = effect < 0.04 ? 5 : 20;
    at = full + minutes * 60;
    put(at, "measured", measured(host, effect, workloads, full, minutes, random), host);
  }
  act({ name: "check", host, at: "gate" }, "gate", 5);
  put(at, "began", { host, step: "release", act: { name: "release", host } }, host);
  put(at + 1, "did", { act: { name: "release", host } }, host);
  put(at + 1, "released", { host, atLevel: true }, host);
  if (index === 0) put(at + 2, "canary passed", {});
}

function measured(
  host: string,
  effect: number,
  workloads: number,
  full: number,
  minutes: number,
  random: () => number,
): Measured {
  const of = (reach: number): Estimate => estimate(effect + (random() - 0.5) * 0.03, 0.034 / Math.sqrt(reach / 5), 12);
  const looks = [5, 10, 20]
    .filter((one) => one <= minutes)
    .map((one) => ({
      at: START + Math.round((full + one * 60) * 1000),
      minutes: one,
      kind: "look" as const,
      result: one === minutes ? ("pass" as const) : ("open" as const),
      estimate: of(one),
    }));
  const evidence: Evidence = {
    host,
    estimate: of(minutes),
    rows: Array.from({ length: workloads - 1 }, (_, n) => ({
      workload: `${host}-vm${n}`,
      change: effect + (random() - 0.5) * 0.12,
      spread: 0.05,
    })),
    excluded: [
      { workload: `${host}-vm${workloads - 1}`, why: "put back on another host: carries the difference between hosts" },
    ],
    looks,
    spreads: [],
  };
  return {
    kind: "measured",
    host,
    at: 0,
    judged: true,
    verdict: "pass",
    sentence: `no loss above 10 % on ${host}`,
    evidence,
  };
}

function estimate(delta: number, se: number, df: number): Estimate {
  const controls = { hosts: 12, workloads: 120 };
  return {
    minutes: 5,
    delta,
    se,
    df,
    lower: delta - 2.1 * se,
    upper: delta + 2.1 * se,
    treated: 9,
    requests: 2_700,
    controls,
  };
}

/** Numbers in [0, 1) of a seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
