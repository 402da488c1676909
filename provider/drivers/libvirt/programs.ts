import { RollError } from "../../core/errors.ts";
import type { LibvirtTarget } from "../../core/libvirt-target.ts";
import type { RunOnHost } from "../../engine/ports.ts";
import type { Shells } from "./ssh/shell.ts";

/** Whoever asks has a limit of their own: this one only ends what nobody ended, process milliseconds. */
const TIMEOUT = 24 * 3_600_000;
/** Most bytes of output. */
const LIMIT = 32 * 2 ** 20;

/** Programs on hosts, by `exec`: a shell starts them, and none reads their arguments. */
export function programsOn({ hosts }: LibvirtTarget, shells: Shells): RunOnHost {
  return async (host, program, signal) => {
    if (!hosts.some(({ name }) => name === host))
      throw new RollError("conflict", `There is no host ${host} in this fleet.`, { host });
    return shells.shell(host).run(RUN, [host, ...program], { signal, timeout: TIMEOUT, limit: LIMIT });
  };
}

const RUN = `
PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin; ROLLING_PATCH_HOST=$1; export PATH ROLLING_PATCH_HOST; shift
exec "$@"
`;
