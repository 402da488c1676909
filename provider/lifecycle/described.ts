import { baselineText } from "../core/baseline.ts";
import type { Inputs } from "../core/inputs.ts";
import { type Ask, costsOf } from "./costs.ts";
import type { Look } from "./looks.ts";
import { measuringOf } from "./measuring.ts";
import { nightsOf } from "./nights.ts";
import type { Outlook } from "./outlook.ts";
import { type PlanDocument, planDocument } from "./render/document.ts";

export interface Telling {
  readonly owner?: string;
  readonly why?: string | undefined;
  /** How much may be planned to tell what settings cost. */
  readonly ask: Ask;
}

/** An outlook as a document: the plan or its refusal, with windows and costs for a plan of something. */
export function described({ fleet, scale }: Look, inputs: Inputs, outlook: Outlook, telling: Telling): PlanDocument {
  const { kind, plan, refusal, findings, goesOn, request } = outlook;
  const { owner, why, ask } = telling;
  const isPlanned = plan !== undefined && plan.hosts.length > 0;
  const inHand = new Set(fleet.hosts.filter(({ mark }) => mark !== undefined).map(({ id }) => id));
  return planDocument(plan ?? refusal, fleet, {
    ...(owner === undefined ? {} : { owner }),
    level: baselineText(inputs.baseline),
    outlook: kind,
    findings,
    scale,
    ...(why === undefined ? {} : { why }),
    ...(goesOn === undefined ? {} : { goesOn }),
    ...(isPlanned ? { windows: nightsOf(inputs.policy, fleet.at, plan.hosts, inHand, request?.quiet) } : {}),
    ...(isPlanned && request !== undefined
      ? { costs: costsOf(request, plan, ask), measuring: measuringOf(request, plan) ?? "not tested" }
      : {}),
  });
}
