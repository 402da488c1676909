import { expect, test } from "vitest";
import { targetUri } from "../../provider/core/target.ts";

test.each([
  ["fleet.db", "fleet.db"],
  ["./fleet.db", "fleet.db"],
  ["././fleets//prod/./fleet.db", "fleets/prod/fleet.db"],
  ["/srv/./fleets/../fleet.db", "/srv/fleet.db"],
  ["fleets/../../fleet.db", "../fleet.db"],
  ["../../fleet.db", "../../fleet.db"],
  ["/fleet.db", "/fleet.db"],
])("a fleet file written as %s is the target simulated:%s", (file, canonical) => {
  expect(targetUri({ kind: "simulated", file })).toBe(`simulated:${canonical}`);
});
