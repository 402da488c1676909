import { RollError } from "../../core/errors.ts";
import type { Mark } from "../../core/fleet.ts";
import type { HostLook } from "./look/host-look.ts";

/** Sets the mark if the present one is still the one that was read, then the cordon; guests that are off do not start with the next boot. */
export const CORDON = `
fenced "$1"
[ "$(cat "$D/mark" 2>/dev/null)" = "$3" ] || fail conflict "its mark has just been changed"
printf '%s\\n' "$2" | replace "$D/mark"
: >"$D/cordon"
mkdir -p "$D/autostart"
for u in $(virsh -q -c qemu:///system list --inactive --autostart --uuid); do
  : >"$D/autostart/$u"; virsh -q -c qemu:///system autostart --disable "$u" >/dev/null
done
`;

/** Puts another mark in place of the one that was read. */
export const ADOPT = `
fenced "$1"
[ "$(cat "$D/mark" 2>/dev/null)" = "$3" ] || fail conflict "its mark has just been changed"
printf '%s\\n' "$2" | replace "$D/mark"
`;

/** Guests that started with the host do so again; one that has left by now is nobody's here. */
export const UNCORDON = `
fenced "$1"
for f in "$D"/autostart/*; do
  [ -e "$f" ] || continue
  virsh -q -c qemu:///system autostart "$(basename "$f")" >/dev/null 2>&1; rm -f "$f"
done
rm -f "$D/cordon"
`;

export const RELEASE = `
fenced "$1"
[ ! -e "$D/cordon" ] || fail conflict "it is still cordoned"
rm -f "$D/mark" "$D/failed.before"
`;

/** Throws `conflict` when the host is an operator's. */
export function mustBeFree(host: string, look: HostLook): void {
  if (!look.held) return;
  throw new RollError("conflict", `${host} is held by an operator.`, {
    host,
    hint: "It is left alone until /var/lib/rolling-patch/hold is removed there.",
  });
}

/** Throws `conflict` when the host bears the mark of another owner. */
export function mustNotBeAnothers(host: string, { mark }: HostLook, owner: string): void {
  if (mark === undefined || mark.owner === owner) return;
  throw new RollError("conflict", `${host} is out under the mark of ${mark.owner} (run ${mark.run}).`, {
    host,
    hint: "Let that stack finish its roll, or give its hosts back with `rolling-patch restore`.",
  });
}

export function markText({ run, owner, token }: Mark): string {
  return JSON.stringify({ run, owner, token });
}
