import { RollError } from "../../core/errors.ts";
import type { Inputs } from "../../core/inputs.ts";
import { described } from "../../lifecycle/described.ts";
import { type Look, lookWith } from "../../lifecycle/looks.ts";
import { type Outlook, outlookOf } from "../../lifecycle/outlook.ts";
import type { Props } from "../../lifecycle/props.ts";
import type { PlanDocument } from "../../lifecycle/render/document.ts";
import { planHtml } from "../../lifecycle/render/html.ts";
import { planMarkdown } from "../../lifecycle/render/markdown.ts";
import { planText } from "../../lifecycle/render/text.ts";
import { type ExitCode, exit } from "../exit.ts";
import { jsonArgument } from "../files.ts";
import { readInputs, validInputs } from "../inputs.ts";
import { comparedWith, readSnapshot } from "../snapshot/snapshot.ts";
import { withTarget } from "../target.ts";
import type { CliWorld } from "../world.ts";

export interface PlanOptions {
  /** Fleet snapshot; absent: the live target of the inputs. */
  readonly fleet?: string;
  readonly inputs?: string;
  /** Level to plan for; beats that of the inputs or snapshot. */
  readonly version?: string;
  /** Policy as JSON or the name of a file: its fields beat those of the inputs. */
  readonly policy?: string;
  readonly format?: Format;
  /** The same as the format of that name. */
  readonly json?: true;
  readonly markdown?: true;
  readonly html?: true;
  /** How hard to search; default: as `up` would. */
  readonly effort?: number;
}

export const formats = ["text", "json", "markdown", "html"] as const;
export type Format = (typeof formats)[number];

/** What a roll would do. Touches nothing. */
export async function plan(world: CliWorld, options: PlanOptions): Promise<ExitCode> {
  const { look, inputs, owners } = await (options.fleet === undefined
    ? live(world, options)
    : offline(world, options, options.fleet));
  const outlook = outlookOf(look, inputs, owners, options.effort);
  const document = described(look, inputs, outlook, {
    ...(options.inputs === undefined ? {} : { owner: inputs.owner }),
    why: whyOf(outlook),
    ask: "command",
  });
  world.out(rendered[formatOf(options)](document).trimEnd());
  return { nothing: exit.ok, roll: exit.ok, "left alone": exit.ok, refused: exit.refused, halted: exit.halted }[
    outlook.kind
  ];
}

interface Question {
  readonly look: Look;
  readonly inputs: Inputs;
  readonly owners: readonly string[];
}

function offline(world: CliWorld, options: PlanOptions, path: string): Question {
  const snapshot = readSnapshot(world.cwd, path);
  const marked = snapshot.fleet.hosts.find(({ mark }) => mark !== undefined)?.mark?.owner;
  const owner = snapshot.memory.run?.owner ?? marked;
  // A snapshot may be planned on a machine that has never seen its target.
  const nowhere = { target: { kind: "simulated", file: path }, baseline: snapshot.baseline, owner: owner ?? "nobody" };
  const inputs = declared(world, options, nowhere);
  const owners = [...new Set([inputs.owner, ...(owner === undefined ? [] : [owner])])];
  const fleet = comparedWith(snapshot, inputs.baseline);
  const look = { fleet, record: { format: 1, token: 0, ...snapshot.memory } as const, scale: snapshot.scale };
  return { look, inputs, owners };
}

async function live(world: CliWorld, options: PlanOptions): Promise<Question> {
  if (options.inputs === undefined) {
    throw new RollError("invalid", "Nothing says which fleet to plan for.", {
      hint: "Give --fleet with a snapshot file, or --inputs with the inputs of a resource.",
    });
  }
  const inputs = declared(world, options, {});
  const look = await withTarget(world, options.inputs, (driver) => lookWith(driver, inputs.baseline, inputs.policy));
  return { look, inputs, owners: [inputs.owner] };
}

/** The inputs on file, or stand-ins for them, with what the command line says instead. */
function declared(world: CliWorld, { inputs: path, version, policy }: PlanOptions, standIn: Props): Inputs {
  const written = path === undefined ? standIn : readInputs(world, path).written;
  const asked = policy === undefined ? {} : policyOf(jsonArgument(world.cwd, policy, "policy"));
  return validInputs(
    {
      ...written,
      ...(version === undefined ? {} : { baseline: { version } }),
      policy: { ...(written.policy as object | undefined), ...asked },
    },
    path === undefined ? "The command line" : `The inputs file ${path}, with what the command line says`,
  );
}

function policyOf(value: unknown): object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new RollError("invalid", "The policy is no object.", { hint: `Write its fields: '{"maxUnavailable": 2}'.` });
}

function whyOf({ why, halt }: Outlook): string | undefined {
  return why === undefined || halt === undefined ? (halt?.reason ?? why) : `${why}: ${halt.reason}`;
}

const rendered: Readonly<Record<Format, (document: PlanDocument) => string>> = {
  text: (document) => planText(document, "`--json` has all of it"),
  json: (document) => JSON.stringify(document, null, 2),
  markdown: planMarkdown,
  html: planHtml,
};

function formatOf({ format, json, markdown, html }: PlanOptions): Format {
  if (json === true) return "json";
  if (markdown === true) return "markdown";
  return html === true ? "html" : (format ?? "text");
}
