/** What went wrong, as `decide` distinguishes it. Kinds describe; they do not say what to do next. */
export type ErrorKind =
  /** An input is wrong; nothing was touched. */
  | "invalid"
  /** The platform or host did not answer; worth trying again inside the deadline. */
  | "unavailable"
  /** The platform refused the credentials or the right. */
  | "denied"
  /** Somebody else's mark, or the world changed: observe and decide again. */
  | "conflict"
  /** The act was carried out and did not succeed. */
  | "failed"
  /** We were asked to stop. */
  | "cancelled";

export interface RollErrorDetails {
  /** The host that the error is about. */
  host?: string | undefined;
  /** What to do next, one sentence. */
  hint?: string | undefined;
  cause?: unknown;
}

/**
 * The one error class of the project. Anything else that is thrown is a bug and crashes loudly.
 * Refusals, verdicts and ways to end a run are values, not errors.
 */
export class RollError extends Error {
  readonly kind: ErrorKind;
  readonly host: string | undefined;
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, message: string, details: RollErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "RollError";
    this.kind = kind;
    this.host = details.host;
    this.hint = details.hint;
  }

  /** Message and hint as one text, for people. */
  get advice(): string {
    return this.hint === undefined ? this.message : `${this.message} ${this.hint}`;
  }
}

/** What an error of a host said, to be put into a sentence that names the host: without its name and the full stop. */
export function clause(why: string, host: string): string {
  return withoutName(why, host).replace(/\.$/, "");
}

/** A text about a host, to stand behind its name: "h1: no route" and "h1 does not answer" without the name that they begin with. */
export function withoutName(text: string, host: string): string {
  const rest = text.startsWith(`${host}: `) ? text.slice(host.length + 2) : text;
  return rest.startsWith(`${host} `) ? rest.slice(host.length + 1) : rest;
}

/** Narrows an unknown; `instanceof` would fail when two copies of the package are loaded. */
export function isRollError(error: unknown): error is RollError {
  return error instanceof Error && error.name === "RollError" && "kind" in error;
}
