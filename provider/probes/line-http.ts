import { Agent, type IncomingMessage, type RequestOptions, request as requestPlain } from "node:http";
import { request as requestTls, Agent as TlsAgent } from "node:https";
import type { Workload } from "../core/fleet.ts";
import type { Probe } from "../core/probe.ts";
import { intoFor, intoUrl } from "./host.ts";
import { problemOf } from "./http.ts";
import { brokenLine, type Line, type Reply } from "./line.ts";

/** Bytes of a body that are searched, and that are read at all. */
const SEARCHED = 64 * 1024;
const READ = 16 * 1024 * 1024;

/** GETs a URL; an answer counts when the whole of it is there. Certificates are always verified, redirects are not followed. */
export function httpLine(probe: Extract<Probe, { kind: "http" }>, workload: Workload): Line {
  const filled = intoFor(workload, intoUrl, probe.url);
  if ("problem" in filled) return brokenLine(filled.problem);
  if (!URL.canParse(filled.text)) return brokenLine("the URL with the workload in it is none");
  const url = new URL(filled.text);
  const isTls = url.protocol === "https:";
  const send = isTls ? requestTls : requestPlain;
  // One connection: a request that is due while another waits for its answer waits as well, and its latency says so.
  const agent = probe.connection === "new" ? false : new (isTls ? TlsAgent : Agent)({ keepAlive: true, maxSockets: 1 });
  const { serverName } = probe;
  const options: RequestOptions & { readonly rejectUnauthorized: true; readonly servername?: string } = {
    agent,
    headers: {
      "user-agent": "rolling-patch",
      accept: "*/*",
      "accept-encoding": "identity",
      ...(serverName === undefined ? {} : { host: url.port === "" ? serverName : `${serverName}:${url.port}` }),
    },
    rejectUnauthorized: true,
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
  return {
    ask: (signal) =>
      new Promise((resolve) => {
        const request = send(url, { ...options, signal, ...(isTls ? { minVersion: "TLSv1.2" } : {}) });
        request.once("response", (response) =>
          judge(probe, response).then(resolve, (error) => resolve(failed(error, signal))),
        );
        // Stays: an aborted request may report more than once.
        request.on("error", (error) => resolve(failed(error, signal)));
        request.end();
      }),
    close: () => {
      if (agent !== false) agent.destroy();
    },
  };
}

async function judge(probe: Extract<Probe, { kind: "http" }>, response: IncomingMessage): Promise<Reply> {
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (size < SEARCHED) kept.push(chunk);
    size += chunk.length;
    if (size > READ) {
      response.destroy();
      return { ok: false, why: `an answer of more than ${READ / 1024 / 1024} MiB` };
    }
  }
  const status = response.statusCode ?? 0;
  if (status !== probe.status) {
    const redirect = status >= 300 && status < 400 && response.headers.location !== undefined;
    return { ok: false, why: `HTTP ${status}${redirect ? ", a redirect, which is not followed" : ""}` };
  }
  // The text itself is not repeated: a program may have passed a secret.
  const found = probe.body === undefined || Buffer.concat(kept).subarray(0, SEARCHED).includes(probe.body);
  return found ? { ok: true } : { ok: false, why: "an answer without the expected text" };
}

function failed(error: unknown, signal: AbortSignal): Reply {
  return { ok: false, why: signal.aborted ? "no answer in time" : problemOf(error) };
}
