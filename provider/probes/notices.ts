import type { Notice, Receiver } from "../core/notice.ts";
import { own } from "../core/own.ts";
import type { Notifier } from "../engine/gate-ports.ts";
import type { Clock } from "../engine/ports.ts";
import { within } from "./limit.ts";
import { call, under } from "./web.ts";

/** Sends messages. Addresses and keys come from the environment, and are in no message of ours. */
export function notifier(clock: Clock): Notifier {
  return {
    async send(receiver, notice, signal) {
      const name = receiver.kind === "pagerduty" ? receiver.keyFrom : receiver.urlFrom;
      const secret = own(process.env, name) ?? "";
      if (secret === "") return `the environment variable ${name} is not set`;
      const address = receiver.kind === "pagerduty" ? under(receiver.url, "/v2/enqueue").href : secret;
      if (!/^https?:/i.test(address) || !URL.canParse(address)) return `what ${name} holds is no http(s) URL`;
      const json = bodyFor(receiver, notice, secret);
      const called = await within(clock, receiver.timeout, signal, (limit) =>
        call({ method: "POST", url: new URL(address), json }, limit),
      );
      if ("problem" in called) return called.problem;
      return called.status >= 200 && called.status < 300 ? undefined : `HTTP ${called.status}`;
    },
  };
}

function bodyFor({ kind }: Receiver, notice: Notice, key: string): unknown {
  switch (kind) {
    case "webhook":
      return notice;
    case "slack":
      return { text: escaped(notice.text) };
    case "pagerduty":
      return pagerDuty(notice, key);
  }
}

/** One incident for each resource: open while its roll waits or is halted. */
function pagerDuty(notice: Notice, key: string): unknown {
  const { at, owner, target, text, time } = notice;
  const opens = at === "halt" || at === "waiting";
  return {
    routing_key: key,
    event_action: opens ? "trigger" : "resolve",
    dedup_key: `rolling-patch/${owner}`,
    payload: {
      summary: text.slice(0, 1024),
      source: target,
      severity: at === "halt" ? "critical" : opens ? "warning" : "info",
      timestamp: time,
      custom_details: notice,
    },
  };
}

/** As Slack wants its three characters. */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
