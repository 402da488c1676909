import type { Baseline } from "../../../core/baseline.ts";
import { RollError } from "../../../core/errors.ts";
import type { ActContext } from "../../../engine/ports.ts";
import { STATE } from "../on-host.ts";
import { APT, listsFor } from "../packages/apt.ts";
import { readLevel } from "../packages/reading.ts";
import type { Site } from "../site.ts";
import { follow } from "./package-run.ts";
import { reboot } from "./reboot.ts";
import { BEFORE, RUN } from "./scripts.ts";

/** What a host would go back to. */
export interface WayBack {
  /** `name version` of every package that the patch changed, and is not at that version now. */
  readonly packages: readonly string[];
  /** Release that ran before. */
  readonly kernel: string;
  readonly running: string;
  /** It has booted since it was told to go back. */
  readonly rebooted: boolean;
  /** Why there is no way back; undefined: there is one. */
  readonly missing: string | undefined;
}

/** Packages that are named one by one. */
const NAMED = 4;

/** Whether a host can go back, and to what. Changes nothing. A host that was never patched by us has no way back. */
export async function wayBack(site: Site, host: string, signal?: AbortSignal): Promise<WayBack> {
  return wayBackFrom(await site.ask(host, BEFORE + READ, [], signal));
}

/** Reads what `READ` prints. Pure. */
export function wayBackFrom(text: string): WayBack {
  const all = linesOf(text);
  const [kernel = ""] = all("kernel");
  const unlike = all("nokernel")[0];
  return {
    packages: all("back"),
    kernel,
    running: all("running")[0] ?? "",
    rebooted: all("rebooted").length > 0,
    missing:
      kernel === ""
        ? "it has no versions of before on record"
        : (withoutArchives(all("lacks")) ??
          (unlike === undefined ? undefined : `its former kernel ${kernel} ${unlike}`)),
  };
}

/** Why a host could not go back after a patch, from what `FORESEE` prints; undefined: nothing is known that speaks against it. Pure. */
export function foreseenFrom(text: string): string | undefined {
  const all = linesOf(text);
  if (all("family").includes("rpm")) return "hosts with rpm cannot go back yet (only those with apt and dpkg)";
  return withoutArchives(all("lacks"));
}

function withoutArchives(lacking: readonly string[]): string | undefined {
  if (lacking.length === 0) return undefined;
  const more = lacking.length > NAMED ? ` and ${lacking.length - NAMED} more` : "";
  return `archives cannot be had any more: ${lacking.slice(0, NAMED).join(", ")}${more}`;
}

function linesOf(text: string): (name: string) => string[] {
  const lines = text.split("\n");
  return (name) => lines.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1).trim()] : []));
}

/** The same before anything is downloaded, for a host that is behind. */
export async function foresee(
  site: Site,
  host: string,
  baseline: Baseline,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { install, finding } = await readLevel(site.shells.shell(host), host, baseline, { ...(signal && { signal }) });
  if (finding?.compliance !== "drifted") return undefined;
  const args = [listsFor(baseline, STATE), baseline.distribution ?? "", ...install];
  return foreseenFrom(await site.ask(host, APT + BEFORE + FORESEE, args, signal));
}

/** Throws `denied` unless a staged host could go back. */
export async function secure(site: Site, host: string, { signal }: ActContext): Promise<void> {
  const { missing } = await wayBack(site, host, signal);
  if (missing === undefined) return;
  throw new RollError("denied", `${host} could not be taken back after a patch: ${missing}.`, {
    host,
    hint: `Put the archives into ${STATE}/archives there, add a repository that has them, or use another \`policy.onRegress\`.`,
  });
}

/**
 * Puts the versions before the last patch back on an empty host, reboots it once, and proves both. Can be repeated; a package run that is under way is
 * waited for first. Throws `failed` when there is no way back, or it did not lead there. Only with apt.
 */
export async function rollback(site: Site, host: string, context: ActContext): Promise<void> {
  let now = await wayBack(site, host, context.signal);
  if (now.missing !== undefined)
    throw new RollError("failed", `${host} cannot go back: ${now.missing}.`, {
      host,
      hint: "Take it to a level that its repositories have.",
    });
  if (now.packages.length > 0 || !now.rebooted) {
    for (let isOurs = false; !isOurs; ) {
      context.progress(0, "putting former packages back");
      isOurs = !/^found$/m.test(await site.run(host, RUN + BEFORE + BACK, [String(context.token)], context));
      await follow(site, host, context);
    }
    now = await wayBack(site, host, context.signal);
    if (now.packages.length > 0)
      throw notBack(host, `these are not at their former version: ${now.packages.slice(0, NAMED).join(", ")}`);
    await reboot(site, host, context);
    now = await wayBack(site, host, context.signal);
  }
  if (now.running !== now.kernel) throw notBack(host, `it runs ${now.running} instead of ${now.kernel}`);
}

function notBack(host: string, why: string): RollError {
  return new RollError("failed", `${host} did not go back: ${why}.`, { host, hint: "Look at it by hand." });
}

/** A kernel can be booted when it, its modules (where there are any) and its entry in the boot menu are there. */
const READ = `
[ -e "$D/before" ] || exit 0
bootable() {
  [ -e "/boot/vmlinuz-$1" ] || { echo "is not there any more"; return; }
  [ ! -d "/lib/modules/$(uname -r)" ] || [ -d "/lib/modules/$1" ] || { echo "has no modules any more"; return; }
  for cfg in /boot/grub/grub.cfg /boot/grub2/grub.cfg; do
    [ -r "$cfg" ] || continue
    cat "$cfg" /boot/loader/entries/*.conf 2>/dev/null | grep -qF "vmlinuz-$1" || echo "has no boot entry any more"
  done
}
while read -r kind name version; do
  case $kind in
    kernel) echo "kernel $name"; bootable "$name" | sed 's/^/nokernel /' ;;
    package)
      archive_of "$name" "$version" >/dev/null || echo "lacks $name $version"
      [ "$(dpkg-query -W -f='\${db:Status-Abbrev}\${Version}' "$name" 2>/dev/null)" = "ii $version" ] || echo "back $name $version" ;;
  esac
done <"$D/before"
echo "running $(uname -r)"
[ ! -e "$D/back.boot" ] || [ "$(cat "$D/back.boot")" = "$(cat /proc/sys/kernel/random/boot_id)" ] || echo "rebooted yes"
`;

/** $1 folder for lists, $2 repository line, then name=version: which former versions nobody has any more. */
const FORESEE = `
command -v apt-get >/dev/null 2>&1 || { echo "family rpm"; exit 0; }
at=$1 line=$2; shift 2
if [ $# -gt 0 ]; then set -- install --no-install-recommends --allow-downgrades "$@"; else set -- dist-upgrade; fi
plan() {
  if [ -n "$line" ]; then state_folder; sources "$at" "$line"; quiet_apt apt-get -s "$@" 2>/dev/null; return; fi
  apt-get -s -o Debug::NoLocking=1 "$@" 2>/dev/null && return
  # The host's own lists are older than those of the last look.
  state_folder; sources "$at" ""; quiet_apt apt-get -s "$@" 2>/dev/null
}
former=$(plan "$@" | changes_of | sed -n 's/^package //p')
[ -n "$former" ] || exit 0
names=$(printf '%s\\n' "$former" | cut -d' ' -f1)
[ -n "$line" ] || sources "$at" ""
has=$({ madison apt-cache madison $names; [ -n "$line" ] || madison quiet_apt apt-cache madison $names; } | sed 's/^available //')
printf '%s\\n' "$former" | while read -r name version; do
  archive_of "$name" "$version" >/dev/null || downloaded "$name" "$version" >/dev/null ||
    printf '%s\\n' "$has" | grep -qxF -- "$name $version" || echo "lacks $name $version"
done
`;

/**
 * Kernels that the patch brought are taken away, or the host would go on booting them; linux-base would refuse that for the running one. Whatever else
 * apt would remove makes it refuse: only new packages may go. The boot in which it goes back is kept, to tell when another has begun.
 */
const BACK = `
fenced "$1"
if busy; then echo found; exit 0; fi
words= gone=
while read -r kind name version; do
  case $kind in
    package)
      [ "$(dpkg-query -W -f='\${db:Status-Abbrev}\${Version}' "$name" 2>/dev/null)" = "ii $version" ] && continue
      file=$(archive_of "$name" "$version") || fail failed "the archive of $name $version cannot be had any more"
      words="$words $file" ;;
    new) case $name in linux-image-* | linux-headers-* | linux-modules-*) ! dpkg-query -W "$name" >/dev/null 2>&1 || { words="$words $name-"; gone="$gone $name"; } ;; esac ;;
  esac
done <"$D/before"
cat /proc/sys/kernel/random/boot_id | replace "$D/back.boot"
removed=$(apt-get -s -o Debug::NoLocking=1 --fix-broken --allow-downgrades install $words 2>/dev/null | sed -n 's/^Remv \\([^ ]*\\).*/\\1/p')
for name in $removed; do
  case " $gone " in *" $name "*) ;; *) fail failed "going back would remove $name" ;; esac
done
{ echo "D=$D"; echo "$HEAD"
  [ -z "$gone" ] || echo "echo 'linux-base linux-base/removing-running-kernel boolean false' | debconf-set-selections"
  echo "apt_get --fix-broken --allow-downgrades install $words; echo \\$? >\\$D/packages.rc"
} >"$D/packages.sh"
start_run
`;
