import type { Check } from "../core/check.ts";
import { cephDaemons, cephState } from "../core/storage.ts";
import { type Answer, failed, type Question } from "./answer.ts";
import { tail } from "./evidence.ts";
import { onHostAtHand, outputOf, readAs } from "./on-host.ts";

/** Characters of what the program complains about that are shown. */
const SHOWN = 240;

/**
 * Passes when every placement group is clean and what the host bears may stop. While the host is out or back, the second question is moot: it
 * is asked before the host is cordoned.
 */
export async function askCeph(check: Extract<Check, { kind: "ceph" }>, question: Question): Promise<Answer> {
  const ceph = (...args: string[]) => outputOf([...check.command, ...args], question);
  const status = await ceph("status", "--format", "json");
  if ("answer" in status) return status.answer;
  const state = readAs(() => cephState(status.stdout));
  if (state === undefined) return failed(`${check.command.join(" ")} status gives no status of a cluster`);
  if (state.state !== "well") return { passed: false, evidence: state.words, heals: state.state === "healing" };
  if (question.leaving !== true) return { passed: true, evidence: state.words };

  const nodes = await ceph("node", "ls", "--format", "json");
  if ("answer" in nodes) return nodes.answer;
  const daemons = readAs(() => cephDaemons(nodes.stdout, question.host ?? ""));
  if (daemons === undefined) return failed(`${check.command.join(" ")} node ls gives no list of nodes`);
  for (const kind of ["osd", "mon"] as const) {
    if (daemons[kind].length === 0) continue;
    const ask = [...check.command, kind, "ok-to-stop", ...daemons[kind]];
    const ran = await onHostAtHand(ask, question);
    if ("problem" in ran) return failed(ran.problem);
    const words = tail(ran.stderr.trim() || ran.stdout, SHOWN);
    const what = `${kind}.${daemons[kind].join(`, ${kind}.`)}`;
    if (ran.code === EBUSY) return { passed: false, evidence: `${what} must not stop: ${words}`, heals: true };
    if (ran.code !== 0) return failed(`${ask.join(" ")}: exit code ${ran.code}: ${words}`);
  }
  const count = daemons.osd.length + daemons.mon.length;
  return {
    passed: true,
    evidence: `${state.words}; ${count === 0 ? "nothing of it here" : `${count} daemons may stop`}`,
  };
}

/** Exit code of `ok-to-stop` where the answer is no. */
const EBUSY = 16;
