import { expect, test } from "vitest";
import type { z } from "zod";
import type { Refusal } from "../../provider/core/plan.ts";
import { newRun } from "../../provider/core/run.ts";
import { type PlanDocument, planDocument } from "../../provider/lifecycle/render/document.ts";
import { planSchema } from "../../provider/lifecycle/render/plan-schema.ts";
import { documentOf, fleetOf, planOf } from "./plans.ts";

/** The schema of the plan file knows all that is written into it, and what it does not know is an error. */

const windows = [{ start: "0 22 * * *", duration: "3h" }];
const never = [{ start: "0 0 29 2 *", duration: "1h" }];
const refusal: Refusal = {
  kind: "refusal",
  reasons: [{ code: "spread", text: "x", hosts: [], workloads: [] }],
  unlock: "y",
};

test.each([
  ["roll", "a plan", documentOf({ hosts: 8 })],
  ["roll", "a plan that is home again", documentOf({ hosts: 8, policy: { putBack: "home", maxUnavailable: 2 } })],
  ["roll", "a plan within windows", documentOf({ hosts: 8, policy: { windows } })],
  ["roll", "a plan within windows that hardly ever open", documentOf({ hosts: 8, policy: { windows: never } })],
  ["left alone", "drift that is left alone", documentOf({ hosts: 8, policy: { mode: "observe" } })],
  ["refused", "a true refusal", documentOf({ hosts: 4, load: 0.97 })],
  ["refused", "a refusal", planDocument(refusal, fleetOf(2), { why: "z", scale: 20 })],
  ["nothing", "nothing to do", planDocument(planOf([]), fleetOf(1))],
  ["roll", "a run that goes on", planDocument(planOf(["h1"]), fleetOf(2), { goesOn: newRun("r", "o", "b", "") })],
] as const)("%s: of %s", (outlook, _name, document) => {
  expect(document.outlook).toBe(outlook);
  const read = JSON.parse(JSON.stringify(document));
  expect(planSchema.parse(read)).toEqual(read);
});

type Plain<T> = T extends readonly (infer One)[]
  ? Plain<One>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

test("whatever the type allows: the compiler looks at this", () => {
  const takes = (document: Plain<PlanDocument>): z.input<typeof planSchema> => document;
  expect(takes).toBeTypeOf("function");
});

test("and nothing else", () => {
  expect(planSchema.safeParse({ ...documentOf({ hosts: 4 }), more: 1 }).success).toBe(false);
});
