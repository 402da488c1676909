const LONGEST = 400;

/** Evidence as it may be kept and shown: one line, bounded, without what looks like a secret. */
export function evidence(text: string): string {
  const line = withoutSecrets(oneLine(text));
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

/** The end of some output: the last words usually say what went wrong. */
export function tail(text: string, length: number): string {
  const line = withoutSecrets(oneLine(text));
  return line.length <= length ? line : `…${line.slice(1 - length)}`;
}

/** Without colours, line breaks and other control characters. */
function oneLine(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences are what is looked for.
      .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "")
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
      .replace(/ {2,}/g, " ")
      .trim()
  );
}

function withoutSecrets(line: string): string {
  return line
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi, "$1…@")
    .replace(/(\bhttps?:\/\/[^\s"'?]*\?)[^\s"')]+/gi, "$1…")
    .replace(/\b(bearer|basic)\s+[A-Za-z0-9+/_.=~-]{8,}/gi, "$1 …")
    .replace(
      /([A-Za-z0-9_-]*(?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key)["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;"']+)/gi,
      "$1…",
    );
}
