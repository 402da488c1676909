import { type Baseline, baseline as baselineSchema } from "../core/baseline.ts";
import { RollError } from "../core/errors.ts";
import type { Inputs } from "../core/inputs.ts";
import type { FleetRecord } from "../core/record.ts";
import { type Target, target as targetSchema } from "../core/target.ts";
import { inputsDigest } from "../lifecycle/inputs-file.ts";
import type { Props } from "../lifecycle/props.ts";
import { sentence } from "../lifecycle/render/roll.ts";
import { validate } from "../lifecycle/validate.ts";
import { parsedAs, readJson, readText } from "./files.ts";
import type { CliWorld } from "./world.ts";

const WHAT = "inputs file";
const HINT = "Every `pulumi up` writes this file and prints its path; `rolling-patch schema inputs` describes it.";

/** The inputs of a resource, whole and valid. */
export interface InputsOnFile {
  readonly inputs: Inputs;
  /** As the file says it. */
  readonly written: Props;
  /** SHA-256 of the file. */
  readonly digest: string;
}

/** Throws `invalid` naming the file and every wrong property. */
export function readInputs(world: CliWorld, path: string): InputsOnFile {
  const written = propsOf(world, path);
  const inputs = validInputs(written, `The ${WHAT} ${path}`);
  return { inputs, written, digest: inputsDigest(readText(world.cwd, path, WHAT)) };
}

/** Inputs with every default. Throws `invalid` naming every wrong property. `name`: what holds them, for the message. */
export function validInputs(written: Props, name: string): Inputs {
  const { failures, inputs } = validate(written);
  if (inputs !== undefined) return inputs;
  const listed = failures.map(({ property, reason }) => (property === "" ? reason : `${property}: ${reason}`));
  throw new RollError("invalid", sentence(`${name} is not valid: ${listed.join("; ")}`), {
    hint: "`rolling-patch schema inputs` describes every property; nothing was touched.",
  });
}

/** Only where the fleet is: all that commands ask for which look, stop or give back. */
export function readTarget(world: CliWorld, path: string): Target {
  return parsedAs(targetSchema, propsOf(world, path).target, `The ${WHAT} ${path}: target`, HINT);
}

/** The level to compare with: the newest run's, else the file's. Where neither says one, hosts are only listed. */
export function baselineFor(world: CliWorld, path: string, record: FleetRecord | undefined): Baseline {
  const [, version] = /^version=(.*)$/s.exec(record?.run?.baseline ?? "") ?? [];
  if (version !== undefined) return { version };
  return parsedAs(baselineSchema, propsOf(world, path).baseline, `The ${WHAT} ${path}: baseline`, HINT);
}

function propsOf(world: CliWorld, path: string): Props {
  const value = readJson(world.cwd, path, WHAT);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Props;
  throw new RollError("invalid", `The ${WHAT} ${path} holds no object.`, { hint: HINT });
}
