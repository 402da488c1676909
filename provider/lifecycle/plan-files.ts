import { isRollError } from "../core/errors.ts";
import type { PlanDocument } from "./render/document.ts";
import { planMarkdown } from "./render/markdown.ts";
import type { Surroundings } from "./surroundings.ts";

/** Name of an owner that is safe in a file name: "shop/prod/fleet" becomes "shop-prod-fleet". */
export function slug(owner: string): string {
  const safe = owner.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|-+$/g, "");
  return safe === "" ? "fleet" : safe.slice(0, 100);
}

/**
 * Writes the whole plan as JSON, and beside it as markdown for a pull request. Returns the path of the JSON file. A preview
 * is worth more than its file: when it cannot be written, that is a warning and nothing is returned.
 */
export function writePlan(
  { files, say }: Pick<Surroundings, "files" | "say">,
  document: PlanDocument,
): string | undefined {
  const path = files.planOut ?? `${files.folder}/plan-${slug(document.owner ?? "")}.json`;
  const base = path.replace(/\.json$/, "");
  try {
    files.write(path, `${JSON.stringify(document, null, 1)}\n`);
    files.write(`${base}.md`, planMarkdown(document));
    return path;
  } catch (error) {
    if (!isRollError(error)) throw error;
    say(`The plan file was not written: ${error.advice}`, "warning");
    return undefined;
  }
}
