import { onHost } from "./on-host.ts";
import type { Shell } from "./ssh/shell.ts";

/** What will not work on a host, found before anything moves. */
export interface Preflight {
  /** Why it must not be patched by us, or cannot. */
  readonly blocked?: string;
  /** What a person should know. */
  readonly warnings: readonly string[];
}

/** MiB that a patch needs there. */
const SPACE = { "/boot": 100, "/var": 500 } as const;
/** Days after which a reboot shows what has gathered. */
const LONG_UP = 180;

export async function readPreflight(shell: Shell, host: string): Promise<Preflight> {
  return preflightFrom(await onHost(shell, host, PREFLIGHT));
}

/** Judges what `PREFLIGHT` prints. Pure. */
export function preflightFrom(text: string): Preflight {
  const lines = text.split("\n");
  const all = (name: string) =>
    lines.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1).trim()] : []));
  const manager = all("manager")[0];
  const [full] = all("space").flatMap((line) => {
    const [path = "", free = ""] = line.split(" ");
    const needed = SPACE[path as keyof typeof SPACE] ?? 0;
    return Number(free) < needed ? [`${path} has ${free} MiB free, a patch needs ${needed}`] : [];
  });
  const modules = all("unbuilt");
  const days = Math.floor(Number(all("uptime")[0] ?? 0) / 86_400);
  const secure = all("secureboot")[0] === "enabled";
  const blocked =
    (manager === undefined ? undefined : `${manager} owns it: put it in maintenance there, and patch it with that`) ??
    full ??
    (all("readonly")[0] === undefined ? undefined : `${all("readonly")[0]} is mounted read-only`);
  return {
    ...(blocked === undefined ? {} : { blocked }),
    warnings: [
      ...(days > LONG_UP ? [`up for ${days} days: its reboot may show what has gathered since`] : []),
      ...modules.map(
        (module) =>
          `kernel module ${module} is not built for the newest kernel${secure ? " (and Secure Boot asks for a signature)" : ""}`,
      ),
      ...all("outside").map(
        (module) =>
          `kernel module ${module} comes from elsewhere and is not built by itself: another kernel would lack it`,
      ),
      ...all("unsigned").map(
        (module) => `kernel module ${module} has no signature, and Secure Boot is on: it will not be loaded`,
      ),
      ...(all("noentry")[0] === undefined ? [] : [`no boot entry for kernel ${all("noentry")[0]}`]),
    ],
  };
}

/** Managers that hold hosts of their own; Pacemaker only while its node is not in standby. */
const PREFLIGHT = `
is() { systemctl is-active --quiet "$1" 2>/dev/null; }
for s in vdsmd nova-compute openstack-nova-compute cloudstack-agent pve-cluster xapi rke2-server rke2-agent; do
  is "$s" || continue
  case $s in
    vdsmd) echo "manager oVirt (vdsm)" ;; *nova-compute) echo "manager OpenStack (nova-compute)" ;; cloudstack-agent) echo "manager CloudStack (cloudstack-agent)" ;;
    pve-cluster) echo "manager Proxmox VE (pve-cluster)" ;; xapi) echo "manager XenServer (xapi)" ;; *) [ ! -d /oem ] || echo "manager Harvester ($s)" ;;
  esac
done
if is pacemaker; then
  crm_attribute -G -t nodes -n standby -q 2>/dev/null | grep -qx on || echo "manager Pacemaker (this node is not in standby)"
fi
for p in /boot /var; do
  echo "space $p $(df -Pm "$p" 2>/dev/null | awk 'NR == 2 { print $4 }')"
  awk -v p="$p" '$2 == p && $4 ~ /^ro(,|$)/ { print "readonly " p }' /proc/mounts
done
echo "uptime $(cut -d. -f1 /proc/uptime)"
newest=$(ls /boot 2>/dev/null | sed -n 's/^vmlinuz-//p' | grep -v rescue | sort -V | tail -n 1)
if command -v dkms >/dev/null 2>&1 && [ -n "$newest" ]; then
  dkms status 2>/dev/null | sed 's/[,:].*//' | sort -u | while read -r m; do dkms status 2>/dev/null | grep "^$m" | grep -q "$newest.*installed" || echo "unbuilt $m"; done
fi
if command -v modinfo >/dev/null 2>&1; then
  for m in $(awk '$NF ~ /^\\(.*O.*\\)$/ { print $1 }' /proc/modules); do
    case $(modinfo -n "$m" 2>/dev/null) in '' | */dkms/* | */weak-updates/*) ;; *) echo "outside $m" ;; esac
  done
fi
if command -v mokutil >/dev/null 2>&1 && mokutil --sb-state 2>/dev/null | grep -q 'SecureBoot enabled'; then
  echo "secureboot enabled"
  find "/lib/modules/$newest/updates" "/lib/modules/$newest/extra" -name '*.ko*' 2>/dev/null | while read -r f; do
    [ -n "$(modinfo -F signer "$f" 2>/dev/null)" ] || echo "unsigned $(basename "$f" | sed 's/\\.ko.*//')"
  done
fi
for cfg in /boot/grub/grub.cfg /boot/grub2/grub.cfg; do
  [ -r "$cfg" ] && [ -n "$newest" ] || continue
  cat "$cfg" /boot/loader/entries/*.conf 2>/dev/null | grep -qF "vmlinuz-$newest" || echo "noentry $newest"
done
:
`;
