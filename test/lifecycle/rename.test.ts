import { describe, expect, test } from "vitest";
import { RollError } from "../../provider/core/errors.ts";
import { smallFleet } from "../support/fleets.ts";
import { declare, owner, Stage } from "./stage.ts";

const machines = "shop/prod/machines";
const renamed = (policy: object) => declare({ retries: 0, ...policy }, { owner: machines });

/** A sticky halt with h1 out under the resource's first name; `count`: rolls that h1 fails. */
async function halted(count: number): Promise<Stage> {
  const stage = new Stage(smallFleet());
  stage.fault({ kind: "patch-fails", host: "h1", count });
  const { partial } = await stage.up(declare({ retries: 0 }));
  expect(partial?.reasons[0]).toContain("is halted until a person decides: ");
  return stage;
}

const marks = (stage: Stage): Record<string, string> =>
  Object.fromEntries(
    [...stage.fleet.world.hosts.values()].flatMap(({ id, mark }) => (mark === undefined ? [] : [[id, mark.owner]])),
  );

describe("a resource that is renamed while a host is out", () => {
  test("and ends early again keeps the host: it bears the new name, and the next `up` goes on", async () => {
    const stage = await halted(2);
    expect(marks(stage)).toEqual({ h1: owner });
    const again = await stage.up(renamed({ acknowledge: "run-1" }));
    expect(again.partial?.reasons[0]).toContain("is halted until a person decides: ");
    expect(marks(stage)).toEqual({ h1: machines });
    expect((await stage.record())?.run?.owner).toBe(machines);
    expect(stage.saved?.outputs).not.toHaveProperty("formerly");
    await expect(stage.destroy()).rejects.toThrow("Not forgotten: out of service under this resource's mark: h1");
    const acknowledge = (await stage.record())?.run?.id;
    expect((await stage.up(renamed({ acknowledge }))).partial).toBeUndefined();
    expect(stage.saved?.outputs).toMatchObject({ owner: machines, hosts: { h1: "8.0.3" }, run: { outcome: "done" } });
    await stage.destroy();
    expect(marks(stage)).toEqual({});
  });

  test("goes on with an unfinished run under its new name", async () => {
    const stage = new Stage(smallFleet());
    stage.fault({ kind: "patch-fails", host: "h4", count: 2 });
    await stage.up(declare({ retries: 0 }));
    expect((await stage.up(renamed({}))).partial?.reasons[0]).toMatch(/run-1 is halted: .*h4/);
    expect(await stage.record()).toMatchObject({ run: { id: "run-1", owner: machines } });
    expect((await stage.up(renamed({}))).partial).toBeUndefined();
    expect(marks(stage)).toEqual({});
  });

  test("keeps it although nothing is rolled under the new name yet", async () => {
    const stage = await halted(1);
    const observe = renamed({ mode: "observe" });
    expect((await stage.up(observe)).failures).toEqual([]);
    expect(stage.saved?.outputs).toMatchObject({ owner: machines, formerly: [owner] });
    expect((await stage.preview(observe)).step).toBe("same");
    await expect(stage.destroy()).rejects.toThrow(/Not forgotten: .*h1/);
    expect((await stage.up(renamed({ acknowledge: "run-1" }))).partial).toBeUndefined();
    expect(stage.saved?.outputs).not.toHaveProperty("formerly");
    expect(marks(stage)).toEqual({});
  });

  test("keeps it although its first roll under the new name is cut off before it begins", async () => {
    const stage = await halted(1);
    stage.fault({ kind: "call-refused", call: "read actors", error: "denied", count: 1 });
    await expect(stage.up(renamed({ acknowledge: "run-1" }))).resolves.toMatchObject({ partial: expect.anything() });
    await expect(stage.destroy()).rejects.toThrow(/Not forgotten: .*h1/);
    stage.trouble = new RollError("unavailable", "The fleet does not answer.");
    expect((await stage.up(renamed({ acknowledge: "run-1" }))).inputs).toMatchObject({ formerly: [owner] });
    stage.trouble = undefined;
    expect((await stage.up(renamed({ acknowledge: "run-1" }))).partial).toBeUndefined();
    expect(marks(stage)).toEqual({});
  });

  test("keeps one that cannot be reached, and knows it by both names until it is back", async () => {
    const stage = await halted(1);
    stage.fault({ kind: "host-cut", host: "h1", at: "0s", for: "3h" });
    expect((await stage.up(renamed({ acknowledge: "run-1" }))).partial).toBeDefined();
    expect(marks(stage)).toEqual({ h1: owner });
    expect(await stage.record()).toMatchObject({ run: { owner: machines, formerly: [owner] } });
    expect(stage.saved?.outputs).toMatchObject({ formerly: [owner] });
    await expect(stage.destroy()).rejects.toThrow(/Not forgotten: .*h1/);
    await stage.time.pass(4 * 3_600_000);
    const acknowledge = (await stage.record())?.run?.id;
    expect((await stage.up(renamed({ acknowledge }))).partial).toBeUndefined();
    expect(marks(stage)).toEqual({});
  });

  test("is another one to a stranger who was never renamed", async () => {
    const stage = await halted(2);
    await stage.up(renamed({ acknowledge: "run-1" }));
    stage.saved = undefined;
    const { failures } = await stage.up(
      declare({ retries: 0 }, { owner: "shop/prod/third", baseline: { version: "8.0.4" } }),
    );
    expect(failures[0]?.reason).toContain(`h1 (in the hands of ${machines})`);
  });
});
