import { slug } from "../plan-files.ts";

/** Path of a run's page in the folder of the journal; the JSON and the markdown stand beside it. */
export function reportPath(folder: string, run: string): string {
  return `${folder}/reports/${slug(run)}.html`;
}
