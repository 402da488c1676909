import { createConnection, type Socket } from "node:net";
import { failure, tooLate } from "./failures.ts";
import type { Terms, Wanted } from "./handshake.ts";
import { within } from "./within.ts";

/** A TCP connection. Throws `unavailable`. */
export async function dial(
  { host, place, via }: Wanted,
  terms: Pick<Terms, "connectTimeout" | "closing">,
): Promise<Socket> {
  const socket = createConnection({ host: place.address, port: place.port, noDelay: true });
  const about = { host, place, stage: "tcp", via } as const;
  try {
    await within(
      terms.connectTimeout,
      () =>
        new Promise<void>((resolve, reject) => {
          socket.once("connect", resolve);
          socket.once("error", (error) => reject(failure(error, about)));
        }),
      () => tooLate(terms.connectTimeout, about),
      terms.closing,
    );
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
