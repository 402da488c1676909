import { describe, expect, test } from "vitest";
import { complianceOf } from "../../../provider/core/compliance.ts";
import { parseFleetSpec } from "../../../provider/drivers/simulated/index.ts";
import { block, unblock } from "../../../provider/drivers/simulated/world-operator.ts";
import { rejects } from "../conformance.ts";
import { stage, trio } from "./fleets.ts";

const reason = "its CPU is not supported any more";
const spec = { ...trio, hosts: trio.hosts.map((host) => (host.id === "a" ? { ...host, blocked: reason } : host)) };

describe("a blocked host", () => {
  test("is found so by the platform, while it is behind", async () => {
    const fleet = await stage([], spec);
    expect((await fleet.host("a")).finding).toEqual({ compliance: "blocked", reason });
    expect(await fleet.host("b")).not.toHaveProperty("finding");
    for (const [version, compliance] of [
      ["8.0.1", "compliant"],
      ["8.0.0", "ahead"],
      ["8.0.2", "blocked"],
    ] as const) {
      const { hosts, scheme } = await fleet.driver.observe({ version });
      expect(hosts.flatMap((host) => (host.id === "a" ? [complianceOf(host, scheme).compliance] : []))).toEqual([
        compliance,
      ]);
    }
  });

  test("is blocked and not merely drifted when it claims the level without having it", async () => {
    const fleet = await stage([{ kind: "lies-new", host: "a" }]);
    await fleet.takeOut("a", "b");
    await fleet.remediate("a");
    expect(await fleet.host("a")).toMatchObject({ level: "8.0.3", evidence: "8.0.1" });
    fleet.store.run(fleet.clock, (world) => block(world, "a", reason));
    expect((await fleet.host("a")).finding).toEqual({ compliance: "blocked", reason });
  });

  test("is neither staged nor remediated, with the reason, and goes on serving", async () => {
    const fleet = await stage([], spec);
    await rejects(fleet.time.run(fleet.driver.stage("a", fleet.baseline, fleet.context())), "failed", RegExp(reason));
    await fleet.takeOut("a", "b");
    const before = await fleet.host("a");
    await rejects(fleet.remediate("a"), "failed", /a cannot be taken to 8\.0\.3: its CPU/);
    expect(await fleet.host("a")).toEqual(before);
    await fleet.driver.uncordon("a", fleet.context());
    await fleet.migrate("a-1", "a");
    expect([...fleet.seen]).toEqual([]);
  });

  test("can be remediated once it is not blocked any more", async () => {
    const fleet = await stage([], spec);
    fleet.store.run(fleet.clock, (world) => unblock(world, "a"));
    await fleet.takeOut("a", "b");
    await fleet.remediate("a");
    expect(await fleet.host("a")).toMatchObject({ level: "8.0.3", evidence: "8.0.3" });
  });

  test("comes up from being off with the level on its disk: that is no patch", async () => {
    const fleet = await stage([{ kind: "never-boots", host: "a" }]);
    await fleet.takeOut("a", "b");
    await rejects(fleet.remediate("a"), "failed", /did not come back/);
    fleet.store.run(fleet.clock, (world) => block(world, "a", reason));
    await fleet.remediate("a");
    expect(await fleet.host("a")).toMatchObject({ state: "up", evidence: "8.0.3" });
  });

  test("can become so in mid-roll: host-blocked", async () => {
    const fleet = await stage([{ kind: "host-blocked", host: "b", at: "10m", reason }]);
    expect(await fleet.host("b")).not.toHaveProperty("finding");
    await fleet.minutes(10);
    expect((await fleet.host("b")).finding).toEqual({ compliance: "blocked", reason });
  });

  test("has a reason", () => {
    const hosts = trio.hosts.map((host) => ({ ...host, blocked: "" }));
    expect(() => parseFleetSpec({ ...trio, hosts })).toThrow(/hosts\[0\]\.blocked/);
  });
});
