/** First Node.js with `node:sqlite` and `require` of ES modules without a flag. */
const OLDEST = [22, 13] as const;

/** Why this Node.js cannot run the package, in one line; undefined when it can. `version`: as in `process.versions.node`. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return (
    `pulumi-rolling-patch needs Node.js ${OLDEST.join(".")} or later, and this is ${version}: install a newer one; ` +
    "in a clone of its repository, `npm start` brings its own."
  );
}
