import { randomBytes, randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { resolve } from "node:path";
import type { Target } from "./core/target.ts";
import { type Door, door } from "./dynamic/door.ts";
import { type EngineLog, engineLog } from "./dynamic/engine-log.ts";
import { engineAddress, watchEngine } from "./dynamic/engine-watch.ts";
import { processClock, wallNow, wallTime } from "./engine/clock.ts";
import { openJournal } from "./engine/journal.ts";
import type { Driver } from "./engine/ports.ts";
import { projectFolder, writeOwn } from "./files.ts";
import { lifecycle } from "./lifecycle/lifecycle.ts";
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
  const log = engineLog(address, (text) => console.log(text));
  const inner = door(lifecycle(surroundings({ stop: stop.signal, ...speech(log) })), log.flush);
  let atWork = 0;
  const endWithEngine = (): void => {
    if (stop.signal.aborted && atWork === 0) process.exit(1);
  };
  watchEngine({ address }, () => {
    stop.abort("engine");
    endWithEngine();
  });
  const working = async <T>(act: () => Promise<T>): Promise<T> => {
    atWork += 1;
    try {
      return await act();
    } finally {
      atWork -= 1;
      setImmediate(endWithEngine);
    }
  };
  return {
    ...inner,
    create: (inputs) => working(() => inner.create(inputs)),
    update: (id, olds, news) => working(() => inner.update(id, olds, news)),
    delete: (id, props) => working(() => inner.delete(id, props)),
  };
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

/** A check that the engine asks for twice says its plan once, and an act does not repeat where it stands. A reader who has gone is no reason to stop. */
function speech(log: EngineLog): Pick<Surroundings, "say" | "progress"> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const said = new Set<string>();
  return {
    say(text, severity = "info") {
      if (said.has(text) && text.includes("\n")) return;
      said.add(text);
      log.say(text, severity);
    },
    progress(text) {
      if (said.has(text)) return;
      said.add(text);
      log.say(text, "progress");
    },
  };
}
