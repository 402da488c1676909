import { describe, expect, test } from "vitest";
import type { Props } from "../../provider/lifecycle/props.ts";
import { UNKNOWN } from "../../provider/lifecycle/unknown.ts";
import { validate } from "../../provider/lifecycle/validate.ts";
import { smallFleet } from "../support/fleets.ts";
import { declare, Stage } from "./stage.ts";

const http = { kind: "http", name: "shop", workloads: { tag: "web" }, url: "https://{workload}.example.com/health" };
const tcp = { kind: "tcp", name: "web", workloads: { tag: "web" }, port: 443 };
const command = { kind: "command", name: "order", workloads: "all", command: ["./order.sh", "{workload}"] };
const prometheus = { kind: "prometheus", name: "api", url: "https://prometheus.example.com", query: "latency" };
const platform = { kind: "platform", name: "vm" };

const failuresOf = (...probes: unknown[]) => validate(declare(undefined, { probes }) as Props).failures;

test("every kind is taken, with its defaults", () => {
  const { inputs, failures } = validate(
    declare(undefined, { probes: [http, tcp, command, prometheus, platform] }) as Props,
  );
  expect(failures).toEqual([]);
  expect(inputs?.probes).toMatchObject([
    { every: 1_000, timeout: 2_000, status: 200, connection: "new" },
    { every: 1_000, timeout: 2_000, address: "{address}", hold: false },
    { every: 5_000, timeout: 5_000, on: "machine" },
    { workloads: "all", label: "workload", unit: "s", timeout: 10_000 },
    { workloads: "all", every: 1_000 },
  ]);
});

test.each<[unknown, string, string?]>([
  [
    { ...http, kind: "ping" },
    'probes[0].kind: unknown kind "ping"; expected one of "http", "tcp", "command", "prometheus", "platform"',
  ],
  [{ ...http, workloads: undefined }, 'probes[0].workloads: expected "all", `{ tag: "…" }` or `{ name: "…" }`'],
  [{ ...http, workloads: {} }, "probes[0].workloads: give `tag` or `name`"],
  [{ ...http, workloads: "some" }, 'probes[0].workloads: expected "all", `{ tag: "…" }` or `{ name: "…" }`'],
  [{ ...http, workloads: { tags: "web" } }, "probes[0].workloads.tags: unknown property `tags`; did you mean `tag`?"],
  [{ ...http, url: "shop" }, 'probes[0].url: expected an http(s) URL like "https://shop.example.com/health"'],
  [
    { ...http, url: "https://shop.example.com/" },
    "probes[0]: asks the same for every workload: {workload} or {address} has to be in it",
  ],
  [
    { ...http, url: "https://{host}/{workload}" },
    "probes[0]: asks for {host}, but a probe is about workloads, wherever they run: use {workload} or {address}",
  ],
  [{ ...http, timeout: "0s" }, "probes[0].timeout: must be longer than 0s"],
  [{ ...http, timeout: "5m" }, "probes[0].timeout: must be at most 30s"],
  [{ ...http, every: "1ms" }, "probes[0].every: must be from 100ms to 60s"],
  [{ ...http, every: "2h" }, "probes[0].every: must be from 100ms to 60s"],
  [{ ...http, status: 99 }, "probes[0].status: must be at least 100"],
  [{ ...http, connection: "none" }, 'probes[0].connection: expected "new" or "kept", not "none"'],
  [{ ...http, cap: 0 }, "probes[0].cap: must be at least 0.1"],
  [{ ...http, retries: 3 }, "probes[0].retries: unknown property `retries`"],
  [{ ...tcp, port: 0 }, "probes[0].port: must be at least 1"],
  [{ ...tcp, address: "shop" }, "probes[0]: asks the same for every workload: {workload} or {address} has to be in it"],
  [{ ...command, command: [] }, "probes[0].command: must not be empty"],
  [
    { ...command, on: "host" },
    "probes[0].on: commands of probes run on the machine that runs Pulumi only: a service is measured from outside",
  ],
  [{ ...prometheus, query: "" }, "probes[0].query: must not be empty"],
  [{ ...prometheus, label: "a b" }, "probes[0].label: expected the name of a label"],
])("%j is refused", (probe, failure) => {
  const said = failuresOf(probe).map(({ property, reason }) => `${property}: ${reason}`);
  expect(said[0]).toContain(failure);
});

test("a name that is used twice is refused", () => {
  expect(failuresOf(tcp, { ...http, name: "web" })).toEqual([
    { property: "probes[1].name", reason: '"web" is used twice' },
  ]);
});

test.each<[object, string]>([
  [{ ...http, url: "https://anna:hunter2@{workload}/" }, "`probes[0].url`"],
  [{ ...http, url: "https://{workload}/health?token=hunter2" }, "`probes[0].url`"],
  [{ ...prometheus, url: "https://prometheus.example.com/?api_key=hunter2" }, "`probes[0].url`"],
  [{ ...command, command: ["curl", "-H", "Authorization: Bearer hunter2", "{workload}"] }, "`probes[0].command[2]`"],
  [{ ...platform, password: "hunter2" }, "`probes[0].password`"],
])("credentials in %j are refused, and not repeated", (probe, path) => {
  const found = failuresOf(probe);
  expect(found).toHaveLength(1);
  expect(found[0]?.reason).toContain(path);
  expect(found[0]?.reason).toContain("credentials are never inputs");
  expect(JSON.stringify(found)).not.toContain("hunter2");
});

describe("a probe that would measure nothing", () => {
  const fleet = smallFleet();
  const tagged = {
    ...fleet,
    workloads: (fleet.workloads ?? []).map((one, index) => ({
      ...one,
      tags: index % 2 === 0 ? ["web", "eu"] : ["db"],
    })),
  };

  test.each<[object, object, string]>([
    [
      { ...http, workloads: { tag: "wbe" } },
      tagged,
      'the probe "shop" matches no workload of this fleet (tag "wbe"); tags that there are: db, eu, web',
    ],
    [http, fleet, 'the probe "shop" matches no workload of this fleet (tag "web"); no workload has a tag'],
    [
      { ...platform, workloads: { name: "shop-*", tag: "db" } },
      tagged,
      'the probe "vm" matches no workload of this fleet (tag "db" and name "shop-*")',
    ],
    [tcp, tagged, 'the probe "web" asks for {address}, but the platform knows no address of the'],
  ])("%j fails the preview of a roll", async (probe, spec, reason) => {
    const stage = new Stage(spec as typeof fleet);
    const { failures } = await stage.preview(declare(undefined, { probes: [{ ...platform, name: "first" }, probe] }));
    expect(failures).toHaveLength(1);
    expect(failures[0]?.property).toBe("probes[1]");
    expect(failures[0]?.reason).toContain(reason);
  });

  test("is a warning while nothing is to be rolled", async () => {
    const host = Object.fromEntries([1, 2, 3, 4].map((n) => [n, { level: "8.0.3" }]));
    const stage = new Stage(smallFleet({ host }));
    const { failures } = await stage.preview(declare(undefined, { probes: [http] }));
    expect(failures).toEqual([]);
    expect(stage.said.filter(({ severity }) => severity === "warning").map(({ text }) => text)).toEqual([
      'shop/prod/fleet: the probe "shop" matches no workload of this fleet (tag "web"); no workload has a tag',
    ]);
  });

  test("what is not known yet is passed over, and the plan is shown all the same", async () => {
    const stage = new Stage(tagged);
    const { failures, inputs } = await stage.preview(
      declare(undefined, {
        probes: [
          { ...http, url: UNKNOWN },
          { ...tcp, workloads: { tag: UNKNOWN } },
        ],
      }),
    );
    expect(failures).toEqual([]);
    expect(inputs.plan).toBeDefined();
  });
});

describe("while a roll goes on", () => {
  test("what the probes cannot do is said once, as soon as it is known", async () => {
    const stage = new Stage({ ...smallFleet(), noise: "benign" });
    const policy = { reference: "1m", soak: "5m", canarySoak: "5m" };
    await stage.up(declare(policy, { probes: [{ ...platform, cap: 0.8 }] }));
    const said = stage.said.filter(({ text }) => text.includes('probe "vm"'));
    expect(said).toEqual([
      {
        severity: "warning",
        text: expect.stringMatching(/^probe "vm": its cap allows 4 of \d+ workloads; always the same sample/),
      },
      { severity: "warning", text: expect.stringMatching(/^probe "vm": its cap allows to ask 4 workloads every 5 s/) },
    ]);
  });
});
