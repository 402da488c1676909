import type { Input } from "@pulumi/pulumi";
import type { LibvirtTargetArgs, SimulatedTargetArgs } from "./args.ts";

/**
 * The embedded fleet: simulated hosts and workloads in one file. Another file is another fleet: the resource is replaced.
 *
 * `file` is relative to the project folder (the one of Pulumi.yaml), or absolute; `npx rolling-patch sim create --file FILE
 * --spec SPEC` makes one. A file that is missing, damaged or of a newer format fails the preview.
 *
 * @example
 * ```ts
 * new RollingPatch("lab", { target: simulated({ file: "fleet.db" }), baseline: { version: "8.0.3" } });
 * ```
 */
export function simulated({ file }: { file: Input<string> }): SimulatedTargetArgs {
  return { kind: "simulated", file };
}

/**
 * KVM hosts with libvirt, reached over SSH as an ordinary user; nothing is installed on them. Host keys are verified against known_hosts, or
 * pinned with `fingerprints`; keys come from the SSH agent or from files, never from inputs. Hosts may come and go; another `fleet` is
 * another fleet, and replaces the resource.
 *
 * @example
 * ```ts
 * new RollingPatch("kvm", {
 *   target: libvirt({ hosts: [{ name: "kvm1" }, { name: "kvm2" }, { name: "kvm3" }], user: "roller" }),
 *   baseline: { packages: { "qemu-system-x86": "1:10.0.13+ds-1", "linux-image-amd64": ">= 6.12.57" } },
 * });
 * ```
 */
export function libvirt(target: Omit<LibvirtTargetArgs, "kind">): LibvirtTargetArgs {
  return { ...target, kind: "libvirt" };
}
