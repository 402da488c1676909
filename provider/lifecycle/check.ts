import { baseline as baselineSchema, baselineText } from "../core/baseline.ts";
import { awaitedWords } from "../core/decide/barrier.ts";
import { isRollError, type RollError } from "../core/errors.ts";
import type { Fleet } from "../core/fleet.ts";
import { type Inputs, inputs as inputsSchema } from "../core/inputs.ts";
import { emptyProblem } from "../core/probe-rules.ts";
import type { RunMemory } from "../core/run.ts";
import { target as targetSchema } from "../core/target.ts";
import { described } from "./described.ts";
import { wantedLevels } from "./hosts.ts";
import { type Look, type Looks, regressOf } from "./looks.ts";
import { type Outlook, outlookOf } from "./outlook.ts";
import type { PlanOutput } from "./output-types.ts";
import { namesOwed } from "./outputs.ts";
import { writePlan } from "./plan-files.ts";
import { carried, declaredOf, type Failure, ownersOf, type Props, savedHosts } from "./props.ts";
import { fleetFailure, haltText, refusalOf, regressFailure } from "./refusals.ts";
import { type PlanDocument, planDocument } from "./render/document.ts";
import { planText } from "./render/text.ts";
import { standing } from "./render/words.ts";
import type { Surroundings } from "./surroundings.ts";
import { UNKNOWN } from "./unknown.ts";
import { known, listed, validate } from "./validate.ts";

export interface Checked {
  /** The declared inputs, with `hosts` (level that each host should have) and `plan` (absent when nothing is pending). */
  readonly inputs: Record<string, unknown>;
  readonly failures: readonly Failure[];
  /** What `up` would do with every host; absent where that could not be told. */
  readonly forecast?: PlanDocument;
}

/**
 * Validates the inputs and, from one observation, fills in what is pending and says it. Touches nothing: from here a preview
 * cannot be told from an `up`, so a target that does not answer is a warning.
 */
export async function check(around: Surroundings, looks: Looks, olds: Props, news: Props): Promise<Checked> {
  const declared = { ...declaredOf(news), ...carried(news) };
  const { failures, inputs, unknown } = validate(news);
  if (failures.length > 0) return { inputs: declared, failures };
  const target = known(targetSchema, news.target);
  const baseline = known(baselineSchema, news.baseline);
  if (target === undefined || baseline === undefined) {
    around.say(`${nameOf(news)}drift and plan can be shown once these inputs are known: ${listed(unknown)}`);
    return { inputs: { ...declared, hosts: UNKNOWN }, failures };
  }
  let look: Look;
  try {
    look = await looks.look(target, baseline, regressOf(news.policy));
  } catch (error) {
    if (!isRollError(error)) throw error;
    return unseen(around, error, olds, declared);
  }
  // Checks and the like do not change the plan: it can be shown before they are known.
  const enough =
    inputs ??
    known(inputsSchema, {
      ...declaredOf(news),
      checks: [],
      suites: [],
      probes: [],
      hooks: [],
      silences: [],
      notify: [],
    });
  if (enough === undefined) {
    const document = planDocument(undefined, look.fleet, { level: baselineText(baseline), outlook: "nothing" });
    around.say(
      `${nameOf(news)}${standing(document)}; the plan can be shown once these inputs are known: ${listed(unknown)}`,
    );
    return { inputs: { ...declared, hosts: UNKNOWN }, failures };
  }
  return seen(around, look, enough, olds, declared);
}

function seen(around: Surroundings, look: Look, inputs: Inputs, olds: Props, declared: Props): Checked {
  const unkept = fleetFailure(look.fleet) ?? regressFailure(look, inputs);
  if (unkept !== undefined) return { inputs: { ...declared, hosts: {} }, failures: [unkept] };
  const owners = ownersOf(declared, olds);
  const outlook = outlookOf(look, inputs, owners);
  const forecast = announce(around, look, inputs, outlook);
  const hosts = wantedLevels(look.fleet, outlook, savedHosts(olds));
  const failure = refusalOf(outlook, inputs);
  const blind = blindProbes(look, inputs, outlook, around);
  const pending = outlook.kind === "roll" && outlook.plan !== undefined ? { plan: summaryOf(outlook.plan) } : {};
  const former = namesOwed(look, owners, declared);
  return {
    inputs: { ...declared, hosts, ...pending, ...former },
    failures: failure === undefined ? blind : [failure],
    forecast,
  };
}

/** Probes that would measure nothing: nobody should find that out after a roll. While none is pending it is a warning. */
function blindProbes(
  { fleet: seen }: Look,
  { probes, owner }: Inputs,
  { kind }: Outlook,
  around: Surroundings,
): Failure[] {
  const failures = probes.flatMap((probe, index) => {
    const problem = emptyProblem(probe, seen);
    return problem === undefined
      ? []
      : [{ property: `probes[${index}]`, reason: `the probe "${probe.name}" ${problem}` }];
  });
  if (kind === "roll") return failures;
  for (const { reason } of failures) around.say(`${owner}: ${reason}`, "warning");
  return [];
}

/** The plan as a table, the whole of it in a file that the message names. */
function announce(around: Surroundings, look: Look, inputs: Inputs, outlook: Outlook): PlanDocument {
  const { kind, why, halt } = outlook;
  const reason = kind === "halted" && halt !== undefined ? halt.reason : why;
  const document = described(look, inputs, outlook, { owner: inputs.owner, why: reason, ask: "preview" });
  const path = writePlan(around, document);
  const where =
    path === undefined || document.id === undefined ? [] : [`  plan ${document.id}, every move of it in ${path}`];
  const haltLines = kind === "halted" || halt === undefined ? [] : [haltText(halt)];
  const text = planText(document, path === undefined ? undefined : `see ${path}`);
  const awaits = outlook.goesOn?.awaits;
  const approval =
    awaits === undefined
      ? []
      : [
          `  it waits for ${awaitedWords({ run: outlook.goesOn as RunMemory, approvals: look.record.approvals ?? [] }, awaits)}: npx rolling-patch approve ${awaits.gate}`,
        ];
  around.say([text, ...where, ...approval, ...haltLines].join("\n"), kind === "left alone" ? "warning" : "info");
  for (const text of [silentText(look.fleet), warningText(document)])
    if (text !== undefined) around.say(text, "warning");
  return document;
}

/** What a person should know of hosts before they are patched. */
function warningText({ hosts }: PlanDocument): string | undefined {
  const told = hosts.flatMap(({ host, warnings = [] }) => warnings.map((text) => `  ${host}: ${text}`));
  return listedText("before hosts are patched:", told);
}

/** Hosts that cannot be reached, with all that is told of why: the table cuts it, and a changed host key is nothing to pass over. */
function silentText({ hosts }: Fleet): string | undefined {
  const told = hosts.flatMap(({ id, state, problem }) =>
    state === "unreachable" && problem !== undefined ? [`  ${id}: ${problem}`] : [],
  );
  return listedText("hosts that cannot be reached:", told);
}

function listedText(title: string, told: readonly string[]): string | undefined {
  if (told.length === 0) return undefined;
  const more = told.length > MOST_TOLD ? [`  and ${told.length - MOST_TOLD} more`] : [];
  return [title, ...told.slice(0, MOST_TOLD), ...more].join("\n");
}

/** Hosts of which something is told one by one. */
const MOST_TOLD = 10;

export function summaryOf({ id, totals }: NonNullable<Outlook["plan"]>): PlanOutput {
  const { hosts, moves, gib, hours } = totals;
  return { id, hosts, moves, gib: rounded(gib), hours: rounded(hours.expected) };
}

/** Nothing was seen. No answer is a warning here, and an error where something has to be done; anything else is wrong input. */
function unseen(around: Surroundings, error: RollError, olds: Props, declared: Props): Checked {
  const last = savedHosts(olds);
  const formerly = ownersOf(declared, olds).slice(1);
  const inputs = {
    ...declared,
    ...(Object.keys(last).length > 0 ? { hosts: last } : {}),
    ...(formerly.length > 0 ? { formerly } : {}),
  };
  if (error.kind !== "unavailable") return { inputs, failures: [troubleOf(error)] };
  around.say(
    `${nameOf(declared)}the target cannot be looked at, so drift and plan are not shown: ${error.advice}`,
    "warning",
  );
  return { inputs, failures: [] };
}

/** Errors about an input begin with its path. */
export function troubleOf(error: RollError): Failure {
  const [, property, reason] =
    /^((?:target|baseline|policy|checks|suites|probes|hooks|silences|notify)[\w.[\]]*): (.*)$/s.exec(error.advice) ??
    [];
  return { property: property ?? "target", reason: reason ?? error.advice };
}

function nameOf(props: Props): string {
  return typeof props.owner === "string" ? `${props.owner}: ` : "";
}

const rounded = (amount: number): number => Math.round(amount * 100) / 100;
