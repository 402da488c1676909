import { log, type Trouble, type WorkloadRow, type World } from "./world.ts";
import { occupants } from "./world-moves.ts";

/** How long what is over is remembered: measurements may be asked for later. */
const REMEMBERED = 8 * 3_600_000;

/** From now on something befalls the service, for so long. */
export function addTrouble(world: World, trouble: Omit<Trouble, "from" | "until">, span: number, what: string): void {
  const known = (world.troubles ?? []).filter(({ until }) => until > world.now - REMEMBERED);
  world.troubles = [...known, { ...trouble, from: world.now, until: world.now + span }];
  const { host, workload } = trouble;
  log(world, { by: "platform", what, outcome: "done", host, workload });
}

/** A guest boots by itself: the workload, or the first that runs on the host. Until it is back nobody answers. */
export function rebootGuest(world: World, id: string | undefined, host: string | undefined, span: number): void {
  const workload = id === undefined ? firstRunning(world, host) : world.workloads.get(id);
  if (workload?.state !== "running") return;
  world.workloads.put({ ...workload, boots: (workload.boots ?? 0) + 1 });
  addTrouble(world, { kind: "failing", share: 1, workload: workload.id }, span, "guest reboot");
}

/** A host counts hardware errors. */
export function countErrors(world: World, id: string | undefined, errors: number): void {
  const host = id === undefined ? undefined : world.hosts.get(id);
  if (host === undefined) return;
  world.hosts.put({ ...host, errors: (host.errors ?? 0) + errors });
  log(world, { by: "platform", what: "hardware errors", outcome: "done", host: id, note: `${errors}` });
}

function firstRunning(world: World, host: string | undefined): WorkloadRow | undefined {
  return host === undefined
    ? undefined
    : occupants(world, host).find((one) => one.state === "running" && one.host === host);
}
