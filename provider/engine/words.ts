import type { Act } from "../core/act.ts";
import { stepOf } from "../core/act.ts";
import type { Fleet } from "../core/fleet.ts";
import { levelChange } from "../core/levels.ts";
import { own } from "../core/own.ts";
import type { RunMemory } from "../core/run.ts";
import type { News } from "./news.ts";

/**
 * What a person reads when an act starts or has ended. Undefined: not worth a line.
 * @param moved workloads (`host/workload`) that this process has evacuated since `fleet` was observed.
 */
export function wordsFor(
  act: Act,
  moment: "start" | "end",
  fleet: Fleet,
  run: RunMemory,
  moved: ReadonlySet<string>,
): Omit<News, "position"> | undefined {
  if (act.name === "regression tests") {
    const when = { before: "before the first host", canary: "after the canary", after: "at the end" }[act.moment];
    return moment === "start" ? { kind: "start", text: `regression tests ${when}` } : undefined;
  }
  const memory = own(run.hosts, act.host);
  const line = (text: string): Omit<News, "position"> => ({
    kind: moment,
    host: act.host,
    step: stepOf(act, memory),
    text,
  });
  const host = fleet.hosts.find((one) => one.id === act.host);
  switch (act.name) {
    case "stage":
      return moment === "start" ? line("staging") : undefined;
    case "cordon":
      return moment === "end" ? line("cordoned") : undefined;
    case "adopt":
      return moment === "end" ? line(`bears the mark of ${run.owner} now`) : undefined;
    case "migrate":
      if (moment === "start") return undefined;
      return line(migrated(act, fleet, memory?.homes ?? [], moved));
    case "stop":
      return moment === "end" ? line(`shut down ${act.workload}, which cannot move`) : undefined;
    case "start":
      return moment === "end" ? line(`started ${act.workload} again`) : undefined;
    case "remediate":
      return moment === "start"
        ? line(`remediating ${levelChange(host?.level ?? "", host?.wanted ?? "")}`)
        : line("back, remediated");
    case "rollback": {
      const former = own(run.former, act.host) ?? "its former level";
      return moment === "start"
        ? line(`rolling back ${levelChange(host?.level ?? "", former)}`)
        : line(`rolled back and verified: rebooted, at ${former}`);
    }
    case "check":
      return moment === "end"
        ? line(
            { preflight: "preflight checks pass", verify: "verified: rebooted, at the level", gate: "gate passed" }[
              act.at
            ],
          )
        : undefined;
    case "hooks":
      return undefined;
    case "await":
      return moment === "start"
        ? { ...line("does not answer; waiting for it"), kind: "warning" }
        : line("answers again");
    case "uncordon":
      return moment === "end" ? line("back in service") : undefined;
    case "release":
      return moment === "end" ? line("released") : undefined;
  }
}

/** A host's turn moves workloads off it, then onto it; any others make room, and go where they were. */
function migrated(
  act: Act & { name: "migrate" },
  fleet: Fleet,
  homes: readonly string[],
  moved: ReadonlySet<string>,
): string {
  if (act.step === "put back")
    return act.to === act.host ? `putting back ${act.workload}` : `giving room back: ${act.workload} → ${act.to}`;
  const there = new Set(fleet.workloads.filter((one) => one.host === act.host).map((one) => one.id));
  if (!there.has(act.workload)) return `making room: ${act.workload} → ${act.to}`;
  const gone = homes.filter((id) => moved.has(`${act.host}/${id}`) || !there.has(id));
  return `evacuating ${gone.length} of ${homes.length} (${act.workload} → ${act.to})`;
}
