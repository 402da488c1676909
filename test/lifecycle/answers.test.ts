import { describe, expect, test } from "vitest";
import { RollError } from "../../provider/core/errors.ts";
import { type Answered, answer } from "../../provider/lifecycle/answers.ts";
import { type FunctionName, functionShapes } from "../../provider/lifecycle/functions.ts";
import type { Props } from "../../provider/lifecycle/props.ts";
import { smallFleet } from "../support/fleets.ts";
import { owner, Stage } from "./stage.ts";

const question = { target: { kind: "simulated", file: "fleet.db" }, baseline: { version: "8.0.3" } };
const mixed = smallFleet({ hosts: 3, host: { 2: { level: "8.0.3" }, 3: { level: "8.1.0", domain: "rack-b" } } });

/** Every answer has the shape that SDKs are generated from. */
async function ask<Name extends FunctionName>(
  stage: Stage,
  name: Name,
  args: Props = question,
): Promise<Answered<Name>> {
  const answered = await answer(stage.around(), name, args);
  if ("answer" in answered) functionShapes[name].outputs.parse(JSON.parse(JSON.stringify(answered.answer)));
  return answered;
}

describe("getFleet", () => {
  test("tells every host as it is now", async () => {
    const hosts = [
      { name: "h1", level: "8.0.1", wanted: "8.0.3", compliance: "drifted", reason: "", workloads: 3 },
      { name: "h2", level: "8.0.3", compliance: "compliant", state: "up", cordoned: false, held: false },
      { name: "h3", level: "8.1.0", compliance: "ahead", reason: "already at 8.1.0", domain: "rack-b" },
    ];
    const stage = new Stage(mixed);
    expect(await ask(stage, "getFleet")).toMatchObject({
      answer: { target: "simulated:memory", workloads: 9, hosts },
    });
  });
});

describe("getCompliance", () => {
  test("counts and names, with reasons", async () => {
    expect(await ask(new Stage(mixed), "getCompliance")).toEqual({
      answer: {
        compliance: {
          compliant: 1,
          drifted: 1,
          ahead: 1,
          blocked: 0,
          unknown: 0,
          names: { drifted: ["h1"], ahead: ["h3"], blocked: [], unknown: [] },
        },
        hosts: { h1: "8.0.1", h2: "8.0.3", h3: "8.1.0" },
        reasons: { h3: "already at 8.1.0" },
      },
    });
  });
});

describe("planRoll", () => {
  test("is the plan of the preview, without its file, its messages and its acts", async () => {
    const stage = new Stage(smallFleet());
    const { inputs } = await stage.preview({ ...question, owner });
    const said = stage.said.length;
    const files = [...stage.files.keys()];
    const answered = await ask(stage, "planRoll", { ...question, owner });
    expect(answered).toMatchObject({ answer: { outlook: "roll", plan: inputs.plan } });
    const { hosts, text } = (answered as { answer: { hosts: { name: string; canary: boolean }[]; text: string } })
      .answer;
    expect(hosts).toHaveLength(4);
    expect(hosts[0]).toMatchObject({ canary: true, wave: 1, level: "8.0.1", wanted: "8.0.3", evacuate: 3 });
    expect(text).toContain("4 of 4 hosts to be taken to 8.0.3");
    expect([stage.said.length, [...stage.files.keys()]]).toEqual([said, files]);
    expect(new Set(stage.calls)).toEqual(new Set(["observe", "record.read", "close"]));
  });

  test("says why there is none, and that there is nothing to do", async () => {
    const stage = new Stage(smallFleet({ perHost: 7 }));
    const refused = await ask(stage, "planRoll");
    expect(refused).toMatchObject({
      answer: { outlook: "refused", hosts: [], refusal: { unlock: expect.any(String) } },
    });
    expect(JSON.stringify(refused)).toMatch(/there is no plan that takes the fleet to 8\.0\.3/);
    const done = await ask(new Stage(smallFleet({ level: "8.0.3" })), "planRoll");
    expect(done).toMatchObject({ answer: { outlook: "nothing", hosts: [] } });
    expect("answer" in done && done.answer.plan).toBeUndefined();
  });

  test("keeps to the policy", async () => {
    const observed = { ...question, policy: { mode: "observe" } };
    const left = await ask(new Stage(smallFleet()), "planRoll", observed);
    expect(left).toMatchObject({ answer: { outlook: "left alone", why: expect.stringContaining("observe") } });
  });
});

describe("a question that cannot be answered is a failure that names the argument", () => {
  test.each<[FunctionName, Props, string]>([
    ["getFleet", { ...question, policy: {} }, "policy"],
    ["getFleet", { baseline: question.baseline }, "target"],
    ["getCompliance", { ...question, baseline: {} }, "baseline"],
    ["getCompliance", { ...question, baseline: { version: "latest!" } }, "baseline.version"],
    ["planRoll", { ...question, policy: { maxUnavailable: 0 } }, "policy.maxUnavailable"],
    ["planRoll", { ...question, secretUrls: "all" }, "secretUrls"],
    ["planRoll", { ...question, owner: 1 }, "owner"],
  ])("%s %j", async (name, args, property) => {
    const answered = await ask(new Stage(mixed), name, args);
    expect(answered).toMatchObject({ failures: [{ property }] });
  });

  test("a credential is not repeated; an unknown value is named as such", async () => {
    const secret = await ask(new Stage(mixed), "getFleet", {
      ...question,
      target: { ...question.target, password: "hunter2" },
    });
    expect(JSON.stringify(secret)).toMatch(/credentials are never inputs/);
    expect(JSON.stringify(secret)).not.toContain("hunter2");
    const later = { ...question, baseline: { version: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } };
    expect(await ask(new Stage(mixed), "getFleet", later)).toMatchObject({
      failures: [{ reason: expect.stringContaining("not known yet") }],
    });
  });

  test("a target that does not answer", async () => {
    const stage = new Stage(mixed);
    stage.trouble = new RollError("unavailable", "vc.example.com does not answer");
    expect(await ask(stage, "getFleet")).toMatchObject({
      failures: [{ property: "target", reason: expect.stringContaining("vc.example.com does not answer") }],
    });
  });
});
