// @ts-check
import { pins } from "./setup/pins.mjs";
import { atLeast } from "./setup/versions.mjs";
import { setUp } from "./setup.mjs";
import { toolchain } from "./toolchain.mjs";

/** Before any test: set-up (nothing to do as a rule), and the tool chain on the PATH that test workers inherit. */
export default async function globalSetup() {
  if (!atLeast(process.versions.node, pins.node.least)) {
    throw new Error(
      `tests need Node.js ${pins.node.least} or newer: run them with \`npm test -- FILE\`, which brings it`,
    );
  }
  await setUp({ quiet: true });
  Object.assign(process.env, toolchain().env);
}
