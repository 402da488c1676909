import { describe, expect, test } from "vitest";
import { cephDaemons, cephState, glusterState, isNooutSet } from "../../provider/core/storage.ts";

const status = (states: Record<string, number>, health: object = { status: "HEALTH_OK", checks: {} }): string => {
  const by = Object.entries(states).map(([state_name, count]) => ({ state_name, count }));
  const num_pgs = by.reduce((sum, { count }) => sum + count, 0);
  return JSON.stringify({ fsid: "7e1b", health, pgmap: { pgs_by_state: by, num_pgs, num_pools: 2 } });
};
const warned = { status: "HEALTH_WARN", checks: { OSDMAP_FLAGS: { severity: "HEALTH_WARN" } } };

describe("the status of a Ceph cluster", () => {
  test("is well while every placement group is clean, scrubbed or not, and noout may be set", () => {
    expect(cephState(status({ "active+clean": 120, "active+clean+scrubbing+deep": 8 }, warned))).toEqual({
      state: "well",
      words: "all 128 placement groups are clean",
    });
    expect(cephState(status({}))).toMatchObject({ state: "well" });
    expect(cephState(JSON.stringify({ health: { status: "HEALTH_OK" }, pgmap: { num_pgs: 0 } }))).toMatchObject({
      state: "well",
    });
  });

  test("heals while some are not, and says which, the most first", () => {
    expect(
      cephState(
        status({
          "active+clean": 100,
          "active+recovering": 1,
          "active+undersized+degraded": 25,
          peering: 2,
          "active+clean+inconsistent": 3,
        }),
      ),
    ).toEqual({
      state: "healing",
      words:
        "31 of 131 placement groups are not clean (25 active+undersized+degraded, 3 active+clean+inconsistent, 2 peering, …)",
    });
  });

  test("heals while placement groups are not told of at all", () => {
    const text = JSON.stringify({ health: { status: "HEALTH_OK" }, pgmap: { num_pgs: 5 } });
    expect(cephState(text)).toEqual({ state: "healing", words: "5 of 5 placement groups are not clean" });
  });

  test("is wrong at HEALTH_ERR, whatever the placement groups are", () => {
    const full = { OSD_FULL: { severity: "HEALTH_ERR", summary: { message: "1 full osd(s)", count: 1 } } };
    const noise = { OSDMAP_FLAGS: { severity: "HEALTH_WARN", summary: { message: "noout flag(s) set" } } };
    expect(cephState(status({ "active+clean": 8 }, { status: "HEALTH_ERR", checks: { ...full, ...noise } }))).toEqual({
      state: "wrong",
      words: "HEALTH_ERR; OSD_FULL: 1 full osd(s)",
    });
  });

  test.each(["", "null", "[]", "{}", '{"health":{},"pgmap":{}}', '{"health":{"status":"HEALTH_OK"}}', "Error EPERM"])(
    "is no status: %j",
    (text) => {
      expect(() => cephState(text)).toThrow(/./);
    },
  );
});

describe("daemons of a host", () => {
  const nodes = JSON.stringify({ mon: { h1: ["a"] }, osd: { h1: [0, 11], "h2.example.com": [2] }, mds: {}, mgr: {} });

  test("are found by its whole name or by the first part of it, as strings", () => {
    expect(cephDaemons(nodes, "h1")).toEqual({ osd: ["0", "11"], mon: ["a"] });
    expect(cephDaemons(nodes, "h1.example.com")).toEqual({ osd: ["0", "11"], mon: ["a"] });
    expect(cephDaemons(nodes, "h2.example.com")).toEqual({ osd: ["2"], mon: [] });
  });

  test("are none on a host that bears none, whatever it is called", () => {
    for (const host of ["h3", "constructor", "__proto__", "", "h1 h2"])
      expect(cephDaemons(nodes, host)).toEqual({ osd: [], mon: [] });
  });

  test.each(["", "[]", "null", '{"osd":{"h1":"0"}}'])("are not told of by %j", (text) => {
    expect(() => cephDaemons(text, "h1")).toThrow(/./);
  });
});

test("noout is one of the flags, not a part of another one", () => {
  expect(isNooutSet(JSON.stringify({ flags: "noout,sortbitwise,recovery_deletes" }))).toBe(true);
  expect(isNooutSet(JSON.stringify({ flags: "sortbitwise,nooutside" }))).toBe(false);
  expect(() => isNooutSet("{}")).toThrow(TypeError);
});

describe("bricks of Gluster volumes", () => {
  const brick = (numberOfEntries: string, status = "Connected", name = "h1:/bricks/vms") => ({
    name,
    status,
    numberOfEntries,
  });

  test("have nothing to heal", () => {
    expect(glusterState(new Map([["vms", [brick("0"), brick("0")]]]))).toEqual({
      state: "well",
      words: "nothing to heal on 2 bricks of 1 volumes",
    });
  });

  test("heal while there are entries, or one is not connected", () => {
    const gone = brick("-", "Transport endpoint is not connected", "h2:/bricks/vms");
    expect(glusterState(new Map([["vms", [brick("12"), gone]]]))).toEqual({
      state: "healing",
      words:
        "vms: 12 entries to heal on h1:/bricks/vms, vms: brick h2:/bricks/vms is not connected (Transport endpoint is not connected)",
    });
    const many = Array.from({ length: 5 }, () => brick("1"));
    expect(glusterState(new Map([["vms", many]])).words).toMatch(/, and 2 more$/);
  });
});
