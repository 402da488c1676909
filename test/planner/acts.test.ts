import { describe, expect, it } from "vitest";
import { planActs } from "../../provider/planner/acts.ts";
import { fleet, host, planned, vm } from "./fleets.ts";

const plan = planned(
  fleet(
    [host("h1"), host("h2"), host("h3")],
    [
      vm("a", "h1"),
      vm("b", "h1", 4),
      vm("gpu", "h1", 8, { pinned: true }),
      vm("c", "h2"),
      vm("d", "h2"),
      vm("e", "h2"),
      vm("f", "h2"),
    ],
  ),
  { pinned: "shutdown", reserve: 0, mode: "full" },
);

describe("the acts of a host", () => {
  it("are its life in order", () => {
    const words = planActs(plan, "h1", new Set(["preflight", "verify", "gate", "end"])).map((act) =>
      [act.name, "at" in act ? act.at : "", "workload" in act ? act.workload : ""].filter(Boolean).join(" "),
    );
    const entry = plan.hosts.find((one) => one.host === "h1");
    expect(entry?.putBack.length ?? 0).toBeLessThanOrEqual(2);
    expect(words).toEqual([
      "stage",
      "check preflight",
      "cordon",
      "stop gpu",
      "migrate a",
      "migrate b",
      "remediate",
      "check verify",
      "uncordon",
      "start gpu",
      ...(entry?.putBack ?? []).map((move) => `migrate ${move.workload}`),
      "check gate",
      "release",
    ]);
  });

  it("verify always, and ask at other gates only what is declared", () => {
    const checks = planActs(plan, "h2").flatMap((act) => (act.name === "check" ? [act.at] : []));
    expect(checks).toEqual(["verify"]);
  });

  it("are none for a host that is not planned", () => {
    expect(planActs(plan, "h9")).toEqual([]);
  });
});
