import { describe, expect, test } from "vitest";
import { nearest } from "../../provider/lifecycle/nearest.ts";
import type { Props } from "../../provider/lifecycle/props.ts";
import { UNKNOWN } from "../../provider/lifecycle/unknown.ts";
import { validate } from "../../provider/lifecycle/validate.ts";
import { smallFleet } from "../support/fleets.ts";
import { declare, Stage } from "./stage.ts";

const target = { kind: "simulated", file: "fleet.db" };
const http = { kind: "http", name: "shop", url: "https://shop.example.com/" };
const share = 'expected a count of hosts or a share like "25%"';
const whole = 'expected a whole number of hosts or a share like "25%"';
const time = 'expected a duration like "90s", "20m" or "1.5h"';

const hook = { name: "ticket", command: ["./ticket.sh"], at: ["beforeRun"] };
const silence = { name: "nodes", alertmanager: "http://am", matchers: ['instance="{host}"'] };
const suite = { name: "e2e", command: ["npm", "run", "e2e"] };
const bad: [declared: Props, failure: string, another?: string][] = [
  [{ target: undefined }, "target: is missing: expected an object"],
  [{ target: "fleet.db" }, 'target: expected an object, not "fleet.db"'],
  [{ target: {} }, 'target.kind: is missing; expected one of "simulated", "libvirt"'],
  [{ target: { kind: "vmware" } }, 'target.kind: unknown kind "vmware"; expected one of "simulated", "libvirt"'],
  [{ target: { kind: "simulated" } }, "target.file: is missing: expected a string"],
  [{ target: { kind: "simulated", file: "" } }, "target.file: must not be empty"],
  [{ target: { ...target, flie: "x" } }, "target.flie: unknown property `flie`; did you mean `file`?"],
  [{ baseline: undefined }, "baseline: is missing: expected an object"],
  [{ baseline: "8.0.3" }, 'baseline: expected an object, not "8.0.3"'],
  [{ baseline: { version: 8 } }, "baseline.version: expected a string, not 8"],
  [{ baseline: { version: "" } }, "baseline.version: must not be empty"],
  [{ policy: null }, "policy: expected an object, not null"],
  [{ policy: { maxUnavailable: 0 } }, "policy.maxUnavailable: must be at least 1"],
  [{ policy: { maxUnavailable: -2 } }, "policy.maxUnavailable: must be at least 1"],
  [{ policy: { maxUnavailable: 1.5 } }, `policy.maxUnavailable: ${whole}`],
  [{ policy: { maxUnavailable: true } }, `policy.maxUnavailable: ${whole}`],
  [{ policy: { maxUnavailable: "0%" } }, "policy.maxUnavailable: a share must be more than 0%"],
  [{ policy: { maxUnavailable: "-5%" } }, `policy.maxUnavailable: ${share}`],
  [{ policy: { maxUnavailable: "120%" } }, "policy.maxUnavailable: a share must not exceed 100%"],
  [{ policy: { maxUnavailable: "many" } }, `policy.maxUnavailable: ${share}`],
  [{ policy: { maxUnavailable: { fleet: 0 } } }, "policy.maxUnavailable.fleet: must be at least 1"],
  [
    { policy: { maxUnavailable: { perDomain: "200%" } } },
    "policy.maxUnavailable.perDomain: a share must not exceed 100%",
  ],
  [
    { policy: { maxUnavailable: { perDomian: 1 } } },
    "policy.maxUnavailable.perDomian: unknown property `perDomian`; did you mean `perDomain`?",
  ],
  [
    { policy: { maxUnavailible: 1 } },
    "policy.maxUnavailible: unknown property `maxUnavailible`; did you mean `maxUnavailable`?",
  ],
  [{ policy: { mode: "obsrve" } }, 'policy.mode: expected "full" or "observe" or "canary", not "obsrve"'],
  [{ policy: { reserve: 1.2 } }, "policy.reserve: expected a whole number of host failures"],
  [{ policy: { canary: -1 } }, "policy.canary: must be at least 0"],
  [{ policy: { deadlines: { drain: "0s" } } }, "policy.deadlines.drain: must be longer than 0s"],
  [{ policy: { maxUpTime: "0s" } }, "policy.maxUpTime: must be longer than 0s"],
  [{ policy: { deadlines: { drain: 30 } } }, 'policy.deadlines.drain: expected a duration with its unit, like "30m"'],
  [{ checks: [{ ...http, timeout: "0s" }] }, "checks[0].timeout: must be longer than 0s"],
  [{ checks: [{ kind: "command", name: "x", command: [" "] }] }, "checks[0].command[0]: must name a program"],
  [{ policy: { waitAtGate: "5 minutes" } }, `policy.waitAtGate: ${time}`],
  [
    { policy: { deadlines: { drian: "3m" } } },
    "policy.deadlines.drian: unknown property `drian`; did you mean `drain`?",
  ],
  [
    { policy: { windows: [{ start: "0 22 * * *", duration: "6h", timezone: "Berlin" }] } },
    'policy.windows[0]: "Berlin" is not a time zone; write an IANA name like "Europe/Berlin" or "UTC"',
  ],
  [{ polcy: {} }, "polcy: unknown property `polcy`; did you mean `policy`?"],
  [
    { zone: "a" },
    expect.stringMatching(/^zone: unknown property `zone`; known are `target`, `baseline`, `policy`, `checks`, /),
  ],
  [{ checks: {} }, "checks: expected an array, not an object"],
  [
    { checks: [{ ...http, url: "shop" }] },
    'checks[0].url: expected an http(s) URL like "https://shop.example.com/health"',
  ],
  [
    { checks: [{ ...http, url: "ftp://shop/" }] },
    'checks[0].url: expected an http(s) URL like "https://shop.example.com/health"',
  ],
  [{ checks: [{ ...http, status: 42 }] }, "checks[0].status: must be at least 100"],
  [
    { checks: [{ ...http, at: ["start"] }] },
    'checks[0].at[0]: expected "preflight" or "verify" or "gate" or "canary" or "end", not "start"',
  ],
  [{ checks: [http, { ...http }] }, 'checks[1].name: "shop" is used twice'],
  [
    { checks: [http, { kind: "grpc", name: "x" }] },
    'checks[1].kind: unknown kind "grpc"; expected one of "http", "tcp", "command", "alerts", "ceph", "gluster"',
  ],
  [
    { checks: [{ kind: "tcp", name: "a", address: "{host}", port: 70_000, at: ["verify"], prot: 1 }] },
    "checks[0].port: must be at most 65535",
    "checks[0].prot: unknown property `prot`; did you mean `port`?",
  ],
  [
    { checks: [{ kind: "tcp", name: "a", address: "{host}", port: 22 }] },
    'checks[0]: asks for {host}, but at the end of the roll no host is at hand; leave "end" out of "at"',
  ],
  [
    { checks: [{ kind: "tcp", name: "a", address: "{host}", port: 22, at: ["canary"] }] },
    'checks[0]: asks for {host}, but after the canary no host is at hand; leave "canary" out of "at"',
  ],
  [{ suites: [{ name: "e2e", command: [] }] }, "suites[0].command: must not be empty"],
  [{ suites: [{ name: "e2e", command: [""] }] }, "suites[0].command[0]: must name a program"],
  [{ suites: [{ ...suite, timeout: "0s" }] }, "suites[0].timeout: must be longer than 0s"],
  [{ suites: [{ ...suite, at: ["before"] }] }, 'suites[0].at: needs "canary" or "end" as well'],
  [{ suites: [{ ...suite, tap: true, junit: "a.xml" }] }, "suites[0].tap: give `junit` or `tap`, not both"],
  [{ hooks: [{ name: "t", command: ["x"] }] }, "hooks[0].at: is missing: expected an array"],
  [{ hooks: [{ ...hook, at: [] }] }, "hooks[0].at: must not be empty"],
  [
    { hooks: [{ ...hook, at: ["before"] }] },
    'hooks[0].at[0]: expected "beforeRun" or "afterRun" or "beforeHost" or "afterHost", not "before"',
  ],
  [{ hooks: [{ ...hook, timeout: "0s" }] }, "hooks[0].timeout: must be longer than 0s"],
  [{ hooks: [{ ...hook, onFailure: "explode" }] }, 'hooks[0].onFailure: expected "halt" or "ignore", not "explode"'],
  [{ hooks: [hook, hook] }, 'hooks[1].name: "ticket" is used twice'],
  [
    { checks: [{ kind: "alerts", name: "calm", url: "http://am" }] },
    "checks[0]: give `query` (of Prometheus) or `matchers` (of Alertmanager)",
  ],
  [
    { checks: [{ kind: "alerts", name: "calm", url: "http://am", query: "up", matchers: ["a=b"] }] },
    "checks[0]: give `query` (of Prometheus) or `matchers` (of Alertmanager)",
  ],
  [
    { checks: [{ kind: "alerts", name: "calm", url: "http://am", matchers: ["critical"] }] },
    'checks[0].matchers[0]: expected a matcher like severity="critical" or instance=~"{host}:.*"',
  ],
  [
    { checks: [{ kind: "alerts", name: "calm", url: "http://am", query: 'up{instance="{host}"} == 0' }] },
    'checks[0]: asks for {host}, but at the end of the roll no host is at hand; leave "end" out of "at"',
  ],
  [
    { silences: [{ ...silence, matchers: ['severity="critical"'] }] },
    "silences[0].matchers: must name {host}: other hosts' alerts are news",
  ],
  [{ silences: [{ ...silence, lasting: "1m" }] }, 'silences[0].lasting: must be at least "5m"'],
  [
    { silences: [{ ...silence, alertmanager: "alerts" }] },
    'silences[0].alertmanager: expected an http(s) URL like "https://alerts.example.com"',
  ],
  [
    { notify: [{ kind: "mail", name: "x" }] },
    'notify[0].kind: unknown kind "mail"; expected one of "webhook", "slack", "pagerduty"',
  ],
  [
    { notify: [{ kind: "slack", name: "ops", urlFrom: "https://hooks.slack.example.com/x" }] },
    'notify[0].urlFrom: expected the name of an environment variable, like "SHOP_TOKEN"',
  ],
  [
    { notify: [{ kind: "slack", name: "ops", url: "x", urlFrom: "URL" }] },
    "notify[0].url: unknown property `url`; known are `kind`, `name`, `at`, `timeout`, `urlFrom`",
  ],
  [
    { notify: [{ kind: "webhook", name: "ops", urlFrom: "URL", timeout: "0s" }] },
    "notify[0].timeout: must be longer than 0s",
  ],
  [{ policy: { canary: 0, approve: ["canary"] } }, "policy.approve[0]: there is no canary (`canary` is 0)"],
  [
    { policy: { canary: 0 }, suites: [{ ...suite, at: ["before", "canary"] }] },
    'suites[0].at: there is no canary (policy.canary is 0): ask it at "end"',
  ],
  [
    { policy: { canary: 0 }, checks: [{ ...http, at: ["canary"] }] },
    'checks[0].at: there is no canary (policy.canary is 0): ask it at "end"',
  ],
  [{ suites: [suite, suite] }, 'suites[1].name: "e2e" is used twice'],
  [
    { suites: [{ ...suite, name: "shop" }], checks: [http] },
    'suites[0].name: "shop" is a check already: tests need names of their own',
  ],
  [
    { suites: [{ ...suite, env: ["SHOP_TOKEN=abc"] }] },
    'suites[0].env[0]: expected the name of an environment variable, like "SHOP_TOKEN"',
  ],
  [{ suites: [{ ...suite, junti: "a.xml" }] }, "suites[0].junti: unknown property `junti`; did you mean `junit`?"],
  [
    { policy: { approve: ["canry"] } },
    expect.stringMatching(/^policy\.approve\[0\]: expected "start" or "canary", not "canry"/),
  ],
  [{ policy: { approve: [{ gate: "canary", people: 0 }] } }, "policy.approve[0].people: must be at least 1"],
  [{ policy: { approve: ["canary", { gate: "canary" }] } }, 'policy.approve[1]: the gate "canary" is named twice'],
  [
    { policy: { freeze: [{ from: "2026-12-18" }] } },
    "policy.freeze[0].to: give `from` and `to`, or `start` and `duration`",
  ],
  [{ policy: { freeze: [{}] } }, "policy.freeze[0]: give `from` and `to`, or `start` and `duration`"],
  [
    { policy: { freeze: [{ from: "2026-02-30", to: "2026-03-04" }] } },
    'policy.freeze[0]: "2026-02-30" is not a day or moment; write it like "2026-12-18" or "2026-12-18T16:00"',
  ],
  [
    { policy: { freeze: [{ from: "2027-01-03", to: "2026-12-18" }] } },
    "policy.freeze[0]: it ends (2026-12-18) before it begins (2027-01-03)",
  ],
  [
    { policy: { freeze: [{ from: "2026-12-18", to: "2027-01-03", timezone: "Bern" }] } },
    'policy.freeze[0]: "Bern" is not a time zone; write an IANA name like "Europe/Berlin" or "UTC"',
  ],
  [
    { policy: { freeze: [{ start: "0 0 31 2 *", duration: "1d" }] } },
    'policy.freeze[0]: "0 0 31 2 *" names a day that never comes',
  ],
];

describe("bad input", () => {
  test.each(bad)("%j", (declared, ...failures) => {
    const expected = failures.filter((failure) => failure !== undefined);
    expect(said({ target, baseline: { version: "8.0.3" }, owner: "a/b/c", ...declared })).toEqual(expected);
  });

  test("a window whose opening is no cron pattern", () => {
    const windows = [
      { start: "0 22 * * *", duration: "6h" },
      { start: "at ten", duration: "6h" },
    ];
    const [failure] = said({ target, baseline: { version: "8.0.3" }, owner: "a/b/c", policy: { windows } });
    expect(failure).toMatch(/^policy\.windows\[1\]: "at ten" is not a cron pattern .*write five cron fields like/);
  });

  test("is refused before anything is looked at", async () => {
    const stage = new Stage(smallFleet());
    expect((await stage.preview(declare({ maxUnavailable: 0 }))).step).toBe("failed");
    expect(stage.calls).toEqual([]);
  });

  test("a version that the fleet cannot have names the property", async () => {
    const stage = new Stage(smallFleet());
    const { failures } = await stage.preview(declare({}, { baseline: { version: "8.0 U3" } }));
    expect(failures).toEqual([
      { property: "baseline.version", reason: expect.stringContaining("is not a release version") },
    ]);
  });
});

describe("values that are not known yet", () => {
  test.each<[string, Props, string]>([
    ["target", { target: UNKNOWN }, "target"],
    ["part of the target", { target: { ...target, file: UNKNOWN } }, "target.file"],
    ["baseline", { baseline: { version: UNKNOWN } }, "baseline.version"],
  ])("%s: nothing is looked at, hosts are not known", async (_name, declared, path) => {
    const stage = new Stage(smallFleet());
    const { inputs, failures, step } = await stage.preview(declare({}, declared));
    expect({ failures, step, hosts: inputs.hosts }).toEqual({ failures: [], step: "create", hosts: UNKNOWN });
    expect(inputs).not.toHaveProperty("plan");
    expect(stage.hear()).toBe(`shop/prod/fleet: drift and plan can be shown once these inputs are known: ${path}`);
    expect(stage.calls).toEqual([]);
  });

  test.each<[Props | string]>([[UNKNOWN], [{ maxUnavailable: UNKNOWN }], [{ maxUnavailable: { fleet: UNKNOWN } }]])(
    "policy %j: drift is told, the plan is not",
    async (policy) => {
      const stage = new Stage(smallFleet());
      const { inputs, failures } = await stage.preview(declare({}, { policy }));
      expect({ failures, hosts: inputs.hosts }).toEqual({ failures: [], hosts: UNKNOWN });
      expect(stage.hear()).toContain("4 of 4 hosts drifted from 8.0.3; the plan can be shown once");
    },
  );

  test("checks: the plan does not wait for them", async () => {
    const stage = new Stage(smallFleet());
    for (const checks of [UNKNOWN, [UNKNOWN], [{ ...http, url: UNKNOWN }]]) {
      const { inputs, failures } = await stage.preview(declare({}, { checks }));
      expect(failures).toEqual([]);
      expect(inputs.plan).toMatchObject({ hosts: 4 });
    }
  });

  test("what is known is still checked", () => {
    const declared = {
      target: UNKNOWN,
      baseline: { version: UNKNOWN },
      policy: { maxUnavailable: UNKNOWN, mode: "x" },
      owner: "a/b/c",
    };
    expect(said(declared)).toEqual(['policy.mode: expected "full" or "observe" or "canary", not "x"']);
    expect(said({ ...declared, policy: { canary: UNKNOWN, canari: 1 } })).toEqual([
      "policy.canari: unknown property `canari`; did you mean `canary`?",
    ]);
  });

  test("an update that hangs on one is a change, and no replacement", async () => {
    const stage = new Stage(smallFleet({ level: "8.0.3" }));
    await stage.up(declare());
    expect((await stage.preview(declare({}, { target: { ...target, file: UNKNOWN } }))).step).toBe("update");
    expect((await stage.preview(declare({ maxUnavailable: UNKNOWN }))).step).toBe("update");
  });
});

test("nearest finds typos, and no strangers", () => {
  const words = ["maxUnavailable", "mode", "canary", "pinned"];
  expect(["maxunavailable", "moed", "cannary", "pined", "windows", "m"].map((word) => nearest(word, words))).toEqual([
    "maxUnavailable",
    "mode",
    "canary",
    "pinned",
    undefined,
    undefined,
  ]);
});

function said(declared: Props): string[] {
  const plain = JSON.parse(JSON.stringify(declared));
  return validate(plain).failures.map(({ property, reason }) => (property === "" ? reason : `${property}: ${reason}`));
}
