import { RollError } from "../../../core/errors.ts";
import { type Place, placeText } from "./place.ts";

/** How far the way to a host came. */
export type Stage = "tcp" | "banner" | "handshake" | "authentication" | "session";

interface Failure {
  readonly host: string;
  readonly place: Place;
  readonly stage: Stage;
  /** The jump host that the way goes through, if any. */
  readonly via?: Place | undefined;
}

/** An attempt that took too long. */
export function tooLate(ms: number, { host, place, stage, via }: Failure): RollError {
  const [what, hint] = silence[stage];
  return unavailable(host, `${target(place, via)} ${what} within ${ms / 1000} s.`, hint);
}

const silence: Readonly<Record<Stage, readonly [string, string]>> = {
  tcp: ["does not answer", "Is the host up, and does a firewall let this machine through?"],
  banner: [
    "takes the connection but says nothing of SSH",
    "The host seems to hang, or something else than sshd listens there.",
  ],
  handshake: ["does not end the handshake", "The host may be overloaded; look at its sshd."],
  authentication: ["does not end the authentication", "The host may be overloaded; look at its sshd and PAM."],
  session: ["does not answer", "The host may be overloaded."],
};

/** What an error of a socket or of ssh2 means. */
export function failure(error: unknown, { host, place, stage, via }: Failure): RollError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const text = error instanceof Error ? error.message : String(error);
  const said = (what: string, hint: string): RollError =>
    unavailable(host, `${target(place, via)} ${what}.`, hint, error);
  switch (code) {
    case "ECONNREFUSED":
      return said(
        `refuses connections on port ${place.port}`,
        "The machine is up, but no sshd listens there: not yet, after a boot, or on another port.",
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return said("cannot be resolved: no such name", "Check the address, and this machine's name service.");
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return said("cannot be reached: no route", "Is the host up? Is this machine in the right network?");
    case "ETIMEDOUT":
      return said(...silence.tcp);
  }
  if (/no matching|does not match|signature/i.test(text))
    return new RollError("denied", `${host}: no handshake with ${target(place, via)}: ${text}.`, {
      host,
      hint: "Look at the algorithms that its sshd allows. Where a signature is wrong, somebody may be in the way.",
      cause: error,
    });
  if (stage === "session")
    return said(`is gone: ${text}`, "The host may be rebooting, its sshd restarting, or the network cut.");
  if (stage === "banner")
    return said(
      `closed the connection before it said anything of SSH (${text})`,
      "sshd may be starting, at its limit of connections (MaxStartups), or refuse this machine's address.",
    );
  return said(`broke off the ${stage} (${text})`, "Look at its sshd's log.");
}

function target(place: Place, via: Place | undefined): string {
  return via === undefined ? placeText(place) : `${placeText(place)} (through ${placeText(via)})`;
}

function unavailable(host: string, message: string, hint: string, cause?: unknown): RollError {
  return new RollError("unavailable", `${host}: ${message}`, { host, hint, cause });
}
