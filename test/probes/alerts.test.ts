import { describe, expect, test } from "vitest";
import { type CheckInput, check } from "../../provider/core/check.ts";
import { silence } from "../../provider/core/silence.ts";
import { processClock, wallTimeIn } from "../../provider/engine/clock.ts";
import { silencer } from "../../provider/probes/alertmanager.ts";
import { checkRunner } from "../../provider/probes/runner.ts";
import { alertmanager, hasProgram, listener, prometheus, type Server, withEnv } from "../support/servers.ts";

const withAlertmanager = hasProgram(
  "prometheus-alertmanager",
  "alerts and silences are not tried on a real Alertmanager",
);
const withPrometheus = hasProgram("prometheus", "alert queries are not tried on a real Prometheus");

const never = new AbortController().signal;
type AlertsInput = Omit<Extract<CheckInput, { kind: "alerts" }>, "kind" | "name">;
const ask = (input: AlertsInput, host?: string) =>
  checkRunner(processClock()).run(check.parse({ kind: "alerts", name: "calm", ...input }), host, never);

async function fire({ url }: Server, labels: Record<string, string>): Promise<void> {
  const alert = { labels, startsAt: wallTimeIn(-1_000), endsAt: wallTimeIn(3_600_000) };
  const answer = await fetch(`${url}/api/v2/alerts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([alert]),
  });
  expect(answer.status).toBe(200);
}

describe.skipIf(!withAlertmanager)("on a real Alertmanager", { timeout: 120_000 }, () => {
  test("an alert that fires fails the check and is named; a silence of its host quiets it, is extended, found again and ended", async () => {
    const server = await alertmanager();
    const calm = { url: server.url, matchers: ['severity="critical"'] };
    const ofHost = { url: server.url, matchers: ['instance=~"{host}(:[0-9]+)?"'] };
    expect(await ask(calm)).toMatchObject({ passed: true, evidence: expect.stringMatching(/^silent after/) });
    await fire(server, { alertname: "HostDown", severity: "critical", instance: "esx-01.lan:9100" });
    const loud = await ask(calm);
    expect(loud).toMatchObject({
      passed: false,
      evidence: expect.stringMatching(/^1 alert after .*HostDown \(esx-01\.lan:9100\)/),
    });
    expect((await ask({ ...calm, matchers: ["severity=warning"] })).passed).toBe(true);
    expect((await ask(ofHost, "esx-01.lan")).passed).toBe(false);
    // A dot in the host's name is a dot.
    expect((await ask(ofHost, "esx-01xlan")).passed).toBe(true);

    const own = silence.parse({ name: "n", alertmanager: server.url, matchers: ofHost.matchers, lasting: "5m" });
    const silences = silencer(processClock());
    expect(await silences.hold(own, "esx-01.lan", "mark of esx-01", never)).toBeUndefined();
    expect((await ask(calm)).passed).toBe(true);
    const [first] = await listed(server);
    expect(first).toMatchObject({ comment: "mark of esx-01", createdBy: "rolling-patch", status: { state: "active" } });

    // Another process, that knows only the mark: no second one.
    const later = { ...own, lasting: 3_600_000 };
    expect(await silencer(processClock()).hold(later, "esx-01.lan", "mark of esx-01", never)).toBeUndefined();
    const [extended, ...more] = (await listed(server)).filter(({ status }) => status.state === "active");
    expect(more).toEqual([]);
    expect(Date.parse(extended?.endsAt ?? "")).toBeGreaterThan(Date.parse(first?.endsAt ?? ""));

    expect(await silences.end(server.url, "mark of another", never)).toBeUndefined();
    expect((await ask(calm)).passed).toBe(true);
    expect(await silences.end(server.url, "mark of esx-01", never)).toBeUndefined();
    expect((await ask(calm)).passed).toBe(false);
    expect(await silences.end(server.url, "mark of esx-01", never)).toBeUndefined();
  });
});

describe.skipIf(!withPrometheus)("on a real Prometheus", { timeout: 120_000 }, () => {
  test("a query that gives something fails the check; one that is wrong, or gives no vector, says so", async () => {
    const rules =
      'groups: [{ name: g, rules: [{ alert: Always, expr: "vector(1)", labels: { severity: critical } }] }]';
    const { url } = await prometheus(rules);
    const firing = { url, query: 'ALERTS{alertstate="firing"}' };
    const scraped = { url, query: 'up{instance=~"{host}:.*"} == 1' };
    const isQuiet = async () => (await ask(firing)).passed || (await ask(scraped, "127.0.0.1")).passed;
    for (let left = 300; (await isQuiet()) && left > 0; left--)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await ask(firing)).toMatchObject({
      passed: false,
      evidence: expect.stringMatching(/^1 alert after .*: Always \(/),
    });
    expect((await ask({ url, query: 'ALERTS{severity="page"}' })).passed).toBe(true);
    expect((await ask(scraped, "127.0.0.1")).evidence).toMatch(/^1 alert after/);
    expect((await ask({ url, query: "up{" })).evidence).toMatch(/^HTTP 400: .*parse error/);
    expect((await ask({ url, query: "1" })).evidence).toMatch(/^the query gave a scalar, not a vector/);
  });
});

describe("whoever answers", () => {
  test("a server that is down, answers nonsense or redirects for ever fails the check", async () => {
    expect((await ask({ url: "http://127.0.0.1:1", query: "up" })).evidence).toMatch(/^connection refused after/);
    const page = await listener(() => ({ status: 200, body: "<html>" }));
    expect((await ask({ url: page.url, query: "up" })).evidence).toMatch(/^an answer that is no JSON/);
    const odd = await listener(() => ({ status: 200, body: "{}" }));
    expect((await ask({ url: odd.url, matchers: ["a=b"] })).evidence).toMatch(/^an answer that is no list of alerts/);
    const away = await listener(() => ({ status: 302 }));
    expect((await ask({ url: away.url, matchers: ["a=b"] })).evidence).toMatch(/^HTTP 302/);
    const mute = await listener(() => undefined);
    expect((await ask({ url: mute.url, query: "up", timeout: "200ms" })).evidence).toMatch(/gave up|no answer in time/);
  });

  test("user and token come from the environment, for each of the two its own", async () => {
    const seen = await listener(() => ({ status: 200, body: "[]" }));
    await ask({ url: seen.url, matchers: ["a=b"] });
    expect(seen.asked.at(-1)?.headers.authorization).toBeUndefined();
    withEnv({ ALERTMANAGER_USERNAME: "anna", ALERTMANAGER_PASSWORD: "s3cret", PROMETHEUS_BEARER_TOKEN: "t0ken" });
    await ask({ url: `${seen.url}/base/`, matchers: ["a=b"] });
    expect(seen.asked.at(-1)?.headers.authorization).toBe(`Basic ${Buffer.from("anna:s3cret").toString("base64")}`);
    expect(seen.asked.at(-1)?.path).toMatch(/^\/base\/api\/v2\/alerts\?/);
    await ask({ url: seen.url, query: "up" });
    expect(seen.asked.at(-1)?.headers.authorization).toBe("Bearer t0ken");
  });

  test("a host whose name cannot stand in a query is refused", async () => {
    const server = await listener(() => ({ status: 200, body: "[]" }));
    const { passed, evidence } = await ask({ url: server.url, query: 'up{instance="{host}"}' }, 'x"} or vector(1) #');
    expect([passed, evidence]).toEqual([false, expect.stringMatching(/cannot stand in an address/)]);
    expect(server.asked).toEqual([]);
  });

  test("a dead Alertmanager costs a silence a bounded time, and says why", async () => {
    const own = silence.parse({ name: "n", alertmanager: "http://127.0.0.1:1", matchers: ['instance="{host}"'] });
    expect(await silencer(processClock()).hold(own, "h1", "m", never)).toBe("connection refused");
    const denied = await listener(() => ({ status: 401, body: "who are you?" }));
    expect(await silencer(processClock()).end(denied.url, "m", never)).toBe("HTTP 401: who are you?");
  });
});

interface Listed {
  readonly comment: string;
  readonly createdBy: string;
  readonly endsAt: string;
  readonly status: { readonly state: string };
}

async function listed({ url }: Server): Promise<Listed[]> {
  return (await fetch(`${url}/api/v2/silences`)).json() as Promise<Listed[]>;
}
