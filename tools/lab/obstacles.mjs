// @ts-check
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * What the lab asks of a machine. Tests put their own in.
 *
 * @typedef {object} Machine
 * @property {string} platform
 * @property {string} arch
 * @property {number | undefined} user  Its number; root is 0.
 * @property {(name: string) => boolean} hasCommand
 * @property {(path: string) => boolean} exists
 * @property {(path: string) => string} read  Text of a file, "" when there is none.
 */

/**
 * Why no lab can run on this machine, a sentence each; empty when one can.
 * @param {Machine} [machine]
 * @returns {string[]}
 */
export function obstacles(machine = thisMachine()) {
  if (machine.platform !== "linux" || machine.arch !== "x64") {
    return [`the hosts are containers of Debian for amd64, and this is ${machine.platform} on ${machine.arch}`];
  }
  const filesystems = machine.read("/proc/filesystems");
  /** @type {[boolean, string][]} */
  const wanted = [
    [machine.user === 0, "containers, mounts and networks need root: run it with sudo"],
    [machine.hasCommand("apt-get"), "packages come from Debian's mirror by apt-get: there is none"],
    [machine.exists("/dev/net/tun"), "guests need /dev/net/tun: load the module tun"],
    [/\bcgroup2$/m.test(filesystems), "hosts need control groups of version 2, which this kernel lacks"],
    [/\boverlay$/m.test(filesystems), "the hosts' disks are overlays: load the module overlay"],
    [machine.exists("/proc/self/ns/time"), "hosts have an uptime of their own: this kernel lacks time namespaces"],
  ];
  return wanted.flatMap(([isThere, sentence]) => (isThere ? [] : [sentence]));
}

/** @returns {Machine} */
function thisMachine() {
  return {
    platform: process.platform,
    arch: process.arch,
    user: process.getuid?.(),
    hasCommand: (name) => (process.env.PATH ?? "").split(delimiter).some((folder) => isExecutable(join(folder, name))),
    exists: existsSync,
    read: (path) => (existsSync(path) ? readFileSync(path, "utf8") : ""),
  };
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
