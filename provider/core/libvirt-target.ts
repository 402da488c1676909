import { z } from "zod";

const hostName = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/, 'must be a host name: letters, digits, ".", "-" and "_"');
const user = z.string().regex(/^[A-Za-z_][\w.-]*\$?$/, "must be a user name");
const port = z.int().min(1).max(65_535);

const libvirtHost = z
  .strictObject({
    name: hostName.describe(
      "Its id in plans, messages and states; the name under which the other hosts reach it for migrations.",
    ),
    address: z
      .string()
      .regex(/^[A-Za-z0-9:._-]+$/, "must be a host name or an address")
      .optional()
      .describe("Name or address for SSH. Default: `name`."),
    user: user.optional().describe("User that logs in. Default: `user` of the target."),
    port: port.optional().describe("Port of its SSH server. Default 22."),
    domain: z.string().min(1).optional().describe("Failure domain: rack, zone, power feed. Default: one of its own."),
    class: z.string().min(1).optional().describe("Hardware and firmware class: each has canaries of its own."),
    quorums: z
      .array(z.string().min(1))
      .optional()
      .describe(
        "Quorum groups that it is a member of, besides those that are found on it: corosync, etcd, ceph-mon; and storage that is copied between hosts, ceph-osd and glusterfsd.",
      ),
    last: z.boolean().optional().describe("Goes after all others, alone."),
    jump: z
      .string()
      .regex(/^[^\s,]+(,[^\s,]+)*$/, 'write it as OpenSSH does: "user@gate.example.com:22", several with commas')
      .optional()
      .describe('Hosts on the way, as `ssh -J` takes them: "ops@gate.example.com:22". Default: `jump` of the target.'),
    fingerprints: z
      .array(
        z
          .string()
          .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, 'must be a fingerprint: "SHA256:…", as `ssh-keygen -lf` prints it'),
      )
      .min(1)
      .optional()
      .describe("Its host keys, as `ssh-keygen -lf` prints them; instead of known_hosts."),
  })
  .describe('One host: `{ name: "kvm1", address: "10.0.0.11" }`.');

const migration = z
  .strictObject({
    transport: z
      .enum(["tls", "tcp", "ssh"])
      .default("tls")
      .describe(
        "How the source's libvirtd reaches the target's: TLS as the hosts are set up, SSH with root's keys, or plain TCP (only in a closed network).",
      ),
    tunnelled: z.boolean().default(false).describe("Whether memory goes through libvirtd's own connection too."),
    storage: z
      .enum(["shared", "copy"])
      .default("shared")
      .describe(
        "Whether disks are shared between hosts, or local ones are copied with the guest (`--copy-storage-all`).",
      ),
    bandwidth: z.int().min(1).optional().describe("Most MiB/s of one migration. Default: what libvirt is set up with."),
    perHost: z.int().min(1).default(2).describe("Most migrations at once that touch one host."),
    converge: z
      .enum(["auto-converge", "post-copy", "suspend", "none"])
      .default("auto-converge")
      .describe(
        "When a guest dirties memory faster than it is copied: slow its processors; switch over first and fetch the rest after (a fault then loses the guest); pause it for the rest; or nothing, and fail at the deadline.",
      ),
    patience: z.int().min(1).default(60).describe("Seconds until post-copy or suspend sets in."),
  })
  .prefault({})
  .describe('How guests move: `{ transport: "tls", storage: "copy" }`.');

/** KVM hosts with libvirt, reached over SSH. */
export const libvirtTarget = z
  .strictObject({
    kind: z.literal("libvirt").describe("The platform."),
    fleet: z
      .string()
      .regex(/^[\w.-]+$/, 'must be a name: letters, digits, ".", "-" and "_"')
      .default("kvm")
      .describe("Name of this fleet: another one is another fleet, and replaces the resource. Hosts may come and go."),
    hosts: z
      .array(libvirtHost)
      .min(1)
      .superRefine((hosts, context) => {
        hosts.forEach(({ name }, index) => {
          if (hosts.findIndex((one) => one.name === name) < index)
            context.addIssue({ code: "custom", path: [index, "name"], message: `"${name}" is used twice` });
        });
      })
      .describe("The hosts."),
    user: user.optional().describe("User that logs in. Default: the one who runs Pulumi, as with `ssh`."),
    jump: z.string().min(1).optional().describe("Hosts on the way to every host, as `ssh -J` takes them."),
    knownHosts: z
      .array(z.string().min(1))
      .optional()
      .describe("Files with host keys. Default: `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`."),
    identities: z
      .array(z.string().min(1))
      .optional()
      .describe("Files with private keys, besides those of the SSH agent. Default: `~/.ssh/id_ed25519` and its like."),
    acceptNewHostKeys: z
      .boolean()
      .default(false)
      .describe("Whether the key of a host that was never seen is accepted and kept. A changed key never is."),
    migration,
    reboot: z
      .enum(["when needed", "always"])
      .default("when needed")
      .describe(
        "Whether a host reboots when its packages ask for it (or its kernel is a new one), or with every patch.",
      ),
    cpuOvercommit: z
      .number()
      .min(1)
      .default(4)
      .describe("Virtual processors per processor of a host that may be planned for."),
    reservedMemory: z.int().min(0).default(512).describe("MiB of a host's memory that are its own."),
  })
  .describe('KVM hosts with libvirt, over SSH. `{ kind: "libvirt", hosts: [{ name: "kvm1" }, { name: "kvm2" }] }`.');

export type LibvirtTarget = z.output<typeof libvirtTarget>;
export type LibvirtHost = LibvirtTarget["hosts"][number];
