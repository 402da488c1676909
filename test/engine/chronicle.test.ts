import { describe, expect, test } from "vitest";
import type { Claimed, Followed, Observed } from "../../provider/engine/chronicle.ts";
import type { JournalEntry } from "../../provider/engine/ports.ts";
import { smallFleet } from "../support/fleets.ts";
import { Rig } from "../support/rig.ts";

/** Three hosts with two workloads each, and a check at two gates. */
const rig = () =>
  new Rig({
    fleet: smallFleet({ hosts: 3, perHost: 2 }),
    checks: [{ kind: "tcp", name: "shop", address: "shop", port: 443, at: ["preflight", "verify"] }],
  });

describe("what the journal keeps for a report", () => {
  test("who rolls what, the plan, how full the hosts get, and what was proven with which evidence", async () => {
    const one = rig();
    await one.end();
    const entries = one.journal.entries("run-1");
    const of = <Data>(kind: string): Data[] =>
      entries.filter((entry) => entry.kind === kind).map(({ data }: JournalEntry) => data as Data);

    expect(of<Claimed>("claimed")).toMatchObject([
      { holder: "tester@rig, process 1", level: "8.0.3", owner: "project/stack/fleet", scale: 1, approvals: [] },
    ]);
    const [plan] = of<Followed>("followed");
    expect(plan?.hosts.map(({ host, from, to }) => [host, from, to])).toEqual(
      ["h1", "h2", "h3"].map((host) => [host, "8.0.1", "8.0.3"]).sort(),
    );
    expect(plan?.totals.moves).toBe(plan?.hosts.reduce((sum, { moves }) => sum + moves, 0));

    const seen = of<Observed>("observed");
    expect(Math.max(...seen.map(({ out }) => out))).toBe(1);
    // Four workloads of 8 GiB on one of 64, while a third one is on its way.
    expect(Math.max(...seen.map(({ fullest }) => fullest?.share ?? 0))).toBeGreaterThanOrEqual(0.375);
    const times = entries.filter(({ kind }) => kind === "observed").map(({ at }) => at);
    expect(times.slice(1).every((at, index) => at - (times[index] ?? 0) >= 60_000)).toBe(true);

    const verified = entries.filter(
      ({ kind, data }) => kind === "passed" && (data as { step: string }).step === "verify",
    );
    expect(verified).toHaveLength(3);
    for (const { data } of verified) {
      const { boot, proof, checks } = data as { boot: string; proof: Record<string, string>; checks: unknown };
      expect(proof).toMatchObject({ level: "8.0.3", second: "8.0.3", boot });
      expect(proof.bootBefore).not.toBe(boot);
      expect(checks).toEqual([{ name: "shop", evidence: "ok" }]);
    }
    expect(of<{ text: string }>("phase").map(({ text }) => text)).toContain("rebooting");
  });

  test("is not remembered: the fleet record stays small", async () => {
    const { memory } = await rig().end();
    expect(JSON.stringify(memory)).not.toContain("proof");
  });
});
