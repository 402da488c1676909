// @ts-check
/**
 * The first `major.minor[.patch]` in a text (`v24.21.0`, `go version go1.26.8 linux/amd64`), as numbers.
 * @param {string} text
 * @returns {[number, number, number] | undefined}
 */
export function parseVersion(text) {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  if (!found) return undefined;
  return [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

/**
 * True when `text` holds a version that is `least` or newer. Pre-release suffixes do not count.
 * @param {string} text
 * @param {string} least
 */
export function atLeast(text, least) {
  const have = parseVersion(text);
  const want = parseVersion(least);
  if (!have || !want) return false;
  for (const [index, number] of want.entries()) {
    const difference = /** @type {number} */ (have[index]) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/**
 * `3.259.0` out of `v3.259.0-dev`; undefined when there is none.
 * @param {string} text
 */
export function bareVersion(text) {
  return parseVersion(text)?.join(".");
}
