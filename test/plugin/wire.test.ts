import { describe, expect, onTestFinished, test } from "vitest";
import type { FleetSpecInput } from "../../provider/drivers/simulated/index.ts";
import { UNKNOWN } from "../../provider/lifecycle/unknown.ts";
import { provider, type providerPb } from "../../provider/plugin/library.ts";
import { decode, encode } from "../../provider/plugin/struct.ts";
import { Stage } from "../lifecycle/stage.ts";
import { smallFleet } from "../support/fleets.ts";
import { FakeEngine, worldOf } from "./fake-engine.ts";

/** The plugin at the wire, with the engine's rules as assertions. Rolls are in virtual time; nothing but gRPC is real. */

const declared = (more: Record<string, unknown> = {}) => ({
  target: { kind: "simulated", file: "fleet.db" },
  baseline: { version: "8.0.3" },
  ...more,
});

async function opened(spec: FleetSpecInput = smallFleet(), options: { name?: string; rows?: boolean } = {}) {
  const stage = new Stage(spec);
  const engine = await FakeEngine.start(worldOf(stage), options);
  onTestFinished(() => {
    engine.close();
    expect(engine.broken).toEqual([]);
  });
  return { stage, engine };
}

/** Hosts of these names, a workload on each. */
function fleetOf(ids: readonly string[]): FleetSpecInput {
  return {
    hosts: ids.map((id) => ({ id, level: "8.0.1", memory: 64, cpu: 32 })),
    workloads: ids.map((id, index) => ({ id: `w${index}`, host: id, memory: 8 })),
  };
}

/** As the engine marks a number that is not known. */
function encodeUnknown() {
  return encode(declared({ policy: { maxUnavailable: "3eeb2bf0-c639-47a8-9e75-3b44932eb421" } }));
}

const levels = (engine: FakeEngine) => decode(engine.state?.outputs).props.hosts;

describe("a new stack", () => {
  test("the preview shows a row for each host with its level, wave and moves, and touches nothing", async () => {
    const { stage, engine } = await opened();
    const { step, failures } = await engine.run(declared(), true);
    expect({ step, failures }).toEqual({ step: "create", failures: [] });
    expect(engine.steps.map(({ op, host }) => `${op} ${host}`).sort()).toEqual([
      "create h1",
      "create h2",
      "create h3",
      "create h4",
    ]);
    for (const row of engine.steps)
      expect(row.new).toMatchObject({
        level: "8.0.3",
        wave: expect.any(Number),
        moves: expect.any(Number),
        why: expect.any(String),
      });
    expect(stage.calls.filter((call) => !/^(observe|record\.read|close)$/.test(call))).toEqual([]);
    expect(
      engine.logged.some(
        ({ text, ephemeral, urn }) =>
          urn === engine.urn && !ephemeral && /4 of 4 hosts to be taken to 8\.0\.3/.test(text),
      ),
    ).toBe(true);
  });

  test("up publishes each row when the roll has ended, and keeps nothing but levels; then nothing changes any more", async () => {
    const { engine } = await opened();
    expect((await engine.run(declared(), false)).failure).toBeUndefined();
    expect(engine.steps.map(({ op, new: state }) => [op, state])).toEqual(
      Array(4).fill(["create", { level: "8.0.3" }]),
    );
    expect(levels(engine)).toEqual({ h1: "8.0.3", h2: "8.0.3", h3: "8.0.3", h4: "8.0.3" });
    const saved = decode(engine.state?.outputs).props;
    expect(saved).toMatchObject({ owner: "shop/prod/fleet", run: { outcome: "done" }, compliance: { compliant: 4 } });
    expect(engine.state?.id).toBe("shop/prod/fleet@simulated:fleet.db");
    expect(await engine.run(declared(), true)).toMatchObject({ step: "same", paths: [] });
    expect(engine.steps).toEqual([]);
  });

  test("status lines are on the rows of hosts, and pass; what stays is on the resource", async () => {
    const { engine } = await opened();
    await engine.run(declared(), false);
    const row = (host: string) => engine.urn.replace("::fleet", `$rolling-patch:index:Host::fleet/${host}`);
    const onRows = engine.logged.filter(({ urn }) => urn !== engine.urn);
    expect(new Set(onRows.map(({ urn }) => urn))).toEqual(new Set(["h1", "h2", "h3", "h4"].map(row)));
    expect(onRows.filter(({ ephemeral }) => !ephemeral)).toEqual([]);
    expect(onRows.some(({ text }) => /^h\d/.test(text))).toBe(false);
    const kept = engine.logged.filter(({ urn, ephemeral }) => urn === engine.urn && !ephemeral).map(({ text }) => text);
    expect(kept.some((text) => /run run-1 is done: 4 hosts rolled/.test(text))).toBe(true);
  });

  test("an engine without rows gets the map of hosts and status lines on the resource", async () => {
    const { engine } = await opened(smallFleet(), { rows: false });
    await engine.run(declared(), true);
    await engine.run(declared(), false);
    expect(engine.steps).toEqual([]);
    expect(levels(engine)).toMatchObject({ h1: "8.0.3" });
    const passing = engine.logged.filter(({ ephemeral }) => ephemeral);
    expect(passing.length).toBeGreaterThan(0);
    expect(new Set(passing.map(({ urn }) => urn))).toEqual(new Set([engine.urn]));
    expect(passing.some(({ text }) => /^h\d \d\/4 /.test(text))).toBe(true);
  });
});

describe("drift", () => {
  test("is shown by host in diff and rows, without a flag; up brings the host back alone", async () => {
    const { stage, engine } = await opened();
    await engine.run(declared(), false);
    stage.drift("h2", "8.0.1");
    const preview = await engine.run(declared(), true);
    expect(preview.step).toBe("update");
    expect(preview.paths).toEqual(['hosts["h2"]', "plan"]);
    const shown = engine.steps.filter(({ op }) => op !== "same");
    expect(shown.map(({ op, host, old, new: now }) => [op, host, old?.level, now?.level])).toEqual([
      ["update", "h2", "8.0.3", "8.0.1"],
      ["update", "h2", "8.0.1", "8.0.3"],
    ]);
    await engine.run(declared(), false);
    expect(levels(engine)).toEqual({ h1: "8.0.3", h2: "8.0.3", h3: "8.0.3", h4: "8.0.3" });
    expect(engine.views.get("fleet/h2")?.outputs).toEqual({ level: "8.0.3" });
    expect((await engine.run(declared(), true)).step).toBe("same");
  });

  test("of hosts whose names are no identifiers, paths resolve", async () => {
    const ids = ["a.b", "constructor", "a:b", "9", "h-1", "toString", "_"];
    const { engine } = await opened(fleetOf(ids));
    await engine.run(declared({ baseline: { version: "8.0.1" } }), false);
    const { paths } = await engine.run(declared({ policy: { maxUnavailable: 1 } }), true);
    expect(paths.filter((path) => path.startsWith("hosts"))).toHaveLength(ids.length);
    expect(paths).toContain("baseline.version");
  });
});

describe("a roll that ends early", () => {
  test("saves what is done, fails the row of the host with the reason, and goes on with the next up", async () => {
    const { stage, engine } = await opened();
    stage.fault({ kind: "patch-fails", host: "h1", reason: "disk full", count: 1 });
    const { failure } = await engine.run(declared({ policy: { retries: 0 } }), false);
    expect(failure).toMatch(/disk full/);
    expect(engine.state?.initErrors).toHaveLength(1);
    expect(levels(engine)).toMatchObject({ h1: "8.0.1" });
    expect(engine.steps.find(({ host }) => host === "h1")).toMatchObject({
      op: "create",
      new: { level: "8.0.1" },
      error: expect.stringMatching(/disk full/),
    });
    const run = (decode(engine.state?.outputs).props.run as { id: string }).id;
    const refused = await engine.run(declared({ policy: { retries: 0 } }), true);
    expect(refused.failures.join("\n")).toContain(`policy: { acknowledge: "${run}" }`);
    expect((await engine.run(declared({ policy: { acknowledge: run } }), false)).failure).toBeUndefined();
    expect(levels(engine)).toMatchObject({ h1: "8.0.3", h4: "8.0.3" });
  });

  test("Cancel starts no host; the next command goes on, and Cancel may come as often as it likes", async () => {
    const { stage, engine } = await opened();
    await engine.cancel();
    await engine.cancel();
    const { failure } = await engine.run(declared(), false);
    expect(failure).toMatch(/is paused: a stop was asked for/);
    expect(stage.calls.filter((call) => call === "remediate")).toEqual([]);
    expect(levels(engine)).toMatchObject({ h1: "8.0.1", h2: "8.0.1" });
    await engine.configure({});
    expect((await engine.run(declared(), false)).failure).toBeUndefined();
    expect(levels(engine)).toMatchObject({ h1: "8.0.3", h2: "8.0.3" });
    await engine.cancel();
  });

  test("a plan that is impossible fails the check, with its property in the reason alone", async () => {
    const { engine, stage } = await opened();
    const { failures } = await engine.run(declared({ policy: { maxUnavailable: 0 } }), true);
    expect(failures.join()).toMatch(/policy\.maxUnavailable/);
    expect(stage.calls.filter((call) => call === "remediate")).toEqual([]);
  });
});

describe("rows", () => {
  test("of hosts that have left the fleet go, and all of them with the resource", async () => {
    const { engine } = await opened();
    await engine.run(declared({ baseline: { version: "8.0.1" } }), false);
    engine.views.set("fleet/h9", { name: "fleet/h9", outputs: { level: "8.0.1" } });
    await engine.read();
    expect([...engine.views.keys()].sort()).toEqual(["fleet/h1", "fleet/h2", "fleet/h3", "fleet/h4"]);
    await engine.destroy();
    expect(engine.views.size).toBe(0);
    expect(engine.steps.map(({ op }) => op)).toEqual(["delete", "delete", "delete", "delete"]);
  });

  test("of another name are not touched: a rename is refused with the way out, before anything is done", async () => {
    const { engine, stage } = await opened();
    await engine.run(declared({ baseline: { version: "8.0.1" } }), false);
    engine.views.set("former/h1", { name: "former/h1", outputs: { level: "8.0.1" } });
    await expect(engine.run(declared(), false)).rejects.toThrow(/ROLLING_PATCH_ROWS=off pulumi refresh/);
    expect(stage.calls.filter((call) => call === "remediate")).toEqual([]);
    engine.views.delete("former/h1");
  });

  test("of more than two hundred hosts, only those that change have one", async () => {
    const ids = Array.from({ length: 201 }, (_, index) => `h${index}`);
    const { engine, stage } = await opened(fleetOf(ids));
    stage.drift("h7", "8.0.0");
    await engine.run(declared({ baseline: { version: "8.0.1" } }), true);
    expect(engine.steps.map(({ op, host }) => `${op} ${host}`)).toEqual(["create h7"]);
    await engine.run(declared({ baseline: { version: "8.0.1" } }), false);
    expect([...engine.views.keys()]).toEqual(["fleet/h7"]);
    expect(Object.keys(levels(engine) as object)).toHaveLength(201);
  });
});

describe("values", () => {
  test("that are secret stay secret, in whatever comes back; nobody else's become one", async () => {
    const { engine } = await opened();
    const url = "https://shop.example.com/health?api_key=canary-53b8";
    const checks = [{ kind: "http", name: "shop", url, at: ["end"] }];
    const secrets = [
      ["checks", 0, "url"],
      ["baseline", "version"],
    ];
    await engine.run(declared({ checks }), false, secrets);
    for (const of of [engine.state?.inputs, engine.state?.outputs])
      expect(decode(of).secrets).toEqual(expect.arrayContaining(secrets));
    expect(decode(engine.state?.outputs).secrets).toHaveLength(2);
    await engine.read();
    expect(decode(engine.state?.outputs).secrets).toHaveLength(2);
    expect(JSON.stringify(engine.logged)).not.toContain("canary-53b8");
    const plain = await engine.run(declared({ checks }), true);
    expect(plain.failures.join()).toMatch(/checks\[0\]\.url/);
    expect(plain.failures.join()).not.toContain("canary-53b8");
  });

  test("that are not known yet stay unknown: no row is promised, no plan shown", async () => {
    const { engine } = await opened();
    const run = await engine.run(declared({ baseline: { version: UNKNOWN } }), true);
    expect(run).toMatchObject({ step: "create", failures: [] });
    expect(engine.steps).toEqual([]);
    const { inputs } = await engine.check(encodeUnknown());
    expect(decode(inputs).props).toMatchObject({ hosts: UNKNOWN, policy: { maxUnavailable: UNKNOWN } });
  });

  test("that only the provider fills are refused in a program", async () => {
    const { engine } = await opened();
    await engine.run(declared({ baseline: { version: "8.0.1" } }), false);
    const { failures } = await engine.run(declared({ hosts: { h1: "1" }, owner: "me" }), true);
    expect(failures.join("\n")).toMatch(/hosts: is an output/);
    expect(failures.join("\n")).toMatch(/owner: is filled in/);
  });
});

test("another target replaces, and nothing else does", async () => {
  const { engine } = await opened();
  await engine.run(declared({ baseline: { version: "8.0.1" } }), false);
  const other = await engine.run(declared({ target: { kind: "simulated", file: "other.db" } }), true);
  expect(other).toMatchObject({ step: "replace" });
  expect(other.paths).toContain("target.file");
  const same = await engine.run(
    declared({ baseline: { version: "8.0.1" }, target: { kind: "simulated", file: "./fleet.db" } }),
    true,
  );
  expect(same.step).toBe("update");
});

test("an import takes a fleet over at its level; the first preview shows no change", async () => {
  const { engine } = await opened();
  await engine.read("simulated:fleet.db");
  expect(decode(engine.state?.inputs).props).toMatchObject({
    baseline: { version: "8.0.1" },
    owner: "shop/prod/fleet",
  });
  expect(await engine.run(declared({ baseline: { version: "8.0.1" } }), true)).toMatchObject({ step: "same" });
  await expect(engine.read("simulated:./fleet.db")).rejects.toThrow(/Import "simulated:fleet\.db"/);
  await expect(engine.read("libvirt:kvm")).rejects.toThrow(/which hosts/);
  await expect(engine.read("nonsense")).rejects.toThrow(/names no fleet/);
});

describe("functions", () => {
  const ask = async (engine: FakeEngine, name: string, args: Record<string, unknown>) => {
    const request = new provider.InvokeRequest();
    request.setTok(`rolling-patch:index:${name}`);
    request.setArgs(encode(args));
    const response = await engine.call<providerPb.InvokeResponse>("invoke", request);
    return {
      answer: decode(response.getReturn()).props,
      failures: response.getFailuresList().map((one) => one.getReason()),
    };
  };

  test("look at the fleet and touch nothing", async () => {
    const { engine, stage } = await opened();
    const fleet = await ask(engine, "getFleet", declared());
    expect(fleet.answer).toMatchObject({ target: "simulated:memory", workloads: 12 });
    const compliance = await ask(engine, "getCompliance", declared());
    expect(compliance.answer).toMatchObject({ compliance: { drifted: 4 }, hosts: { h1: "8.0.1" } });
    const plan = await ask(engine, "planRoll", declared({ policy: { maxUnavailable: 1 } }));
    expect(plan.answer).toMatchObject({ outlook: "roll", plan: { hosts: 4 } });
    expect(stage.calls.filter((call) => !/^(observe|record\.read|close)$/.test(call))).toEqual([]);
    expect(stage.files.size).toBe(0);
  });

  test("say what is wrong with a question, by its property", async () => {
    const { engine } = await opened();
    expect((await ask(engine, "getFleet", declared({ baseline: {} }))).failures.join()).toMatch(/^baseline: /);
    expect((await ask(engine, "getFleet", declared({ hosts: 1 }))).failures.join()).toMatch(
      /^hosts: getFleet has no such argument/,
    );
  });
});

test("credentials that are configured reach the process, secret or not; what is no setting is refused by name", async () => {
  const configured: unknown[] = [];
  const stage = new Stage(smallFleet());
  const engine = await FakeEngine.start({ ...worldOf(stage), environment: (config) => configured.push(config) });
  onTestFinished(() => engine.close());
  await engine.configure({
    prometheusBearerToken: "canary",
    environment: '{"SLACK_WEBHOOK_URL":"https://x"}',
    version: "0.1.0",
  });
  expect(configured.at(-1)).toEqual({
    prometheusBearerToken: "canary",
    environment: { SLACK_WEBHOOK_URL: "https://x" },
  });
  await expect(engine.configure({ prometheusBearerTokn: "canary" })).rejects.toThrow(
    /prometheusBearerTokn: there is no such setting/,
  );
});
