import { readFileSync } from "node:fs";

/** Version of this package; its package.json stands above `dist` when installed, and above `provider` in the repository. */
export function packageVersion(): string {
  for (const path of ["../../package.json", "../../../package.json"]) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
      if (name === "pulumi-rolling-patch") return String(version);
    } catch {
      // Not at this depth.
    }
  }
  return "unknown";
}
