import type { Baseline } from "../../../core/baseline.ts";
import { isRollError, RollError } from "../../../core/errors.ts";
import type { ActContext } from "../../../engine/ports.ts";
import { STATE } from "../on-host.ts";
import { listsFor } from "../packages/apt.ts";
import type { Site } from "../site.ts";
import { BEGIN, DOWNLOAD, FOLLOW, LOCKED, SAID } from "./scripts.ts";

/** Seconds that one run waits on the host for the end of the packages' own run. */
const WAIT = 5;
/** Between two looks at whose lock a download waits for, fleet milliseconds. */
const LOCK_LOOK = 3000;
/** Lines of the package manager's log that are told when it fails. */
const LINES = 4;

/** Packages as they are to be installed. */
export interface Wanted {
  /** `name=version`. Empty: everything, to its version in the pinned repository. */
  readonly install: readonly string[];
  readonly baseline: Baseline;
}

/** Downloads what a package run will install, while the host still serves, and keeps the versions of now for a way back. */
export async function download(
  site: Site,
  host: string,
  { install, baseline }: Wanted,
  context: ActContext,
): Promise<void> {
  const left = Math.max(1000, context.deadline - site.clock.now());
  const args = [String(context.token), listsFor(baseline, STATE), baseline.distribution ?? "", ...install];
  const over = new AbortController();
  const downloaded = site.run(host, DOWNLOAD, args, context, left).finally(() => over.abort());
  await Promise.all([downloaded, tellOfLocks(site, host, context, over.signal)]);
}

/** Says whose lock a download waits for, while it does. */
async function tellOfLocks(site: Site, host: string, context: ActContext, over: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([context.signal, over]);
  while (!signal.aborted) {
    await site.clock.sleep(LOCK_LOOK, signal).catch(() => {});
    if (signal.aborted) return;
    // What the download itself says decides.
    const told = await site.ask(host, LOCKED, [], signal).catch(() => "");
    if (told.trim() !== "") context.progress(0, `waits for a lock: ${told.trim()}`);
  }
}

/**
 * Installs, apart from our connection: a transient unit goes on when we are gone, and the next caller waits for the same one. Resolves to whether the run was
 * ours; one that was found under way may have installed something else. Its exit code is a hint; what is installed is read from the package database.
 * Throws `failed` with the telling lines of its log.
 */
export async function install(
  site: Site,
  host: string,
  { install, baseline }: Wanted,
  context: ActContext,
): Promise<boolean> {
  const back = baseline.allowDowngrade === true ? "yes" : "no";
  const args = [String(context.token), listsFor(baseline, STATE), baseline.distribution ?? "", back, ...install];
  const begun = await site.run(host, BEGIN, args, context);
  await follow(site, host, context);
  return !/^found$/m.test(begun);
}

/** Waits for the end of the package run that is under way on a host, or was the last one. */
export async function follow(site: Site, host: string, context: ActContext): Promise<void> {
  for (;;) {
    const told = await site.ask(host, FOLLOW, [String(WAIT)], context.signal);
    const [, code] = /^rc (\d+)$/m.exec(told) ?? [];
    if (code !== undefined || /^gone /m.test(told)) await keepSaid(site, host, context);
    if (code === "0") return;
    if (code !== undefined) throw packageFailure(host, told, code);
    const [, result] = /^gone (.*)$/m.exec(told) ?? [];
    if (result !== undefined)
      throw new RollError("failed", `${host}: the package run ended without a result (${result}).`, {
        host,
        hint: `See ${STATE}/packages.log and \`journalctl -u rolling-patch-packages\` there.`,
      });
    const last = /^log (.*)$/m.exec(told)?.[1]?.trim();
    context.progress(0.1, last === undefined || last === "" ? "installing" : `installing: ${last.slice(0, 80)}`);
    if (site.clock.now() >= context.deadline)
      throw new RollError("failed", `${host}: its packages were not installed by the deadline.`, {
        host,
        hint: `The package run goes on there; see ${STATE}/packages.log. Does another process hold its lock?`,
      });
  }
}

/** What it said goes into the report, whether or not it went well. */
async function keepSaid(site: Site, host: string, context: ActContext): Promise<void> {
  const said = await site.ask(host, SAID, [], context.signal).catch((error: unknown) => {
    if (!isRollError(error) || error.kind === "cancelled") throw error;
    return "";
  });
  if (said.trim() !== "") context.keepLog("packages", said);
}

/** What a package manager said when it failed: the lines that tell, else the last ones. Pure. */
export function packageFailure(host: string, told: string, code: string): RollError {
  const log = [...told.matchAll(/^log (.*)$/gm)].map(([, line]) => line?.trim() ?? "").filter(Boolean);
  const isTelling = (line: string): boolean => /^(E:|dpkg: error)|error:|cannot|No space/i.test(line);
  // A package's own script has the last word before dpkg says that it failed.
  const telling = log.filter((line, index) => isTelling(line) || /^dpkg: error/.test(log[index + 1] ?? ""));
  const words = (telling.length > 0 ? telling : log).slice(-LINES).join("; ");
  return new RollError(
    "failed",
    `${host}: its packages could not be installed (exit code ${code}): ${words || "no output"}.`,
    {
      host,
      hint: `See ${STATE}/packages.log there.`,
    },
  );
}
