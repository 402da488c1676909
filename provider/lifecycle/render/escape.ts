/** Text as HTML or XML: markup and quotes written out, characters that documents may not hold replaced. */
export function markup(text: string): string {
  return named(text).replace(/[&<>"'`]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** Names from outside may hold control characters, halves of letters, and marks that turn the text around them. */
export function named(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu, (letter) => (/[\t\n]/.test(letter) ? " " : "\ufffd"));
}
