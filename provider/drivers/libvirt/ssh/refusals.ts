import { RollError } from "../../../core/errors.ts";
import { fingerprintOf, keyType } from "./fingerprint.ts";
import { type KnownKey, knownName } from "./known-hosts.ts";
import type { Place } from "./place.ts";
import type { Verdict } from "./trust.ts";

/** The error for a host key that is not trusted: what was shown, what was expected and where that stands, and the line that would fix it. */
export function refusal(
  verdict: Exclude<Verdict, { kind: "trusted" }>,
  at: { readonly host: string; readonly place: Place; readonly key: Buffer; readonly file: string },
): RollError {
  const { host, place, key } = at;
  const shown = `${keyType(key) ?? "unreadable"} key ${fingerprintOf(key)}`;
  const where = place.port === 22 ? place.address : `${place.address} port ${place.port}`;
  const denied = (message: string, hint: string): RollError =>
    new RollError("denied", `${host}: ${message}`, { host, hint });
  switch (verdict.kind) {
    case "unknown":
      return denied(
        `the host key of ${where} is not known: it shows the ${shown}.`,
        `If that is the fingerprint that \`ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub\` prints on the host itself, add the key: \`${scan(place, at.file)}\`, or pin it: fingerprints: ["${fingerprintOf(key)}"].`,
      );
    case "certificate":
      return denied(
        `the host certificate of ${where} does not count: ${verdict.why}; and its ${shown} is not known.`,
        `Have the CA certify the host under this address, add \`@cert-authority PATTERN KEY\` to ${at.file}, or add its key: \`${scan(place, at.file)}\`.`,
      );
    case "other types":
      return denied(
        `${where} shows the ${shown}, but is known by ${verdict.lines.map((line) => `the ${line.type} key in ${line.at}`).join(" and ")}.`,
        `Find out why it no longer shows that key; if the fingerprint is right, add the new key: \`${scan(place, at.file)}\`.`,
      );
    case "changed":
      return denied(
        `THE HOST KEY OF ${where} HAS CHANGED, or somebody is in the way: it shows the ${shown}, and ${places(verdict.lines)} another one.`,
        `If the host was installed anew and the fingerprint is right, remove the old key: ${forget(verdict.lines, place)}, then add the new one: \`${scan(place, at.file)}\`.`,
      );
    case "revoked":
      return denied(
        `the ${shown} that ${where} shows is revoked by ${verdict.line.at}.`,
        "Whoever has that key may pose as the host. Give the host new keys, or remove the line if it was added by mistake.",
      );
    case "not pinned":
      return denied(
        `${where} shows the ${shown}, and the pinned one is ${place.fingerprints.join(" or ")}.`,
        `If the pin is of another type of key, or the host was installed anew and the fingerprint is right, pin this one: fingerprints: ["${fingerprintOf(key)}"].`,
      );
  }
}

function scan({ address, port }: Place, file: string): string {
  return `ssh-keyscan${port === 22 ? "" : ` -p ${port}`} ${address} >> ${shellWord(file)}`;
}

function places(lines: readonly KnownKey[]): string {
  return `${lines.map((line) => line.at).join(" and ")} ${lines.length === 1 ? "holds" : "hold"}`;
}

function forget(lines: readonly KnownKey[], { address, port }: Place): string {
  const files = [...new Set(lines.map((line) => line.file))];
  return files
    .map((file) => `\`ssh-keygen -R ${shellWord(knownName(address, port))} -f ${shellWord(file)}\``)
    .join(" and ");
}

/** Brackets are patterns to a shell, and paths may hold spaces. */
function shellWord(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
