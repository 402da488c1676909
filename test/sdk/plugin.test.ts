import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { functionShapes } from "../../provider/lifecycle/functions.ts";
import * as sdk from "../../sdk/index.ts";
import { getCompliance, getFleet, Provider, planRoll, RollingPatch, simulated } from "../../sdk/plugin.ts";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly provider?: string | undefined;
}

const registered: Registered[] = [];
const called: { readonly token: string; readonly inputs: unknown }[] = [];

beforeAll(() => {
  const mocks: pulumi.runtime.Mocks = {
    newResource({ type, name, inputs, provider }) {
      registered.push({ type, name, inputs, provider });
      return { id: `${name}-id`, state: { ...inputs, hosts: { h1: "8.0.3" } } };
    },
    call({ token, inputs }) {
      called.push({ token, inputs });
      return { hosts: [], compliance: { drifted: 1 } };
    },
  };
  return pulumi.runtime.setMocks(mocks, "shop", "prod", false);
});

const args = { target: simulated({ file: "fleet.db" }), baseline: { version: "8.0.3" } };

describe("RollingPatch of the plugin", () => {
  test("registers exactly what was declared, and gives the hosts back", async () => {
    const resource = new RollingPatch("plain", { ...args, policy: { maxUnavailable: pulumi.output("5%") } });
    expect(await value(resource.hosts)).toEqual({ h1: "8.0.3" });
    expect(registered.at(-1)).toMatchObject({
      type: "rolling-patch:index:RollingPatch",
      name: "plain",
      inputs: { ...args, policy: { maxUnavailable: "5%" } },
    });
    expect(Object.keys(registered.at(-1)?.inputs ?? {}).sort()).toEqual(["baseline", "policy", "target"]);
  });

  test("takes over what the dynamic resource of that name has saved, besides the aliases of the program", async () => {
    const resource = new RollingPatch("moved", args, { aliases: [{ name: "before" }] });
    const urns = await Promise.all(
      (resource as unknown as { __aliases: pulumi.Output<string>[] }).__aliases.map(value),
    );
    expect(urns).toContain("urn:pulumi:prod::shop::pulumi-nodejs:dynamic/rolling-patch:RollingPatch::moved");
    expect(urns).toContain("urn:pulumi:prod::shop::rolling-patch:index:RollingPatch::before");
    const dynamic = new sdk.RollingPatch("moved", args);
    expect(urns).toContain(await value(dynamic.urn));
  });

  test("has the inputs and outputs of the dynamic one", () => {
    type Args<T> = T extends new (name: string, args: infer A, ...rest: never[]) => unknown ? A : never;
    expectTypeOf<Args<typeof sdk.plugin.RollingPatch>>().toEqualTypeOf<Args<typeof sdk.RollingPatch>>();
    for (const key of ["hosts", "compliance", "plan", "run"] as const)
      expectTypeOf<RollingPatch[typeof key]>().toEqualTypeOf<sdk.RollingPatch[typeof key]>();
  });

  test.each([
    ["owner", "`owner` is filled in"],
    ["hosts", "`hosts` is an output"],
    ["polcy", "did you mean `policy`?"],
  ])("of a program that was not compiled: %s is refused", (key, says) => {
    expect(() => new RollingPatch("refused", { ...args, [key]: {} })).toThrow(says);
  });
});

describe("Provider", () => {
  test("has credentials as secrets, and anything but a text as JSON", async () => {
    const provider = new Provider("with", { prometheusBearerToken: "t", environment: { SLACK: pulumi.output("u") } });
    await value(provider.urn);
    const { inputs, type } = registered.at(-1) as Registered;
    expect(type).toBe("pulumi:providers:rolling-patch");
    expect(inputs).toEqual({ prometheusBearerToken: secret("t"), environment: secret('{"SLACK":"u"}') });
    const resource = new RollingPatch("by", args, { provider });
    await value(resource.urn);
    expect(registered.at(-1)?.provider).toMatch(/pulumi:providers:rolling-patch::with/);
  });
});

describe("functions", () => {
  test.each([
    ["getFleet", getFleet],
    ["getCompliance", getCompliance],
    ["planRoll", planRoll],
  ] as const)("%s asks the plugin", async (name, ask) => {
    const answer: pulumi.Output<object> = ask({ ...args, baseline: pulumi.output({ version: "8.0.3" }) });
    expect(await value(answer)).toMatchObject({ hosts: [] });
    expect(called.at(-1)).toEqual({ token: `rolling-patch:index:${name}`, inputs: args });
    expect(functionShapes[name].inputs.safeParse(called.at(-1)?.inputs).error).toBeUndefined();
  });
});

const secret = (of: string) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: of });

function value<T>(of: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => of.apply((known) => resolve(known as T)));
}
