import { describe, expect, it } from "vitest";
import { everyCall } from "../support/every-call.ts";
import { smallFleet } from "../support/fleets.ts";
import { Rig, type Snapshot } from "../support/rig.ts";

const before = "project/stack/fleet";
const after = "project/stack/machines";
const policy = { retries: 0 };
const fleet = smallFleet({ hosts: 3, perHost: 1, faults: [{ kind: "patch-fails", host: "h1", count: 2 }] });

/** h1 is out under the first name, and its failure was acknowledged. */
async function halted(from?: Snapshot): Promise<Rig> {
  const rig = new Rig({ fleet, policy, ...(from === undefined ? {} : { from }) });
  if (from === undefined) expect((await rig.end()).ending).toMatchObject({ kind: "halted", sticky: true });
  return rig;
}
const underNewName = { owner: after, policy: { acknowledge: "run-1" } };

describe("a renamed resource with a host in hand", () => {
  it("is killed anywhere in its first roll: whoever knows both names goes on, and then the new one is enough", async () => {
    const first = await halted();
    const left: { where: string; at: Snapshot }[] = [];
    const hands = everyCall((where) => left.push({ where, at: first.snapshot() }));
    const renamed = { ...underNewName, formerly: [before] };
    const { ending } = (await first.end({ ...renamed, through: (driver) => hands.driver(driver) })) ?? {};
    expect(ending).toMatchObject({ kind: "halted", sticky: true });
    expect(left.length).toBeGreaterThan(40);
    for (const { where, at } of left) {
      const rig = await halted(at);
      // A new process gets another number: the run that was killed is `run-2`, and may have left its verdict.
      const acknowledge = rig.world.record?.record.halt?.run ?? "run-1";
      const next = await rig.up({ owner: after, formerly: [before], policy: { acknowledge } });
      expect(next.kind, where).toBe("ended");
      for (let ups = 0; ups < 3 && Object.values(rig.levels()).includes("8.0.1"); ups++) {
        const halt = rig.world.record?.record.halt?.run ?? "";
        await rig.end({ owner: after, policy: { acknowledge: halt } });
      }
      expect(rig.levels(), where).toEqual({ h1: "8.0.3", h2: "8.0.3", h3: "8.0.3" });
      expect(
        [...rig.world.hosts.values()].filter((host) => host.mark !== undefined),
        where,
      ).toEqual([]);
      expect(rig.world.record?.record.run, where).toMatchObject({ owner: after, ending: { kind: "done" } });
    }
  });

  it("whose cordon did not get through is cordoned again under its new name", async () => {
    const rig = new Rig({
      fleet: smallFleet({ hosts: 3, perHost: 1, host: { 1: { mark: { run: "run-0", owner: before, token: 0 } } } }),
    });
    const ended = await rig.end({ owner: after, formerly: [before], policy: { acknowledge: "run-1" } });
    expect(ended.ending).toMatchObject({ kind: "halted", reason: expect.stringContaining("policy memory was lost") });
    expect(rig.levels()).toMatchObject({ h1: "8.0.3" });
    expect(rig.world.hosts.get("h1")).not.toHaveProperty("mark.owner");
  });
});
