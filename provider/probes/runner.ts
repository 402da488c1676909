import { type Check, runsOnHost } from "../core/check.ts";
import { readable } from "../core/duration.ts";
import { RollError } from "../core/errors.ts";
import type { CheckResult, CheckRunner, Clock } from "../engine/ports.ts";
import { askAlerts } from "./alerts.ts";
import type { Answer, Ask, Question } from "./answer.ts";
import { askCeph } from "./ceph.ts";
import { askCommand } from "./command.ts";
import { evidence } from "./evidence.ts";
import { askGluster } from "./gluster.ts";
import { askHttp } from "./http.ts";
import { askTcp } from "./tcp.ts";

/**
 * Asks checks: one try each, timeouts in process time. A check that fails, cannot be reached or takes too long is a
 * result; only an abort of the signal throws (`cancelled`). Nothing that a check started is left behind.
 */
export function checkRunner(process: Clock): CheckRunner {
  return {
    async run(check, host, signal, occasion = {}): Promise<CheckResult> {
      const {
        passed,
        evidence: said,
        heals,
      } = await limited(check, process, signal, (limit) =>
        ask(check, { host, signal: limit, clock: process, ...occasion }),
      );
      return { name: check.name, passed, evidence: evidence(said), ...(heals === true ? { heals } : {}) };
    },
  };
}

/** What is wrong with a check that only a look at the whole of it shows, to be put after its name; undefined: nothing. */
export function checkProblem(check: Check): string | undefined {
  const texts = textsOf(check);
  const point = check.at.find((one) => one === "end" || one === "canary");
  const when = point === "end" ? "at the end of the roll" : "after the canary";
  if (point !== undefined && texts.some((text) => text.includes("{host}")))
    return `asks for {host}, but ${when} no host is at hand; leave "${point}" out of "at"`;
  if (point !== undefined && runsOnHost(check))
    return `runs on the host at hand, but ${when} there is none; leave "${point}" out of "at"`;
  return undefined;
}

/** Where a check may ask for the host at hand. */
function textsOf(check: Check): readonly string[] {
  switch (check.kind) {
    case "http":
      return [check.url];
    case "tcp":
      return [check.address];
    case "command":
    case "ceph":
    case "gluster":
      return check.command;
    case "alerts":
      return [check.query ?? "", ...(check.matchers ?? [])];
  }
}

function ask(check: Check, question: Question): Promise<Answer> {
  switch (check.kind) {
    case "http":
      return askHttp(check, question);
    case "tcp":
      return askTcp(check, question);
    case "command":
      return askCommand(check, question);
    case "alerts":
      return askAlerts(check, question);
    case "ceph":
      return askCeph(check, question);
    case "gluster":
      return askGluster(check, question);
  }
}

/** An answer within the check's timeout. Whoever answers sees `limit` aborted, and still says what it has seen so far. */
async function limited(check: Check, clock: Clock, signal: AbortSignal, answer: Ask): Promise<Answer> {
  if (signal.aborted) throw cancelled(check, signal);
  const limit = new AbortController();
  const finished = new AbortController();
  const cancel = (): void => limit.abort();
  signal.addEventListener("abort", cancel, { once: true });
  const expiry = clock.sleep(check.timeout, finished.signal).then(
    () => limit.abort(),
    () => {},
  );
  try {
    const given = await answer(limit.signal);
    if (signal.aborted) throw cancelled(check, signal);
    if (!limit.signal.aborted) return given;
    return { passed: false, evidence: `gave up after ${readable(check.timeout)}: ${given.evidence}` };
  } finally {
    signal.removeEventListener("abort", cancel);
    finished.abort();
    await expiry;
  }
}

function cancelled(check: Check, signal: AbortSignal): RollError {
  return new RollError("cancelled", `The check "${check.name}" was cancelled.`, { cause: signal.reason });
}
