import { RollError } from "../../core/errors.ts";
import type { ActContext } from "../../engine/ports.ts";
import type { Site } from "./site.ts";

/** Between two looks at a guest that is shutting down, fleet milliseconds. */
const PAUSE = 1000;

/** Shuts a guest down in an orderly way. One that starts with its host does not, until it is started again. */
export async function stop(site: Site, id: string, context: ActContext): Promise<void> {
  const { guest, host, transient, movingTo } = await site.lookout.guest(id, [], context.signal);
  if (movingTo !== undefined)
    throw new RollError("conflict", `${id} is busy: it moves to ${movingTo}.`, {
      host,
      hint: "Wait until that has ended.",
    });
  if (guest.state === "stopped") return site.run(host, `fenced "$1"`, [String(context.token)], context).then(() => {});
  site.mustBeFree(host, await site.lookout.host(host, context.signal));
  if (transient)
    throw new RollError("conflict", `${id} would be lost: ${host} has no definition of it but the running one.`, {
      host,
      hint: "Make it persistent with `virsh define`.",
    });
  await site.run(host, SHUTDOWN, [String(context.token), guest.uuid], context);
  for (;;) {
    const look = await site.lookout.host(host, context.signal);
    if (look.guests.find(({ uuid }) => uuid === guest.uuid)?.state !== "running") return;
    if (site.clock.now() >= context.deadline)
      throw new RollError("failed", `${id} had not shut down by its deadline.`, {
        host,
        hint: "Does its system heed the power button (ACPI), or has it a guest agent? Shut it down by hand.",
      });
    context.progress(0, `${id} shuts down`);
    await site.clock.sleep(PAUSE, context.signal);
  }
}

/** Starts a guest where it is defined, unless it runs anywhere. */
export async function start(site: Site, id: string, context: ActContext): Promise<void> {
  // Everywhere: two running copies destroy a shared disk.
  const everywhere = site.target.hosts.map(({ name }) => name);
  const { guest, host } = await site.lookout.guest(id, everywhere, context.signal);
  if (guest.state === "running") return site.run(host, `fenced "$1"`, [String(context.token)], context).then(() => {});
  site.mustBeFree(host, await site.lookout.host(host, context.signal));
  await site.run(host, START, [String(context.token), guest.uuid], context);
}

const SHUTDOWN = `
fenced "$1"
mkdir -p "$D/autostart"
if virsh -q -c qemu:///system list --all --autostart --uuid | grep -qx "$2"; then
  : >"$D/autostart/$2"; virsh -q -c qemu:///system autostart --disable "$2" >/dev/null
fi
virsh -q -c qemu:///system shutdown "$2" >/dev/null
`;

const START = `
fenced "$1"
if [ -e "$D/autostart/$2" ]; then virsh -q -c qemu:///system autostart "$2" >/dev/null; rm -f "$D/autostart/$2"; fi
case $(virsh -q -c qemu:///system domstate "$2") in running*) exit 0 ;; esac
virsh -q -c qemu:///system start "$2" >/dev/null
`;
