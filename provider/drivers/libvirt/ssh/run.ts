import { randomUUID } from "node:crypto";
import { constants } from "node:os";
import type { ClientChannel } from "ssh2";
import { clause, isRollError, RollError } from "../../../core/errors.ts";
import { type Link, SessionRefused } from "./link.ts";
import type { Pool } from "./pool.ts";
import { afterMark, checkScript, type Script, textFor } from "./script.ts";
import { type Answer, type Shell, ShellError } from "./shell.ts";
import { within } from "./within.ts";

/** Milliseconds that a run may take, and bytes that it may print, if nothing else is asked for. */
const TIMEOUT = 60_000;
const LIMIT = 8 * 2 ** 20;

/** `closing` aborts when all connections are closed. */
export function shellOn(host: string, pool: Pool, closing: AbortSignal): Shell {
  return {
    async run(text, args = [], options = {}) {
      const script = { text, args, input: options.input };
      checkScript(script, host);
      const { signal, timeout = TIMEOUT, limit = LIMIT } = options;
      const outer = signal === undefined ? closing : AbortSignal.any([signal, closing]);
      let sent = false;
      const work = async (over: AbortSignal): Promise<Answer> => {
        const channel = await openChannel(host, pool, over);
        sent = true;
        return converse(channel, script, { host, limit, signal: over });
      };
      const late = (): RollError => tooLong(host, sent, timeout);
      try {
        return await within(timeout, work, late, outer);
      } catch (error) {
        throw isRollError(error) ? new ShellError(named(error, host, sent), sent) : error;
      }
    },
  };
}

interface Channel {
  readonly stream: ClientChannel;
  readonly link: Link;
}

/** An `sh` on the host that waits for its script. */
async function openChannel(host: string, pool: Pool, over: AbortSignal): Promise<Channel> {
  for (;;) {
    const lease = await pool.lease(over);
    const stream = await lease.link.startShell().catch((error: unknown) => {
      const fewer = error instanceof SessionRefused && lease.refused();
      lease.release();
      if (fewer) return undefined;
      throw error instanceof SessionRefused ? noSession(host, error) : error;
    });
    if (stream === undefined) continue;
    // A session counts at the host until its processes have ended, and so does its lease.
    stream.once("close", lease.release);
    if (!over.aborted) return { stream, link: lease.link };
    stream.resume().close();
    throw over.reason;
  }
}

/** Gives an `sh` its script and takes the answer. When that ends early, the script is told to end too. */
async function converse(
  { stream, link }: Channel,
  script: Script,
  { host, limit, signal }: { readonly host: string; readonly limit: number; readonly signal: AbortSignal },
): Promise<Answer> {
  const mark = `rolling-patch-${randomUUID()}`;
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  // The two lines with the mark are not the script's.
  let left = limit + 2 * (mark.length + 1);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      const take = (list: Buffer[]) => (chunk: Buffer) => {
        left -= chunk.length;
        if (left >= 0) list.push(chunk);
        else reject(tooMuch(host, limit));
      };
      stream.on("data", take(out));
      stream.stderr.on("data", take(err));
      stream.on("error", () => {}); // Its close tells the same.
      stream.once("close", (code?: number | null, name?: string) => {
        if (code === undefined) reject(link.lost() ?? noCode(host));
        else resolve(code ?? 128 + signalNumber(name));
      });
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      stream.end(textFor(script, mark));
    });
    return answerOf(code, Buffer.concat(out), Buffer.concat(err), mark, host);
  } catch (error) {
    stream.signal("TERM");
    stream.close();
    throw error;
  }
}

function answerOf(code: number, stdout: Buffer, stderr: Buffer, mark: string, host: string): Answer {
  const [said, complained] = [afterMark(stdout, mark), afterMark(stderr, mark)];
  if (said === undefined || complained === undefined) throw noShell(code, stdout, stderr, host);
  return { code, stdout: said.toString("utf8"), stderr: complained.toString("utf8") };
}

function signalNumber(name = ""): number {
  return new Map<string, number>(Object.entries(constants.signals)).get(name) ?? 0;
}

/** The error of a run, under the name of its host: a connection to a jump host may have been opened for another one. */
function named(error: RollError, host: string, sent: boolean): RollError {
  const { kind, hint, cause } = error;
  const why = clause(error.message, error.host ?? host);
  const told = sent && kind !== "invalid" ? `${why}; the script had been sent and may have run` : why;
  return new RollError(kind, `${host}: ${told}.`, { host, hint, cause });
}

function tooLong(host: string, sent: boolean, ms: number): RollError {
  const what = sent ? "the script did not end" : "there was no free session";
  return new RollError("failed", `${host}: ${what} within ${ms / 1000} s.`, { host });
}

function noSession(host: string, cause: SessionRefused): RollError {
  return new RollError("denied", `${host}: its sshd opens no session: ${cause.message}.`, {
    host,
    hint: "Look at MaxSessions in its sshd_config and at what its log says of this user.",
    cause,
  });
}

function tooMuch(host: string, limit: number): RollError {
  return new RollError("failed", `${host}: a script printed more than ${limit} bytes.`, { host });
}

function noCode(host: string): RollError {
  return new RollError("unavailable", `${host}: the session ended without an exit code.`, {
    host,
    hint: "The host may be shutting down, or somebody ended the session there.",
  });
}

/** The user's login shell, or what stands in its place, did not start sh. */
function noShell(code: number, stdout: Buffer, stderr: Buffer, host: string): RollError {
  const said = `${stderr.toString("utf8")}\n${stdout.toString("utf8")}`.trim().split("\n")[0]?.slice(0, 200) ?? "";
  return new RollError("denied", `${host}: the account does not run sh: exit code ${code}${said && `, "${said}"`}.`, {
    host,
    hint: "Give the user a login shell that runs commands (not nologin, no forced command), and have sh in its PATH.",
  });
}
