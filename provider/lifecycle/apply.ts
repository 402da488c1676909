import { baselineText } from "../core/baseline.ts";
import { isRollError, RollError } from "../core/errors.ts";
import { type Inputs, inputs as inputsSchema } from "../core/inputs.ts";
import { allNames } from "../core/takeup.ts";
import { targetUri } from "../core/target.ts";
import type { News } from "../engine/news.ts";
import type { Driver } from "../engine/ports.ts";
import { roll } from "../engine/roll.ts";
import { windowsFor } from "../engine/windows.ts";
import { inputsFile } from "./inputs-file.ts";
import { type Look, type Looks, lookWith } from "./looks.ts";
import { type Outlook, outlookOf } from "./outlook.ts";
import { savedProps } from "./outputs.ts";
import { outspoken } from "./outspoken.ts";
import { PartialFailure } from "./partial.ts";
import { declaredOf, ownersOf, type Props } from "./props.ts";
import { fleetFailure, refusalOf, regressFailure } from "./refusals.ts";
import { planDocument } from "./render/document.ts";
import { closingText, endingText, newsLine } from "./render/roll.ts";
import { headline } from "./render/words.ts";
import { reportPath } from "./report/paths.ts";
import { reporterFor } from "./report/reporter.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Applied {
  readonly id: string;
  readonly outs: Record<string, unknown>;
}

/**
 * Takes the fleet to the declared level: create and update alike, since both begin with a look. Starts no roll (and takes no
 * lease) when nothing is pending. Throws PartialFailure when the roll ends early, RollErrors when it could not begin.
 * `olds`: what was saved before, empty for a create.
 */
export async function apply(around: Surroundings, looks: Looks, olds: Props, news: Props): Promise<Applied> {
  const inputs = parsed(news);
  const owners = ownersOf(news, olds);
  looks.forget();
  const driver = await around.openDriver(inputs.target);
  try {
    const look = await lookWith(driver, inputs.baseline, inputs.policy);
    const outlook = outlookOf(look, inputs, owners);
    const failure = fleetFailure(look.fleet) ?? regressFailure(look, inputs) ?? refusalOf(outlook, inputs);
    if (failure !== undefined) throw new RollError("conflict", `${inputs.owner}: ${failure.reason}`);
    const id = resourceId(inputs);
    if (outlook.kind !== "roll") {
      around.say(nothingToDo(inputs, look, outlook));
      return { id, outs: savedProps(news, look, owners, olds, around.files.folder) };
    }
    return { id, outs: await rollOut(around, driver, { inputs, owners, olds, news, id, before: look }) };
  } finally {
    looks.forget();
    driver.close();
  }
}

/** Says which fleet and for whom: the same again when a create that was cut off is repeated. */
export function resourceId({ owner, target }: Pick<Inputs, "owner" | "target">): string {
  return `${owner}@${targetUri(target)}`;
}

interface Occasion {
  readonly inputs: Inputs;
  readonly owners: readonly string[];
  readonly olds: Props;
  readonly news: Props;
  readonly id: string;
  readonly before: Look;
}

async function rollOut(around: Surroundings, driver: Driver, occasion: Occasion): Promise<Record<string, unknown>> {
  const { inputs, owners, olds, news, id, before } = occasion;
  const { say, process, checks, gates, wall, holder, instance, stop } = around;
  const file = inputsFile(around, news);
  around.files.write(file.path, file.text);
  // A line of its own: of a message the engine shows only the first line while the roll goes on.
  say(
    `${inputs.owner}: to stop at the next safe point: npx rolling-patch stop --inputs ${around.files.typed(file.path)}`,
  );
  const meter = outspoken(around.openMeter(inputs.probes, driver), (text) => tellTo(around, { kind: "warning", text }));
  const journal = around.openJournal();
  const reporter = reporterFor(around);
  try {
    const tell = (line: News): void => tellTo(around, line);
    const ports = {
      driver,
      process,
      checks,
      gates,
      meter,
      journal: reporter.watching(journal),
      wall,
      tell,
      windows: windowsFor(inputs.policy.windows, inputs.policy.freeze),
    };
    const newRunId = around.newRunId();
    const request = { inputs, inputsDigest: file.digest, owners, newRunId, holder, instance, stop };
    const { ending, memory, fleet } = await roll(ports, request);
    say(closingText(before.fleet, fleet, memory, ending));
    const reported = await reporter.end();
    if (reported !== undefined) say(`report: ${reportPath(around.files.folder, reported)}`);
    const stored = await driver.record.read();
    const after = { ...before, fleet, record: stored?.record ?? before.record };
    const properties = savedProps(news, after, owners, olds, around.files.folder);
    if (ending.kind === "done") return properties;
    throw new PartialFailure(id, properties, [`run ${memory.id} ${endingText(ending)}`]);
  } catch (error) {
    throw isRollError(error) ? await cutOff(around, driver, occasion, error) : error;
  } finally {
    meter?.close();
    await reporter.end();
    journal.close();
  }
}

/** A roll that can no longer act. Where it may have begun, what is known of the fleet is saved: a host may be out. */
async function cutOff({ files }: Surroundings, driver: Driver, occasion: Occasion, error: RollError): Promise<Error> {
  const { inputs, owners, olds, news, id, before } = occasion;
  const now = await lookWith(driver, inputs.baseline, inputs.policy).catch(() => undefined);
  const { fleet, record } = now ?? before;
  const names = allNames(record, owners);
  const isOurs = (owner: string | undefined): boolean => owner !== undefined && names.includes(owner);
  const begun = isOurs(record.run?.owner) || fleet.hosts.some(({ mark }) => isOurs(mark?.owner));
  if (now !== undefined && !begun) return error;
  return new PartialFailure(id, savedProps(news, now ?? before, owners, olds, files.folder), [error.advice], error);
}

function tellTo(around: Surroundings, line: News): void {
  if (around.tell !== undefined) around.tell(line);
  else if (line.kind === "progress") around.progress?.(newsLine(line));
  else around.say(newsLine(line), line.kind === "warning" ? "warning" : "info");
}

function nothingToDo(inputs: Inputs, { fleet, scale }: Look, { kind, findings, why }: Outlook): string {
  const about = { level: baselineText(inputs.baseline), outlook: kind, findings, scale };
  const said = headline(planDocument(undefined, fleet, about));
  return `${inputs.owner}: ${said}${why === undefined ? "" : ` (${why})`}; no roll was started`;
}

function parsed(news: Props): Inputs {
  const result = inputsSchema.safeParse(declaredOf(news));
  if (result.success) return result.data;
  const where = result.error.issues.map((issue) => issue.path.join(".")).join(", ");
  throw new RollError("invalid", `The inputs are not valid (${where}).`, {
    hint: "`pulumi preview` says what is wrong.",
  });
}
