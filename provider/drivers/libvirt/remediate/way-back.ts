import { RollError } from "../../../core/errors.ts";
import type { ActContext } from "../../../engine/ports.ts";
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
  /** Why there is no way back; undefined: there is one. */
  readonly missing: string | undefined;
}

/** Whether a host can go back, and to what. Changes nothing. A host that was never patched by us has no way back. */
export async function wayBack(site: Site, host: string, signal?: AbortSignal): Promise<WayBack> {
  return wayBackFrom(await site.ask(host, BEFORE + READ, [], signal));
}

/** Reads what `READ` prints. Pure. */
export function wayBackFrom(text: string): WayBack {
  const all = (name: string) =>
    text.split("\n").flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1).trim()] : []));
  const [kernel = ""] = all("kernel");
  const lacks = all("lacks");
  const missing =
    kernel === ""
      ? "it has no versions of before on record"
      : lacks.length > 0
        ? `archives cannot be had any more: ${lacks.slice(0, 4).join(", ")}`
        : all("nokernel").length > 0
          ? `its former kernel ${kernel} is not there any more`
          : undefined;
  return { packages: all("back"), kernel, running: all("running")[0] ?? "", missing };
}

/**
 * Puts the versions before the last patch back on an empty host, reboots it where that is needed, and proves both. Can be repeated; a package run that is
 * under way is waited for first. Throws `failed` when there is no way back, or it did not lead there. Only with apt.
 */
export async function rollback(site: Site, host: string, context: ActContext): Promise<void> {
  const before = await wayBack(site, host, context.signal);
  if (before.missing !== undefined)
    throw new RollError("failed", `${host} cannot go back: ${before.missing}.`, {
      host,
      hint: "Take it to a level that its repositories have.",
    });
  for (let isOurs = before.packages.length === 0; !isOurs; ) {
    context.progress(0, "putting former packages back");
    isOurs = !/^found$/m.test(await site.run(host, RUN + BEFORE + BACK, [String(context.token)], context));
    await follow(site, host, context);
  }
  const { packages, kernel, running } = await wayBack(site, host, context.signal);
  if (packages.length > 0)
    throw notBack(host, `these are not at their former version: ${packages.slice(0, 4).join(", ")}`);
  if (kernel === running) return;
  await reboot(site, host, context);
  const after = await wayBack(site, host, context.signal);
  if (after.running !== kernel) throw notBack(host, `it runs ${after.running} instead of ${kernel}`);
}

function notBack(host: string, why: string): RollError {
  return new RollError("failed", `${host} did not go back: ${why}.`, { host, hint: "Look at it by hand." });
}

const READ = `
[ -e "$D/before" ] || exit 0
while read -r kind name version; do
  case $kind in
    kernel) echo "kernel $name"; [ -e "/boot/vmlinuz-$name" ] || echo "nokernel $name" ;;
    package)
      [ "$(dpkg-query -W -f='\${db:Status-Abbrev}\${Version}' "$name" 2>/dev/null)" = "ii $version" ] && continue
      echo "back $name $version"
      archive_of "$name" "$version" >/dev/null || echo "lacks $name $version" ;;
  esac
done <"$D/before"
echo "running $(uname -r)"
`;

/**
 * Kernels that the patch brought are taken away, or the host would go on booting them; linux-base would refuse that for the running one. Whatever else
 * apt would remove makes it refuse: only new packages may go.
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
