/** Run as a process of its own, with an environment that the test chooses: asks an http check of each URL in argv, prints the results as JSON. */
import { check as schema } from "../../provider/core/check.ts";
import { processClock } from "../../provider/engine/clock.ts";
import { checkRunner } from "../../provider/probes/runner.ts";

const results = [];
for (const url of process.argv.slice(2)) {
  const check = schema.parse({ kind: "http", name: url, url });
  results.push(await checkRunner(processClock()).run(check, undefined, new AbortController().signal));
}
process.stdout.write(JSON.stringify(results));
