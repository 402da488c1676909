import { type LibvirtTarget, libvirtTarget } from "../../../provider/core/libvirt-target.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";

/** Hosts of the lab as a program declares them: an ordinary user, checked host keys, TCP between hosts in their closed network. */
export function declaredTarget(lab: Lab, hosts: readonly Host[], more: object = {}): Record<string, unknown> {
  return {
    kind: "libvirt",
    fleet: "lab",
    user: "roller",
    hosts: hosts.map(({ id, address }) => ({ name: id, address })),
    knownHosts: [lab.knownHosts],
    identities: [lab.rollerKey],
    migration: { transport: "tcp" },
    ...more,
  };
}

/** The same with its defaults: h1 up to the host of this number. */
export function targetOf(lab: Lab, hosts: number, more: object = {}): LibvirtTarget {
  const first = Array.from({ length: hosts }, (_, index) => lab.host(index + 1));
  return libvirtTarget.parse(declaredTarget(lab, first, more));
}
