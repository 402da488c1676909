import { withoutCredentials } from "../core/without-credentials.ts";

/** Characters of one log that are kept. */
const MOST = 16_000;

/** The end of what a tool has said, whole lines of it, as plain text without credentials. */
export function endOf(text: string): string {
  const plain = withoutCredentials(
    text
      .replace(ESCAPES, "")
      .replace(/^.*\r(?!\n)/gm, "")
      .replace(CONTROL, ""),
  ).trimEnd();
  if (plain.length <= MOST) return plain;
  const end = plain.slice(-MOST);
  const rest = end.slice(end.indexOf("\n") + 1);
  return `(the first ${plain.length - rest.length} characters are left out)\n${rest}`;
}

const ESCAPE = String.fromCharCode(27);
/** Colours and moves of a terminal's cursor. */
const ESCAPES = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]`, "g");
const CONTROL = /[^\P{Cc}\n\t]/gu;
