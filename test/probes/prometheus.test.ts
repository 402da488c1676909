import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { probe as schema } from "../../provider/core/probe.ts";
import { fleetClock, processClock, wallNow } from "../../provider/engine/clock.ts";
import { openMeter } from "../../provider/probes/meter.ts";
import { fleetOf, measuring, named, SCALE, samplesOf, until } from "./measuring.ts";

const cleanUps: (() => void)[] = [];
const clean = (end: () => void): void => void cleanUps.push(end);
afterEach(() => {
  for (const end of cleanUps.splice(0).reverse()) end();
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  clean(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

const of = (port: number, more: object = {}) => ({
  kind: "prometheus",
  url: `http://127.0.0.1:${port}`,
  query: "latency",
  ...more,
});

describe("a prometheus probe", () => {
  test("asks for a value at the end of each slice, and takes names and addresses for workloads", async () => {
    const asked: { url: string | undefined; form: URLSearchParams }[] = [];
    const port = await serve((request, response) => {
      const form = new URL(String(request.url), "http://prometheus").searchParams;
      asked.push({ url: request.url, form });
      const [start, end, step] = ["start", "end", "step"].map((key) => Number(form.get(key)));
      const times: number[] = [];
      for (let at = start ?? 0; at <= (end ?? 0) + 1e-6; at += step ?? 1) times.push(at);
      const values = (value: string) => times.map((time) => [time, value]);
      const result =
        form.get("query") === "errors"
          ? [{ metric: { vm: "a" }, values: values("2") }]
          : [
              { metric: { vm: "a" }, values: values("0.0125") },
              { metric: { vm: "10.0.0.2:9100" }, values: values("0.02") },
              { metric: { vm: "c" }, values: values("NaN") },
              { metric: { vm: "stranger" }, values: values("1") },
            ];
      response.end(JSON.stringify({ status: "success", data: { resultType: "matrix", result } }));
    });
    const rig = measuring(
      of(port, { label: "vm", failures: "errors" }),
      ["a", named("b", { address: "10.0.0.2" }), "c"],
      clean,
    );
    const slices = await rig.slices(3);
    expect(new Set(slices.map(({ workload, samples }) => `${workload} ${JSON.stringify(samples)}`))).toEqual(
      new Set(["a [12.5,null]", "b [20]"]),
    );
    expect(slices.every(({ at, host, probe }) => at % 5_000 === 0 && host === "h1" && probe === "shop")).toBe(true);
    const { url, form } = asked.at(-1) ?? { url: "", form: new URLSearchParams() };
    expect(url).toMatch(/^\/api\/v1\/query_range\?/);
    expect(Number(form.get("step"))).toBe(5 / SCALE);
    // On the wall clock of the server.
    expect(Math.abs(Number(form.get("end")) * 1_000 - Date.now())).toBeLessThan(10_000);
  });

  test.each<[string, RequestListener, RegExp]>([
    [
      "is wrong",
      (_, response) => response.writeHead(400).end('{"status":"error","error":"parse error: token=hunter2"}'),
      /Prometheus says: parse error: token=…/,
    ],
    ["may not be asked", (_, response) => response.writeHead(401).end(), /lets us not in \(HTTP 401\)/],
    [
      "is answered by somebody else",
      (_, response) => response.end("<html>"),
      /what answers as Prometheus \(HTTP 200\) is none/,
    ],
    ["leads elsewhere", (_, response) => response.writeHead(302, { location: "/" }).end(), /HTTP 302/],
    ["is not answered", () => {}, /does not answer: no answer in time/],
  ])("a query that %s leaves a gap, and says so", async (_, listener, message) => {
    const port = await serve(listener);
    const rig = measuring(of(port, { timeout: "300ms" }), ["a"], clean);
    await until(async () => {
      expect(await rig.meter.slices(0)).toEqual([]);
      return rig.meter.notes.length > 0;
    });
    expect(rig.meter.notes.join()).toMatch(message);
    expect(rig.meter.notes.join()).not.toMatch(/hunter2/);
  });

  test("credentials come from the environment, and are never sent in the clear to another machine", async () => {
    const seen: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"status":"success","data":{"result":[]}}');
    });
    const asking = async (environment: Record<string, string>, url = `http://127.0.0.1:${port}`) => {
      const rig = measuring(of(port, { url, timeout: "300ms" }), ["a"], clean, { environment });
      await until(async () => {
        await rig.meter.slices(0);
        return seen.length > 0 || rig.meter.notes.length > 0;
      });
      rig.meter.close();
      return { seen: seen.splice(0), notes: rig.meter.notes.join() };
    };
    expect((await asking({ PROMETHEUS_BEARER_TOKEN: "t0ken" })).seen[0]).toBe("Bearer t0ken");
    expect((await asking({ PROMETHEUS_USERNAME: "anna", PROMETHEUS_PASSWORD: "secret" })).seen[0]).toBe(
      `Basic ${Buffer.from("anna:secret").toString("base64")}`,
    );
    expect((await asking({})).seen[0]).toBeUndefined();
    const refused = await asking({ PROMETHEUS_BEARER_TOKEN: "t0ken" }, "http://prometheus.invalid:9090");
    expect(refused.notes).toMatch(/credentials for Prometheus are not sent to prometheus.invalid:9090 without TLS/);
    expect(refused.notes).not.toMatch(/t0ken/);
  });
});

const binary = process.env.PROMETHEUS ?? "prometheus";
const absent = spawnSync(binary, ["--version"]).status !== 0;
if (absent)
  console.warn(
    "SKIPPED: no prometheus on this machine, so metric probes are not tested against the real server (apt-get install prometheus)",
  );

test.skipIf(absent)("against the real server: the latency that it scraped, and the failures", async () => {
  let failures = 0;
  const metrics = await serve((_, response) => {
    failures += 1;
    response.end(
      ["a", "b"].map((vm, index) => `latency_seconds{vm="${vm}"} ${0.01 * (index + 1)}\n`).join("") +
        `errors_total{vm="b"} ${failures}\n`,
    );
  });
  const folder = mkdtempSync(join(tmpdir(), "rp-prometheus-"));
  clean(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, "prometheus.yml");
  const scrape = `{ job_name: shop, scrape_interval: 200ms, scrape_timeout: 200ms, static_configs: [{ targets: ["127.0.0.1:${metrics}"] }] }`;
  writeFileSync(config, `scrape_configs: [${scrape}]\n`);
  const port = await freePort();
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const server = spawn(binary, args, { stdio: "ignore" });
  clean(() => server.kill("SIGKILL"));

  const clock = fleetClock({ scale: SCALE, since: Date.now(), epoch: 0 });
  const probe = schema.parse({
    name: "shop",
    label: "vm",
    failures: "sum by (vm) (increase(errors_total[2s]))",
    ...of(port, { query: "latency_seconds" }),
  });
  const meter = openMeter([probe], { driver: { clock }, process: processClock(), wall: wallNow, environment: {} });
  clean(() => meter?.close());
  meter?.follow(fleetOf(0, [named("a"), named("b"), named("c")]));
  let newest = new Map<string, readonly (number | null)[]>();
  await until(async () => {
    const slices = (await meter?.slices(clock.now() - 20_000)) ?? [];
    newest = new Map(slices.map(({ workload, samples }) => [workload, samples]));
    return samplesOf(slices).includes(null) && newest.size === 2;
  });
  expect(newest.get("a")).toEqual([10]);
  expect(newest.get("b")).toEqual([20, null]);
  expect(meter?.notes).toEqual([]);

  const wrong = schema.parse({ name: "wrong", ...of(port, { query: "latency_seconds{" }) });
  const other = openMeter([wrong], { driver: { clock }, process: processClock(), wall: wallNow, environment: {} });
  clean(() => other?.close());
  other?.follow(fleetOf(0, [named("a")]));
  expect(await other?.slices(clock.now() - 20_000)).toEqual([]);
  expect(other?.notes.join()).toMatch(/"wrong": Prometheus says: .*parse error/);
});

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
