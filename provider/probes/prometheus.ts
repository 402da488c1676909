import { RollError } from "../core/errors.ts";
import type { Clock } from "../engine/ports.ts";
import { authorization, call, under } from "./web.ts";

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly Point[];
}

export interface Point {
  /** Seconds since 1970. */
  readonly time: number;
  readonly value: number;
}

/** Seconds since 1970, and seconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

interface Ports {
  readonly process: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Where, and how long it may take, process ms. */
interface Server {
  readonly url: string;
  readonly timeout: number;
}

/** A range query by the HTTP API of Prometheus. Throws RollErrors: `unavailable`, `denied`, `failed` (the query is wrong). */
export async function promQuery(server: Server, query: string, range: Range, ports: Ports): Promise<Series[]> {
  const url = under(server.url, "/api/v1/query_range");
  url.searchParams.set("query", query);
  url.searchParams.set("start", range.from.toFixed(3));
  url.searchParams.set("end", range.to.toFixed(3));
  url.searchParams.set("step", range.step.toFixed(6));
  const { status, body } = await ask(url, server, ports);
  if (status === 401 || status === 403) {
    throw new RollError("denied", `Prometheus lets us not in (HTTP ${status}).`, {
      hint: "Set PROMETHEUS_BEARER_TOKEN, or PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD.",
    });
  }
  return seriesOf(status, body);
}

function seriesOf(status: number, text: string): Series[] {
  let answer: Answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new RollError("unavailable", `what answers as Prometheus (HTTP ${status}) is none.`);
  }
  if (answer.status !== "success" || !Array.isArray(answer.data?.result)) {
    const kind = status >= 500 ? "unavailable" : "failed";
    throw new RollError(kind, `Prometheus says: ${answer.error ?? `HTTP ${status}`}.`);
  }
  return answer.data.result.map(({ metric = {}, values = [] }) => ({
    labels: metric,
    points: values.map(([time, value]: readonly [number, string]) => ({ time, value: Number(value) })),
  }));
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
interface Answer {
  readonly status?: string;
  readonly error?: string;
  readonly data?: {
    readonly result?: readonly {
      readonly metric?: Readonly<Record<string, string>>;
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
}

/** One call within its time; throws `unavailable` when it is not answered. */
async function ask(
  url: URL,
  server: Server,
  ports: Ports,
): Promise<{ readonly status: number; readonly body: string }> {
  const limit = new AbortController();
  const answered = new AbortController();
  const cancel = (): void => limit.abort();
  ports.signal.addEventListener("abort", cancel, { once: true });
  const expiry = ports.process.sleep(server.timeout, answered.signal).then(cancel, () => {});
  try {
    const called = await call({ method: "GET", url, headers: credentials(url, ports.environment) }, limit.signal);
    if ("problem" in called)
      throw new RollError("unavailable", `Prometheus at ${url.host} does not answer: ${called.problem}.`);
    return called;
  } finally {
    ports.signal.removeEventListener("abort", cancel);
    answered.abort();
    await expiry;
  }
}

/** Credentials come from the environment, and are never sent in the clear to another machine. */
function credentials(url: URL, environment: Ports["environment"]): Record<string, string> {
  const headers = authorization("PROMETHEUS", environment);
  const safe = url.protocol === "https:" || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (safe || Object.keys(headers).length === 0) return headers;
  throw new RollError("denied", `credentials for Prometheus are not sent to ${url.host} without TLS.`, {
    hint: "Use an https URL.",
  });
}
