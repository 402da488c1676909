// Module hooks: the changes of one mutant, made while its files are loaded.
import { fileURLToPath } from "node:url";

let changes = [];

export async function initialize({ name }) {
  if (name === "") return;
  const { mutants } = await import("./mutants.ts");
  const { plannerMutants } = await import("./planner-mutants.ts");
  const { verdictMutants } = await import("./verdict-mutants.ts");
  const mutant = [...mutants, ...plannerMutants, ...verdictMutants].find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`there is no mutant "${name}"`);
  changes = mutant.changes;
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  const mine = changes.filter((change) => url.startsWith("file:") && fileURLToPath(url).endsWith(`/${change.file}`));
  if (mine.length === 0) return loaded;
  return { ...loaded, source: mine.reduce(apply, String(loaded.source)) };
}

function apply(source, { file, from, to }) {
  const squeezed = new RegExp(from.trim().split(/\s+/).map(quoted).join("\\s+"), "g");
  const found = source.match(squeezed)?.length ?? 0;
  if (found !== 1) throw new Error(`mutant: ${JSON.stringify(from)} is found ${found} times in ${file}`);
  return source.replace(squeezed, () => to);
}

const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
