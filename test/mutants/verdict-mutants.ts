import { changesIn, type Mutant } from "./mutants.ts";

const change = changesIn("provider/core/impact");

/** Each is a mistake that somebody could make in the verdict; `test/core/impact/breach.ts` must notice every one. */
export const verdictMutants: readonly Mutant[] = [
  {
    name: "convicts without confirmation",
    changes: [change("judge.ts", 'if (result === "confirmed") return', 'if (result !== "no data") return')],
  },
  {
    name: "acquits what is merely not significant",
    changes: [
      change(
        "course.ts",
        "estimate.upper < Math.log1p(settings.tolerance)",
        "estimate.lower < Math.log1p(settings.tolerance)",
      ),
    ],
  },
  {
    name: "acquits at partial load",
    changes: [
      change("judge.ts", 'if (fullLoadSince === undefined) return { state: "waiting" };', ""),
      change("course.ts", "question.fullLoadSince ?? question.now", "question.fullLoadSince ?? question.now - 600_000"),
    ],
  },
  {
    name: "forgets that neighbours share a host",
    changes: [
      change("difference.ts", "host.variance * (1 / treated.length + 1 / controls.length)", "0 * treated.length"),
    ],
  },
  {
    name: "compares workloads on different hosts",
    changes: [change("compare.ts", "if (strange !== undefined)", 'if (strange === "")')],
  },
  {
    name: "takes hosts for controls that were patched in between",
    changes: [
      change(
        "compare.ts",
        "if (before.some((window) => isPatched(question, host, window) !== state)) return undefined;",
        "if (state === undefined) return undefined;",
      ),
    ],
  },
  {
    name: "does not let moved workloads settle",
    changes: [change("seen.ts", "at < move + SETTLE", "at < move")],
  },
  {
    name: "takes silence for success",
    changes: [
      change(
        "bins.ts",
        "new Uint8Array(Math.floor(places.length / ERROR_SLICES)).fill(GAP)",
        "new Uint8Array(Math.floor(places.length / ERROR_SLICES))",
      ),
      change("course.ts", '(seen.latency?.lack?.kind ?? "open")', '(seen.latency?.lack ? "pass" : "open")'),
    ],
  },
  {
    name: "takes a single workload for a host",
    changes: [change("estimate.ts", "const LEAST_WORKLOADS = 2;", "const LEAST_WORKLOADS = 1;")],
  },
  {
    name: "blames one burst of errors on the patch",
    changes: [change("bad-bins.ts", "if (worst.bad < 0) return all;", "if (worst.bad < 1e9) return all;")],
  },
  {
    name: "takes errors that come in clumps for many",
    changes: [
      change("bad-bins.ts", "df > 0 ? Math.max(1, chiSquare / df) : 1", "df > 0 ? Math.min(1, chiSquare / df) : 1"),
    ],
  },
  {
    name: "gives every host the whole budget",
    changes: [
      change("settings.ts", "(Math.max(1, looks.length) * Math.max(1, hosts))", "Math.max(1, looks.length, 0 * hosts)"),
    ],
  },
  {
    name: "convicts losses below the tolerance",
    changes: [
      change("course.ts", "return delta >= least && delta / se >", "return delta >= 0 * least && delta / se >"),
    ],
  },
  {
    name: "halts on one host what takes several",
    changes: [change("pooled.ts", "count > 1 && delta >=", "count > 0 && delta >=")],
  },
  {
    name: "is as sure with few controls as with many",
    changes: [change("difference.ts", "const FEW_HOSTS_FACTOR = 1.25;", "const FEW_HOSTS_FACTOR = 1;")],
  },
  {
    name: "lets bursts into the mean",
    changes: [
      change("bins.ts", "const cut = Math.floor(values.length / 4);", "const cut = Math.floor(values.length / 400);"),
    ],
  },
  {
    name: "blames the network's trouble on the patch",
    changes: [
      change("guard-rules.ts", "failing.length >= ROW.controls * controls.length", "failing.length > controls.length"),
    ],
  },
  {
    name: "trips while a moved workload settles",
    changes: [change("guard-sight.ts", "!isSettling(series, start);", "start >= 0;")],
  },
];
