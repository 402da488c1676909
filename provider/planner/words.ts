import type { HostRules } from "../core/fleet.ts";

/** `3 hosts`, `1 host`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** An amount of a resource as people read it: memory in GiB, cpu in cores, others as the platform names them. */
export function amount(resource: string, value: number): string {
  if (resource === "memory") return `${tidy(value / 1024)} GiB`;
  return resource === "cpu" ? count(tidy(value), "core") : `${tidy(value)} ${resource}`;
}

/** With a capital letter, unless it begins with the name of a field. */
export function capital(text: string): string {
  return text.startsWith("policy.") ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** `a, b and c`; a long list is cut: `a, b, c and 9 more`. */
export function list(names: readonly string[], most = 5): string {
  if (names.length <= 1) return names.join("");
  if (names.length <= most) return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return `${names.slice(0, most - 1).join(", ")} and ${names.length - most + 1} more`;
}

/** What the must-rules of a workload say: `may run only on h1 and h2, but not on h3`. */
export function hostRuleWords({ only, never = [] }: HostRules): string {
  const not = never.length > 0 ? `not on ${list(never)}` : "";
  if (only === undefined) return `may ${not === "" ? "run anywhere" : not.replace("on", "run on")}`;
  return `may run only on ${list(only) || "hosts that are not in the fleet"}${not === "" ? "" : `, but ${not}`}`;
}

const tidy = (value: number): number => Math.round(value * 10) / 10;
