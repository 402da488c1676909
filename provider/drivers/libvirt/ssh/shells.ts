import { RollError } from "../../../core/errors.ts";
import type { Credentials } from "./authentication.ts";
import type { Terms } from "./handshake.ts";
import { identityFiles, loadIdentities, PASSPHRASE } from "./identities.ts";
import { knownFiles } from "./known-files.ts";
import { routeTo } from "./place.ts";
import { Pool } from "./pool.ts";
import { shellOn } from "./run.ts";
import type { Shells, SshHost, SshSettings } from "./shell.ts";
import { Ways } from "./ways.ts";

/**
 * Shells on hosts. Nothing is connected to before it is needed. Throws `invalid` for settings that are wrong: a malformed
 * address, port or fingerprint, a key file or known_hosts file that is named and cannot be used.
 */
export function openShells(hosts: readonly SshHost[], settings: SshSettings = {}): Shells {
  const closing = new AbortController();
  const terms = termsOf(settings, closing.signal);
  const { channels = 8, connections = 1 } = settings;
  const { connectTimeout, keepalive } = terms;
  positive({ channels, connections, connectTimeout });
  positive({ "keepalive.interval": keepalive.interval, "keepalive.count": keepalive.count });
  const routes = new Map(hosts.map((host) => [host.name, routeTo(host)]));
  if (routes.size < hosts.length) throw new RollError("invalid", "Two hosts have the same name.");
  const ways = new Ways(terms);
  const pools = new Map(
    [...routes].map(([name, route]) => [name, new Pool(() => ways.reach(route), { channels, connections })]),
  );
  const poolOf = (host: string): Pool => {
    const pool = pools.get(host);
    if (pool === undefined)
      throw new RollError("invalid", `${host} is none of the hosts that are reached over SSH.`, { host });
    return pool;
  };
  return {
    shell: (host) => shellOn(host, poolOf(host), closing.signal),
    drop: (host) => poolOf(host).drop(new RollError("unavailable", `${host}: its connections were dropped.`, { host })),
    close() {
      const why = new RollError("cancelled", "The connections to the hosts were closed.");
      closing.abort(why);
      for (const pool of pools.values()) pool.close(why);
      ways.close(why);
    },
  };
}

function termsOf(settings: SshSettings, closing: AbortSignal): Terms {
  const { connectTimeout = 10_000, keepalive = { interval: 3_000, count: 4 }, env = process.env } = settings;
  const acceptNew = settings.unknownHosts === "accept-new";
  const known = knownFiles(settings.knownHosts, acceptNew);
  known.lines();
  const files = identityFiles(settings);
  const agent = settings.agent === false ? undefined : (settings.agent ?? env.SSH_AUTH_SOCK) || undefined;
  let loading: Promise<Credentials> | undefined;
  const credentials = (): Promise<Credentials> => {
    loading ??= loadIdentities(files, env[PASSPHRASE] || undefined).then(
      (identities) => ({ identities, agent }),
      (error) => {
        loading = undefined; // The file may be mended while we run.
        throw error;
      },
    );
    return loading;
  };
  return { known, acceptNew, credentials, connectTimeout, keepalive, closing };
}

function positive(numbers: Readonly<Record<string, number>>): void {
  for (const [name, number] of Object.entries(numbers))
    if (!(number > 0)) throw new RollError("invalid", `${name}: ${number} is not a positive number.`);
}
