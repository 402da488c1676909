import { argumentProblems } from "./credential-arguments.ts";
import { holdsInQuery, isCredentialName } from "./credential-names.ts";
import type { Failure, Props } from "./props.ts";
import { type Path, written } from "./unknown.ts";

const TEXTS: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i, what: "is a URL that holds a password" },
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, what: "holds a private key" },
  { pattern: /\b(?:authorization:|bearer\s+\S)/i, what: "holds an authorization header" },
];

/**
 * Credentials among the inputs. They would end up in the state, or for everybody to see in the list of processes, so they are
 * refused: the value is never repeated, and the reason names the path itself, since the engine prints the value of a property
 * that a failure names. The URL of an http check may hold one in its query when it is a Pulumi secret (`secretUrls`): the state
 * keeps it encrypted then.
 */
export function credentialFailures(declared: Props): Failure[] {
  return failuresIn(declared, [], declared.secretUrls);
}

function failuresIn(value: unknown, at: Path, secretUrls: unknown): Failure[] {
  if (typeof value === "string") {
    const found = TEXTS.find(({ pattern }) => pattern.test(value));
    if (found !== undefined) return [refusal(at, found.what)];
    return holdsInQuery(value) && !isSecretUrl(at, secretUrls) ? [refusal(at, "holds a credential in its query")] : [];
  }
  if (Array.isArray(value)) {
    const inArguments = isCommand(at) ? argumentProblems(value) : new Map<number, string>();
    return value.flatMap((item, index) => {
      const what = inArguments.get(index);
      return what === undefined ? failuresIn(item, [...at, index], secretUrls) : [refusal([...at, index], what)];
    });
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    isCredentialName(key)
      ? [refusal([...at, key], "looks like a credential")]
      : failuresIn(item, [...at, key], secretUrls),
  );
}

function refusal(path: Path, what: string): Failure {
  return {
    property: "",
    reason: `\`${written(path)}\` ${what}, and credentials are never inputs: they would be saved in the state. ${adviceFor(path)}`,
  };
}

function adviceFor(path: Path): string {
  if (path.includes("command")) {
    return "Let the program read it from a file of its own (`curl --netrc`, `mysql --defaults-extra-file`): arguments are for everybody to see.";
  }
  if (path[0] === "probes" && path.includes("url"))
    return "Measure a page that asks for no key; for Prometheus set PROMETHEUS_BEARER_TOKEN in the environment of the Pulumi command.";
  const usual = "Set them in the environment of the Pulumi command, under the names that the platform uses.";
  return isUrl(path) ? "A key that a URL has to hold is passed as a Pulumi secret: `config.requireSecret(…)`." : usual;
}

const isCommand = (path: Path): boolean => path.length === 3 && path[2] === "command";
const isUrl = (path: Path): boolean => path[0] === "checks" && path.length === 3 && path[2] === "url";

function isSecretUrl(path: Path, secretUrls: unknown): boolean {
  if (!isUrl(path)) return false;
  return secretUrls === "all" || (Array.isArray(secretUrls) && secretUrls.includes(path[1]));
}
