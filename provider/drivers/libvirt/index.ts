import type { LibvirtTarget } from "../../core/libvirt-target.ts";
import { fleetClock } from "../../engine/clock.ts";
import type { Driver } from "../../engine/ports.ts";
import { libvirtDriver } from "./driver.ts";
import { reachOf } from "./reach.ts";
import { openShells } from "./ssh/shells.ts";

/** Opens the KVM hosts of a target; relative paths in it are relative to `project`. Nothing is connected before it is used. */
export function openLibvirt(target: LibvirtTarget, project: string): Driver {
  const { hosts, settings } = reachOf(target, project);
  return libvirtDriver({ target, shells: openShells(hosts, settings), clock: fleetClock() });
}
