import { isRollError, RollError } from "../../../core/errors.ts";
import type { ActContext } from "../../../engine/ports.ts";
import type { Site } from "../site.ts";

/** Between two attempts to reach a host that is down, fleet milliseconds. */
const PAUSE = 1000;
/** Seconds for its services to settle once it answers. */
const SETTLE = 90;

/** Reboots a host and waits until it is back: another boot id, its services up, libvirt answers. Connections to it are dropped before. */
export async function reboot(site: Site, host: string, context: ActContext): Promise<void> {
  const before = await bootId(site, host, context);
  await site.run(host, REBOOT, [String(context.token)], context).catch((error: unknown) => {
    // The connection may go before the answer.
    if (!isRollError(error) || error.kind !== "unavailable") throw error;
  });
  site.shells.drop(host);
  await comeBack(site, host, before, context);
}

async function comeBack(site: Site, host: string, before: string, context: ActContext): Promise<void> {
  for (let last: RollError | undefined; ; ) {
    if (site.clock.now() >= context.deadline) {
      const why = last === undefined ? "it still runs the boot of before" : last.message.replace(/\.$/, "");
      throw new RollError("failed", `${host} has not come back from its reboot: ${why}.`, {
        host,
        hint: "Look at its console.",
        cause: last,
      });
    }
    context.progress(0.6, "rebooting");
    await site.clock.sleep(PAUSE, context.signal);
    try {
      if ((await bootId(site, host, context, 5000)) === before) continue;
      await site.ask(host, SETTLED, [String(SETTLE)], context.signal, 2000 * SETTLE);
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

/** A moment later, so that the answer goes first. */
const REBOOT = `
fenced "$1"
as_root systemctl reboot
`;

const SETTLED = `
timeout "$1" systemctl is-system-running --wait >/dev/null 2>&1
timeout "$1" virsh -c qemu:///system version >/dev/null 2>&1 || fail unavailable "libvirt does not answer yet"
`;
