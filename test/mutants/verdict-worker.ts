import { breach } from "../core/impact/breach.ts";

/** Prints `{"why":…}` of the first rule of the verdict that is broken; `{}` when none is. */
console.log(JSON.stringify({ why: breach() }));
