import { homedir } from "node:os";
import { isAbsolute, resolve } from "node:path";
import type { LibvirtHost, LibvirtTarget } from "../../core/libvirt-target.ts";
import type { SshHost, SshPlace, SshSettings } from "./ssh/shell.ts";

/** How the hosts of a target are reached. `project`: the folder that relative paths in the target are relative to. */
export function reachOf(target: LibvirtTarget, project: string): { hosts: SshHost[]; settings: SshSettings } {
  const files = (paths: readonly string[] | undefined) => paths?.map((path) => fileAt(path, project));
  return {
    hosts: target.hosts.map((host) => reach(host, target)),
    settings: {
      knownHosts: files(target.knownHosts),
      identities: files(target.identities),
      unknownHosts: target.acceptNewHostKeys ? "accept-new" : "refuse",
    },
  };
}

function reach({ name, address, port, user, jump, fingerprints }: LibvirtHost, target: LibvirtTarget): SshHost {
  const way = jump ?? target.jump;
  return {
    name,
    address: address ?? name,
    port,
    user: user ?? target.user,
    fingerprints,
    jump: way?.split(",").map(placeOf),
  };
}

/** `user@host:port`, as `ssh -J` takes it; an IPv6 address stands in brackets. */
export function placeOf(text: string): SshPlace {
  const [, user, bracketed, plain, port] = /^(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text.trim()) ?? [];
  return { address: bracketed ?? plain ?? text, user, port: port === undefined ? undefined : Number(port) };
}

function fileAt(path: string, project: string): string {
  if (path.startsWith("~/")) return resolve(homedir(), path.slice(2));
  return isAbsolute(path) ? path : resolve(project, path);
}
