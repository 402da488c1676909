import { isRollError, RollError } from "../../core/errors.ts";
import type { LibvirtTarget } from "../../core/libvirt-target.ts";
import type { ActContext, FleetClock } from "../../engine/ports.ts";
import type { Lookout } from "./lookout.ts";
import { mustBeFree } from "./marks.ts";
import { onHost } from "./on-host.ts";
import type { HostsRecord } from "./record-store.ts";
import type { Shells } from "./ssh/shell.ts";

/** Longest that a short script may take, process milliseconds. */
const TIMEOUT = 60_000;

/** What acts on hosts work with. */
export class Site {
  readonly target: LibvirtTarget;
  readonly shells: Shells;
  readonly clock: FleetClock;
  readonly lookout: Lookout;
  readonly record: HostsRecord;
  readonly mustBeFree = mustBeFree;

  constructor(of: Pick<Site, "target" | "shells" | "clock" | "lookout" | "record">) {
    this.target = of.target;
    this.shells = of.shells;
    this.clock = of.clock;
    this.lookout = of.lookout;
    this.record = of.record;
  }

  /** Throws before an act begins: we were asked to stop, or its deadline has passed. */
  mayBegin(what: string, { signal, deadline }: ActContext, host?: string): void {
    if (signal.aborted) throw new RollError("cancelled", `${what} was not begun: we were asked to stop.`, { host });
    if (this.clock.now() < deadline) return;
    throw new RollError("failed", `${what} was not begun: its deadline has passed.`, { host, hint: "Try again." });
  }

  /** Runs a fenced script (its first argument is the token). A host whose copy of the record is behind is brought up to date first. */
  async run(
    host: string,
    script: string,
    args: readonly string[],
    context: ActContext,
    timeout: number = TIMEOUT,
  ): Promise<string> {
    const once = () => onHost(this.shells.shell(host), host, script, args, { signal: context.signal, timeout });
    try {
      return await once();
    } catch (error) {
      if (!isRollError(error) || error.kind !== "conflict" || !/lease/.test(error.message)) throw error;
      if (!(await this.record.refresh(host))) throw error;
      return once();
    }
  }

  /** Runs a script that needs no lease. */
  ask(
    host: string,
    script: string,
    args: readonly string[],
    signal: AbortSignal | undefined,
    timeout: number = TIMEOUT,
  ): Promise<string> {
    return onHost(this.shells.shell(host), host, script, args, { ...(signal && { signal }), timeout });
  }
}
