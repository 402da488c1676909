import { complianceOf } from "../core/compliance.ts";
import { isRollError } from "../core/errors.ts";
import { workloadsByHost } from "../core/fleet.ts";
import type { Inputs } from "../core/inputs.ts";
import { own } from "../core/own.ts";
import { summaryOf, troubleOf } from "./check.ts";
import { described } from "./described.ts";
import { type AnswerTo, type FunctionName, functionShapes } from "./functions.ts";
import { observedLevels } from "./hosts.ts";
import { type Look, lookWith } from "./looks.ts";
import { outlookOf } from "./outlook.ts";
import { complianceOutput } from "./outputs.ts";
import type { Failure, Props } from "./props.ts";
import { fleetFailure, refusalOf } from "./refusals.ts";
import { planText } from "./render/text.ts";
import type { Surroundings } from "./surroundings.ts";
import { validate } from "./validate.ts";

/** An answer, or what is wrong with the question. */
export type Answered<Name extends FunctionName = FunctionName> =
  | { readonly answer: AnswerTo<Name> }
  | { readonly failures: readonly Failure[] };

/** Nobody's roll: no mark on a host bears this name. */
const NOBODY = "nobody";

/**
 * Answers a function: from a look of its own, since a resource may have rolled since the last one. Touches nothing, writes no file. Wrong
 * arguments, a target that cannot be looked at, and one without hosts are failures.
 */
export async function answer<Name extends FunctionName>(
  around: Pick<Surroundings, "openDriver">,
  name: Name,
  args: Props,
): Promise<Answered<Name>> {
  const foreign = strangersAmong(name, args);
  if (foreign.length > 0) return { failures: foreign };
  const { failures, inputs, unknown } = validate({ ...args, owner: args.owner ?? NOBODY });
  if (inputs === undefined)
    return { failures: failures.length > 0 ? failures : unknown.map(() => ({ property: "", reason: NOT_KNOWN })) };
  try {
    const look = await lookAt(around, inputs);
    const empty = fleetFailure(look.fleet);
    return empty === undefined ? { answer: answers[name](look, inputs) } : { failures: [empty] };
  } catch (error) {
    if (!isRollError(error)) throw error;
    return { failures: [troubleOf(error)] };
  }
}

const NOT_KNOWN =
  "an argument is not known yet: ask with an output (`getFleetOutput` and its like), which waits for it";

/** Nothing is accepted and ignored. */
function strangersAmong(name: FunctionName, args: Props): Failure[] {
  const known = Object.keys(functionShapes[name].inputs.shape);
  return Object.keys(args)
    .filter((key) => !known.includes(key))
    .map((property) => ({ property, reason: `${name} has no such argument; known are ${known.join(", ")}` }));
}

async function lookAt(
  { openDriver }: Pick<Surroundings, "openDriver">,
  { target, baseline, policy }: Inputs,
): Promise<Look> {
  const driver = await openDriver(target);
  try {
    return await lookWith(driver, baseline, policy);
  } finally {
    driver.close();
  }
}

const answers: { readonly [Name in FunctionName]: (look: Look, inputs: Inputs) => AnswerTo<Name> } = {
  getFleet({ fleet }) {
    const workloads = workloadsByHost(fleet);
    const levels = observedLevels(fleet, {});
    return {
      target: fleet.target,
      workloads: fleet.workloads.length,
      hosts: fleet.hosts.map((host) => {
        const { compliance, reason } = complianceOf(host, fleet.scheme);
        return {
          name: host.id,
          level: own(levels, host.id) ?? host.level,
          wanted: host.wanted,
          compliance,
          reason,
          state: host.state,
          cordoned: host.cordoned,
          held: host.held,
          workloads: (workloads.get(host.id) ?? []).filter(({ state }) => state === "running").length,
          ...(host.mark === undefined ? {} : { owner: host.mark.owner }),
          ...(host.domain === undefined ? {} : { domain: host.domain }),
        };
      }),
    };
  },

  getCompliance({ fleet }) {
    const findings = fleet.hosts.map((host) => complianceOf(host, fleet.scheme));
    const told = findings.filter(({ reason }) => reason !== "");
    return {
      compliance: complianceOutput(findings),
      hosts: observedLevels(fleet, {}),
      reasons: Object.fromEntries(told.map(({ host, reason }) => [host, reason])),
    };
  },

  planRoll(look, inputs) {
    const owner = inputs.owner === NOBODY ? {} : { owner: inputs.owner };
    const outlook = outlookOf(look, inputs, [inputs.owner]);
    const { kind, plan, refusal } = outlook;
    const why = refusalOf(outlook, inputs)?.reason ?? outlook.why;
    const document = described(look, inputs, outlook, { ...owner, why: outlook.why, ask: "preview" });
    const planned = kind === "nothing" ? [] : (plan?.hosts ?? []);
    return {
      outlook: kind,
      ...(why === undefined ? {} : { why }),
      ...(plan === undefined || planned.length === 0 ? {} : { plan: summaryOf(plan) }),
      hosts: planned.map(({ host, from, to, wave, canary, after, evacuate, putBack, why: reason }) => ({
        name: host,
        level: from,
        wanted: to,
        wave,
        canary,
        after: [...after],
        evacuate: evacuate.length,
        putBack: putBack.length,
        why: reason,
      })),
      notes: [...(plan?.notes ?? [])],
      ...(refusal === undefined
        ? {}
        : { refusal: { reasons: refusal.reasons.map(({ text }) => text), unlock: refusal.unlock } }),
      text: planText(document, "see `hosts` of the answer"),
    };
  },
};
