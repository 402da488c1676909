import { describe, expect, test } from "vitest";
import type { Notice } from "../../provider/core/notice.ts";
import type { FleetRecord } from "../../provider/core/record.ts";
import { fault } from "../../provider/drivers/simulated/index.ts";
import { addFault } from "../../provider/drivers/simulated/world-faults.ts";
import type { GatePorts } from "../../provider/engine/gate-ports.ts";
import { restore } from "../../provider/engine/restore.ts";
import { smallFleet } from "../support/fleets.ts";
import { Mortal } from "../support/mortal.ts";
import { Rig, type RigOptions } from "../support/rig.ts";

const silences = [{ name: "nodes", alertmanager: "http://am", matchers: ['instance="{host}"'], lasting: "5m" }];

/** A rig whose Alertmanager notes what it is asked, and what was on record then. */
function silencing(options: Partial<RigOptions> = {}, problem?: string) {
  const asked: string[] = [];
  const onRecord: string[] = [];
  const recorded = (): FleetRecord["silences"] => rig.world.record?.record.silences;
  const silencer: GatePorts["silences"] = {
    hold: async (_, host) => {
      asked.push(`hold ${host}`);
      if (recorded()?.some((one) => one.host === host)) onRecord.push(host);
      return problem;
    },
    end: async (url, mark) => {
      asked.push(`end ${/: (\S+) is out/.exec(mark)?.[1]} at ${url}`);
      return problem;
    },
  };
  const rig = new Rig({
    fleet: smallFleet({ perHost: 2, hosts: 3 }),
    silences,
    gates: { silences: silencer },
    ...options,
  });
  return { rig, asked, onRecord };
}

describe("silences", () => {
  test("of each host from before it goes out, on record before they are there, until it is back", async () => {
    const { rig, asked, onRecord } = silencing();
    const { ending } = await rig.end();
    expect(ending.kind).toBe("done");
    expect(asked.filter((one, index) => asked.indexOf(one) === index)).toEqual(
      ["h1", "h2", "h3"].flatMap((host) => [`hold ${host}`, `end ${host} at http://am`]),
    );
    expect(onRecord).toHaveLength(asked.filter((one) => one.startsWith("hold")).length);
    expect(rig.world.record?.record.silences).toBeUndefined();
  });

  test("are extended while the host is out", async () => {
    // Process time runs 60 times slower than fleet time in the rig: a patch of 10 h takes 10 min of it.
    const { rig, asked } = silencing({
      fleet: smallFleet({ perHost: 2, hosts: 3, host: { 1: { patch: 36_000 } } }),
      policy: { deadlines: { patch: "20h" } },
    });
    await rig.end();
    const held = asked.filter((one) => one === "hold h1").length;
    expect(held).toBeGreaterThanOrEqual(4);
    expect(held).toBeLessThanOrEqual(8);
    expect(asked.filter((one) => one === "hold h2")).toHaveLength(1);
  });

  test("of a host that stays out are left to expire, stay on record, and are taken up by the next run", async () => {
    const { rig, asked } = silencing({
      fleet: smallFleet({ perHost: 2, hosts: 5 }),
      policy: { retries: 0, maxUnavailable: 2 },
    });
    addFault(rig.world, fault.parse({ kind: "patch-fails", host: "h2", reason: "disk full" }));
    await rig.end();
    expect(asked).not.toContain("end h2 at http://am");
    expect(rig.world.record?.record.silences).toMatchObject([{ host: "h2", url: "http://am" }]);
    await rig.end();
    expect(asked).toContain("end h2 at http://am");
    expect(rig.world.record?.record.silences).toBeUndefined();
  });

  test("of a dead process are ended by the next one, or by restore", async () => {
    for (const how of ["next", "restore"] as const) {
      const { rig, asked } = silencing();
      const mortal = new Mortal({ call: 40, moment: "after" });
      const killed = await rig.up({ through: (driver) => mortal.driver(driver), killed: mortal.killed });
      expect(killed.kind).toBe("killed");
      const { silences: left } = rig.world.record?.record ?? {};
      expect(left?.length).toBeGreaterThan(0);
      await rig.time.pass(3_600_000);
      asked.splice(0);
      if (how === "next") expect((await rig.end()).ending.kind).toBe("done");
      else {
        const ended: string[] = [];
        const ports = {
          driver: rig.driver(),
          process: rig.time.clock(),
          tell: () => {},
          silences: {
            hold: async () => undefined,
            end: async (_: string, mark: string) => {
              ended.push(mark);
              return undefined;
            },
          },
        };
        const who = { holder: "anna", instance: "x", wall: () => "now", baseline: rig.inputs().baseline };
        const given = await rig.time.run(restore(ports, who));
        const back = left?.filter(({ host }) => given.hosts.includes(host)) ?? [];
        expect(ended).toEqual(back.map(({ mark }) => mark));
      }
      if (how === "next") expect(rig.world.record?.record.silences).toBeUndefined();
    }
  });

  test("that cannot be had cost one warning, and the roll goes on", async () => {
    const { rig } = silencing({}, "connection refused");
    expect((await rig.end()).ending.kind).toBe("done");
    const warnings = rig.news.filter(({ kind }) => kind === "warning").map(({ text }) => text);
    expect(warnings).toEqual(["alerts of h1 cannot be silenced: connection refused (http://am); the roll goes on"]);
  });
});

/** A rig with a receiver of everything. */
function telling(options: Partial<RigOptions> = {}, answer: () => Promise<string | undefined> = async () => undefined) {
  const notices: Notice[] = [];
  const send: GatePorts["notices"]["send"] = (_, notice) => {
    notices.push(notice);
    return answer();
  };
  const notify: RigOptions["notify"] = [{ kind: "webhook", name: "ops", urlFrom: "OPS_URL" }];
  const rig = new Rig({ fleet: smallFleet({ hosts: 2 }), notify, gates: { notices: { send } }, ...options });
  const told = () => notices.splice(0).map(({ at, text }) => `${at}: ${text}`);
  return { rig, told };
}

describe("notifications", () => {
  test("of a roll that is done: start, canary, end", async () => {
    const { rig, told } = telling();
    await rig.end();
    expect(told()).toEqual([
      "start: roll of project/stack/fleet to 8.0.3 starts (run run-1)",
      "canary: roll of project/stack/fleet to 8.0.3 canary passed: h1 (run run-1)",
      "end: roll of project/stack/fleet to 8.0.3 is done: 2 hosts rolled (run run-1)",
    ]);
  });

  test("of one that waits for a person, inside or after `up`, and of one that halts: once each", async () => {
    const { rig, told } = telling({ policy: { approve: ["canary"], waitAtGate: "1m" } });
    await rig.end();
    expect(told().map((line) => line.split(":")[0])).toEqual(["start", "waiting"]);
    await rig.end({ policy: { waitAtGate: "0s" } });
    expect(told().at(-1)).toMatch(/^waiting: .*waits for an approval at the gate "canary"/);
    const halting = telling({
      checks: [{ kind: "command", name: "shop", command: ["x"], at: ["end"] }],
      failing: { shop: 2 },
    });
    await halting.rig.end();
    const [start, canary, halt, ...more] = halting.told();
    expect([start, canary].map((line) => line?.split(":")[0])).toEqual(["start", "canary"]);
    expect(halt).toMatch(
      /^halt: .* halts until a person decides: regression tests fail that passed before the roll: shop/,
    );
    expect(more).toEqual([]);
  });

  test("to a dead receiver: one warning, and the roll neither stops nor waits for it", async () => {
    const refusing = telling({}, async () => "connection refused");
    expect((await refusing.rig.end()).ending.kind).toBe("done");
    expect(refusing.rig.news.filter(({ kind }) => kind === "warning").map(({ text }) => text)).toEqual([
      '"ops" could not be told: connection refused; the roll goes on',
    ]);
    const plain = new Rig({ fleet: smallFleet({ hosts: 2 }) });
    await plain.end();
    const mute = telling({}, () => new Promise(() => {}));
    expect((await mute.rig.end()).ending.kind).toBe("done");
    // Process time runs 60 times slower than the fleet's: its end waited 15 s of that.
    expect(mute.rig.time.now() - plain.time.now()).toBeLessThan(61 * 15_000);
  });
});

describe("hooks", () => {
  test("read what is about to happen and what has", async () => {
    const rig = new Rig({
      fleet: smallFleet({ hosts: 2 }),
      hooks: [{ name: "all", command: ["x"], at: ["beforeRun", "afterRun", "beforeHost", "afterHost"] }],
    });
    await rig.end();
    expect(rig.told.map(({ at, host, done }) => [at, host?.id, host?.level, done.length])).toEqual([
      ["beforeRun", undefined, undefined, 0],
      ["beforeHost", "h1", "8.0.1", 0],
      ["afterHost", "h1", "8.0.3", 0],
      ["beforeHost", "h2", "8.0.1", 1],
      ["afterHost", "h2", "8.0.3", 1],
      ["afterRun", undefined, undefined, 2],
    ]);
    expect(rig.told[0]).toMatchObject({ drifted: ["h1", "h2"], owner: "project/stack/fleet", level: "8.0.3" });
    expect(rig.told.at(-1)).toMatchObject({ ending: { kind: "done" } });
  });

  test("that refuse before the first act: nothing is called on the platform but looks", async () => {
    const rig = new Rig({
      fleet: smallFleet({ hosts: 2 }),
      hooks: [{ name: "ticket", command: ["x"], at: ["beforeRun"] }],
      failing: { ticket: 1 },
    });
    const acts: string[] = [];
    const { ending } = await rig.end({
      through: (driver) => ({
        ...driver,
        actors: { ...driver.actors, quiet: async () => void acts.push("quiet") },
        stage: async () => void acts.push("stage"),
        cordon: async () => void acts.push("cordon"),
      }),
    });
    expect(ending).toMatchObject({ kind: "halted", sticky: false, reason: expect.stringMatching(/^hook "ticket"/) });
    expect(acts).toEqual([]);
    expect(rig.world.record?.record.former).toBeUndefined();
    expect(rig.world.record?.record.lease).toBeUndefined();
  });
});

describe("a stop", () => {
  test("is not kept waiting by tests that run", async () => {
    const stop = new AbortController();
    let running = 0;
    const suites: GatePorts["suites"] = {
      run: (_, __, signal) =>
        new Promise((_, reject) => {
          running += 1;
          setImmediate(() => stop.abort("stop"));
          const error = Object.assign(new Error("cancelled"), { name: "RollError", kind: "cancelled" });
          signal.addEventListener("abort", () => reject(error), { once: true });
        }),
    };
    const rig = new Rig({
      fleet: smallFleet({ hosts: 2 }),
      suites: [{ name: "e2e", command: ["x"], timeout: "24h" }],
      gates: { suites },
    });
    const { ending } = await rig.end({ stop: stop.signal });
    expect(running).toBe(1);
    expect(ending).toMatchObject({ kind: "paused", cause: "stop" });
  });
});
