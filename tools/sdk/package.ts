import { inputs } from "../../provider/core/inputs.ts";
import { providerConfig } from "../../provider/core/provider-config.ts";
import { type FunctionName, functionShapes } from "../../provider/lifecycle/functions.ts";
import { outputsShape } from "../../provider/lifecycle/output-types.ts";
import { type Field, Model } from "./model.ts";

export interface FunctionType {
  readonly name: FunctionName;
  readonly description: string;
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
}

/** What every SDK is written from: the resource, the provider and the functions, from the schemas that validate them. */
export interface Described {
  /** Types that a program writes. */
  readonly written: Model;
  /** Types that a program reads. */
  readonly read: Model;
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
  readonly config: readonly Field[];
  readonly functions: readonly FunctionType[];
}

/** Inputs that nobody declares: the provider fills them in. */
const FILLED_IN = ["secretUrls", "owner"];

export function describePackage(): Described {
  const written = new Model();
  const read = new Model();
  return {
    written,
    read,
    inputs: written.fields(inputs, "input").filter(({ name }) => !FILLED_IN.includes(name)),
    outputs: read.fields(outputsShape, "output"),
    config: written.fields(providerConfig, "input"),
    functions: Object.entries(functionShapes).map(([name, { about, inputs: asks, outputs: answers }]) => ({
      name: name as FunctionName,
      description: about,
      inputs: written.fields(asks, "input"),
      outputs: read.fields(answers, "output"),
    })),
  };
}
