import { isIPv6 } from "node:net";
import type { Workload } from "../core/fleet.ts";

/** What stands for a name in a text. */
interface Place {
  readonly text: string;
  readonly what: string;
  /** Why there may be nothing to put there. */
  readonly without: string;
}

const HOST: Place = { text: "{host}", what: "host's name", without: "no host is at hand" };
const WORKLOAD: Place = { text: "{workload}", what: "workload's name", without: "no workload is at hand" };
const ADDRESS: Place = {
  text: "{address}",
  what: "workload's address",
  without: "the platform knows no address of the workload",
};

/** Hosts' names come from platforms and are not to be trusted: whatever cannot stand where `{host}` stands is refused. */
export type Substituted = { readonly text: string } | { readonly problem: string };

/** `{host}` in a URL: as a name or address in the authority, percent-encoded after it. */
export function intoUrl(url: string, host: string | undefined, place: Place = HOST): Substituted {
  if (!url.includes(place.text)) return { text: url };
  if (host === undefined) return missing(place);
  const [, authority = "", rest = ""] = /^([a-z]+:\/\/[^/?#]*)(.*)$/is.exec(url) ?? [];
  const after = rest.replaceAll(place.text, () => encodeURIComponent(host));
  if (!authority.includes(place.text)) return { text: authority + after };
  if (!isIPv6(host) && !isName(host)) return notAName(host, place);
  return { text: authority.replaceAll(place.text, () => (isIPv6(host) ? `[${host}]` : host)) + after };
}

/** `{host}` in a host name or address. */
export function intoAddress(address: string, host: string | undefined, place: Place = HOST): Substituted {
  if (!address.includes(place.text)) return { text: address };
  if (host === undefined) return missing(place);
  if (!isIPv6(host) && !isName(host)) return notAName(host, place);
  return { text: address.replaceAll(place.text, () => host) };
}

/** `{host}` in one argument of a command. */
export function intoArgument(argument: string, host: string | undefined, place: Place = HOST): Substituted {
  if (!argument.includes(place.text)) return { text: argument };
  if (host === undefined) return missing(place);
  if (host.includes("\0")) return notAName(host, place);
  if (argument.startsWith(place.text) && host.startsWith("-")) {
    return { problem: `the ${place.what} ${JSON.stringify(host)} could be taken for an option` };
  }
  return { text: argument.replaceAll(place.text, () => host) };
}

/** The same for a workload: its name and its address, one after the other. */
export function intoFor(
  { id, address }: Pick<Workload, "id" | "address">,
  into: typeof intoUrl | typeof intoAddress | typeof intoArgument,
  text: string,
): Substituted {
  const named = into(text, id, WORKLOAD);
  return "problem" in named ? named : into(named.text, address, ADDRESS);
}

const missing = ({ text, without }: Place): Substituted => ({ problem: `asks for ${text}, but ${without}` });

const notAName = (host: string, { what }: Place): Substituted => ({
  problem: `the ${what} ${JSON.stringify(host)} cannot stand in an address`,
});

const isName = (host: string): boolean => /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/.test(host);
