import type { Failure } from "../lifecycle/props.ts";

/** The engine prints the value of a property that a failure names, and of a nested one `<nil>`: the reason names it instead. */
export function readable({ property, reason }: Failure): Failure {
  return { property: "", reason: property === "" ? reason : `${property}: ${reason}` };
}
