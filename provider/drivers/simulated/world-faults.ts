import { RollError } from "../../core/errors.ts";
import { type Call, type Fault, isTimed, type StruckFault, type TimedFault } from "./faults.ts";
import { type FaultRow, log, NEVER, type World } from "./world.ts";

/** What a fault's scope is compared with. */
export interface Occasion {
  readonly call?: Call;
  /** All hosts concerned: a migration has two. */
  readonly hosts: readonly (string | undefined)[];
  readonly workload?: string | undefined;
}

/** Lets the fleet misbehave from now on. Returns the fault's id. */
export function addFault(world: World, fault: Fault): string {
  world.serial += 1;
  const id = `f${world.serial}`;
  world.faults.put({
    id,
    serial: world.serial,
    added: world.now,
    left: fault.count === "always" ? NEVER : fault.count,
    fault,
  });
  if (isTimed(fault) && fault.at !== undefined) schedule(world, id, fault.host, world.now + fault.at + fault.delay);
  return id;
}

/** The first fault of a kind that strikes on this occasion, with one strike used up; undefined when all goes well. */
export function strike<Kind extends StruckFault["kind"]>(
  world: World,
  kind: Kind,
  occasion: Occasion,
): Extract<StruckFault, { kind: Kind }> | undefined {
  if (world.faults.size === 0) return undefined;
  for (const row of world.faults.values()) {
    if (row.fault.kind !== kind || !matches(world, row, row.fault as StruckFault, occasion)) continue;
    useUp(world, row);
    log(world, {
      by: "platform",
      what: `fault ${kind}`,
      outcome: "done",
      host: occasion.hosts[0],
      workload: occasion.workload,
    });
    return row.fault as Extract<StruckFault, { kind: Kind }>;
  }
  return undefined;
}

/** Schedules the faults that wait for this call to take effect. */
export function trigger(world: World, call: Call, occasion: Occasion): void {
  if (world.faults.size === 0) return;
  for (const row of [...world.faults.values()]) {
    const { fault } = row;
    if (!isTimed(fault) || fault.on !== call || row.left === 0) continue;
    if (fault.host !== undefined && !occasion.hosts.includes(fault.host)) continue;
    world.faults.put({ ...row, left: row.left - 1 });
    schedule(world, row.id, fault.host ?? occasion.hosts[0], world.now + fault.delay);
  }
}

/** How many times as long as usual something takes. */
export function slowness(world: World, occasion: Occasion): number {
  return strike(world, "slow", occasion)?.factor ?? 1;
}

/** Throws if a fault refuses this call. */
export function refuseCall(world: World, call: Call, occasion: Omit<Occasion, "call">): void {
  const fault = strike(world, "call-refused", { ...occasion, call });
  if (fault === undefined) return;
  throw new RollError(fault.error, `The platform refused to ${call}.`, { host: occasion.hosts[0], hint: "Try again." });
}

/** Throws if a fault swallows the answer to this call. */
export function loseAnswer(world: World, call: Call, when: "start" | "end", occasion: Omit<Occasion, "call">): void {
  if (world.faults.size === 0) return;
  for (const row of world.faults.values()) {
    const { fault } = row;
    if (fault.kind !== "answer-lost" || fault.when !== when || !matches(world, row, fault, { ...occasion, call }))
      continue;
    useUp(world, row);
    log(world, { by: "platform", what: `fault ${fault.kind}`, outcome: "done", host: occasion.hosts[0], note: call });
    throw new RollError("unavailable", `The platform gave no answer to ${call}.`, {
      host: occasion.hosts[0],
      hint: "Look again.",
    });
  }
}

/** Whether any fault is about calls as such. */
export function faultsOnCalls(world: World): boolean {
  for (const { fault } of world.faults.values())
    if (fault.kind === "call-refused" || fault.kind === "answer-lost") return true;
  return false;
}

/** The timed fault that a task stands for; forgotten when it was its last strike. */
export function timedFault(world: World, id: string): TimedFault | undefined {
  const row = world.faults.get(id);
  if (row === undefined || !isTimed(row.fault)) return undefined;
  if (row.fault.at !== undefined || row.left === 0) {
    const pending = [...world.tasks.values()].some((task) => task.kind === "fault" && task.fault === id);
    if (!pending) world.faults.remove(id);
  }
  return row.fault;
}

function schedule(world: World, fault: string, host: string | undefined, until: number): void {
  world.serial += 1;
  world.tasks.put({ id: `t${world.serial}`, serial: world.serial, from: world.now, until, kind: "fault", fault, host });
}

function matches(world: World, row: FaultRow, fault: StruckFault, occasion: Occasion): boolean {
  if (fault.host !== undefined && !occasion.hosts.includes(fault.host)) return false;
  if (fault.workload !== undefined && fault.workload !== occasion.workload) return false;
  if ("call" in fault && fault.call !== undefined && fault.call !== occasion.call) return false;
  if (fault.from !== undefined && world.now < row.added + fault.from) return false;
  return fault.until === undefined || world.now < row.added + fault.until;
}

function useUp(world: World, row: FaultRow): void {
  if (row.left <= 1) world.faults.remove(row.id);
  else if (row.left !== NEVER) world.faults.put({ ...row, left: row.left - 1 });
}
