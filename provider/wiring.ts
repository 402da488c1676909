import { randomBytes, randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { resolve } from "node:path";
import type { Target } from "./core/target.ts";
import { engineLog } from "./doors/engine-log.ts";
import { engineAddress } from "./doors/engine-watch.ts";
import { heardBy, speech, type Voice } from "./doors/speech.ts";
import { withEngine } from "./doors/with-engine.ts";
import { type Door, door } from "./dynamic/door.ts";
import { engineClient } from "./dynamic/engine-client.ts";
import { processClock, wallNow, wallTime } from "./engine/clock.ts";
import { openJournal } from "./engine/journal.ts";
import type { Driver } from "./engine/ports.ts";
import { projectFolder, writeOwn } from "./files.ts";
import { type Lifecycle, lifecycle, memoryOf } from "./lifecycle/lifecycle.ts";
import type { Surroundings } from "./lifecycle/surroundings.ts";
import { silencer } from "./probes/alertmanager.ts";
import { hookRunner } from "./probes/hooks.ts";
import { openMeter } from "./probes/meter.ts";
import { notifier } from "./probes/notices.ts";
import { checkRunner } from "./probes/runner.ts";
import { suiteRunner } from "./probes/suites.ts";

/** Where a process keeps and finds its files. */
export interface Place {
  /** The project folder: paths in targets are relative to it. Default: the one that `projectFolder` finds. */
  readonly project?: string;
  /** Folder of journal, inputs and plans. Default: `ROLLING_PATCH_DIR`, or `.rolling-patch`. */
  readonly folder?: string;
}

/**
 * The door of this process for a dynamic provider. Once the engine has died, a roll goes to a safe point; then this process
 * ends: nobody is left to end it.
 */
export function dynamicDoor(): Door {
  const stop = new AbortController();
  const address = engineAddress(process.argv);
  const log = engineLog(
    () => engineClient(address),
    (text) => console.log(text),
  );
  const inner = door(lifecycle(surroundings({ stop: stop.signal, ...speech(log) })), log.flush);
  const { working } = withEngine(address, () => stop.abort("engine"));
  return {
    ...inner,
    create: (inputs) => working(() => inner.create(inputs)),
    update: (id, olds, news) => working(() => inner.update(id, olds, news)),
    delete: (id, props) => working(() => inner.delete(id, props)),
  };
}

/** The lifecycles of a process that serves the plugin: one for each call, over the same memory. */
export function pluginLifecycles(stop: AbortSignal): (voice: Voice) => Lifecycle {
  const around = surroundings({ stop, say: () => {} });
  const memory = memoryOf(around);
  return (voice) => lifecycle(heardBy(around, voice), memory);
}

/** The real world. Nothing is opened, locked or written before it is used. */
export function surroundings(of: Place & Pick<Surroundings, "stop" | "say" | "progress">): Surroundings {
  const folder = of.folder ?? process.env.ROLLING_PATCH_DIR ?? ".rolling-patch";
  const project = of.project ?? projectFolder(process.cwd());
  const clock = processClock();
  return {
    openDriver: (target) => openDriver(target, project),
    openJournal: () => openJournal(resolve(project, folder)),
    checks: checkRunner(clock),
    openMeter: (probes, driver) =>
      openMeter(probes, { driver, process: clock, wall: wallNow, environment: process.env }),
    gates: {
      suites: suiteRunner(clock, resolve(project, folder)),
      hooks: hookRunner(clock),
      silences: silencer(clock),
      notices: notifier(clock),
    },
    process: clock,
    wall: wallTime,
    say: of.say,
    ...(of.progress === undefined ? {} : { progress: of.progress }),
    files: {
      folder,
      planOut: process.env.ROLLING_PATCH_PLAN_OUT,
      typed: (path) => quoted(resolve(project, path)),
      write: (path, text) => writeOwn(project, path, text),
    },
    report: async (run) => {
      const { writeBeside } = await import("./report-writer.ts");
      await writeBeside({ project, folder, run });
    },
    holder: holder(),
    instance: randomUUID(),
    newRunId,
    stop: of.stop,
  };
}

/** As a shell reads it back. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Every platform's driver, loaded when a target asks for it. `project`: what relative paths in the target are relative to. */
export async function openDriver(target: Target, project: string): Promise<Driver> {
  switch (target.kind) {
    case "simulated": {
      const { openSimulated } = await import("./drivers/simulated/index.ts");
      return openSimulated(target, project);
    }
    case "libvirt": {
      const { openLibvirt } = await import("./drivers/libvirt/index.ts");
      return openLibvirt(target, project);
    }
  }
}

/** "anna@laptop, process 4711". */
export function holder(): string {
  return `${userName()}@${hostname()}, process ${process.pid}`;
}

/** A container may run under a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

/** Sorts by time, and is short enough to be typed: "20261123-1542-k3f9". */
export function newRunId(): string {
  const [date = "", time = ""] = wallTime().split("T");
  return `${date.replaceAll("-", "")}-${time.slice(0, 5).replace(":", "")}-${randomBytes(2).toString("hex")}`;
}
