import type { Host } from "./fleet.ts";
import type { HostMemory } from "./run.ts";

/**
 * What speaks against a remediated host, each in one sentence; empty when it is proven: it answers, it rebooted, two
 * independent sources read the declared level, and the platform finds nothing wrong with it. A claim alone is never enough.
 */
export function doubts(host: Host, memory: HostMemory | undefined): string[] {
  if (host.state !== "up") return [`${host.id} is ${host.state}`];
  const found: string[] = [];
  if (host.level !== host.wanted) found.push(`${host.id} reports ${host.level} instead of ${host.wanted}`);
  if (host.evidence !== host.wanted) found.push(`${host.id} runs ${host.evidence} instead of ${host.wanted}`);
  const mustReboot = host.rebootPending ?? memory?.bootBefore !== undefined;
  if (mustReboot && memory?.bootBefore === host.bootId) found.push(`${host.id} has not rebooted`);
  else if (host.rebootPending === true) found.push(`${host.id} needs another reboot`);
  if (host.problem !== undefined) found.push(`${host.id}: ${host.problem}`);
  return found;
}

/**
 * The same against a convicted host that was taken back: it answers, it rebooted, two sources read its former level, and the platform finds nothing wrong
 * with it. `former` undefined: nobody remembers it; then it is at least not the level that was taken back.
 */
export function doubtsOfRollback(host: Host, former: string | undefined, memory: HostMemory | undefined): string[] {
  if (host.state !== "up") return [`${host.id} is ${host.state}`];
  const found: string[] = [];
  const level = former ?? host.level;
  if (host.level !== level) found.push(`${host.id} reports ${host.level} instead of its former ${level}`);
  else if (former === undefined && host.level === host.wanted) found.push(`${host.id} still reports ${host.level}`);
  if (host.evidence !== level) found.push(`${host.id} runs ${host.evidence} instead of ${level}`);
  if (memory?.bootConvicted === host.bootId) found.push(`${host.id} has not rebooted`);
  if (host.problem !== undefined) found.push(`${host.id}: ${host.problem}`);
  return found;
}

/** The declared level is not (or not provably) there: the host has to be remediated. */
export function needsPatch(host: Host): boolean {
  return host.level !== host.wanted || host.evidence !== host.wanted;
}
