import type { Baseline } from "../../core/baseline.ts";
import { RollError } from "../../core/errors.ts";
import type { LibvirtTarget } from "../../core/libvirt-target.ts";
import type { ActContext, Driver, FleetClock, Mark } from "../../engine/ports.ts";
import { Lookout } from "./lookout.ts";
import { ADOPT, CORDON, markText, mustBeFree, mustNotBeAnothers, RELEASE, UNCORDON } from "./marks.ts";
import { migrate } from "./migrate.ts";
import { start, stop } from "./power.ts";
import { programsOn } from "./programs.ts";
import { HostsRecord } from "./record-store.ts";
import { remediate, stage, wayBackOf } from "./remediation.ts";
import { Site } from "./site.ts";
import type { Shells } from "./ssh/shell.ts";
import { timers } from "./timers.ts";

export interface LibvirtDriverOptions {
  readonly target: LibvirtTarget;
  readonly shells: Shells;
  readonly clock: FleetClock;
}

/** KVM hosts with libvirt as a platform. Closing it ends its connections. */
export function libvirtDriver({ target, shells, clock }: LibvirtDriverOptions): Driver {
  const lookout = new Lookout(target, shells, clock);
  const record = new HostsRecord(
    shells,
    target.hosts.map(({ name }) => name),
  );
  const site = new Site({ target, shells, clock, lookout, record });

  async function act(what: string, context: ActContext, host: string | undefined, body: () => Promise<void>) {
    site.mayBegin(what, context, host);
    await body();
  }
  const free = async (host: string, context: ActContext) => {
    const look = await lookout.host(host, context.signal);
    mustBeFree(host, look);
    return look;
  };
  const marked = (what: string, host: string, context: ActContext, script: string) =>
    act(what, context, host, async () => {
      await free(host, context);
      await site.run(host, script, [String(context.token)], context);
    });
  const setMark = async (host: string, mark: Mark, context: ActContext, script: string, before: string | undefined) => {
    await site.run(host, script, [String(context.token), markText(mark), before ?? ""], context);
  };

  return {
    traits: {
      placement: "ours",
      migration: "live",
      backward: "unknown",
      remediations: Number.POSITIVE_INFINITY,
      fencing: true,
      programs: true,
    },
    clock,
    record,
    actors: timers(site),
    observe: (baseline: Baseline, signal) => lookout.observe(baseline, signal),
    cordon: (host, mark, context) =>
      act("cordon", context, host, async () => {
        const look = await free(host, context);
        mustNotBeAnothers(host, look, mark.owner);
        await setMark(host, mark, context, CORDON, look.markText);
      }),
    adopt: (host, mark, context) =>
      act("adopt", context, host, async () => {
        const look = await free(host, context);
        await site.run(host, `fenced "$1"`, [String(context.token)], context);
        if (look.mark === undefined)
          throw new RollError("conflict", `${host} bears no mark.`, { host, hint: "Look at the fleet again." });
        await setMark(host, mark, context, ADOPT, look.markText);
      }),
    migrate: (workload, to, context) => act("migrate", context, to, () => migrate(site, workload, to, context)),
    stop: (workload, context) => act("stop", context, undefined, () => stop(site, workload, context)),
    start: (workload, context) => act("start", context, undefined, () => start(site, workload, context)),
    stage: (host, baseline, context) =>
      act("stage", context, host, async () => {
        await free(host, context);
        await stage(site, host, baseline, context);
      }),
    remediate: (host, baseline, context) =>
      act("remediate", context, host, async () => {
        await free(host, context);
        await remediate(site, host, baseline, context);
      }),
    wayBack: wayBackOf(site, (what, context, host, body) =>
      act(what, context, host, async () => {
        await free(host, context);
        await body();
      }),
    ),
    uncordon: (host, context) => marked("uncordon", host, context, UNCORDON),
    release: (host, context) => marked("release", host, context, RELEASE),
    run: programsOn(target, shells),
    close: () => shells.close(),
  };
}
