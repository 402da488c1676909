// Loads the sources with one mutant applied: `node --import ./test/mutants/loader.mjs …` with MUTANT=<name>.
import { register } from "node:module";

register("./hooks.mjs", import.meta.url, { data: { name: process.env.MUTANT ?? "" } });
