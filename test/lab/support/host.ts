import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ended, Running } from "../../e2e/support/processes.ts";
import type { Guest } from "./guest.ts";
import type { Lab } from "./lab.ts";
import { until } from "./until.ts";

/** Where a guest's disk is: nowhere, in a file on its host, in a file that all hosts share. */
export type Disk = "diskless" | "local" | "shared";

export interface MigrateOptions {
  /** Default tcp. */
  readonly over?: "tcp" | "ssh";
  /** Further words for `virsh migrate`. */
  readonly more?: string;
}

/** A host of the lab, as its tester sees it: as root, with power switch and network cable. */
export class Host {
  readonly id: string;
  readonly address: string;
  readonly #lab: Lab;

  constructor(lab: Lab, id: string) {
    this.#lab = lab;
    this.id = id;
    this.address = `10.77.0.1${id.slice(1)}`;
  }

  /** Output of a shell command as root, without white space around it. Throws when it fails. */
  async sh(command: string, deadline = 60): Promise<string> {
    return (await this.attempt(command, deadline)).ok().stdout.trim();
  }

  /** The same, however it ends. */
  attempt(command: string, deadline = 60): Promise<Ended> {
    return this.#lab.attempt(["sh", this.id, command], deadline);
  }

  /** The same, while the test does something else. */
  start(command: string, deadline = 120): Running {
    return this.#lab.start(["sh", this.id, command], deadline);
  }

  bootId(): Promise<string> {
    return this.sh("cat /proc/sys/kernel/random/boot_id");
  }

  /** How often power came on or the host was booted again, as its power supply counted. */
  boots(): number {
    return readFileSync(join(this.#lab.folder, this.id, "boots"), "utf8")
      .trimEnd()
      .split("\n").length;
  }

  /** Release of the kernel that it runs. */
  kernel(): Promise<string> {
    return this.sh("uname -r");
  }

  /** State and version of a package, "ii 1.1.0" when all is well. */
  package(name: string): Promise<string> {
    return this.sh(`dpkg-query -W -f '\${db:Status-Abbrev} \${Version}' ${name} | tr -s ' '`);
  }

  /** Installs from the local repository: "fleet-agent=1.1.0". */
  install(...packages: string[]): Promise<Ended> {
    const options = "-y -q --allow-downgrades";
    return this.attempt(
      `apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install ${options} ${packages.join(" ")}`,
    );
  }

  /** Names of its guests that run, those that are just arriving left out. */
  async running(): Promise<string[]> {
    const names = await this.sh("virsh list --name --state-running");
    return names
      .split("\n")
      .filter((name) => name !== "")
      .sort();
  }

  /** Defines and starts a guest, until it answers. */
  async startGuest(guest: Guest, disk: Disk = "diskless"): Promise<void> {
    await this.#lab.call("guest", this.id, guest.name, disk);
    await guest.answers();
  }

  /** Moves a running guest, until virsh has ended. */
  migrate(guest: Guest, to: Host, options: MigrateOptions = {}): Promise<Ended> {
    return this.startMigration(guest, to, options).ended;
  }

  startMigration(guest: Guest, to: Host, { over = "tcp", more = "" }: MigrateOptions = {}): Running {
    const destination = over === "tcp" ? `qemu+tcp://${to.id}/system` : `qemu+ssh://root@${to.id}/system`;
    return this.start(`virsh migrate --live --p2p --persistent --undefinesource ${more} ${guest.name} ${destination}`);
  }

  /** Until a migration of this guest to another host has copied some of its memory. */
  async isSending(guest: Guest): Promise<void> {
    await until(
      `a migration of ${guest.name} is under way on ${this.id}`,
      async () => {
        const { stdout } = await this.attempt(`virsh domjobinfo ${guest.name} --rawstats`);
        return Number(/^memory_processed: (\d+)/m.exec(stdout)?.[1] ?? 0) > 0;
      },
      200,
    );
  }

  /** Until SSH answers. */
  async answers(seconds = 60): Promise<void> {
    await this.#lab.call("wait", this.id, String(seconds));
  }

  /** Restarts it as an administrator does, until it answers again. */
  async reboot(): Promise<void> {
    const before = await this.bootId();
    await this.attempt("systemctl reboot");
    await this.bootedSince(before);
  }

  /** Until it answers with another boot id. */
  async bootedSince(bootId: string): Promise<void> {
    await until(`${this.id} has another boot id`, async () => {
      const { code, stdout } = await this.attempt("cat /proc/sys/kernel/random/boot_id");
      return code === 0 && stdout.trim() !== bootId;
    });
  }

  /** Power cut. */
  crash = (): Promise<string> => this.#do("crash");
  /** Power comes back. */
  on = (): Promise<string> => this.#do("on");
  /** Power cut, and power comes back. */
  cycle = (): Promise<string> => this.#do("cycle");
  /** Its network cable is out; is in again. */
  cut = (): Promise<string> => this.#do("cut");
  join = (): Promise<string> => this.#do("join");
  /** All its processes stand still; go on. */
  freeze = (): Promise<string> => this.#do("freeze", "1");
  thaw = (): Promise<string> => this.#do("freeze", "0");
  /** From its next boot on it does not boot (until it may again); boots without an SSH server. */
  noboot = (is = true): Promise<string> => this.#do("noboot", is ? "1" : "0");
  nosshd = (is = true): Promise<string> => this.#do("nosshd", is ? "1" : "0");
  /** The most that flows towards it, as tc writes rates: "24mbit"; or "off". */
  shape = (rate: string): Promise<string> => this.#do("shape", rate);
  /** Percent of what flows towards it that is lost. */
  lose = (percent: number): Promise<string> => this.#do("lose", String(percent));
  /** Another SSH host key, which nobody knows. */
  rekey = (): Promise<string> => this.#do("rekey");

  /** The clock of its services and sessions is off by so much from now on, as libfaketime writes it: "+1d". */
  async shiftClock(offset: string): Promise<void> {
    const library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
    const environment = `LD_PRELOAD=${library} FAKETIME=${offset}`;
    await this.sh(`printf '%s\\n' ${environment} >>/etc/environment
      mkdir -p /etc/systemd/system/libvirtd.service.d
      printf '[Service]\\nEnvironment=%s\\n' '${environment}' >/etc/systemd/system/libvirtd.service.d/clock.conf
      systemctl daemon-reload && systemctl restart libvirtd`);
  }

  #do(command: string, ...args: string[]): Promise<string> {
    return this.#lab.call(command, this.id, ...args);
  }
}
