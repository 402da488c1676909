import type { Duplex } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { RollError } from "../../../core/errors.ts";
import { dial } from "./dial.ts";
import { failure, tooLate } from "./failures.ts";
import { handshake, type Terms, type Wanted } from "./handshake.ts";
import type { Place } from "./place.ts";
import { within } from "./within.ts";

/** An open SSH connection. */
export interface Link {
  /** Settles when the connection is gone, with why. */
  readonly gone: Promise<RollError>;
  /** Why it is gone; undefined while it is there. */
  lost(): RollError | undefined;
  /** Starts `sh` on the host. Throws SessionRefused when the host opens no further session, RollErrors for all else. */
  startShell(): Promise<ClientChannel>;
  /** A stream to a place, made by the host. */
  forward(to: Place, host: string): Promise<Duplex>;
  /** Breaks the connection off. */
  end(why: RollError): void;
}

/** The host opens no further session on this connection (MaxSessions). */
export class SessionRefused extends Error {
  override readonly name = "SessionRefused";
}

/** Connects to a place, directly or through an open connection to a jump host. Throws RollErrors. */
export async function connect(wanted: Wanted, through: Link | undefined, terms: Terms): Promise<Link> {
  const stream = await (through === undefined ? dial(wanted, terms) : forwarded(through, wanted, terms));
  return linkOver(await handshake(stream, wanted, terms), stream, wanted);
}

function forwarded(through: Link, wanted: Wanted, terms: Terms): Promise<Duplex> {
  const late = (): RollError => tooLate(terms.connectTimeout, { ...wanted, stage: "tcp" });
  return within(terms.connectTimeout, () => through.forward(wanted.place, wanted.host), late, terms.closing);
}

function linkOver(client: Client, stream: Duplex, wanted: Wanted): Link {
  const { host, place } = wanted;
  let reason: RollError | undefined;
  const asking = new Set<(why: RollError) => void>();
  const { promise: gone, resolve: tell } = Promise.withResolvers<RollError>();
  const end = (why: RollError): void => {
    if (reason !== undefined) return;
    reason = why;
    tell(why);
    for (const fail of asking) fail(why);
    stream.destroy();
  };
  const broken = (error: unknown): void => end(failure(error, { ...wanted, stage: "session" }));
  client.on("error", broken);
  for (const side of [client, stream]) side.once("close", () => broken(new Error("connection closed")));

  /** Asks ssh2 for a channel; a connection that ends meanwhile answers for it. */
  const ask = (
    question: (answer: (error: Error | undefined, channel: ClientChannel) => void) => void,
    refused: (error: Error & { reason?: unknown }) => Error,
  ): Promise<ClientChannel> =>
    new Promise<ClientChannel>((resolve, reject) => {
      if (reason !== undefined) return reject(reason);
      asking.add(reject);
      const answered = (error: Error | undefined, channel: ClientChannel): void => {
        asking.delete(reject);
        if (error === undefined) resolve(channel);
        else reject(reason ?? refused(error));
      };
      try {
        question(answered);
      } catch (error) {
        // Its socket has ended, and the news is on its way.
        broken(error);
      }
    });
  return {
    gone,
    lost: () => reason,
    end,
    startShell: () =>
      ask(
        (answer) => client.exec("sh", answer),
        (error) => sessionError(error, host),
      ),
    forward: (to, target) =>
      ask(
        (answer) => client.forwardOut("127.0.0.1", 0, to.address, to.port, answer),
        (error) => forwardError(error, target, to, place),
      ),
  };
}

/** ssh2 gives the reason of a refused channel: 1 is "administratively prohibited", 2 "connect failed", 4 "resource shortage". */
function sessionError(error: Error & { reason?: unknown }, host: string): Error {
  if (typeof error.reason === "number") return new SessionRefused(error.message);
  return new RollError("denied", `${host}: its sshd does not run commands: ${error.message}.`, {
    host,
    hint: "Allow sessions for this user and key (ForceCommand, `restrict` or `command=` in authorized_keys).",
    cause: error,
  });
}

function forwardError(error: Error & { reason?: unknown }, host: string, to: Place, jump: Place): RollError {
  if (error.reason === 1)
    return new RollError(
      "denied",
      `${host}: the jump host ${jump.address} forwards no connections: ${error.message}.`,
      {
        host,
        hint: "Set AllowTcpForwarding in its sshd_config, and allow it for this key.",
        cause: error,
      },
    );
  const why = /refused/i.test(error.message)
    ? Object.assign(new Error(error.message), { code: "ECONNREFUSED" })
    : error;
  return failure(why, { host, place: to, stage: "tcp", via: jump });
}
