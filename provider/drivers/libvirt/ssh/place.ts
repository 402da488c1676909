import { userInfo } from "node:os";
import { RollError } from "../../../core/errors.ts";
import { isFingerprint } from "./fingerprint.ts";
import type { SshHost, SshPlace } from "./shell.ts";

/** A place with its defaults. */
export interface Place {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly fingerprints: readonly string[];
}

/** A host of the fleet and the way to it. */
export interface Route extends Place {
  readonly name: string;
  readonly jump: readonly Place[];
}

/** Throws `invalid` that names the host and the field. */
export function routeTo(host: SshHost): Route {
  const jump = (host.jump ?? []).map((one, at) => place(one, host.name, `jump[${at}].`));
  return { ...place(host, host.name, ""), name: host.name, jump };
}

function place(of: SshPlace, host: string, field: string): Place {
  const { address, port = 22, user = userInfo().username, fingerprints = [] } = of;
  const wrong = (name: string, why: string, hint?: string): RollError =>
    new RollError("invalid", `${host}: ${field}${name} ${why}.`, { host, hint });
  if (!/^[\p{L}\p{N}._:%-]+$/u.test(address) || address.startsWith("-"))
    throw wrong("address", `${JSON.stringify(address)} is neither a host name nor an IP address`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw wrong("port", `${port} is not from 1 to 65535`);
  if (user === "" || /\p{C}/u.test(user)) throw wrong("user", `${JSON.stringify(user)} is not a user name`);
  for (const [at, one] of fingerprints.entries())
    if (!isFingerprint(one))
      throw wrong(
        `fingerprints[${at}]`,
        `${JSON.stringify(one)} is no SHA-256 fingerprint`,
        'Write it as `ssh-keygen -lf FILE` prints it: "SHA256:" and 43 characters.',
      );
  return { address, port, user, fingerprints };
}

/** For sentences and for telling places apart: "root@h1.example.com", "root@[fe80::1]:2222". */
export function placeText({ user, address, port }: Place): string {
  const name = address.includes(":") ? `[${address}]` : address;
  return `${user}@${name}${port === 22 ? "" : `:${port}`}`;
}
