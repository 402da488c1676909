const NAMES =
  /^(?:pass|pw|pwd|.*pass(?:word|wd|phrase|code)|.*secret|.*token|.*private_?key|.*api_?key|.*access_?key|.*auth_?key|.*credentials?|authorization)$/i;

/** What asks for a credential, says where it is, or has none: `--no-password`, `skip_token`. */
const ABOUT = /^(?:no|with|without|skip|ask|prompt|use|allow|require|check|next|page|continuation|csrf)_/i;

/** The name of a property, option, header or variable whose value is a credential. Dashes are as good as underscores. */
export function isCredentialName(name: string): boolean {
  const plain = name.replaceAll("-", "_");
  return NAMES.test(plain) && !ABOUT.test(plain);
}

/** A parameter of a URL's query is a credential. `{host}` and the like are none. */
export function holdsInQuery(text: string): boolean {
  for (const [, name = "", value = ""] of text.matchAll(/[?&;]([\w.-]+)=([^&;#\s"']*)/g)) {
    const isOne = isCredentialName(name) || /^(?:sig|signature|.*_signature)$/i.test(name.replaceAll("-", "_"));
    if (isOne && isLiteral(value) && /:\/\/|^\//.test(text)) return true;
  }
  return false;
}

/** A value of its own, rather than a name for one: a variable, a placeholder, a file, something switched on or off. */
export function isLiteral(value: string): boolean {
  return (
    value !== "" &&
    !/^(?:[$`{@<]|%[A-Z(]|~?\.{0,2}\/|(?:env|file|fd|id|path):|(?:id|type|src)=|(?:true|false|yes|no|none|stdin)$)/i.test(
      value,
    )
  );
}
