import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { own } from "../core/own.ts";
import { networkProblem } from "./answer.ts";

/** Bytes of an answer that are read. */
const LARGEST = 16 * 1024 * 1024;

export interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
}

export type Called = { readonly status: number; readonly body: string } | { readonly problem: string };

/**
 * One call with a new connection. Redirects are not followed; certificates are always verified. Never throws; what it says holds
 * neither the address nor what was sent.
 */
export async function call({ method, url, headers = {}, json }: Call, signal: AbortSignal): Promise<Called> {
  const text = json === undefined ? undefined : JSON.stringify(json);
  const sent = {
    "user-agent": "rolling-patch",
    accept: "application/json",
    "accept-encoding": "identity",
    ...(text === undefined
      ? {}
      : { "content-type": "application/json", "content-length": `${Buffer.byteLength(text)}` }),
    ...headers,
  };
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { method, agent: false, signal, headers: sent };
      const request =
        url.protocol === "https:"
          ? requestTls(url, { ...options, rejectUnauthorized: true, minVersion: "TLSv1.2" })
          : requestPlain(url, options);
      request.once("response", resolve);
      request.on("error", reject);
      request.end(text);
    });
    const body = await read(response);
    return body === undefined
      ? { problem: `an answer of more than ${LARGEST / 1024 / 1024} MiB` }
      : { status: response.statusCode ?? 0, body };
  } catch (error) {
    return { problem: signal.aborted ? "no answer in time" : networkProblem(error) };
  }
}

async function read(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LARGEST) {
      response.destroy();
      return undefined;
    }
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The JSON of an answer with this status, or what is wrong with it. */
export function jsonOf(called: Called): { readonly json: unknown } | { readonly problem: string } {
  if ("problem" in called) return called;
  const said = called.body.replace(/\s+/g, " ").trim().slice(0, 200);
  if (called.status !== 200) return { problem: `HTTP ${called.status}${said === "" ? "" : `: ${said}`}` };
  try {
    return { json: called.body === "" ? undefined : JSON.parse(called.body) };
  } catch {
    return { problem: "an answer that is no JSON" };
  }
}

/** How we say who we are, from the environment alone: `PREFIX_BEARER_TOKEN`, or `PREFIX_USERNAME` and `PREFIX_PASSWORD`. */
export function authorization(
  prefix: "PROMETHEUS" | "ALERTMANAGER",
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const from = (name: string): string => own(environment, `${prefix}_${name}`) ?? "";
  if (from("BEARER_TOKEN") !== "") return { authorization: `Bearer ${from("BEARER_TOKEN")}` };
  if (from("USERNAME") === "") return {};
  return { authorization: `Basic ${Buffer.from(`${from("USERNAME")}:${from("PASSWORD")}`).toString("base64")}` };
}

/** A path under a base address that may have one itself. */
export function under(base: string, path: string): URL {
  return new URL(base.replace(/\/+$/, "") + path);
}
