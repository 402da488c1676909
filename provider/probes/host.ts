import { isIPv6 } from "node:net";

const PLACE = "{host}";

/** Hosts' names come from platforms and are not to be trusted: whatever cannot stand where `{host}` stands is refused. */
export type Substituted = { readonly text: string } | { readonly problem: string };

/** `{host}` in a URL: as a name or address in the authority, percent-encoded after it. */
export function intoUrl(url: string, host: string | undefined): Substituted {
  if (!url.includes(PLACE)) return { text: url };
  if (host === undefined) return noHost;
  const [, authority = "", rest = ""] = /^([a-z]+:\/\/[^/?#]*)(.*)$/is.exec(url) ?? [];
  if (!authority.includes(PLACE)) return { text: authority + rest.replaceAll(PLACE, () => encodeURIComponent(host)) };
  const name = isIPv6(host) ? `[${host}]` : host;
  if (!isIPv6(host) && !isName(host)) return notAName(host);
  return { text: authority.replaceAll(PLACE, () => name) + rest.replaceAll(PLACE, () => encodeURIComponent(host)) };
}

/** `{host}` in a host name or address. */
export function intoAddress(address: string, host: string | undefined): Substituted {
  if (!address.includes(PLACE)) return { text: address };
  if (host === undefined) return noHost;
  if (!isIPv6(host) && !isName(host)) return notAName(host);
  return { text: address.replaceAll(PLACE, () => host) };
}

/** `{host}` in one argument of a command. */
export function intoArgument(argument: string, host: string | undefined): Substituted {
  if (!argument.includes(PLACE)) return { text: argument };
  if (host === undefined) return noHost;
  if (host.includes("\0")) return notAName(host);
  if (argument.startsWith(PLACE) && host.startsWith("-")) {
    return { problem: `the host's name ${JSON.stringify(host)} could be taken for an option` };
  }
  return { text: argument.replaceAll(PLACE, () => host) };
}

const noHost: Substituted = { problem: "asks for {host}, but no host is at hand" };

const notAName = (host: string): Substituted => ({
  problem: `the host's name ${JSON.stringify(host)} cannot stand in an address`,
});

const isName = (host: string): boolean => /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/.test(host);
