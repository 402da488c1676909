import { describe, expect, test } from "vitest";
import type { PolicyInput } from "../../provider/core/policy.ts";
import { windowsFor } from "../../provider/engine/windows.ts";
import { smallFleet } from "../support/fleets.ts";
import { Rig } from "../support/rig.ts";

const minute = 60_000;

/** When each host went out and was let go, by what the fleet has seen. */
function turns({ world }: Rig): { host: string; from: number; until: number }[] {
  const done = world.events.filter(({ by, outcome }) => by === "run" && outcome === "done");
  return done
    .filter(({ what }) => what === "cordon")
    .map(({ host = "", at: from }) => {
      const released = done.find(({ what, host: of, at }) => what === "release" && of === host && at > from);
      return { host, from, until: released?.at ?? Number.POSITIVE_INFINITY };
    });
}

function rolling(policy: PolicyInput): Rig {
  return new Rig({ fleet: smallFleet({ hosts: 5, perHost: 2 }), policy: { waitAtGate: "30d", ...policy } });
}

describe("windows that end in mid-roll", () => {
  test.each([15, 20, 30, 45, 60, 90])(
    "of %d minutes: every host is back before its window ends, whatever its width",
    async (length) => {
      for (const maxUnavailable of [1, 2]) {
        const policy: PolicyInput = {
          maxUnavailable,
          startWidth: maxUnavailable,
          windows: [{ start: "0 22 * * *", duration: `${length}m` }],
        };
        const rig = rolling(policy);
        expect((await rig.end()).ending).toMatchObject({ kind: "done" });
        const { windows, freeze } = rig.inputs().policy;
        const windowAt = windowsFor(windows, freeze);
        const found = turns(rig);
        expect(found).toHaveLength(5);
        for (const { from, until } of found) {
          const { open, changesAt = Number.POSITIVE_INFINITY } = windowAt(from);
          expect(open).toBe(true);
          // The forecast is an estimate, rounded to seconds: looks and beats come on top of it.
          expect(until).toBeLessThanOrEqual(changesAt + minute);
        }
      }
    },
  );

  test("a freeze period ends one early, and the roll goes on in the first window after it", async () => {
    const rig = rolling({
      windows: [{ start: "0 22 * * *", duration: "4h" }],
      freeze: [{ from: "2026-01-05T22:40", to: "2026-01-07" }],
    });
    expect((await rig.end()).ending.kind).toBe("done");
    const nights = turns(rig).map(({ from }) => new Date(from).toISOString().slice(0, 10));
    expect(new Set(nights)).toEqual(new Set(["2026-01-05", "2026-01-08"]));
    for (const { until } of turns(rig).filter(({ from }) => from < Date.parse("2026-01-06")))
      expect(until).toBeLessThanOrEqual(Date.parse("2026-01-05T22:41"));
  });

  test("without patience `up` ends as paused, at a safe point, says why, and the next one goes on in the next window", async () => {
    const rig = rolling({ waitAtGate: "0s", windows: [{ start: "0 8 * * *", duration: "40m" }] });
    const first = await rig.end();
    expect(first.ending).toMatchObject({ kind: "paused", cause: "window" });
    expect(first.ending.kind === "paused" && first.ending.note).toMatch(
      /^the window ends in \d+ min, before h\d would be done; \d hosts left$/,
    );
    expect([...rig.world.hosts.values()].filter(({ mark, cordoned }) => mark !== undefined || cordoned)).toEqual([]);
    await rig.time.pass(12 * 60 * minute);
    expect((await rig.end()).ending).toMatchObject({
      kind: "paused",
      note: expect.stringMatching(/^outside of the maintenance windows/),
    });
    await rig.time.pass(Date.parse("2026-01-06T08:01:00Z") - rig.time.now());
    expect((await rig.end()).memory.done.length).toBeGreaterThan(first.memory.done.length);
  });
});
