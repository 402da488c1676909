import { describe, expect, test } from "vitest";
import { RollError } from "../../provider/core/errors.ts";
import { nodeProblem } from "../../provider/doors/node-version.ts";
import { door } from "../../provider/dynamic/door.ts";
import type { Lifecycle } from "../../provider/lifecycle/lifecycle.ts";
import { PartialFailure } from "../../provider/lifecycle/partial.ts";
import { declare, Stage } from "../lifecycle/stage.ts";
import { smallFleet } from "../support/fleets.ts";

const same = { changes: false, replaces: [], deleteBeforeReplace: false, detailed: [] };
const saved = { owner: "a/b/c", __provider: "text" };

describe("the door", () => {
  test("passes calls on, and gives back plain JSON", async () => {
    const at = opened({
      check: async () => ({ inputs: { a: 1, gone: undefined }, failures: [] }),
      diff: () => same,
      create: async () => ({ id: "x", outs: { ...saved, gone: undefined } }),
      update: async () => ({ id: "x", outs: saved }),
      read: async () => ({ props: saved, inputs: { owner: "a/b/c" } }),
    });
    expect(await at.check({}, {})).toStrictEqual({ inputs: { a: 1 }, failures: [] });
    expect(await at.diff("x", {}, {})).toStrictEqual({ changes: false, replaces: [], deleteBeforeReplace: false });
    expect(await at.create({})).toStrictEqual({ id: "x", outs: saved });
    expect(await at.update("x", {}, {})).toStrictEqual({ outs: saved });
    expect(await at.read("x", {})).toStrictEqual({ id: "x", props: saved, inputs: { owner: "a/b/c" } });
    expect(await at.delete("x", {})).toBeUndefined();
  });

  test("names a property in the reason: the engine would print its value", async () => {
    const failures = [
      { property: "policy.mode", reason: "expected x" },
      { property: "", reason: "as a whole" },
    ];
    const at = opened({ check: async () => ({ inputs: {}, failures }) });
    expect((await at.check({}, {})).failures).toEqual([
      { property: "", reason: "policy.mode: expected x" },
      { property: "", reason: "as a whole" },
    ]);
  });

  test("throws a roll that ended early with what the engine saves", async () => {
    const at = opened({
      update: async () => {
        throw new PartialFailure("x", { ...saved, gone: undefined }, ["run r is paused"]);
      },
    });
    const error = await at.update("x", {}, {}).catch((thrown) => thrown);
    expect({ ...error }).toMatchObject({ id: "x", properties: saved, reasons: ["run r is paused"] });
    expect(Object.keys(error.properties)).toEqual(["owner", "__provider"]);
    expect(error.message).toBe("run r is paused");
  });

  test("says errors for people without a stack, and lets bugs crash with theirs", async () => {
    const bug = new TypeError("bug");
    const at = opened({
      delete: async () => {
        throw new RollError("conflict", "h1 is out.", { hint: "Bring it back." });
      },
      create: async () => {
        throw bug;
      },
    });
    const error = await at.delete("x", {}).catch((thrown) => thrown);
    expect({ message: error.message, printed: `${error}: ${error.stack}` }).toEqual({
      message: "h1 is out. Bring it back.",
      printed: "not done: see the error of the resource",
    });
    await expect(at.create({})).rejects.toBe(bug);
  });

  test("waits until everything that was said is heard", async () => {
    const heard: string[] = [];
    const at = door(
      lifecycleOf({ delete: async () => void heard.push("done") }),
      async () => void heard.push("flushed"),
    );
    await at.delete("x", {});
    expect(heard).toEqual(["done", "flushed"]);
  });

  test("on a real lifecycle: preview, roll, and nothing left", async () => {
    const stage = new Stage(smallFleet());
    const at = door(stage.process(), async () => {});
    const { inputs } = await at.check({}, declare());
    expect((await at.diff("x", declare(), inputs)).changes).toBe(true);
    const { id, outs } = await stage.time.run(at.create(inputs));
    expect(id).toBe("shop/prod/fleet@simulated:fleet.db");
    expect(outs).toMatchObject({ ...declare(), compliance: { compliant: 4 }, run: { outcome: "done" } });
  });
});

test("a Node.js that is too old is told in one line", () => {
  expect(["22.13.0", "22.14.1", "23.0.0", "24.21.0"].map(nodeProblem)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  for (const old of ["18.20.0", "20.20.2", "22.12.0"]) {
    expect(nodeProblem(old)).toMatch(
      new RegExp(`^pulumi-rolling-patch needs Node.js 22.13 or later, and this is ${old}: .*npm start`),
    );
  }
});

function opened(of: Partial<Lifecycle>) {
  return door(lifecycleOf(of), async () => {});
}

function lifecycleOf(of: Partial<Lifecycle>): Lifecycle {
  const none = async (): Promise<never> => {
    throw new Error("not expected");
  };
  const nothing = {
    check: none,
    create: none,
    update: none,
    read: none,
    adopt: none,
    answer: none,
    delete: async () => {},
  };
  return { ...nothing, forecast: () => undefined, diff: () => same, ...of };
}
