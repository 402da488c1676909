import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { RollError } from "../core/errors.ts";
import type { Clock } from "../engine/ports.ts";
import { problemOf } from "./http.ts";

/** Bytes of an answer that are read. */
const READ = 64 * 1024 * 1024;

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
  const form = new URLSearchParams({
    query,
    start: range.from.toFixed(3),
    end: range.to.toFixed(3),
    step: range.step.toFixed(6),
  });
  const { status, text } = await post(
    new URL(`${server.url.replace(/\/+$/, "")}/api/v1/query_range`),
    form,
    server,
    ports,
  );
  if (status === 401 || status === 403) {
    throw new RollError("denied", `Prometheus lets us not in (HTTP ${status}).`, {
      hint: "Set PROMETHEUS_BEARER_TOKEN, or PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD.",
    });
  }
  return seriesOf(status, text);
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

async function post(
  url: URL,
  form: URLSearchParams,
  server: Server,
  ports: Ports,
): Promise<{ status: number; text: string }> {
  const body = form.toString();
  const headers = {
    "user-agent": "rolling-patch",
    accept: "application/json",
    "accept-encoding": "identity",
    "content-type": "application/x-www-form-urlencoded",
    "content-length": Buffer.byteLength(body),
    ...authorization(url, ports.environment),
  };
  const limit = new AbortController();
  const answered = new AbortController();
  const cancel = (): void => limit.abort();
  ports.signal.addEventListener("abort", cancel, { once: true });
  const expiry = ports.process.sleep(server.timeout, answered.signal).then(cancel, () => {});
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { method: "POST", agent: false as const, headers, signal: limit.signal };
      const request =
        url.protocol === "https:"
          ? requestTls(url, { ...options, rejectUnauthorized: true, minVersion: "TLSv1.2" })
          : requestPlain(url, options);
      request.once("response", resolve);
      request.on("error", reject);
      request.end(body);
    });
    return { status: response.statusCode ?? 0, text: await textOf(response) };
  } catch (error) {
    const why = limit.signal.aborted ? "no answer in time" : problemOf(error);
    throw new RollError("unavailable", `Prometheus at ${url.host} does not answer: ${why}.`, { cause: error });
  } finally {
    ports.signal.removeEventListener("abort", cancel);
    answered.abort();
    await expiry;
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > READ) throw new Error(`the answer is longer than ${READ / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Credentials come from the environment, and are never sent in the clear to another machine. */
function authorization(url: URL, environment: Ports["environment"]): { authorization?: string } {
  const token = environment.PROMETHEUS_BEARER_TOKEN;
  const [user, password = ""] = [environment.PROMETHEUS_USERNAME, environment.PROMETHEUS_PASSWORD];
  if (token === undefined && user === undefined) return {};
  if (url.protocol !== "https:" && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) {
    throw new RollError("denied", `credentials for Prometheus are not sent to ${url.host} without TLS.`, {
      hint: "Use an https URL.",
    });
  }
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}
