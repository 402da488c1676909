import { expect, test } from "vitest";
import { inputs } from "../../provider/core/inputs.ts";
import { emptyRecord } from "../../provider/core/record.ts";
import { outlookOf } from "../../provider/lifecycle/outlook.ts";
import { fleet, host, vm } from "../planner/fleets.ts";

const LEVEL = { level: "2.0.0", evidence: "2.0.0" } as const;
const declared = inputs.parse({
  owner: "shop/prod/fleet",
  target: { kind: "simulated", file: "fleet.db" },
  baseline: { version: "2.0.0" },
  policy: { reserve: 0, canary: 0, putBack: "none" },
});
const outlook = (moving: boolean) => {
  const hosts = [host("h1"), host("h2", LEVEL), host("h3", LEVEL)];
  const a = vm("a", "h2", 36, moving ? { movingTo: "h3" } : { pinned: true });
  const seen = fleet(hosts, [vm("db", "h1", 40), a, vm("b", "h3", 26, { pinned: true })]);
  return outlookOf({ fleet: seen, record: emptyRecord, scale: 1 }, declared, ["shop/prod/fleet"]);
};

test("what has room once a migration in flight has landed is no refusal: a killed roll goes on at once", () => {
  expect(outlook(true).plan?.hosts).toMatchObject([{ host: "h1", evacuate: [{ workload: "db", to: "h2" }] }]);
  expect(outlook(true).kind).toBe("roll");
});

test("without anything in flight it is one", () => {
  expect(outlook(false).kind).toBe("refused");
});
