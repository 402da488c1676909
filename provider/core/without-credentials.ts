/** What stands for a credential. */
const HIDDEN = "***";

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]+@/gi, `$1${HIDDEN}@`],
  [/([?&][\w.-]*(?:key|token|secret|passw(?:or)?d|signature|sig)=)[^\s&'"]+/gi, `$1${HIDDEN}`],
  [/\b((?:proxy-)?authorization:\s*)\S.*$/gim, `$1${HIDDEN}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
];

/** What a tool has said, without credentials that it repeats: of URLs (user and query), headers and keys. */
export function withoutCredentials(text: string): string {
  return PATTERNS.reduce((left, [pattern, hidden]) => left.replace(pattern, hidden), text);
}
