// @ts-check
import { setUp } from "./setup.mjs";
import { toolchain } from "./toolchain.mjs";

/** Before any test: set-up (nothing to do as a rule), and the tool chain on the PATH that test workers inherit. */
export default async function globalSetup() {
  await setUp({ quiet: true });
  Object.assign(process.env, toolchain().env);
}
