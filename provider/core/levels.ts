/**
 * Levels of hosts that are patched package by package are texts like `libvirt-daemon=11.3.0-3 qemu-system-x86=1:10.0.12`:
 * `name=version` of what the baseline declares, sorted, one blank between them. Two are equal exactly when they say the same.
 */

/** A level as people read a change of it: only what differs, `qemu-system-x86 1:10.0.12 → 1:10.0.13`; any other level whole. */
export function levelChange(from: string, to: string): string {
  if (from === to) return from;
  const before = partsOf(from);
  const after = partsOf(to);
  if (before === undefined || after === undefined) return `${from} → ${to}`;
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name} ${before.get(name) ?? "none"} → ${after.get(name) ?? "none"}`)
    .join(", ");
}

/** Name and version of every part, in order of names. */
export function levelOf(parts: Iterable<readonly [string, string]>): string {
  return [...parts]
    .map(([name, version]) => `${name}=${version}`)
    .sort()
    .join(" ");
}

function partsOf(level: string): Map<string, string> | undefined {
  const parts = level.split(" ").map((part) => /^([^=]+)=(.+)$/.exec(part));
  if (parts.some((part) => part === null)) return undefined;
  return new Map(parts.map((part) => [part?.[1] ?? "", part?.[2] ?? ""]));
}
