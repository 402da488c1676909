import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Fleet } from "../../provider/core/fleet.ts";
import type { PolicyInput } from "../../provider/core/policy.ts";
import { quietAt } from "../../provider/core/quiet.ts";
import type { QuietSpan } from "../../provider/core/windows.ts";
import type { FleetSpecInput } from "../../provider/drivers/simulated/index.ts";
import { QuietReader } from "../../provider/engine/quiet.ts";
import { fleet, host, vm } from "../planner/fleets.ts";
import { smallFleet } from "../support/fleets.ts";
import { Rig } from "../support/rig.ts";

const at = (iso: string): number => Date.parse(iso);
const ALWAYS = { open: true, changesAt: undefined, ahead: [] } as const;
const night: QuietSpan = { start: "0 22 * * *", duration: 6 * 3_600_000, timezone: "Europe/Berlin" };

describe("reading quiet hours", () => {
  const of = (iso: string, ...quiet: QuietSpan[]): Fleet => ({
    ...fleet([host("h1")], [vm("a", "h1", 8, { quiet }), vm("b", "h1"), vm("c", "h1", 8, { state: "stopped", quiet })]),
    at: at(iso),
  });

  it("gives the spans from now on of what runs, in the zone they are written in", () => {
    const read = new QuietReader().read(of("2026-01-05T22:00:00Z", night), ALWAYS);
    expect(Object.keys(read?.spans ?? {})).toEqual(["a"]);
    const spans = read?.spans.a ?? [];
    expect(spans[0]).toEqual({ from: at("2026-01-05T22:00:00Z"), until: at("2026-01-06T03:00:00Z") });
    expect(spans[1]).toEqual({ from: at("2026-01-06T21:00:00Z"), until: at("2026-01-07T03:00:00Z") });
    expect(spans).toHaveLength(56);
    expect(spans.at(-1)?.until).toBeUndefined();
  });

  it("of days end with them, and nothing is quiet after the last one", () => {
    const days: QuietSpan = { from: "2026-01-10", to: "2026-01-11", timezone: "UTC" };
    const read = new QuietReader().read(of("2026-01-05T00:00:00Z", days), ALWAYS);
    expect(read?.spans.a).toEqual([{ from: at("2026-01-10T00:00:00Z"), until: at("2026-01-12T00:00:00Z") }]);
    expect(new QuietReader().read(of("2026-02-01T00:00:00Z", days), ALWAYS)?.spans.a).toEqual([]);
  });

  it("counts from the next opening where hosts may not start now", () => {
    const opening = at("2026-01-06T08:00:00Z");
    const closed = { open: false, changesAt: opening, ahead: [{ at: opening, until: undefined }] };
    expect(new QuietReader().read(of("2026-01-05T22:00:00Z", night), closed)?.from).toBe(opening);
  });

  it("says whose span cannot be read, and what to write", () => {
    const bad = { ...night, timezone: "Mars/Olympus" };
    expect(() => new QuietReader().read(of("2026-01-05T22:00:00Z", bad), ALWAYS)).toThrow(
      'Quiet hours of a: "Mars/Olympus" is not a time zone; write an IANA name like "Europe/Berlin" or "UTC".',
    );
  });

  it("a reader that is kept says the same as a new one, at any moment", () => {
    const moments = fc.array(fc.nat(80 * 24 * 60), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(moments, (minutes) => {
        const kept = new QuietReader();
        for (const minute of minutes) {
          const now = at("2026-03-01T00:00:00Z") + minute * 60_000;
          const seen = { ...of("2026-01-01T00:00:00Z", night), at: now };
          const fresh = new QuietReader().read(seen, ALWAYS);
          const again = kept.read(seen, ALWAYS);
          for (const later of [0, 60, 24 * 60, 7 * 24 * 60].map((more) => now + more * 60_000))
            expect(quietAt(again, "a", later) !== undefined).toBe(quietAt(fresh, "a", later) !== undefined);
        }
      }),
      { numRuns: 30 },
    );
  });
});

/** Moves of workloads that began in their quiet hours, by what the fleet has seen. */
function broken({ world }: Rig): string[] {
  const reader = new QuietReader();
  return world.events.flatMap(({ by, what, outcome, workload: id = "", at: now }) => {
    if (by !== "run" || what !== "migrate" || outcome !== "begun") return [];
    const quiet = world.workloads.get(id)?.quiet ?? [];
    const seen = { ...fleet([host("h1")], [vm(id, "h1", 8, { quiet })]), at: now };
    return quietAt(reader.read(seen, ALWAYS), id, now) === undefined ? [] : [`${id} at ${new Date(now).toISOString()}`];
  });
}

function rolling(hours: readonly QuietSpan[], policy: PolicyInput = {}, more: Partial<FleetSpecInput> = {}): Rig {
  const small = smallFleet({ hosts: 5, perHost: 2 });
  const workloads = (small.workloads ?? []).map((one, index) => {
    const quiet = hours[index % (hours.length + 1)];
    return quiet === undefined ? one : { ...one, quiet: [{ ...quiet, duration: `${quiet.duration}ms` }] };
  });
  return new Rig({ fleet: { ...small, workloads, ...more }, policy: { waitAtGate: "30d", ...policy } });
}

describe("rolls", () => {
  test.each([
    ["0 9 * * *", 60],
    ["30 8 * * *", 240],
    ["0 */2 * * *", 70],
    ["0 * * * *", 30],
  ])("with quiet hours from %s for %d minutes move nothing in them, and end done", async (start, minutes) => {
    for (const putBack of ["bounded", "home"] as const) {
      const quiet: QuietSpan = { start, duration: minutes * 60_000, timezone: "UTC" };
      const rig = rolling([quiet], { putBack, maxUnavailable: 2 });
      expect((await rig.end()).ending).toMatchObject({ kind: "done" });
      expect(broken(rig)).toEqual([]);
    }
  });

  it("keep them beside the windows of policy", async () => {
    const quiet: QuietSpan = { start: "0 22 * * *", duration: 3 * 3_600_000, timezone: "UTC" };
    const rig = rolling([quiet], { windows: [{ start: "0 22 * * *", duration: "5h" }] });
    expect((await rig.end()).ending).toMatchObject({ kind: "done" });
    expect(broken(rig)).toEqual([]);
  });

  it("that run into them while a host is emptied halt when its deadline is over, name the workload and give the host back", async () => {
    // It starts as late as the forecast allows, and then nothing moves as fast as that said.
    const quiet: QuietSpan = { start: "20 8 * * *", duration: 5 * 3_600_000, timezone: "UTC" };
    const faults: FleetSpecInput["faults"] = [{ kind: "slow", call: "migrate", factor: 50, count: "always" }];
    const rig = rolling([quiet, quiet], { canary: 0, migrations: { total: 1 } }, { faults });
    const { ending } = await rig.end();
    expect(broken(rig)).toEqual([]);
    expect(ending).toMatchObject({ kind: "halted", hint: expect.stringMatching(/^Quiet hours of \S+ began before/) });
    expect([...rig.world.hosts.values()].filter(({ cordoned, mark }) => cordoned || mark !== undefined)).toEqual([]);
  });
});
