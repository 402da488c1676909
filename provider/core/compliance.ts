import type { Fleet, Host } from "./fleet.ts";
import { compareVersions, versionProblem } from "./version.ts";

export type Compliance = "compliant" | "drifted" | "ahead" | "blocked" | "unknown";

export interface Finding {
  readonly host: string;
  readonly compliance: Compliance;
  /** Why it is not plainly compliant or drifted; empty otherwise. */
  readonly reason: string;
}

/** How one host stands against the baseline. The platform's own finding wins; else version order decides. */
export function complianceOf(host: Host, scheme: Fleet["scheme"]): Finding {
  const finding = (compliance: Compliance, reason = ""): Finding => ({ host: host.id, compliance, reason });
  if (host.state === "unreachable")
    return finding("unknown", host.problem === undefined ? "unreachable" : `unreachable: ${host.problem}`);
  if (host.finding !== undefined) return finding(host.finding.compliance, host.finding.reason);
  if (host.level === "unknown") return finding("unknown", "its level could not be read");
  if (host.level === host.wanted) {
    if (host.evidence === host.level) return finding("compliant");
    return finding("drifted", `reports ${host.level}, but runs ${host.evidence}`);
  }
  const problem = versionProblem(scheme, host.level);
  if (problem !== undefined) return finding("unknown", problem);
  return compareVersions(scheme, host.level, host.wanted) > 0
    ? finding("ahead", `already at ${host.level}`)
    : finding("drifted");
}

/** Every host's finding, in the fleet's order. */
export function survey(fleet: Fleet): Finding[] {
  return fleet.hosts.map((host) => complianceOf(host, fleet.scheme));
}
