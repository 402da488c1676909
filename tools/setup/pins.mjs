// @ts-check
/** What set-up accepts from the machine, and what it installs itself when the machine has nothing good enough. */
export const pins = {
  node: {
    /** Oldest Node.js that the project runs on: the first with `node:sqlite` without a flag. */
    least: "22.13.0",
    install: "24.21.0",
  },
  pulumi: {
    /** Oldest Pulumi CLI: the first whose dynamic providers may return inputs from `read`. */
    least: "3.216.0",
    install: "3.259.0",
    /** The Node.js language host comes from an older line: the newer ones are nested modules that no module proxy serves. */
    languageHost: "3.59.0",
    /** Of the package that Python programs import. */
    python: "3.272.0",
  },
  /** Oldest Python that generated SDKs run on. */
  python: { least: "3.9.0" },
  go: {
    /** Oldest Go that builds the pinned CLI. */
    least: "1.25.11",
    /** Oldest Go that fetches a newer tool chain by itself. */
    leastSelfUpdating: "1.21.0",
  },
};
