import { expect, test } from "vitest";
import type { FleetSpecInput } from "../../provider/drivers/simulated/index.ts";
import { declare, Stage } from "./stage.ts";

/** Names that every object has already. */
const names = ["constructor", "hasOwnProperty", "toString", "valueOf"];

function fleetOf(ids: readonly string[]): FleetSpecInput {
  return {
    hosts: ids.map((id) => ({ id, level: "8.0.1", memory: 64, cpu: 32 })),
    workloads: ids.map((id) => ({ id, host: id, memory: 8 })),
  };
}

const all = (level: string) => Object.fromEntries(names.map((name) => [name, level]));

test("hosts are shown, rolled and kept whatever they are called", async () => {
  const stage = new Stage(fleetOf(names));
  expect((await stage.preview(declare())).inputs.hosts).toEqual(all("8.0.3"));
  expect((await stage.up(declare())).partial).toBeUndefined();
  expect(stage.saved?.outputs).toMatchObject({ hosts: all("8.0.3"), run: { outcome: "done", summary: "4 rolled" } });
  expect((await stage.preview(declare())).step).toBe("same");
});

test("drift and silence of such a host are seen", async () => {
  const stage = new Stage(fleetOf(names));
  stage.fault({ kind: "host-cut", host: "constructor", at: "0s" });
  const seen = async () => (await stage.preview(declare({ mode: "observe" }))).inputs.hosts;
  expect(await seen()).toEqual(all("8.0.1"));
  await stage.up(declare({ mode: "observe" }));
  stage.drift("toString", "8.0.2");
  expect(await seen()).toEqual({ ...all("8.0.1"), toString: "8.0.2" });
});

test("a name that Pulumi would lose is refused by name, before anything is touched", async () => {
  const stage = new Stage(fleetOf(["h1", "__proto__", "h3"]));
  const { failures } = await stage.up(declare());
  expect(failures).toEqual([{ property: "target", reason: expect.stringContaining("a host named __proto__") }]);
  expect(stage.calls).toEqual(["observe", "record.read", "close"]);
  const apply = stage.process().create(declare());
  await expect(apply).rejects.toThrow("a host named __proto__");
  expect(stage.calls).not.toContain("record.write");
});
