import { expect, test } from "vitest";
import { type Notice, type ReceiverInput, receiver } from "../../provider/core/notice.ts";
import { processClock } from "../../provider/engine/clock.ts";
import { notifier } from "../../provider/probes/notices.ts";
import { listener, withEnv } from "../support/servers.ts";

const notice: Notice = {
  at: "halt",
  run: "run-1",
  owner: "a/b/c",
  target: "simulated:x",
  level: "8.0.3",
  text: "roll of a/b/c to 8.0.3 halts: <h1> failed & stays out (run run-1)",
  done: 2,
  outcome: "halted",
  time: "2026-01-05T08:00:00.000Z",
};
const send = (input: ReceiverInput, what = notice) =>
  notifier(processClock()).send(receiver.parse(input), what, new AbortController().signal);

test("a webhook gets the message as JSON", async () => {
  const server = await listener(() => ({ status: 204 }));
  withEnv({ RP_HOOK: `${server.url}/hook?key=s3cret` });
  expect(await send({ kind: "webhook", name: "ops", urlFrom: "RP_HOOK" })).toBeUndefined();
  const [asked] = server.asked;
  expect(asked).toMatchObject({ method: "POST", path: "/hook?key=s3cret" });
  expect(asked?.headers["content-type"]).toBe("application/json");
  expect(JSON.parse(asked?.body ?? "")).toEqual(notice);
});

test("Slack gets a text, its three characters escaped", async () => {
  const server = await listener(() => ({ status: 200, body: "ok" }));
  withEnv({ RP_SLACK: server.url });
  expect(await send({ kind: "slack", name: "ops", urlFrom: "RP_SLACK" })).toBeUndefined();
  expect(JSON.parse(server.asked[0]?.body ?? "")).toEqual({
    text: "roll of a/b/c to 8.0.3 halts: &lt;h1&gt; failed &amp; stays out (run run-1)",
  });
});

test("PagerDuty: a halt or a wait opens the incident of the resource, anything else resolves it", async () => {
  const server = await listener(() => ({ status: 202, body: '{"status":"success"}' }));
  withEnv({ RP_KEY: "routing-key" });
  const pager: ReceiverInput = { kind: "pagerduty", name: "pager", keyFrom: "RP_KEY", url: server.url };
  for (const at of ["halt", "waiting", "end"] as const) expect(await send(pager, { ...notice, at })).toBeUndefined();
  const bodies = server.asked.map(({ body }) => JSON.parse(body));
  expect(server.asked[0]?.path).toBe("/v2/enqueue");
  expect(bodies.map((one) => [one.event_action, one.payload.severity])).toEqual([
    ["trigger", "critical"],
    ["trigger", "warning"],
    ["resolve", "info"],
  ]);
  expect(bodies[0]).toMatchObject({
    routing_key: "routing-key",
    dedup_key: "rolling-patch/a/b/c",
    payload: { source: "simulated:x", summary: notice.text, timestamp: notice.time },
  });
});

test("what goes wrong is said in a bounded time and without the address", async () => {
  const webhook: ReceiverInput = { kind: "webhook", name: "ops", urlFrom: "RP_HOOK", timeout: "200ms" };
  expect(await send(webhook)).toBe("the environment variable RP_HOOK is not set");
  withEnv({ RP_HOOK: "not a url s3cret" });
  expect(await send(webhook)).toBe("what RP_HOOK holds is no http(s) URL");
  withEnv({ RP_HOOK: "http://127.0.0.1:1/s3cret" });
  expect(await send(webhook)).toBe("connection refused");
  withEnv({ RP_HOOK: "http://no-such-host.invalid/s3cret" });
  expect(await send({ ...webhook, timeout: "20s" })).toMatch(/^(name not found|no answer in time)$/);
  const mute = await listener(() => undefined);
  withEnv({ RP_HOOK: mute.url });
  expect(await send(webhook)).toBe("no answer in time");
  const gone = await listener(() => ({ status: 410, body: "s3cret" }));
  withEnv({ RP_HOOK: gone.url });
  expect(await send(webhook)).toBe("HTTP 410");
});
