import { clause, isRollError, RollError } from "../../../core/errors.ts";
import type { ActContext } from "../../../engine/ports.ts";
import { FAILED_UNITS } from "../look/script.ts";
import type { Site } from "../site.ts";
import { hush, QUIET_THROUGH_BOOT } from "../timers.ts";

/** Between two attempts to reach a host that is down, fleet milliseconds. */
const PAUSE = 250;
/** The same after it has turned us away: sshd (from 9.8 on) locks out who comes too often. */
const PAUSE_WHEN_DENIED = 1000;
/** Longest that one attempt takes, process milliseconds: more than a connection may, so that its own words on what is wrong are heard. */
const ATTEMPT = 12_000;
/** Seconds for its services to settle once it answers. */
const SETTLE = 90;

/**
 * Reboots a host and waits until it is back: another boot id, its services settled, libvirt answers and has the networks and pools of before. Connections to
 * it are dropped before. Throws `failed` when it is not back by the deadline, with what was last seen of it.
 */
export async function reboot(site: Site, host: string, context: ActContext): Promise<void> {
  const before = await bootId(site, host, context);
  const resources = (await site.ask(host, RESOURCES, [], context.signal)).split("\n").filter(Boolean);
  await site.run(host, REBOOT, [String(context.token)], context).catch((error: unknown) => {
    // The connection may go before the answer.
    if (!isRollError(error) || error.kind !== "unavailable") throw error;
  });
  site.shells.drop(host);
  await comeBack(site, host, { boot: before, resources }, context);
  await hush(site, host, context);
}

async function comeBack(
  site: Site,
  host: string,
  before: { readonly boot: string; readonly resources: readonly string[] },
  context: ActContext,
): Promise<void> {
  for (let last: RollError | undefined; ; ) {
    if (site.clock.now() >= context.deadline) {
      const why = last === undefined ? "it still runs the boot of before" : clause(last.message, host);
      throw new RollError("failed", `${host} has not come back from its reboot: ${why}.`, {
        host,
        hint: "Look at its console.",
        cause: last,
      });
    }
    context.progress(0.6, "rebooting");
    await site.clock.sleep(last?.kind === "denied" ? PAUSE_WHEN_DENIED : PAUSE, context.signal);
    try {
      if ((await bootId(site, host, context, ATTEMPT)) === before.boot) continue;
      context.progress(0.8, "waiting for libvirtd");
      await site.ask(host, SETTLED, [String(SETTLE), ...before.resources], context.signal, 2000 * SETTLE);
      return;
    } catch (error) {
      if (!isRollError(error) || error.kind === "cancelled" || error.kind === "invalid") throw error;
      last = error;
    }
  }
}

async function bootId(site: Site, host: string, context: ActContext, timeout?: number): Promise<string> {
  return (await site.ask(host, "cat /proc/sys/kernel/random/boot_id", [], context.signal, timeout)).trim();
}

/** Services that had failed before are kept: a boot is not blamed for them. */
const REBOOT = `
fenced "$1"
${FAILED_UNITS}
failed_units | replace "$D/failed.before"
${QUIET_THROUGH_BOOT}
as_root systemctl reboot
`;

/** Networks and pools that are active, one a line; nothing when libvirt does not answer. */
const RESOURCES_NOW = `
resources() {
  virsh -q -c qemu:///system net-list --name 2>/dev/null | sed -n 's/ *$//; s/^\\(..*\\)/network \\1/p'
  virsh -q -c qemu:///system pool-list --name 2>/dev/null | sed -n 's/ *$//; s/^ *\\(..*\\)/pool \\1/p'
}
`;
const RESOURCES = `${RESOURCES_NOW}
resources
`;

/** $1 seconds, then the lines of `resources` that shall be there. */
const SETTLED = `${RESOURCES_NOW}
timeout "$1" systemctl is-system-running --wait >/dev/null 2>&1
${FAILED_UNITS}
bad=$(newly_failed | tr '\\n' ' ')
timeout "$1" virsh -c qemu:///system version >/dev/null 2>&1 || fail unavailable "libvirt does not answer yet\${bad:+ (services have failed: \${bad% })}"
shift
[ $# -eq 0 ] && exit 0
there=$(resources)
for r; do printf '%s\\n' "$there" | grep -qxF -- "$r" || fail unavailable "libvirt has no longer $r, which was active before (is it set to start at boot?)"; done
`;
