// @ts-check
import { build } from "./setup/build.mjs";
import { contextOf } from "./setup/context.mjs";
import { sayTo } from "./setup/say.mjs";

/** `npm run build`: compiles `dist` from scratch; exit code 1 and the compiler's words when there are type errors. */
const errors = await build(contextOf(sayTo(console.log)));
if (errors !== "") {
  console.error(errors);
  process.exit(1);
}
