import { isRollError } from "../../core/errors.ts";
import { own } from "../../core/own.ts";
import type { ActContext, OtherActors } from "../../engine/ports.ts";
import type { Site } from "./site.ts";

/** Units that patch or reboot by themselves. */
const UNITS = [
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "unattended-upgrades.service",
  "dnf-automatic.timer",
  "dnf-automatic-install.timer",
  "dnf-automatic-download.timer",
  "packagekit.service",
] as const;

/** Others who patch hosts: what was active is stopped for the roll (not disabled: a reboot brings it back), and started again. Settings: unit names by host. */
export function timers(site: Site): OtherActors {
  const hosts = site.target.hosts.map(({ name }) => name);
  return {
    async read() {
      const active = await onAll(hosts, (host) => site.ask(host, ACTIVE, [...UNITS], undefined));
      return Object.fromEntries([...active].map(([host, text]) => [host, text.split("\n").filter(Boolean)]));
    },
    async quiet(context: ActContext) {
      site.mayBegin("quiet", context);
      await onAll(hosts, (host) => site.run(host, STOP, [String(context.token), ...UNITS], context));
    },
    async restore(former, context) {
      site.mayBegin("restore", context);
      await onAll(hosts, (host) => {
        const was = own(former, host);
        const units = Array.isArray(was) ? was.filter((unit) => UNITS.includes(unit)) : [];
        return site.run(host, START, [String(context.token), ...units], context);
      });
    },
  };
}

/** A host that does not answer has nobody to be put aside; its boot starts them again. */
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

const ACTIVE = `for u; do systemctl is-active --quiet "$u" 2>/dev/null && echo "$u"; done; :`;

const STOP = `
fenced "$1"; shift
for u; do systemctl is-active --quiet "$u" 2>/dev/null && as_root systemctl stop "$u"; done; :
`;

const START = `
fenced "$1"; shift
for u; do systemctl is-active --quiet "$u" 2>/dev/null || as_root systemctl start "$u"; done; :
`;
