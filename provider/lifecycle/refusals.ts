import { baselineText } from "../core/baseline.ts";
import type { Fleet } from "../core/fleet.ts";
import type { Inputs } from "../core/inputs.ts";
import type { Look } from "./looks.ts";
import type { Outlook } from "./outlook.ts";
import type { Failure } from "./props.ts";
import { sentence } from "./render/roll.ts";

/** Pulumi keeps properties in plain objects by assignment, which drops the one of this name without a word. */
const LOST = "__proto__";

/** Why the fleet cannot be kept in the resource, as a failure of the inputs that name it; undefined when it can. */
export function fleetFailure({ target, hosts }: Fleet): Failure | undefined {
  if (hosts.length === 0) return { property: "target", reason: `${target} has no hosts: name a fleet that has some` };
  if (!hosts.some(({ id }) => id === LOST)) return undefined;
  const reason = `${target} has a host named ${LOST}, which Pulumi cannot keep in its state: give it another name`;
  return { property: "target", reason };
}

/** Why convicted hosts cannot be treated as policy wants, as a failure of its field; undefined when they can. */
export function regressFailure({ noWayBack, fleet }: Look, { policy }: Inputs): Failure | undefined {
  if (policy.onRegress !== "rollback" || noWayBack !== true) return undefined;
  return {
    property: "policy.onRegress",
    reason: `"rollback" is not possible on ${fleet.target}: its platform takes no host back to a former level. Write "drain" or "hold"`,
  };
}

/** Why `up` must not start a roll, as a failure of the inputs; undefined when nothing stands in its way. */
export function refusalOf(outlook: Outlook, { policy, baseline }: Inputs): Failure | undefined {
  if (outlook.kind === "halted" && outlook.halt !== undefined) return { property: "", reason: haltText(outlook.halt) };
  if (outlook.kind !== "refused") return undefined;
  if (outlook.refusal !== undefined) {
    const { reasons, unlock } = outlook.refusal;
    const why = reasons.map(({ text }) => sentence(text)).join(" ");
    const what = `there is no plan that takes the fleet to ${baselineText(baseline)}. ${why} ${sentence(unlock)}`;
    return {
      property: "",
      reason: outlook.lease === undefined ? what : `${atWork(outlook.lease)} As it is now, ${what}`,
    };
  }
  if (outlook.noWindow === true)
    return {
      property: "policy.windows",
      reason: `${outlook.why}: make a window longer, or shorten what the host takes`,
    };
  if (outlook.beyondApproval !== true) {
    const hint = "Let that stack finish its roll, or give its hosts back with `npx rolling-patch restore`.";
    return { property: "", reason: `another roll is under way on this fleet: ${outlook.why}. ${hint}` };
  }
  return {
    property: "policy.approved",
    reason:
      `the plan is not the one that was approved (${policy.approved}): ${outlook.why}. ` +
      `Review it, then approve it with \`policy: { approved: "${outlook.plan?.id}" }\`.`,
  };
}

/** The most likely reason for a plan that cannot be made: somebody else is in the middle of theirs. */
function atWork({ holder, since, owner }: NonNullable<Outlook["lease"]>): string {
  return (
    `a run holds the lease of this fleet: ${holder}, since ${since}${owner === undefined ? "" : `, for ${owner}`}. Wait for it, or ask it for a safe point with ` +
    "`rolling-patch stop`; if it has died, `rolling-patch restore` gives back its hosts."
  );
}

/** The line to paste stands on a line of its own. */
export function haltText({ run, reason, host, at }: NonNullable<Outlook["halt"]>): string {
  return [
    `the roll to this baseline is halted until a person decides: ${sentence(reason)}`,
    `    halted by run ${run}, ${at}${host === undefined || reason.includes(host) ? "" : `, because of ${host}`}; what happened: npx rolling-patch show ${run}`,
    "    when the cause is understood, go on with",
    `        policy: { acknowledge: "${run}" }`,
    "    or declare another baseline",
  ].join("\n");
}
