// Written by tools/sdk-args.ts from the schemas in provider: do not edit.
import type { Input } from "@pulumi/pulumi";

/** The embedded fleet: simulated hosts and workloads in one file. `{ kind: "simulated", file: "fleet.db" }`. */
export interface SimulatedTargetArgs {
  /** The platform. */
  kind: Input<"simulated">;
  /** Path of the fleet file, relative to the project folder or absolute: "fleet.db". Another file is another fleet, and replaces the resource; one that is missing or damaged fails the preview. */
  file: Input<string>;
}

/** One host: `{ name: "kvm1", address: "10.0.0.11" }`. */
export interface HostArgs {
  /** Its id in plans, messages and states; the name under which the other hosts reach it for migrations. */
  name: Input<string>;
  /** Name or address for SSH. Default: `name`. */
  address?: Input<string | undefined>;
  /** User that logs in. Default: `user` of the target. */
  user?: Input<string | undefined>;
  /** Port of its SSH server. Default 22. */
  port?: Input<number | undefined>;
  /** Failure domain: rack, zone, power feed. Default: one of its own. */
  domain?: Input<string | undefined>;
  /** Hardware and firmware class: each has canaries of its own. */
  class?: Input<string | undefined>;
  /** Quorum groups that it is a member of, besides those that are found on it: corosync, etcd, ceph-mon; and storage that is copied between hosts, ceph-osd and glusterfsd. */
  quorums?: Input<Input<string>[] | undefined>;
  /** Goes after all others, alone. */
  last?: Input<boolean | undefined>;
  /** Hosts on the way, as `ssh -J` takes them: "ops@gate.example.com:22". Default: `jump` of the target. */
  jump?: Input<string | undefined>;
  /** Its host keys, as `ssh-keygen -lf` prints them; instead of known_hosts. */
  fingerprints?: Input<Input<string>[] | undefined>;
}

/** How guests move: `{ transport: "tls", storage: "copy" }`. */
export interface MigrationArgs {
  /** How the source's libvirtd reaches the target's: TLS as the hosts are set up, SSH with root's keys, or plain TCP (only in a closed network). Default: "tls". */
  transport?: Input<"tls" | "tcp" | "ssh" | undefined>;
  /** Whether memory goes through libvirtd's own connection too. Default: false. */
  tunnelled?: Input<boolean | undefined>;
  /** Whether disks are shared between hosts, or local ones are copied with the guest (`--copy-storage-all`). Default: "shared". */
  storage?: Input<"shared" | "copy" | undefined>;
  /** Most MiB/s of one migration. Default: what libvirt is set up with. */
  bandwidth?: Input<number | undefined>;
  /** Most migrations at once that touch one host. Default: 2. */
  perHost?: Input<number | undefined>;
  /** When a guest dirties memory faster than it is copied: slow its processors; switch over first and fetch the rest after (a fault then loses the guest); pause it for the rest; or nothing, and fail at the deadline. Default: "auto-converge". */
  converge?: Input<"auto-converge" | "post-copy" | "suspend" | "none" | undefined>;
  /** Seconds until post-copy or suspend sets in. Default: 60. */
  patience?: Input<number | undefined>;
}

/** KVM hosts with libvirt, over SSH. `{ kind: "libvirt", hosts: [{ name: "kvm1" }, { name: "kvm2" }] }`. */
export interface LibvirtTargetArgs {
  /** The platform. */
  kind: Input<"libvirt">;
  /** Name of this fleet: another one is another fleet, and replaces the resource. Hosts may come and go. Default: "kvm". */
  fleet?: Input<string | undefined>;
  /** The hosts. */
  hosts: Input<Input<HostArgs>[]>;
  /** User that logs in. Default: the one who runs Pulumi, as with `ssh`. */
  user?: Input<string | undefined>;
  /** Hosts on the way to every host, as `ssh -J` takes them. */
  jump?: Input<string | undefined>;
  /** Files with host keys. Default: `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`. */
  knownHosts?: Input<Input<string>[] | undefined>;
  /** Files with private keys, besides those of the SSH agent. Default: `~/.ssh/id_ed25519` and its like. */
  identities?: Input<Input<string>[] | undefined>;
  /** Whether the key of a host that was never seen is accepted and kept. A changed key never is. Default: false. */
  acceptNewHostKeys?: Input<boolean | undefined>;
  /** How guests move: `{ transport: "tls", storage: "copy" }`. */
  migration?: Input<MigrationArgs | undefined>;
  /** Whether a host reboots when its packages ask for it (or its kernel is a new one), or with every patch. Default: "when needed". */
  reboot?: Input<"when needed" | "always" | undefined>;
  /** Virtual processors per processor of a host that may be planned for. Default: 4. */
  cpuOvercommit?: Input<number | undefined>;
  /** MiB of a host's memory that are its own. Default: 512. */
  reservedMemory?: Input<number | undefined>;
}

/** The declared patch level: `{ version: "8.0.3" }`, or `{ packages: { "qemu-system-x86": "1:10.0.13+ds-1" } }` where hosts are patched package by package. */
export interface BaselineArgs {
  /** The level every host shall have: "8.0.3-24022510". One that the fleet's version scheme cannot read fails the preview; hosts at a later one are left alone. */
  version?: Input<string | undefined>;
  /** Packages and their versions: exact (`"1:10.0.13+ds-1"`), a range (`">= 6.12, < 6.13"`: kept by a host that meets it, else the newest that does), or `"latest"`. */
  packages?: Input<Record<string, Input<string>> | undefined>;
  /** Release of the kernel that shall run, as `uname -r` prints it: "6.12.57+deb13-amd64". */
  kernel?: Input<string | undefined>;
  /** Repository that packages come from in this roll, instead of those that hosts are set up with: "https://snapshot.debian.org/archive/debian/20261101T000000Z trixie main". Without `packages` every installed package is taken to its version there. */
  distribution?: Input<string | undefined>;
  /** Whether a package that is newer than declared is taken back. Default: such a host is left alone. */
  allowDowngrade?: Input<boolean | undefined>;
}

/** Limits on hosts out at once, over the fleet and within one failure domain: `{ fleet: "5%", perDomain: 1 }`. */
export interface MaxUnavailableArgs {
  /** Limit over the whole fleet, a count or a share: "25%". Default: 1. */
  fleet?: Input<number | string | undefined>;
  /** Limit within one failure domain; a share is of that domain's hosts. */
  perDomain?: Input<number | string | undefined>;
}

/** Most migrations in flight. */
export interface MigrationsArgs {
  /** Most migrations in flight that touch one host, in or out; its own slots hold as well. */
  perHost?: Input<number | undefined>;
  /** Most migrations in flight over the whole fleet. */
  total?: Input<number | undefined>;
}

/** One host that waits for others: `{ host: "esx-09", after: ["esx-01"] }`. */
export interface OrderArgs {
  /** Waits for the others. */
  host: Input<string>;
  /** Hosts that must be back before it starts, if they take part in the roll. */
  after: Input<Input<string>[]>;
}

/** Longest that the steps of one host may take, fleet time, each more than "0s": `{ drain: "2h" }`. A drain that takes longer halts the roll; a patch or boot that does is a failed try. */
export interface DeadlinesArgs {
  /** Evacuation of one host. Default: "30m". */
  drain?: Input<string | undefined>;
  /** Remediation of one host, without its boot. Default: "60m". */
  patch?: Input<string | undefined>;
  /** Until the host is back. Default: 3 x its last boot, within 20m to 60m. */
  boot?: Input<string | undefined>;
}

/** A span of time in which hosts may start: `{ start: "0 22 * * 1-5", duration: "6h", timezone: "Europe/Berlin" }`. */
export interface WindowArgs {
  /** When it opens, as a cron pattern: "0 22 * * 1-5". */
  start: Input<string>;
  /** How long it stays open, more than "0s": "6h". */
  duration: Input<string>;
  /** IANA name of the zone the pattern is read in: "Europe/Berlin". Default: "UTC". */
  timezone?: Input<string | undefined>;
}

/** A span of time in which no host starts: `{ from: "2026-12-18", to: "2027-01-03" }`, `{ start: "0 0 28 * *", duration: "4d" }`. */
export interface FreezeArgs {
  /** Its first day, or moment: "2026-12-18", "2026-12-18T16:00". */
  from?: Input<string | undefined>;
  /** Its last day (to its end), or moment: "2027-01-03". */
  to?: Input<string | undefined>;
  /** Instead of days: when it begins, as a cron pattern: "0 0 28 * *". */
  start?: Input<string | undefined>;
  /** With `start`: how long it lasts, more than "0s": "4d". */
  duration?: Input<string | undefined>;
  /** IANA name of the zone that its times are read in: "Europe/Berlin". Default: "UTC". */
  timezone?: Input<string | undefined>;
}

/** A gate at which several people have to approve: `{ gate: "canary", people: 2 }`. */
export interface ApproveArgs {
  /** "start": before the first host is touched; "canary": when the canary is back and its tests have passed. */
  gate: Input<"start" | "canary">;
  /** How many different people have to approve, 1 to 10. Default: 1. */
  people?: Input<number | undefined>;
}

/** How a roll may proceed. Every field is optional and has a safe default: `{ maxUnavailable: "5%" }`. */
export interface PolicyArgs {
  /** `observe` touches nothing; `canary` ends once the canary has passed; `full` rolls the whole fleet. Default: "full". */
  mode?: Input<"full" | "observe" | "canary" | undefined>;
  /** `report`: once a full roll is done at this baseline, later drift is a warning and never acted on. Default: "roll". */
  onDrift?: Input<"roll" | "report" | undefined>;
  /** Most hosts out at once, a count or a share; draining, out, failed, held and unreachable hosts count. Default: 1. */
  maxUnavailable?: Input<number | string | MaxUnavailableArgs | undefined>;
  /** Hosts that may be out at once when the part without barriers begins, a count or a share; doubles from there up to maxUnavailable. Default: 1. */
  startWidth?: Input<number | string | undefined>;
  /** What stays free over the hosts in service at every moment: the capacity of so many host failures, largest hosts first; amounts like { memory: "512GiB", cpu: 64 }; or a share of the capacity in service like "10%". Default 1; 0 in a fleet of two. */
  reserve?: Input<number | string | Record<string, Input<number | string>> | undefined>;
  /** Most migrations in flight. */
  migrations?: Input<MigrationsArgs | undefined>;
  /** Quorum groups by name, besides those that the platform knows: of the hosts of each only one may be out at a time. Draining, failed, held and unreachable hosts count as out. */
  quorums?: Input<Record<string, Input<Input<string>[]>> | undefined>;
  /** Hosts that must not be out together: of each list only one at a time. */
  apart?: Input<Input<Input<string>[]>[] | undefined>;
  /** Hosts that go after all others, alone and in this order, besides those that the platform knows: its control plane. */
  last?: Input<Input<string>[] | undefined>;
  /** Which hosts have to wait for which others. */
  order?: Input<Input<OrderArgs>[] | undefined>;
  /** Hosts per hardware/firmware class that go first, alone. 0: none. Default: 1. */
  canary?: Input<number | undefined>;
  /** Hosts, canaries included, that go one after the other, get their own workloads back and are measured in full; at least the canaries. Only where workloads are probed. Default: 5. */
  judged?: Input<number | undefined>;
  /** How long the service is watched before the first host is touched, fleet time: "45m". Default 30m, 60m for fewer than 7 hosts. Only where workloads are probed. */
  reference?: Input<string | undefined>;
  /** Longest that a judged host is watched at full load, fleet time: "20m". A clear verdict ends it early. Default: "20m". */
  soak?: Input<string | undefined>;
  /** The same for a canary: "60m". Default: "60m". */
  canarySoak?: Input<string | undefined>;
  /** Steps in which the workloads of a judged host come back to it, as shares of them; the last is all. Default: ["10%", "25%", "50%", "100%"]. */
  steps?: Input<Input<string>[] | undefined>;
  /** Loss of latency at which the roll stops, for one host; half of it for all judged hosts together: "10%". Default: "10%". */
  tolerance?: Input<string | undefined>;
  /** Hosts that may fail once the canary has passed; before that, none. Default: 1. */
  maxFailures?: Input<number | undefined>;
  /** Further tries of a step that failed, with back-off. Default: 3. */
  retries?: Input<number | undefined>;
  /** Longest that the steps of one host may take, fleet time, each more than "0s": `{ drain: "2h" }`. A drain that takes longer halts the roll; a patch or boot that does is a failed try. */
  deadlines?: Input<DeadlinesArgs | undefined>;
  /** How far apart the two looks are that prove a patched host, fleet time: "15s". A host that flaps shows it meanwhile. Default: "15s". */
  settle?: Input<string | undefined>;
  /** For hosts other than the canary: fewest moves that keep balance; every workload home; or none. Default: "bounded". */
  putBack?: Input<"bounded" | "home" | "none" | undefined>;
  /** Workloads that cannot move: refuse the plan, skip the host, or shut them down and start them again. Default: "refuse". */
  pinned?: Input<"refuse" | "skip" | "shutdown" | undefined>;
  /** When a gate convicts a host: take its load off again and keep it out; leave it as it is; or take its load off, put it back to the level that it had, prove that, and keep it out. For the last, hosts that could not go back are not patched. Default: "drain". */
  onRegress?: Input<"drain" | "hold" | "rollback" | undefined>;
  /** When hosts may start; none: always. */
  windows?: Input<Input<WindowArgs>[] | undefined>;
  /** When no host starts, whatever the windows say: the days before a holiday, the last night of a quarter. */
  freeze?: Input<Input<FreezeArgs>[] | undefined>;
  /** Gates at which the roll waits for `rolling-patch approve`: ["canary"], [{ gate: "canary", people: 2 }]. */
  approve?: Input<Input<"start" | "canary" | ApproveArgs>[] | undefined>;
  /** How long `up` itself waits for a window or an approval before it ends as paused, process time: "30m". Default: "0s". */
  waitAtGate?: Input<string | undefined>;
  /** When `up` ends at a safe point, as paused; process time, more than "0s": "8h". Default: never. */
  maxUpTime?: Input<string | undefined>;
  /** How long reaching a safe point may take, process time: "10m". After that the platform goes on by itself. Default: "10m". */
  stopWithin?: Input<string | undefined>;
  /** Id of the reviewed plan: `up` acts only inside its envelope. */
  approved?: Input<string | undefined>;
  /** Run id of a sticky halt to go on after. */
  acknowledge?: Input<string | undefined>;
}

/** Passes when a URL answers as expected. */
export interface HttpCheckArgs {
  /** What is asked. */
  kind: Input<"http">;
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Gates at which it is asked: before a host is cordoned, on the patched empty host, with its load back, when the canary is back, at the end of the roll (the last two also once before its first host: what fails then stays out). Default: ["verify", "end"]. */
  at?: Input<Input<"preflight" | "verify" | "gate" | "canary" | "end">[] | undefined>;
  /** Longest a single try may take, process time, more than "0s": "5s". A try that takes longer has failed. Default: "10s". */
  timeout?: Input<string | undefined>;
  /** What is asked with GET, http or https: "https://shop.example.com/health". `{host}` is the host at hand. A user name or password in it is refused; a key in its query needs a Pulumi secret. */
  url: Input<string>;
  /** Expected status, 100 to 599; redirects are not followed. Default: 200. */
  status?: Input<number | undefined>;
  /** Text that the first 64 KiB of the body must contain: "ok". */
  body?: Input<string | undefined>;
}

/** Passes when a TCP connection opens. */
export interface TcpCheckArgs {
  /** What is asked. */
  kind: Input<"tcp">;
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Gates at which it is asked: before a host is cordoned, on the patched empty host, with its load back, when the canary is back, at the end of the roll (the last two also once before its first host: what fails then stays out). Default: ["verify", "end"]. */
  at?: Input<Input<"preflight" | "verify" | "gate" | "canary" | "end">[] | undefined>;
  /** Longest a single try may take, process time, more than "0s": "5s". A try that takes longer has failed. Default: "10s". */
  timeout?: Input<string | undefined>;
  /** Host name or address: "{host}" is the host at hand, which there is none of at the end of the roll. */
  address: Input<string>;
  /** TCP port, 1 to 65535: 443. */
  port: Input<number>;
}

/** Passes when a program exits with 0, on the machine that runs Pulumi or on the host at hand. */
export interface CommandCheckArgs {
  /** What is asked. */
  kind: Input<"command">;
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Gates at which it is asked: before a host is cordoned, on the patched empty host, with its load back, when the canary is back, at the end of the roll (the last two also once before its first host: what fails then stays out). Default: ["verify", "end"]. */
  at?: Input<Input<"preflight" | "verify" | "gate" | "canary" | "end">[] | undefined>;
  /** Longest a single try may take, process time, more than "0s": "5s". A try that takes longer has failed. Default: "10s". */
  timeout?: Input<string | undefined>;
  /** Program and arguments, no shell: ["./smoke-test.sh", "{host}"]. Relative to the working directory of the Pulumi command, or, on a host, to the home of the user who logs in. Credentials among the arguments are refused. */
  command: Input<Input<string>[]>;
  /** Where it runs: on the machine that runs Pulumi, or on the host at hand, as the user who logs in there (platforms that are reached over SSH). Default: "machine". */
  on?: Input<"machine" | "host" | undefined>;
}

/** Passes when no alert fires. */
export interface AlertsCheckArgs {
  /** What is asked. */
  kind: Input<"alerts">;
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Gates at which it is asked: before a host is cordoned, on the patched empty host, with its load back, when the canary is back, at the end of the roll (the last two also once before its first host: what fails then stays out). Default: ["verify", "end"]. */
  at?: Input<Input<"preflight" | "verify" | "gate" | "canary" | "end">[] | undefined>;
  /** Longest a single try may take, process time, more than "0s": "5s". A try that takes longer has failed. Default: "10s". */
  timeout?: Input<string | undefined>;
  /** Address of Prometheus (with `query`) or Alertmanager (with `matchers`): "https://prometheus.example.com". Its user or token comes from the environment: PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD, or PROMETHEUS_BEARER_TOKEN; ALERTMANAGER_… alike. */
  url: Input<string>;
  /** Query of Prometheus that must give nothing: 'ALERTS{alertstate="firing", severity="critical"}'. */
  query?: Input<string | undefined>;
  /** Alerts in Alertmanager of which none may fire that is neither silenced nor inhibited, all conditions together: ['severity="critical"', 'instance=~"{host}:.*"']. */
  matchers?: Input<Input<string>[] | undefined>;
}

/** Passes when every placement group of the Ceph cluster is clean and, before a host is cordoned, its OSDs and monitors may stop. Asked on the host at hand. */
export interface CephCheckArgs {
  /** What is asked. */
  kind: Input<"ceph">;
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Gates of a host at which it is asked: before it is cordoned, on the patched empty host, with its load back. Default: before the drain, and before the next host. Default: ["preflight", "gate"]. */
  at?: Input<Input<"preflight" | "verify" | "gate" | "canary" | "end">[] | undefined>;
  /** Longest a single try may take, process time, more than "0s": "30s". A try that takes longer has failed. Default: "30s". */
  timeout?: Input<string | undefined>;
  /** How long storage that heals is waited for, at each gate, process time: "1h". Then the gate has failed. Default: "1h". */
  heal?: Input<string | undefined>;
  /** How the program is called on the host, no shell, as the user who logs in there: ["sudo", "-n", "ceph"]. Credentials among the arguments are refused. Default: ["ceph"]. */
  command?: Input<Input<string>[] | undefined>;
  /** Whether the cluster's flag `noout` is set for the roll, so that nothing is copied because a host is out. As it was is on record first, and is restored at the end, after a crash too. Default: true. */
  noout?: Input<boolean | undefined>;
}

/** Passes when no entry of a Gluster volume has to be healed and every brick is connected. Asked on the host at hand. */
export interface GlusterCheckArgs {
  /** What is asked. */
  kind: Input<"gluster">;
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Gates of a host at which it is asked: before it is cordoned, on the patched empty host, with its load back. Default: before the drain, and before the next host. Default: ["preflight", "gate"]. */
  at?: Input<Input<"preflight" | "verify" | "gate" | "canary" | "end">[] | undefined>;
  /** Longest a single try may take, process time, more than "0s": "30s". A try that takes longer has failed. Default: "30s". */
  timeout?: Input<string | undefined>;
  /** How long storage that heals is waited for, at each gate, process time: "1h". Then the gate has failed. Default: "1h". */
  heal?: Input<string | undefined>;
  /** How the program is called on the host, no shell, as the user who logs in there: ["sudo", "-n", "gluster"]. Credentials among the arguments are refused. Default: ["gluster"]. */
  command?: Input<Input<string>[] | undefined>;
  /** Volumes that are asked about. Default: all. */
  volumes?: Input<Input<string>[] | undefined>;
}

/** Regression tests: a program that passes when it exits with 0. Newly failing tests are regressions; it runs once more to tell them from flaky ones. */
export interface SuiteArgs {
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Program and arguments, no shell: ["npm", "run", "e2e"]. Relative to the working directory of the Pulumi command. Credentials among the arguments are refused. */
  command: Input<Input<string>[]>;
  /** Names of the environment variables that it gets besides PATH, HOME and LANG: the place for its credentials. */
  env?: Input<Input<string>[] | undefined>;
  /** JUnit XML files that it writes, a path or pattern: "reports/*.xml". Only files that it has written anew count. */
  junit?: Input<string | undefined>;
  /** Whether its standard output is TAP. Default: false. */
  tap?: Input<boolean | undefined>;
  /** Longest that one run of it may take, process time, more than "0s": "10m". Then it is killed with all that it has started, and has failed. Default: "30m". */
  timeout?: Input<string | undefined>;
  /** When it runs: once before the first host ("before": what is red then stays out), when the canary is back, and when every host is done. Default: ["before", "canary", "end"]. */
  at?: Input<Input<"before" | "canary" | "end">[] | undefined>;
}

/** Workloads by tag or name, or both: `{ tag: "web" }`. */
export interface WorkloadsArgs {
  /** Those that bear this tag on the platform: "web". */
  tag?: Input<string | undefined>;
  /** Those of this name; `*` stands for any characters: "shop-*". */
  name?: Input<string | undefined>;
}

/** Measures how long a GET takes until its whole answer is there. */
export interface HttpProbeArgs {
  /** What is measured. */
  kind: Input<"http">;
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Which workloads: `{ tag: "web" }`, `{ name: "shop-*" }`, or "all". One that is stopped is not measured. */
  workloads: Input<"all" | WorkloadsArgs>;
  /** A limit of your own, such as a service level: when 5 % of a workload's requests take longer, or fail, in three successive 30 s, and did not before, the host that is watched is convicted: "500ms". */
  limit?: Input<string | undefined>;
  /** What is asked with GET, http or https: "https://{workload}.prod.example.com/health". `{workload}` is the workload's name, `{address}` its address as the platform knows it. One of them has to be in it. Credentials in it are refused. */
  url: Input<string>;
  /** Expected status, 100 to 599; redirects are not followed. Default: 200. */
  status?: Input<number | undefined>;
  /** Text that the first 64 KiB of the body must contain: "ok". */
  body?: Input<string | undefined>;
  /** A new connection for each request, or one that is kept open: two probes measure both, apart. Default: "new". */
  connection?: Input<"new" | "kept" | undefined>;
  /** Name to ask for and to check the certificate against, where the URL has an address: "shop.example.com". */
  serverName?: Input<string | undefined>;
  /** How often each workload is asked, fleet time, "100ms" to "60s": "1s". Default: "1s". */
  every?: Input<string | undefined>;
  /** An answer that takes longer, from when it was due, is a failure; process time, at most "30s": "2s". Default: "2s". */
  timeout?: Input<string | undefined>;
  /** Most requests per second, real time. More workloads than that allows are asked less often, down to once in 5 s; of even more always the same sample is measured. Default: an equal share of 200 over all probes. */
  cap?: Input<number | undefined>;
}

/** Measures how long a TCP connection takes to open; or, with `hold`, whether it stays open. */
export interface TcpProbeArgs {
  /** What is measured. */
  kind: Input<"tcp">;
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Which workloads: `{ tag: "web" }`, `{ name: "shop-*" }`, or "all". One that is stopped is not measured. */
  workloads: Input<"all" | WorkloadsArgs>;
  /** A limit of your own, such as a service level: when 5 % of a workload's requests take longer, or fail, in three successive 30 s, and did not before, the host that is watched is convicted: "500ms". */
  limit?: Input<string | undefined>;
  /** Host name or address: "{workload}.prod.example.com". `{workload}` is the workload's name, `{address}` its address as the platform knows it. One of them has to be in it. Default: "{address}". */
  address?: Input<string | undefined>;
  /** TCP port, 1 to 65535: 443. */
  port: Input<number>;
  /** Keep one connection per workload open, which has to survive its moves, instead of opening a new one each time. One that breaks is a failure, and is opened anew when the next sample is due. Default: false. */
  hold?: Input<boolean | undefined>;
  /** How often each workload is asked, fleet time, "100ms" to "60s": "1s". Default: "1s". */
  every?: Input<string | undefined>;
  /** An answer that takes longer, from when it was due, is a failure; process time, at most "30s": "2s". Default: "2s". */
  timeout?: Input<string | undefined>;
  /** Most requests per second, real time. More workloads than that allows are asked less often, down to once in 5 s; of even more always the same sample is measured. Default: an equal share of 200 over all probes. */
  cap?: Input<number | undefined>;
}

/** Measures how long a program takes that ends with exit code 0. */
export interface CommandProbeArgs {
  /** What is measured. */
  kind: Input<"command">;
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Which workloads: `{ tag: "web" }`, `{ name: "shop-*" }`, or "all". One that is stopped is not measured. */
  workloads: Input<"all" | WorkloadsArgs>;
  /** A limit of your own, such as a service level: when 5 % of a workload's requests take longer, or fail, in three successive 30 s, and did not before, the host that is watched is convicted: "500ms". */
  limit?: Input<string | undefined>;
  /** Program and arguments, no shell: ["./order-test.sh", "{address}"]. Relative to the working directory of the Pulumi command. `{workload}` is the workload's name, `{address}` its address as the platform knows it. One of them has to be in it. Credentials among the arguments are refused. */
  command: Input<Input<string>[]>;
  /** Where it runs: the machine that runs Pulumi. Default: "machine". */
  on?: Input<"machine" | undefined>;
  /** How often each workload is asked, fleet time, "100ms" to "60s": "1s". Default: "5s". */
  every?: Input<string | undefined>;
  /** A program that takes longer, from when it was due, is killed, which is a failure; process time, at most "30s": "5s". Default: "5s". */
  timeout?: Input<string | undefined>;
  /** Most requests per second, real time. More workloads than that allows are asked less often, down to once in 5 s; of even more always the same sample is measured. Default: an equal share of 200 over all probes. */
  cap?: Input<number | undefined>;
}

/** Takes what a Prometheus server knows of workloads. */
export interface PrometheusProbeArgs {
  /** What is measured. */
  kind: Input<"prometheus">;
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Which workloads: `{ tag: "web" }`, `{ name: "shop-*" }`, or "all". One that is stopped is not measured. Default: "all". */
  workloads?: Input<"all" | WorkloadsArgs | undefined>;
  /** A limit of your own, such as a service level: when 5 % of a workload's requests take longer, or fail, in three successive 30 s, and did not before, the host that is watched is convicted: "500ms". */
  limit?: Input<string | undefined>;
  /** Address of the Prometheus server: "https://prometheus.example.com". Who asks is told in the environment: `PROMETHEUS_BEARER_TOKEN`, or `PROMETHEUS_USERNAME` and `PROMETHEUS_PASSWORD`. */
  url: Input<string>;
  /** PromQL whose value is the latency of a workload, a series each; asked for every 5 s of fleet time: `histogram_quantile(0.5, sum by (le, vm) (rate(latency_seconds_bucket[30s])))`. */
  query: Input<string>;
  /** Label of those series that names the workload, or is its address; a port after it does not matter. Default: "workload". */
  label?: Input<string | undefined>;
  /** Unit of the query's value. Default: "s". */
  unit?: Input<"s" | "ms" | undefined>;
  /** PromQL by the same label that is more than 0 where requests have failed: `sum by (vm) (increase(errors_total[15s]))`. */
  failures?: Input<string | undefined>;
  /** How long an answer may take, process time, at most "30s": "10s". Without one there is a gap. Default: "10s". */
  timeout?: Input<string | undefined>;
}

/** Takes what the platform itself measures of its workloads. */
export interface PlatformProbeArgs {
  /** What is measured. */
  kind: Input<"platform">;
  /** What messages call it: "shop". A name that is used twice is refused. */
  name: Input<string>;
  /** Which workloads: `{ tag: "web" }`, `{ name: "shop-*" }`, or "all". One that is stopped is not measured. Default: "all". */
  workloads?: Input<"all" | WorkloadsArgs | undefined>;
  /** A limit of your own, such as a service level: when 5 % of a workload's requests take longer, or fail, in three successive 30 s, and did not before, the host that is watched is convicted: "500ms". */
  limit?: Input<string | undefined>;
  /** How often each workload is asked, fleet time, "100ms" to "60s": "1s". Default: "1s". */
  every?: Input<string | undefined>;
  /** Most requests per second, real time. More workloads than that allows are asked less often, down to once in 5 s; of even more always the same sample is measured. Default: an equal share of 200 over all probes. */
  cap?: Input<number | undefined>;
}

/** A program that runs before or after a roll or a host, and that may refuse to let it go on. */
export interface HookArgs {
  /** What messages call it: "ticket". A name that is used twice is refused. */
  name: Input<string>;
  /** Program and arguments, no shell: ["./ticket.sh", "check"]. Relative to the working directory of the Pulumi command. It reads one line of JSON from its standard input: what is about to happen or has. Credentials among the arguments are refused. */
  command: Input<Input<string>[]>;
  /** Names of the environment variables that it gets besides PATH, HOME and LANG: the place for its credentials. */
  env?: Input<Input<string>[] | undefined>;
  /** When it runs: before the first act of a roll and again when a roll goes on, after its end, before a host is cordoned, when a host has its load back. It may run again for the same. */
  at: Input<Input<"beforeRun" | "afterRun" | "beforeHost" | "afterHost">[]>;
  /** Longest that it may run, process time, more than "0s": "30s". Then it is killed with all that it has started, and has failed. Default: "1m". */
  timeout?: Input<string | undefined>;
  /** What it means when it does not exit with 0: the roll halts until the next `pulumi up`, or a warning. After the end of a roll it is always a warning. Default: "halt". */
  onFailure?: Input<"halt" | "ignore" | undefined>;
}

/** Silences the alerts of each host in Alertmanager while it is out. */
export interface SilenceArgs {
  /** What messages call it: "node alerts". A name that is used twice is refused. */
  name: Input<string>;
  /** Address of Alertmanager: "https://alerts.example.com". Its user or token comes from the environment (ALERTMANAGER_USERNAME and ALERTMANAGER_PASSWORD, or ALERTMANAGER_BEARER_TOKEN). */
  alertmanager: Input<string>;
  /** Which alerts, all conditions together: ['instance=~"{host}(:.*)?"']. `{host}` is the host that is out. */
  matchers: Input<Input<string>[]>;
  /** How long it lasts unless it is extended, which it is while the host is out; at least "5m". Default: "30m". */
  lasting?: Input<string | undefined>;
}

/** Gets each message as JSON, with POST. */
export interface WebhookNotifyArgs {
  /** How it is told. */
  kind: Input<"webhook">;
  /** What messages call it: "ops channel". A name that is used twice is refused. */
  name: Input<string>;
  /** What is told: that it starts, its canary has passed, it waits for a window or a person, halts, or has ended. Default: ["start", "canary", "waiting", "halt", "end"]. */
  at?: Input<Input<"start" | "canary" | "waiting" | "halt" | "end">[] | undefined>;
  /** Longest that one message may take, process time, more than "0s": "10s". A receiver that is dead never stops a roll. Default: "10s". */
  timeout?: Input<string | undefined>;
  /** Name of the environment variable that holds its URL, which is a secret: "SLACK_WEBHOOK_URL". */
  urlFrom: Input<string>;
}

/** An incoming webhook of Slack, or of what understands the same (Mattermost, Rocket.Chat). */
export interface SlackNotifyArgs {
  /** How it is told. */
  kind: Input<"slack">;
  /** What messages call it: "ops channel". A name that is used twice is refused. */
  name: Input<string>;
  /** What is told: that it starts, its canary has passed, it waits for a window or a person, halts, or has ended. Default: ["start", "canary", "waiting", "halt", "end"]. */
  at?: Input<Input<"start" | "canary" | "waiting" | "halt" | "end">[] | undefined>;
  /** Longest that one message may take, process time, more than "0s": "10s". A receiver that is dead never stops a roll. Default: "10s". */
  timeout?: Input<string | undefined>;
  /** Name of the environment variable that holds its URL, which is a secret: "SLACK_WEBHOOK_URL". */
  urlFrom: Input<string>;
}

/** Opens an incident when a roll waits or halts, and resolves it when it goes on or has ended. */
export interface PagerdutyNotifyArgs {
  /** How it is told. */
  kind: Input<"pagerduty">;
  /** What messages call it: "ops channel". A name that is used twice is refused. */
  name: Input<string>;
  /** What is told: that it starts, its canary has passed, it waits for a window or a person, halts, or has ended. Default: ["start", "canary", "waiting", "halt", "end"]. */
  at?: Input<Input<"start" | "canary" | "waiting" | "halt" | "end">[] | undefined>;
  /** Longest that one message may take, process time, more than "0s": "10s". A receiver that is dead never stops a roll. Default: "10s". */
  timeout?: Input<string | undefined>;
  /** Name of the environment variable that holds the routing key of the service: "PAGERDUTY_ROUTING_KEY". */
  keyFrom: Input<string>;
  /** Address of the events API: "https://events.eu.pagerduty.com" in Europe. Default: "https://events.pagerduty.com". */
  url?: Input<string | undefined>;
}

/** Which fleet, on which platform. Another target replaces the resource; no host is touched by that. */
export type TargetArgs = SimulatedTargetArgs | LibvirtTargetArgs;

/** An assertion about the service or a host. `{host}` in url, address and command stands for the host at hand. */
export type CheckArgs =
  | HttpCheckArgs
  | TcpCheckArgs
  | CommandCheckArgs
  | AlertsCheckArgs
  | CephCheckArgs
  | GlusterCheckArgs;

/** A sampler of the service of workloads: sends on schedule, whatever the answers, and judges nothing. */
export type ProbeArgs = HttpProbeArgs | TcpProbeArgs | CommandProbeArgs | PrometheusProbeArgs | PlatformProbeArgs;

/** Who is told what a roll does. */
export type NotifyArgs = WebhookNotifyArgs | SlackNotifyArgs | PagerdutyNotifyArgs;

/** What a stack declares of a fleet. Credentials are never among it: they come from the environment of the Pulumi command. */
export interface RollingPatchArgs {
  /** Which fleet, on which platform. Another target replaces the resource; no host is touched by that. */
  target: Input<TargetArgs>;
  /** The declared patch level: `{ version: "8.0.3" }`, or `{ packages: { "qemu-system-x86": "1:10.0.13+ds-1" } }` where hosts are patched package by package. */
  baseline: Input<BaselineArgs>;
  /** How a roll may proceed. Every field is optional and has a safe default: `{ maxUnavailable: "5%" }`. */
  policy?: Input<PolicyArgs | undefined>;
  /** What must hold at the gates of a roll, and at its end. Names are unique. */
  checks?: Input<Input<CheckArgs>[] | undefined>;
  /** Regression tests: programs that run before the roll, after the canary and at its end. Names are unique. */
  suites?: Input<Input<SuiteArgs>[] | undefined>;
  /** What is measured of workloads while the roll goes on: the impact of the patch is judged by it. Names are unique. */
  probes?: Input<Input<ProbeArgs>[] | undefined>;
  /** Programs that run before and after the roll or a host, and that may refuse to let it go on. Names are unique. */
  hooks?: Input<Input<HookArgs>[] | undefined>;
  /** Alerts of each host that are silenced in Alertmanager while it is out. Names are unique. */
  silences?: Input<Input<SilenceArgs>[] | undefined>;
  /** Who is told when the roll starts, waits, halts or has ended. Names are unique. */
  notify?: Input<Input<NotifyArgs>[] | undefined>;
}

/** Credentials, for those who keep them in the stack's configuration. All of them are secrets; the environment of the Pulumi command wins over them. */
export interface ProviderArgs {
  /** User that asks Prometheus. The environment variable PROMETHEUS_USERNAME wins over it. */
  prometheusUsername?: Input<string | undefined>;
  /** Password of that user. The environment variable PROMETHEUS_PASSWORD wins over it. */
  prometheusPassword?: Input<string | undefined>;
  /** Token for Prometheus, instead of user and password. The environment variable PROMETHEUS_BEARER_TOKEN wins over it. */
  prometheusBearerToken?: Input<string | undefined>;
  /** User that asks Alertmanager. The environment variable ALERTMANAGER_USERNAME wins over it. */
  alertmanagerUsername?: Input<string | undefined>;
  /** Password of that user. The environment variable ALERTMANAGER_PASSWORD wins over it. */
  alertmanagerPassword?: Input<string | undefined>;
  /** Token for Alertmanager, instead of user and password. The environment variable ALERTMANAGER_BEARER_TOKEN wins over it. */
  alertmanagerBearerToken?: Input<string | undefined>;
  /** Passphrase of private keys that hosts are reached with. The environment variable ROLLING_PATCH_SSH_PASSPHRASE wins over it. */
  sshPassphrase?: Input<string | undefined>;
  /** Variables by name for suites, hooks and receivers of notices, as if they were in the environment, where those that are there win: `SLACK_WEBHOOK_URL`, for example. */
  environment?: Input<Record<string, Input<string>> | undefined>;
}

/** What `getFleet` is asked. */
export interface GetFleetArgs {
  /** Which fleet, on which platform. */
  target: Input<TargetArgs>;
  /** The declared patch level: `{ version: "8.0.3" }`, or `{ packages: { "qemu-system-x86": "1:10.0.13+ds-1" } }` where hosts are patched package by package. */
  baseline: Input<BaselineArgs>;
}

/** What `getCompliance` is asked. */
export interface GetComplianceArgs {
  /** Which fleet, on which platform. */
  target: Input<TargetArgs>;
  /** The declared patch level: `{ version: "8.0.3" }`, or `{ packages: { "qemu-system-x86": "1:10.0.13+ds-1" } }` where hosts are patched package by package. */
  baseline: Input<BaselineArgs>;
}

/** What `planRoll` is asked. */
export interface PlanRollArgs {
  /** Which fleet, on which platform. */
  target: Input<TargetArgs>;
  /** The declared patch level: `{ version: "8.0.3" }`, or `{ packages: { "qemu-system-x86": "1:10.0.13+ds-1" } }` where hosts are patched package by package. */
  baseline: Input<BaselineArgs>;
  /** How a roll may proceed. Every field is optional and has a safe default: `{ maxUnavailable: "5%" }`. */
  policy?: Input<PolicyArgs | undefined>;
  /** What is measured of workloads while the roll goes on: the impact of the patch is judged by it. Names are unique. */
  probes?: Input<Input<ProbeArgs>[] | undefined>;
  /** Whose roll it would be, `project/stack/name` of the resource: hosts under its mark are its own. Default: nobody's. */
  owner?: Input<string | undefined>;
}
