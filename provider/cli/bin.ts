#!/usr/bin/env node
import { nodeProblem } from "../doors/node-version.ts";

// Whatever needs a newer Node.js is imported after this look, so that an old one gets a sentence instead of a stack.
const problem = nodeProblem(process.versions.node);
if (problem === undefined) {
  const { main } = await import("./process.ts");
  await main();
} else {
  process.stderr.write(`rolling-patch: ${problem}\n`);
  process.exitCode = 2;
}
