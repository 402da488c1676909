import { describe, expect, it } from "vitest";
import { Room } from "../../provider/core/room.ts";
import { fleet, host, vm } from "../planner/fleets.ts";

describe("what stays free when one more host goes out", () => {
  const three = [host("h1"), host("h2"), host("h3")];
  const full = fleet(three, [vm("a", "h1", 40), vm("b", "h2", 40), vm("c", "h3", 40)]);

  it("is the largest host, if a reserve for one failure is asked for", () => {
    expect(new Room(full).shortOfReserve({ kind: "failures", count: 1 }, "h1")).toBe("memory");
    expect(
      new Room(fleet(three, [vm("a", "h1", 40)])).shortOfReserve({ kind: "failures", count: 1 }, "h1"),
    ).toBeUndefined();
  });

  it("carries the whole load, even if no reserve is asked for", () => {
    expect(new Room(full).shortOfReserve({ kind: "failures", count: 0 }, "h1")).toBeUndefined();
    const arrived = fleet(three, [...full.workloads, vm("foreign", "h2", 16)]);
    expect(new Room(arrived).shortOfReserve({ kind: "failures", count: 0 }, "h1")).toBe("memory");
  });
});
