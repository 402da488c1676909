// @ts-check
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { privatePath } from "./context.mjs";
import { sdkGenerator } from "./languages.mjs";
import { withLock } from "./lock.mjs";
import { SetUpError } from "./say.mjs";

const STAMP = "made-of";

/**
 * The SDKs of other languages, generated from `schema.json` into `sdks/` (python, go), where they are not there yet or of another schema. They
 * are out of git: ten times the size of the schema, and one command away.
 * @param {import("./context.mjs").Context} context
 * @returns {Promise<{folder: string, note: string} | {why: string}>}
 */
export async function generateSdks(context) {
  const { root, run, env, say } = context;
  const folder = join(root, "sdks");
  const generator = digestOf(
    root,
    ["main.go", "go.mod", "go.sum", "sdk.go.mod"].map((name) => `tools/sdkgen/${name}`),
  );
  const wanted = `${generator} ${digestOf(root, ["schema.json"])}`;
  if (isMadeOf(folder, wanted)) return { folder, note: "up to date" };
  const tool = await sdkGenerator(context, generator);
  if ("why" in tool) return tool;
  const wait = (/** @type {string} */ holder) => say.line(`waiting for ${holder}, which writes the same SDKs`);
  await withLock(privatePath(root, "sdks.lock"), wait, async () => {
    if (isMadeOf(folder, wanted)) return;
    mkdirSync(privatePath(root), { recursive: true });
    const fresh = mkdtempSync(privatePath(root, "sdks-"));
    const args = [join(root, "schema.json"), fresh];
    const made = await run(join(tool.folder, "sdkgen"), args, { env, deadline: 120 });
    if (!made.ok) throw new SetUpError(`SDKs from schema.json: ${made.why}`);
    writeFileSync(join(fresh, STAMP), wanted);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  });
  return { folder, note: "written" };
}

/** @param {string} folder @param {string} wanted */
function isMadeOf(folder, wanted) {
  const stamp = join(folder, STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
}

/** @param {string} root @param {string[]} paths */
function digestOf(root, paths) {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(readFileSync(join(root, path))).update("\0");
  return hash.digest("hex").slice(0, 16);
}
