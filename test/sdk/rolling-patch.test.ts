import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import type { Props } from "../../provider/lifecycle/props.ts";
import { validate } from "../../provider/lifecycle/validate.ts";
import {
  command,
  http,
  platform,
  prometheus,
  RollingPatch,
  type RollingPatchArgs,
  simulated,
  tcp,
} from "../../sdk/index.ts";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const registered: Registered[] = [];

beforeAll(() => {
  const mocks = {
    newResource({ type, name, inputs }: pulumi.runtime.MockResourceArgs) {
      registered.push({ type, name, inputs });
      return { id: `${name}-id`, state: { ...inputs, hosts: { h1: "8.0.3" } } };
    },
    call: ({ inputs }: pulumi.runtime.MockCallArgs) => inputs,
  };
  return pulumi.runtime.setMocks(mocks, "shop", "prod", false);
});

describe("RollingPatch", () => {
  test("registers what was declared, its owner, and the saved text; and gives the hosts back", async () => {
    const { resource, inputs } = await declare("plain", {
      target: simulated({ file: "fleet.db" }),
      baseline: { version: "8.0.3" },
    });
    expect(await value(resource.hosts)).toEqual({ h1: "8.0.3" });
    const { __provider, ...declared } = inputs;
    expect(declared).toEqual({
      target: { kind: "simulated", file: "fleet.db" },
      baseline: { version: "8.0.3" },
      owner: "shop/prod/plain",
    });
    expect(__provider).toContain('require("pulumi-rolling-patch/dynamic").check(olds, news)');
    expect(registered.at(-1)).toMatchObject({
      type: "pulumi-nodejs:dynamic/rolling-patch:RollingPatch",
      name: "plain",
    });
  });

  test("takes outputs and secrets wherever a value goes", async () => {
    const out = <T>(of: T): pulumi.Output<T> => pulumi.output(of) as pulumi.Output<T>;
    const { inputs } = await declare("outputs", {
      target: out({ kind: "simulated" as const, file: "fleet.db" }),
      baseline: { version: pulumi.secret("8.0.3") },
      policy: {
        maxUnavailable: out<number | string>("25%"),
        reserve: undefined,
        canary: out<number | undefined>(undefined),
        windows: out([{ start: "0 22 * * *", duration: out("6h") }]),
      },
      checks: [
        http(out("shop"), { url: out("https://shop.example.com/"), at: [out("end" as const)] }),
        out(tcp("ssh", { address: "{host}", port: out(22), at: ["verify"] })),
        command("smoke", { command: ["./smoke", pulumi.interpolate`${"x"}-y`] }),
      ],
    });
    const { __provider, ...declared } = inputs;
    expect(declared).toEqual({
      target: { kind: "simulated", file: "fleet.db" },
      baseline: { version: "8.0.3" },
      policy: { maxUnavailable: "25%", windows: [{ start: "0 22 * * *", duration: "6h" }] },
      checks: [
        { kind: "http", name: "shop", url: "https://shop.example.com/", at: ["end"] },
        { kind: "tcp", name: "ssh", address: "{host}", port: 22, at: ["verify"] },
        { kind: "command", name: "smoke", command: ["./smoke", "x-y"] },
      ],
      owner: "shop/prod/outputs",
    });
    expect(validate(declared).failures).toEqual([]);
  });

  test("the same helpers make checks, and with `workloads` probes", async () => {
    const declared = await declare("probed", {
      target: simulated({ file: "fleet.db" }),
      baseline: { version: "8.0.3" },
      checks: [http("shop", { url: "https://shop.example.com/" })],
      probes: [
        http("shop", { workloads: { tag: pulumi.output("web") }, url: "https://{workload}/", connection: "kept" }),
        tcp("web", { workloads: { tag: "web" }, port: 443 }),
        command("order", { workloads: "all", command: ["./order", "{address}"] }),
        prometheus("api", { url: "https://prometheus.example.com", query: "latency", label: "vm" }),
        platform("vm"),
      ],
    });
    expect(validate({ ...declared.inputs, __provider: "" }).failures).toEqual([]);
    expect(declared.inputs.probes).toEqual([
      { kind: "http", name: "shop", workloads: { tag: "web" }, url: "https://{workload}/", connection: "kept" },
      { kind: "tcp", name: "web", workloads: { tag: "web" }, port: 443 },
      { kind: "command", name: "order", workloads: "all", command: ["./order", "{address}"] },
      { kind: "prometheus", name: "api", url: "https://prometheus.example.com", query: "latency", label: "vm" },
      { kind: "platform", name: "vm" },
    ]);
    const target = simulated({ file: "fleet.db" });
    const mixed: RollingPatchArgs[] = [
      // @ts-expect-error a check is no probe
      { target, baseline: { version: "8.0.3" }, probes: [http("x", { url: "https://shop.example.com/" })] },
      // @ts-expect-error a probe is no check
      { target, baseline: { version: "8.0.3" }, checks: [tcp("x", { workloads: "all", port: 443 })] },
    ];
    for (const args of mixed) expect(validate({ ...args, owner: "a/b/c" } as object as Props).failures).not.toEqual([]);
  });

  test("says which checks have a secret URL, and nothing where there is none", async () => {
    const secret = pulumi.secret("https://shop.example.com/?token=abc");
    const args = { target: simulated({ file: "fleet.db" }), baseline: { version: "8.0.3" } };
    const plainly = http("plain", { url: "https://shop.example.com/", body: pulumi.secret("fine") });
    const some = await declare("some", { ...args, checks: [plainly, http("keyed", { url: secret })] });
    expect(some.inputs.secretUrls).toEqual([1]);
    expect(validate({ ...some.inputs, __provider: "" }).failures).toEqual([]);
    const whole = await declare("whole", { ...args, checks: [pulumi.output(http("keyed", { url: secret }))] });
    expect(whole.inputs.secretUrls).toEqual([0]);
    const list = await declare("list", { ...args, checks: pulumi.secret([plainly]) });
    expect(list.inputs.secretUrls).toBe("all");
    const none = await declare("none", { ...args, checks: [plainly] });
    expect(none.inputs).not.toHaveProperty("secretUrls");
  });

  test("does not compile with a typo or a wrong value", () => {
    const target = simulated({ file: "fleet.db" });
    const baseline = { version: "8.0.3" };
    expectTypeOf<RollingPatchArgs>().toHaveProperty("policy");
    const wrong: RollingPatchArgs[] = [
      // @ts-expect-error unknown property
      { target, baseline, policy: { maxUnavailible: 1 } },
      // @ts-expect-error unknown mode
      { target, baseline, policy: { mode: "obsrve" } },
      // @ts-expect-error no level
      { target },
      // @ts-expect-error no port
      { target, baseline, checks: [tcp("x", { address: "a" })] },
    ];
    expect(
      wrong.map((args) => validate({ ...JSON.parse(JSON.stringify(args)), owner: "a/b/c" }).failures.length),
    ).toEqual([1, 1, 1, 1]);
  });

  test.each<[object, string]>([
    [{ hosts: ["esx-01"] }, "`hosts` is an output: read it from the resource, and leave it out here"],
    [{ plan: {} }, "`plan` is an output: read it from the resource, and leave it out here"],
    [{ owner: "me" }, "`owner` is filled in by the resource (project/stack/name): leave it out"],
    [{ polcy: {} }, "unknown property `polcy`; did you mean `policy`?"],
    [{ zone: "a" }, "unknown property `zone`; known are `target`, `baseline`, `policy`, `checks`"],
  ])("of a program that was not compiled: %j is refused", (more, says) => {
    const args = { target: simulated({ file: "fleet.db" }), baseline: { version: "8.0.3" } };
    expect(() => new RollingPatch("refused", { ...args, ...more })).toThrow(`RollingPatch "refused": ${says}`);
    expect(registered.map(({ name }) => name)).not.toContain("refused");
    expect(() => new RollingPatch("allowed", { ...args, ...{ zone: undefined } })).not.toThrow();
  });

  test("has outputs of a known shape", () => {
    type Out<T> = T extends pulumi.Output<infer Value> ? Value : never;
    expectTypeOf<Out<RollingPatch["hosts"]>>().toEqualTypeOf<Record<string, string>>();
    expectTypeOf<Out<RollingPatch["compliance"]>["names"]["drifted"]>().toEqualTypeOf<string[]>();
    expectTypeOf<Out<RollingPatch["plan"]>>().toBeNullable();
    expectTypeOf<Out<RollingPatch["run"]>["reason"]>().toEqualTypeOf<string>();
  });
});

async function declare(
  name: string,
  args: RollingPatchArgs,
): Promise<{ resource: RollingPatch; inputs: Record<string, unknown> }> {
  const resource = new RollingPatch(name, args);
  await value(resource.urn);
  const found = registered.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} was not registered`);
  return { resource, inputs: plain(found.inputs) as Record<string, unknown> };
}

function value<T>(of: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => of.apply((known) => resolve(known as T)));
}

/** Mocks get secrets as the wire holds them. */
function plain(of: unknown): unknown {
  if (Array.isArray(of)) return of.map(plain);
  if (typeof of !== "object" || of === null) return of;
  if ("4dabf18193072939515e22adb298388d" in of && "value" in of) return plain(of.value);
  return Object.fromEntries(Object.entries(of).map(([key, one]) => [key, plain(one)]));
}
