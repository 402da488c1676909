// @ts-check
import { demoEnvironment } from "./demo.mjs";
import { handOver } from "./hand-over.mjs";
import { repository } from "./setup/context.mjs";
import { setUpOrExit } from "./setup.mjs";

/** `npm run pulumi -- ARGS…`: the Pulumi CLI in the repository's root, on the stack that `npm start` made. */
await setUpOrExit({ quiet: true });
process.exitCode = await handOver("pulumi", process.argv.slice(2), { cwd: repository, env: demoEnvironment() });
