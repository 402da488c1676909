import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import type { Check } from "../core/check.ts";
import { type Answer, failed, networkProblem, type Question, since } from "./answer.ts";
import { intoUrl } from "./host.ts";

type HttpCheck = Extract<Check, { kind: "http" }>;

/** Bytes of a body that are searched. */
const BODY_CAP = 64 * 1024;

/**
 * Passes when the expected status (and text) comes back. A new connection each time; redirects are not followed;
 * certificates are always verified, whatever the environment says.
 */
export async function askHttp(check: HttpCheck, question: Question): Promise<Answer> {
  const url = intoUrl(check.url, question.host);
  if ("problem" in url) return failed(url.problem);
  if (!URL.canParse(url.text)) return failed(`${url.text} is not a URL`);
  const started = question.clock.now();
  const where = (): string => `after ${since(question.clock, started)}`;
  try {
    const response = await send(new URL(url.text), question.signal);
    const status = response.statusCode ?? 0;
    const searched = status === check.status && check.body !== undefined ? await find(response, check.body) : undefined;
    response.destroy();
    const said = `HTTP ${status} ${where()}`;
    if (status !== check.status) return failed(`${said}, expected ${check.status} (${url.text})`);
    // The text itself is not repeated: a program may have passed a secret.
    if (searched?.found === false) return failed(`${said}, but ${searched.read} lack the expected text (${url.text})`);
    return { passed: true, evidence: `${said} (${url.text})` };
  } catch (error) {
    const problem = question.signal.aborted ? "no answer" : problemOf(error);
    return failed(`${problem} ${where()} (${url.text})`);
  }
}

function send(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const options = {
    agent: false,
    signal,
    headers: { "user-agent": "rolling-patch", accept: "*/*", "accept-encoding": "identity" },
  };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === "https:"
        ? requestTls(url, { ...options, rejectUnauthorized: true, minVersion: "TLSv1.2" })
        : requestPlain(url, options);
    request.once("response", resolve);
    request.on("error", reject);
    request.end();
  });
}

/** Looks for a text until it is found, the body ends or the cap is reached. */
async function find(response: IncomingMessage, text: string): Promise<{ found: boolean; read: string }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= BODY_CAP) break;
  }
  const body = Buffer.concat(chunks).subarray(0, BODY_CAP);
  const read = size > BODY_CAP ? `the first ${BODY_CAP / 1024} KiB` : `the ${body.length} bytes`;
  return { found: body.includes(text), read: `${read} of the body` };
}

/** Why a request failed, in words. */
export function problemOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const certificate = /CERT|SIGNATURE|ISSUER|SELF_SIGNED|ALTNAME/.test(code);
  const problem = networkProblem(error);
  return certificate ? `certificate not accepted: ${problem}` : problem;
}
