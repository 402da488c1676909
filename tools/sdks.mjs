// @ts-check
import { contextOf } from "./setup/context.mjs";
import { sayTo } from "./setup/say.mjs";
import { generateSdks } from "./setup/sdks.mjs";

/** `npm run sdks`: the SDKs for Python and Go, from schema.json into `sdks/`. Needs Go. */
const made = await generateSdks(contextOf(sayTo(console.log)));
if ("why" in made) {
  console.error(made.why);
  process.exitCode = 1;
} else console.log(`${made.folder}/python and ${made.folder}/go: ${made.note}`);
