import type { HostPoint } from "./check.ts";
import type { HookStep } from "./hook.ts";
import type { TestMoment } from "./regressions.ts";
import type { HostMemory, Step } from "./run.ts";

/** One thing to do, by registered name and plain JSON input: never a closure. One variant per name, so that types narrow. */
export type Act =
  | { readonly name: "stage"; readonly host: string }
  | { readonly name: "cordon"; readonly host: string }
  /** Gives a host in hand the mark of our present name: its resource was renamed. */
  | { readonly name: "adopt"; readonly host: string }
  | {
      readonly name: "migrate";
      readonly host: string;
      readonly workload: string;
      readonly to: string;
      readonly step: "evacuate" | "put back";
    }
  | { readonly name: "stop"; readonly host: string; readonly workload: string }
  | { readonly name: "start"; readonly host: string; readonly workload: string }
  | { readonly name: "remediate"; readonly host: string }
  /** Takes a convicted host that is empty back to the level that it had before the roll. */
  | { readonly name: "rollback"; readonly host: string }
  | { readonly name: "check"; readonly host: string; readonly at: HostPoint }
  /** The hooks of one host: before it is cordoned, when it has its load back. */
  | { readonly name: "hooks"; readonly host: string; readonly at: HookStep }
  | { readonly name: "uncordon"; readonly host: string }
  | { readonly name: "release"; readonly host: string }
  /** Waits until a host of ours that is down or cannot be reached answers again. */
  | { readonly name: "await"; readonly host: string }
  | { readonly name: "regression tests"; readonly moment: TestMoment };

/** Equal for two acts exactly when they are the same act: at most one of a key is in flight. */
export function actKey(act: Act): string {
  switch (act.name) {
    case "migrate":
    case "stop":
    case "start":
      return `${act.workload}`;
    case "regression tests":
      return act.name;
    default:
      return `host ${act.host}`;
  }
}

/** The step of its host's life that an act belongs to: its tries are counted there. */
export function stepOf(act: Extract<Act, { host: string }>, memory: HostMemory | undefined): Step {
  switch (act.name) {
    case "migrate":
      return act.step;
    case "stop":
      return "evacuate";
    // A workload that does not start again must be named before its host is let go.
    case "start":
      return "release";
    case "check":
    case "hooks":
      return act.at;
    case "adopt":
      return "cordon";
    case "await":
      if (memory?.bootConvicted !== undefined) return "rollback";
      return memory?.bootBefore === undefined ? "evacuate" : "remediate";
    default:
      return act.name;
  }
}
