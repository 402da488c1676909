import { createHash } from "node:crypto";
import { isRollError } from "../core/errors.ts";
import type { PlanDocument } from "./render/document.ts";
import { planHtml } from "./render/html.ts";
import { planMarkdown } from "./render/markdown.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Name of an owner that is safe in a file name: "shop/prod/fleet" becomes "shop-prod-fleet". Where letters are lost, a digest
 * tells owners apart: two fleets named in Greek must not share an inputs file, or a stop would reach the wrong one.
 */
export function slug(owner: string): string {
  const safe = owner.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|-+$/g, "");
  const name = safe === "" ? "fleet" : safe.slice(0, 100);
  const whole = /^[A-Za-z0-9._/-]*$/.test(owner) && safe.length <= 100;
  return whole ? name : `${name}-${createHash("sha256").update(owner).digest("hex").slice(0, 8)}`;
}

/**
 * Writes the whole plan as JSON, and beside it as markdown for a pull request and as a page for a browser. Returns the path of the JSON file. A preview
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
    files.write(`${base}.html`, planHtml(document));
    return path;
  } catch (error) {
    if (!isRollError(error)) throw error;
    say(`The plan file was not written: ${error.advice}`, "warning");
    return undefined;
  }
}
