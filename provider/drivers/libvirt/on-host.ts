import { type ErrorKind, RollError } from "../../core/errors.ts";
import type { Answer, RunOptions, Shell } from "./ssh/shell.ts";

/** Where a host keeps what belongs to rolls: record, mark, jobs, logs. Owned by the user who logs in. */
export const STATE = "/var/lib/rolling-patch";

/**
 * What every script on a host begins with. `fail KIND TEXT` ends it as a RollError of that kind; `as_root COMMAND…` runs one with sudo
 * unless we are root; `locked` keeps other scripts of ours out of the state folder until this one ends (children that outlive it are started with
 * `9>&-`); `fenced TOKEN` is that, and refuses a token that is not the lease's in the host's copy of the record.
 */
const PRELUDE = `
LC_ALL=C; export LC_ALL; umask 022; D=${STATE}
PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin; export PATH
fail() { printf 'rolling-patch %s: %s\\n' "$1" "$2" >&2; exit 70; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
state_folder() {
  [ -w "$D" ] && return
  as_root install -d -m 0755 -o "$(id -u)" "$D" 2>/dev/null || fail denied "$D cannot be made: create it for $(id -un), or grant the sudo rules of the documentation"
}
locked() { state_folder; exec 9>>"$D/lock"; flock -w 15 9 || fail unavailable "another process holds $D/lock"; }
replace() { cat >"$1.new" && sync "$1.new" && mv -f "$1.new" "$1"; }
lease_token() { token=-; holder=nobody; { read -r _version token holder <"$D/record"; } 2>/dev/null; :; }
fenced() {
  locked; lease_token
  [ "$token" = - ] && fail conflict "nobody holds the lease of this fleet"
  [ "$token" = "$1" ] || fail conflict "the lease is held by $holder (token $token, not $1)"
}
`;

/** Runs a script with the prelude on a host; one that ends badly is a RollError in whose text the script's own words stand. */
export async function onHost(
  shell: Shell,
  host: string,
  script: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<string> {
  const answer = await shell.run(`${PRELUDE}${script}`, args, options);
  if (answer.code !== 0) throw failureOf(answer, host);
  return answer.stdout;
}

/** What a script said when it failed. */
export function failureOf({ code, stdout, stderr }: Answer, host: string): RollError {
  const told = /^rolling-patch (\w+): (.*)$/m.exec(stderr);
  if (told !== null)
    return new RollError(told[1] as ErrorKind, `${host}: ${told[2]?.trim().replace(/\.$/, "")}.`, { host });
  const said = lastLines(stderr) || lastLines(stdout) || `exit code ${code}`;
  if (/sudo: .*password is required|sudo: a terminal is required|not allowed to execute/.test(stderr))
    return new RollError("denied", `${host}: ${said}.`, {
      host,
      hint: "Grant the sudo rules of the documentation to the user who logs in.",
    });
  return new RollError("failed", `${host}: ${said.replace(/\.$/, "")}.`, { host });
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-3).join("; ").slice(-400);
}
