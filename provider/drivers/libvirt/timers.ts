import { isRollError } from "../../core/errors.ts";
import { own } from "../../core/own.ts";
import type { ActContext, OtherActors } from "../../engine/ports.ts";
import type { Site } from "./site.ts";

/** Units that patch or reboot by themselves. */
export const UNITS = [
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "unattended-upgrades.service",
  "dnf-automatic.timer",
  "dnf-automatic-install.timer",
  "dnf-automatic-download.timer",
  "packagekit.service",
] as const;

/**
 * Others who patch hosts: what was active is stopped for the roll and masked, so that neither a package nor a boot of ours starts it again; then unmasked, and
 * started again if it ran. Settings: unit names by host. A mask is in /run, and in /etc only over a boot of ours: where nobody goes on with the roll, the next
 * boot ends it.
 */
export function timers(site: Site): OtherActors {
  const hosts = site.target.hosts.map(({ name }) => name);
  return {
    async read() {
      const active = await onAll(hosts, (host) => site.ask(host, ACTIVE, [...UNITS], undefined));
      return Object.fromEntries([...active].map(([host, text]) => [host, text.split("\n").filter(Boolean)]));
    },
    async quiet(context: ActContext) {
      site.mayBegin("quiet", context);
      await onAll(hosts, (host) => hush(site, host, context));
    },
    async restore(former, context) {
      site.mayBegin("restore", context);
      await onAll(hosts, (host) => {
        const was = own(former, host);
        const units = Array.isArray(was) ? was.filter((unit) => UNITS.includes(unit)) : [];
        return site.run(host, RESTORE, [String(context.token), ...units], context);
      });
    },
  };
}

/** Stops and masks what is active on a host; a boot of its own has brought it back. */
export function hush(site: Site, host: string, context: ActContext): Promise<string> {
  return site.run(host, QUIET, [String(context.token), ...UNITS], context);
}

/** A host that does not answer has nobody to be put aside; it is put aside before it is patched. */
async function onAll(hosts: readonly string[], one: (host: string) => Promise<string>): Promise<Map<string, string>> {
  const done = await Promise.all(
    hosts.map(async (host): Promise<[string, string] | undefined> => {
      try {
        return [host, await one(host)];
      } catch (error) {
        if (isRollError(error) && error.kind === "unavailable") return undefined;
        throw error;
      }
    }),
  );
  return new Map(done.filter((entry) => entry !== undefined));
}

/** A unit that we have masked is none of an administrator's making: $D/quiet names ours. */
const ACTIVE = `for u; do systemctl is-active --quiet "$u" 2>/dev/null && echo "$u"; done; :`;

const QUIET = `
fenced "$1"; shift
for u; do
  grep -qxF "$u" "$D/quiet" 2>/dev/null || {
    systemctl is-active --quiet "$u" 2>/dev/null || continue
    echo "$u" >>"$D/quiet"
  }
  # Stopped first: one that is masked while it runs counts as failed.
  ! systemctl is-active --quiet "$u" 2>/dev/null || as_root systemctl stop "$u"
  [ -L "/run/systemd/system/$u" ] || as_root systemctl mask --runtime --quiet "$u"
  [ ! -L "/etc/systemd/system/$u" ] || [ "$(readlink "/etc/systemd/system/$u")" != /dev/null ] || as_root systemctl unmask --quiet "$u"
done
:
`;

/** Shell lines before a reboot: what is quiet stays so through it. */
export const QUIET_THROUGH_BOOT = `
for u in $(cat "$D/quiet" 2>/dev/null); do as_root systemctl mask --quiet "$u"; done
`;

const RESTORE = `
fenced "$1"; shift
for u in $(cat "$D/quiet" 2>/dev/null); do
  as_root systemctl unmask --runtime --quiet "$u"
  [ "$(readlink "/etc/systemd/system/$u" 2>/dev/null)" != /dev/null ] || as_root systemctl unmask --quiet "$u"
done
rm -f "$D/quiet"
for u; do systemctl is-active --quiet "$u" 2>/dev/null || as_root systemctl start "$u"; done
:
`;
