import { describe, expect, it } from "vitest";
import { memoryJournal } from "../../provider/engine/journal.ts";
import { tightFleet } from "../support/fleets.ts";
import { Mortal } from "../support/mortal.ts";
import { Rig } from "../support/rig.ts";
import { rules } from "../support/rules.ts";

const MINUTE = 60_000;
/** The lease of the dead is free after some minutes of fleet time. */
const SLOW = { kind: "slow", workload: "h2-b", factor: 10, count: 1 } as const;
const policy = { reserve: 0, putBack: "none", canary: 0 } as const;

/** A rig whose first process died while the platform moves h2-b to h3, which makes room for what is on h1. */
async function killedInMidMove(faults: Parameters<typeof tightFleet>[0] = []): Promise<Rig> {
  const fleet = tightFleet(faults);
  const watch = rules(new Rig({ fleet, policy }).inputs().policy);
  for (let call = 1; call < 100; call++) {
    const rig = new Rig({ fleet, policy, watch });
    const mortal = new Mortal({ call, moment: "during" });
    const journal = mortal.journal(rig.journal);
    await rig.up({ journal, through: (driver) => mortal.driver(driver), killed: mortal.killed });
    if (rig.world.workloads.get("h2-b")?.doing?.kind === "migrate") return rig;
  }
  throw new Error("no room was made");
}

describe("a process killed while a workload moves to make room", () => {
  it.each([
    ["kept", true],
    ["gone", false],
  ])("journal %s: the next one waits for it to land, plans again and goes on to done", async (_, kept) => {
    const rig = await killedInMidMove([SLOW]);
    const from = rig.news.length;
    const { ending } = await rig.end(kept ? {} : { journal: memoryJournal() });
    expect(ending).toEqual({ kind: "done", note: "3 hosts rolled" });
    const texts = rig.news.slice(from).map((news) => news.text);
    expect(texts[0]).toContain("waiting for a migration in flight (h2-b → h3): h1 cannot be emptied: h1-a");
    expect(texts.filter((text) => text.startsWith("waiting"))).toHaveLength(1);
    const made = texts.filter((text) => text.startsWith("making room: h2-b"));
    expect(made).toEqual([]);
  });

  it("waits no longer than a drain may take, and then says what is in the way", async () => {
    const rig = await killedInMidMove([{ kind: "migration-never-converges", workload: "h2-b", count: "always" }]);
    const began = rig.time.now();
    const { ending } = await rig.end({ policy: { deadlines: { drain: "20m" } } });
    expect(ending).toMatchObject({ kind: "halted", sticky: false });
    expect(ending).toMatchObject({ reason: expect.stringContaining("h1-a") });
    expect(rig.time.now() - began).toBeGreaterThanOrEqual(20 * MINUTE);
    expect(rig.time.now() - began).toBeLessThan(40 * MINUTE);
  });
});
