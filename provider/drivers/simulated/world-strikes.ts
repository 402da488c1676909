import type { TimedFault } from "./faults.ts";
import { type HostRow, log, NEVER, type WorkloadRow, type World } from "./world.ts";
import { beginMove, failMove, moveProblem, occupants, roomProblem, serviceProblem, stall } from "./world-moves.ts";
import { block, drift, later, operatorGives, operatorTakes } from "./world-operator.ts";
import { serving, staying } from "./world-past.ts";
import { addTrouble, countErrors, rebootGuest } from "./world-troubles.ts";

/** A timed fault strikes now. `name` is the host it is about; a host that is no longer there is left in peace. */
export function strikeNow(world: World, fault: TimedFault, name: string | undefined): void {
  if (fault.kind === "foreign-load") {
    foreignLoad(world, fault, name);
    return;
  }
  if (strikeService(world, fault, name)) return;
  const host = name === undefined ? undefined : world.hosts.get(name);
  if (host === undefined) return;
  switch (fault.kind) {
    case "host-hangs":
      hang(world, host, fault.for);
      break;
    case "host-cut":
      cut(world, host, fault.for);
      break;
    case "flaps":
      flap(world, host, fault.times, fault.period);
      break;
    case "operator-takes":
      operatorTakes(world, host.id, fault.for);
      break;
    case "operator-gives":
      operatorGives(world, host.id);
      break;
    case "host-vanishes":
      vanish(world, host);
      break;
    case "host-drifts":
      drift(world, host.id, fault.level);
      break;
    case "host-blocked":
      block(world, host.id, fault.reason);
      break;
    case "balancer-moves":
      balance(world, host, fault.workload);
      break;
    case "powers-off":
      powerOff(world, host, fault.for);
      break;
  }
}

/** What befalls the service rather than the host. False: the fault is no such thing. */
function strikeService(world: World, fault: TimedFault, name: string | undefined): boolean {
  const whose = (workload: string | undefined) => (workload === undefined ? { host: name } : { workload });
  switch (fault.kind) {
    case "workload-unreachable":
      addTrouble(world, { kind: "failing", share: 1, ...whose(fault.workload) }, fault.for, "silence");
      return true;
    case "error-burst":
      addTrouble(world, { kind: "failing", share: fault.percent / 100, ...whose(fault.workload) }, fault.for, "errors");
      return true;
    case "network-trouble":
      addTrouble(world, { kind: "failing", share: fault.percent / 100 }, fault.for, "network trouble");
      return true;
    case "probes-silent":
      addTrouble(world, { kind: "unmeasured", share: 1, ...whose(fault.workload) }, fault.for, "nothing measured");
      return true;
    case "guest-reboots":
      rebootGuest(world, fault.workload, name, fault.for);
      return true;
    case "hardware-errors":
      countErrors(world, name, fault.errors);
      return true;
    default:
      return false;
  }
}

function hang(world: World, host: HostRow, span: number | undefined): void {
  const until = span === undefined ? NEVER : Math.max(host.hungUntil, world.now + span);
  const by = until === NEVER ? NEVER : until - Math.max(world.now, host.hungUntil);
  world.hosts.put(serving(world, host, { ...host, hungUntil: until }, until));
  stall(world, host.id, by);
  log(world, { by: "platform", what: "hang", outcome: "done", host: host.id });
}

function cut(world: World, host: HostRow, span: number | undefined): void {
  const until = span === undefined ? NEVER : Math.max(host.cutUntil, world.now + span);
  world.hosts.put({ ...host, cutUntil: until });
  log(world, { by: "platform", what: "cut off", outcome: "done", host: host.id });
}

/** Silent for half a period now, and again as often as is left. */
function flap(world: World, host: HostRow, times: number, period: number): void {
  cut(world, host, period / 2);
  if (times <= 1) return;
  world.serial += 1;
  const fault = `f${world.serial}`;
  const rest = {
    kind: "flaps",
    host: host.id,
    at: period,
    on: undefined,
    delay: 0,
    count: 1,
    times: times - 1,
    period,
  } as const;
  world.faults.put({ id: fault, serial: world.serial, added: world.now, left: 1, fault: rest });
  world.serial += 1;
  const until = world.now + period;
  world.tasks.put({
    id: `t${world.serial}`,
    serial: world.serial,
    from: world.now,
    until,
    kind: "fault",
    fault,
    host: host.id,
  });
}

function foreignLoad(
  world: World,
  fault: Extract<TimedFault, { kind: "foreign-load" }>,
  name: string | undefined,
): void {
  let id = fault.id;
  for (let number = 2; world.workloads.has(id); number += 1) id = `${fault.id}-${number}`;
  const demand = { memory: Math.round(fault.memory * 1024), cpu: fault.cpu };
  const arrival = { id, demand, group: fault.group };
  const wished = name === undefined ? undefined : world.hosts.get(name);
  const host = [...(wished === undefined ? [] : [wished]), ...world.hosts.values()].find((one) =>
    takesIn(world, arrival, one),
  );
  log(world, {
    by: "operator",
    what: "create",
    outcome: host === undefined ? "failed" : "done",
    host: host?.id,
    workload: id,
  });
  if (host === undefined) return;
  const rest = { state: "running", pinned: false, latency: 5, doing: undefined, failure: undefined } as const;
  const past = [{ from: world.now, host: host.id, state: "running" }] as const;
  world.workloads.put({ ...arrival, ...rest, host: host.id, past });
}

/** The host leaves; others start its running workloads again where they fit, else they stay off. */
function vanish(world: World, gone: HostRow): void {
  if (world.hosts.size === 1) return;
  for (const task of [...world.tasks.values()]) {
    if (task.kind === "migrate" && task.to === gone.id) failMove(world, task, `${gone.id} left the fleet`);
    else if (task.kind === "migrate" && world.workloads.get(task.workload)?.host === gone.id)
      failMove(world, task, `${gone.id} left the fleet`);
    else if ("host" in task && task.host === gone.id) world.tasks.remove(task.id);
  }
  world.hosts.remove(gone.id);
  log(world, { by: "operator", what: "remove", outcome: "done", host: gone.id });
  for (const workload of [...world.workloads.values()]) if (workload.host === gone.id) restart(world, workload);
}

function restart(world: World, orphan: WorkloadRow): void {
  if (orphan.doing !== undefined) world.tasks.remove(orphan.doing.task);
  const hosts = [...world.hosts.values()];
  const refuge = orphan.state === "running" ? hosts.find((one) => takesIn(world, orphan, one)) : undefined;
  const host = refuge ?? hosts[0];
  if (host === undefined) return;
  const after: WorkloadRow = {
    ...orphan,
    host: host.id,
    state: refuge === undefined ? "stopped" : "running",
    doing: undefined,
    boots: (orphan.boots ?? 0) + 1,
  };
  world.workloads.put(staying(world, orphan, after));
  const outcome = refuge === undefined && orphan.state === "running" ? "failed" : "done";
  log(world, { by: "platform", what: "restart", outcome, host: host.id, workload: orphan.id });
}

function balance(world: World, target: HostRow, wish: string | undefined): void {
  if (world.actors.balancer !== true) return;
  for (const workload of world.workloads.values()) {
    if (wish !== undefined && workload.id !== wish) continue;
    const source = world.hosts.get(workload.host);
    if (
      source === undefined ||
      source.id === target.id ||
      source.held ||
      moveProblem(world, workload, source, target) !== undefined
    )
      continue;
    beginMove(world, workload, target.id);
    log(world, {
      by: "platform",
      what: "balance",
      outcome: "begun",
      host: source.id,
      workload: workload.id,
      to: target.id,
    });
    return;
  }
}

function powerOff(world: World, host: HostRow, span: number | undefined): void {
  if (world.actors.powerManagement !== true || host.power !== "on" || host.doing !== undefined || host.held) return;
  if (occupants(world, host.id).length > 0) return;
  world.hosts.put({ ...host, power: "off" });
  log(world, { by: "platform", what: "power off", outcome: "done", host: host.id });
  if (span !== undefined) later(world, "power on", host.id, span);
}

function takesIn(world: World, workload: Pick<WorkloadRow, "id" | "demand" | "group">, host: HostRow): boolean {
  return serviceProblem(world, host) === undefined && roomProblem(world, workload, host) === undefined;
}
