import { expect, it } from "vitest";
import type { Status } from "../../provider/cli/commands/status.ts";
import { statusText } from "../../provider/cli/status-text.ts";
import { freshHost, newRun, noImpact } from "../../provider/core/run.ts";

const run = newRun("r1", "p/s/n", "version=8.0.3", "2026-01-05T08:00:00Z");
const status = (change: Partial<typeof run>): string => {
  const known = { ...run, ...change };
  const told = {
    target: "simulated:fleet.db",
    state: "rolling",
    levels: {},
    out: [],
    inHand: [],
    underWay: [],
    approvals: [],
    run: known,
  };
  return statusText(told as unknown as Status, "inputs.json").replace(/\s+/g, " ");
};

it("says what a measured run watches, whom it suspects, and how hosts were judged", () => {
  expect(status({})).not.toMatch(/watching|judged/);
  expect(status({ impact: { ...noImpact, reference: { from: 1 } } })).toContain(
    "watching the service before the next host",
  );
  const impact = {
    ...noImpact,
    reference: { from: 1, until: 2 },
    verdicts: [{ host: "h1", verdict: "pass" as const, earlier: { host: "h1", spreads: [] } }],
    suspects: { h2: 9 },
  };
  const hosts = { h2: { ...freshHost, fullSince: 5 }, h3: { ...freshHost, fullSince: 5, passed: ["soak" as const] } };
  expect(status({ impact, hosts })).toContain("judged h1 (pass), watching h2, h2 under suspicion");
});
