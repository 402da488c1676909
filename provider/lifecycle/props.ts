import { own } from "../core/own.ts";

/** What Pulumi hands to a provider and takes from it: plain JSON. */
export type Props = Readonly<Record<string, unknown>>;

/** One thing that is wrong with the inputs. */
export interface Failure {
  /** Path of the property: `policy.maxUnavailable`, `checks[0].url`. Empty when it is about the resource as a whole. */
  readonly property: string;
  readonly reason: string;
}

/** What a program declares, in the order in which it is shown. */
export const declaredKeys = [
  "target",
  "baseline",
  "policy",
  "checks",
  "suites",
  "probes",
  "hooks",
  "silences",
  "notify",
  "secretUrls",
  "owner",
] as const;

/** What the provider adds to the inputs or outputs; a program cannot set it. */
export const computedKeys = ["hosts", "plan", "compliance", "run", "formerly", "__provider"] as const;

/** The declared part of inputs or outputs, exactly the keys that are there. */
export function declaredOf(props: Props): Record<string, unknown> {
  return pick(props, declaredKeys);
}

/** The text of the dynamic provider has to be in whatever is saved. */
export function carried(props: Props): Record<string, unknown> {
  return pick(props, ["__provider"]);
}

/** Level by host, as saved by an earlier call; empty when there was none or it was not known yet. */
export function savedHosts(props: Props | undefined): Record<string, string> {
  const hosts = props?.hosts;
  if (typeof hosts !== "object" || hosts === null) return {};
  return Object.fromEntries(
    Object.entries(hosts).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** A text among the properties, if it is one. */
export function textOf(props: Props | undefined, key: string): string | undefined {
  const value = own(props, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function pick(props: Props, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, own(props, key)]).filter(([, value]) => value !== undefined));
}

/** Whose marks on hosts are ours: as declared now and, after a rename, as saved before. The present name comes first. */
export function ownersOf(news: Props, olds: Props | undefined): string[] {
  const names = [textOf(news, "owner"), textOf(olds, "owner"), ...formerNames(news), ...formerNames(olds)];
  return [...new Set(names.filter((owner) => owner !== undefined))];
}

function formerNames(saved: Props | undefined): string[] {
  const names = saved?.formerly;
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}
