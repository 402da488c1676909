import { type LibvirtTarget, libvirtTarget } from "../../../provider/core/libvirt-target.ts";
import type { Lab } from "./lab.ts";

/** The lab's first hosts as a program declares them: an ordinary user, checked host keys, TCP between hosts in their closed network. */
export function targetOf(lab: Lab, hosts: number, more: object = {}): LibvirtTarget {
  return libvirtTarget.parse(declaredTarget(lab, hosts, more));
}

/** The same as plain inputs. */
export function declaredTarget(lab: Lab, hosts: number, more: object = {}): Record<string, unknown> {
  return {
    kind: "libvirt",
    hosts: Array.from({ length: hosts }, (_, index) => {
      const { id, address } = lab.host(index + 1);
      return { name: id, address };
    }),
    user: "roller",
    knownHosts: [lab.knownHosts],
    identities: [lab.rollerKey],
    migration: { transport: "tcp" },
    ...more,
  };
}
