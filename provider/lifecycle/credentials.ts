import type { Failure } from "./props.ts";
import { type Path, written } from "./unknown.ts";

const NAMES =
  /^(?:.*pass(?:word|wd|phrase)|pwd|.*secret|.*token|.*private_?key|.*api_?key|.*access_?key|.*credentials?|authorization)$/i;
const TEXTS: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i, what: "is a URL that holds a password" },
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, what: "holds a private key" },
  { pattern: /\b(?:authorization:|bearer\s+\S)/i, what: "holds an authorization header" },
  {
    pattern: /^-{1,2}(?:password|passwd|passphrase|token|secret|api-?key)=./i,
    what: "passes a credential as an argument",
  },
];

/**
 * Credentials among the inputs. They would end up in the state, so they are refused: the value is never repeated, and the
 * reason names the path itself, since the engine prints the value of a property that a failure names.
 */
export function credentialFailures(value: unknown, at: Path = []): Failure[] {
  if (typeof value === "string") {
    const found = TEXTS.find(({ pattern }) => pattern.test(value));
    return found === undefined ? [] : [refusal(at, found.what)];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      index > 0 && isOption(value[index - 1]) && typeof item === "string" && !item.startsWith("-")
        ? [refusal([...at, index], "passes a credential as an argument")]
        : credentialFailures(item, [...at, index]),
    );
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    NAMES.test(key) ? [refusal([...at, key], "looks like a credential")] : credentialFailures(item, [...at, key]),
  );
}

/** An option whose value is the next argument. */
function isOption(argument: unknown): boolean {
  return typeof argument === "string" && /^-{1,2}(?:password|passwd|passphrase|token|secret|api-?key)$/i.test(argument);
}

function refusal(path: Path, what: string): Failure {
  return {
    property: "",
    reason:
      `\`${written(path)}\` ${what}, and credentials are never inputs: they would be saved in the state. ` +
      "Set them in the environment of the Pulumi command, under the names that the platform uses.",
  };
}
