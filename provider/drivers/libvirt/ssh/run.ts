import { randomUUID } from "node:crypto";
import { constants } from "node:os";
import type { ClientChannel } from "ssh2";
import { clause, isRollError, RollError } from "../../../core/errors.ts";
import { processClock } from "../../../engine/clock.ts";
import { type Link, SessionRefused } from "./link.ts";
import type { Lease, Pool } from "./pool.ts";
import { afterMark, checkScript, MARK_LINE, type Script, textFor, textToEnd } from "./script.ts";
import { type Answer, type Shell, ShellError } from "./shell.ts";
import { within } from "./within.ts";

const clock = processClock();

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

/** A session counts at the host a little longer than it lasts: the next one may be refused for a moment. */
const PAUSE = 50;
const TRIES = 10;

/** An `sh` on the host that waits for its script. */
async function openChannel(host: string, pool: Pool, over: AbortSignal): Promise<Channel> {
  for (let tries = 1; ; tries += 1) {
    const lease = await pool.lease(over);
    const stream = await sessionOf(lease, tries).catch((error: unknown) => {
      lease.release();
      throw error instanceof SessionRefused ? noSession(host, error) : error;
    });
    if (stream === undefined) {
      await clock.sleep(PAUSE, over).finally(lease.release);
      continue;
    }
    // A session counts at the host until its processes have ended, and so does its lease.
    stream.once("close", lease.release);
    if (!over.aborted) return { stream, link: lease.link };
    stream.resume().close();
    throw over.reason;
  }
}

/** Undefined: the host refused it this time. */
async function sessionOf(lease: Lease, tries: number): Promise<ClientChannel | undefined> {
  try {
    return await lease.link.startShell();
  } catch (error) {
    if (!(error instanceof SessionRefused)) throw error;
    const others = tries > 1 && lease.refused();
    if (!others && tries >= TRIES) throw error;
    return undefined;
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
  let size = 0;
  let code: number;
  try {
    code = await new Promise<number>((resolve, reject) => {
      const take = (list: Buffer[]) => (chunk: Buffer) => {
        size += chunk.length;
        list.push(chunk);
        if (size > limit + 2 * MARK_LINE) reject(tooMuch(host, limit));
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
  } catch (error) {
    stream.removeAllListeners("data").resume();
    stream.stderr.removeAllListeners("data").resume();
    if (link.lost() === undefined) void end(stream, link, afterMark(Buffer.concat(out), mark)?.pid);
    throw error;
  }
  return answerOf(code, { out: Buffer.concat(out), err: Buffer.concat(err), mark, limit, host });
}

/**
 * Ends a script that nobody waits for any more, as well as the host lets us. By a second session: sshd passes no signal on to who logged in
 * as root, and ssh2 sends none once the script is sent. Without a further session (MaxSessions) the script goes on.
 */
async function end(stream: ClientChannel, link: Link, pid: string | undefined): Promise<void> {
  const closed = new Promise((resolve) => stream.once("close", resolve));
  const killer = pid === undefined ? undefined : await link.startShell().catch(() => undefined);
  killer?.on("error", () => {}).resume();
  killer?.stderr.resume();
  killer?.end(textToEnd(pid ?? ""));
  if (killer !== undefined) await Promise.race([closed, new Promise((resolve) => killer.once("close", resolve))]);
  stream.close();
}

interface Said {
  readonly out: Buffer;
  readonly err: Buffer;
  readonly mark: string;
  readonly limit: number;
  readonly host: string;
}

function answerOf(code: number, { out, err, mark, limit, host }: Said): Answer {
  const [said, complained] = [afterMark(out, mark), afterMark(err, mark)];
  if (said === undefined || complained === undefined) throw noShell(code, out, err, host);
  if (said.rest.length + complained.rest.length > limit) throw tooMuch(host, limit);
  return { code, stdout: said.rest.toString("utf8"), stderr: complained.rest.toString("utf8") };
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
