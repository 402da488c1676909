import { baselineKey } from "../core/baseline.ts";
import { survey } from "../core/compliance.ts";
import { isRollError, RollError } from "../core/errors.ts";
import type { Fleet } from "../core/fleet.ts";
import type { Inputs } from "../core/inputs.ts";
import type { Plan } from "../core/plan.ts";
import type { FleetRecord } from "../core/record.ts";
import type { RunEvent } from "../core/reduce.ts";
import type { Ending, RunMemory } from "../core/run.ts";
import { allNames, haltInForce, takeUp } from "../core/takeup.ts";
import type { GatePorts } from "./gate-ports.ts";
import { Herald } from "./herald.ts";
import { aboutRun, runHooks } from "./hooks.ts";
import { Keeper } from "./keeper.ts";
import type { News } from "./news.ts";
import type { ActContext, CheckRunner, Clock, Driver, Journal, Meter } from "./ports.ts";
import { Session } from "./session.ts";
import { Silences } from "./silences.ts";
import { quietAll, readFormer, restoreAll } from "./storage-actors.ts";
import { withWayBack } from "./way-back.ts";

/** The outside world of one roll. */
export interface RollPorts {
  readonly driver: Driver;
  /** Process time: heartbeats, `maxUpTime`, `waitAtGate`, `stopWithin`. */
  readonly process: Clock;
  readonly checks: CheckRunner;
  /** Undefined: there are no probes. */
  readonly meter: Meter | undefined;
  readonly gates?: GatePorts | undefined;
  readonly herald?: Herald;
  readonly journal: Journal;
  /** Wall clock, ISO 8601: for people. */
  wall(): string;
  tell(news: News): void;
  /** Whether hosts may start at this fleet time, and when that changes. */
  windows(fleetTime: number): { readonly open: boolean; readonly changesAt: number | undefined };
}

export interface RollRequest {
  readonly inputs: Inputs;
  /** SHA-256 of the inputs file: `continue` asks for the same. */
  readonly inputsDigest: string;
  /** Whose marks are ours; `inputs.owner` first. */
  readonly owners: readonly string[];
  /** Id of the run if a new one begins. */
  readonly newRunId: string;
  readonly holder: string;
  readonly instance: string;
  /** Asks for a safe point; reason "engine" when the Pulumi engine has died. */
  readonly stop: AbortSignal;
}

export interface RollResult {
  readonly ending: Ending;
  readonly memory: RunMemory;
  /** As observed at the end. */
  readonly fleet: Fleet;
  /** The newest plan, if one was made. */
  readonly plan?: Plan;
}

/**
 * Rolls the fleet to the declared level, or goes on with a roll that ended early. Level-triggered: observe, decide, act,
 * observe again. Returns how it ended. Throws RollErrors only when it could not begin or can no longer act: `conflict`
 * (somebody else's lease or mark), `unavailable` (the platform does not answer), `denied`.
 */
export async function roll(world: RollPorts, asked: RollRequest): Promise<RollResult> {
  const given = { ...world, driver: withWayBack(world.driver, asked.inputs.policy) };
  const { driver, process } = given;
  let changed = (): void => {};
  const keeper = await Keeper.claim(
    driver.record,
    process,
    { ...asked, owner: asked.inputs.owner, wall: given.wall },
    () => changed(),
    undefined,
  );
  const request = { ...asked, owners: allNames(keeper.record, asked.owners) };
  try {
    const { run, fleet: seen } = await begin(given, request, keeper);
    const herald = new Herald(given, request);
    const ports = { ...given, herald };
    const silences = new Silences(ports, request, keeper);
    const session = new Session(ports, request, keeper, run, silences);
    changed = () => session.wake();
    const refused = await refusedByHook(ports, request, run, seen);
    if (refused !== undefined) await session.enter(refused);
    // Nothing is touched where a hook has refused, unless hosts are out that have to be given back.
    if (refused === undefined || seen.hosts.some(({ mark }) => mark !== undefined))
      await putAside(ports, request, keeper, seen);
    if (refused === undefined) herald.start(run);
    const ending = await session.run();
    await silences.close(session.out);
    await giveBack(ports, keeper);
    await session.end(ending);
    await tellHooks(ports, request, session.memory, ending);
    await herald.end(session.memory, ending);
    await keeper.release((record) => ended(record, session.memory, ports.wall()));
    const fleet = await driver.observe(request.inputs.baseline);
    return { ending, memory: session.memory, fleet, ...(session.plan === undefined ? {} : { plan: session.plan }) };
  } catch (error) {
    keeper.abandon();
    throw error;
  }
}

/** Hooks before the roll; a stop that is asked for meanwhile is heeded by the session. */
async function refusedByHook(
  { gates, tell }: RollPorts,
  { inputs, stop }: RollRequest,
  run: RunMemory,
  fleet: Fleet,
): Promise<RunEvent | undefined> {
  const drifted = survey(fleet).flatMap(({ host, compliance }) => (compliance === "drifted" ? [host] : []));
  try {
    const reason = await runHooks({ gates, inputs, tell }, "beforeRun", { ...aboutRun(run, inputs), drifted }, stop);
    if (reason === undefined) return undefined;
    const hint = "Mend what it names; the next `pulumi up` asks it again.";
    return { kind: "halt", sticky: false, reason, hint };
  } catch (error) {
    if (stop.aborted && isRollError(error) && error.kind === "cancelled") return undefined;
    throw error;
  }
}

async function tellHooks({ gates, tell }: RollPorts, { inputs }: RollRequest, run: RunMemory, ending: Ending) {
  const about = { ...aboutRun(run, inputs), ending };
  await runHooks({ gates, inputs, tell }, "afterRun", about, new AbortController().signal);
}

async function begin(
  ports: RollPorts,
  request: RollRequest,
  keeper: Keeper,
): Promise<{ run: RunMemory; fleet: Fleet }> {
  const { baseline, policy } = request.inputs;
  const fleet = await ports.driver.observe(baseline);
  const foreign = fleet.hosts.find((host) => host.mark !== undefined && !request.owners.includes(host.mark.owner));
  if (foreign?.mark !== undefined) {
    await keeper.release((record) => record);
    throw new RollError(
      "conflict",
      `${foreign.id} is out under the mark of ${foreign.mark.owner} (run ${foreign.mark.run}).`,
      {
        host: foreign.id,
        hint: "Let that stack finish its roll, or give its hosts back with `rolling-patch restore`.",
      },
    );
  }
  const run = takeUp({
    record: keeper.record,
    fleet,
    baseline,
    owners: request.owners,
    acknowledge: policy.acknowledge,
    newRunId: request.newRunId,
    wall: ports.wall(),
    recall: (id) => ports.journal.memory(id),
  });
  await keeper.update(({ halt, ...record }) => ({
    ...record,
    run,
    inputs: request.inputsDigest,
    ...approvals(record, request, ports.wall()),
    ...(halt !== undefined && haltInForce({ ...record, halt }, baselineKey(baseline), policy.acknowledge) !== undefined
      ? { halt }
      : {}),
  }));
  return { run, fleet };
}

/** Approvals that the inputs bring, each remembered once; the newest twenty are kept. */
function approvals(record: FleetRecord, { inputs, holder }: RollRequest, at: string): Pick<FleetRecord, "approvals"> {
  const { approved, acknowledge } = inputs.policy;
  const known = record.approvals ?? [];
  const brought = [
    ...(approved === undefined ? [] : [{ of: "plan" as const, id: approved, by: holder, at }]),
    ...(acknowledge === undefined ? [] : [{ of: "halt" as const, id: acknowledge, by: holder, at }]),
  ];
  const fresh = brought.filter((one) => !known.some(({ of, id }) => of === one.of && id === one.id));
  return known.length + fresh.length === 0 ? {} : { approvals: [...known, ...fresh].slice(-20) };
}

/** Former settings go on record before anything is put aside; those of a dead run are kept. */
async function putAside(ports: RollPorts, { inputs }: RollRequest, keeper: Keeper, fleet: Fleet): Promise<void> {
  const former = await readFormer(ports, keeper.record.former, inputs.checks, fleet);
  await keeper.update((record) => (record.former === former ? record : { ...record, former }));
  await quietAll(ports.driver, ports.process, former, contextOf(ports.driver, keeper.token));
}

/** Gives other actors their settings back. What fails stays on record, for the next run or `restore`. */
async function giveBack({ driver, process, tell }: RollPorts, keeper: Keeper): Promise<void> {
  const { former } = keeper.record;
  if (former === undefined) return;
  for (let left = 3; ; left--) {
    try {
      await restoreAll(driver, process, former, contextOf(driver, keeper.token));
      await keeper.update(({ former: _former, ...record }) => record);
      return;
    } catch (error) {
      if (!isRollError(error) || error.kind === "conflict") throw error;
      if (left === 0) {
        tell({
          kind: "warning",
          text: `Other actors could not be given back their settings: ${error.message} Use \`rolling-patch restore\`.`,
        });
        return;
      }
      await driver.clock.sleep(10_000);
    }
  }
}

/** What stays in the fleet record after a run: its verdict, and at which baseline the fleet is done. */
function ended(record: FleetRecord, run: RunMemory, now: string): FleetRecord {
  const { halt: _halt, ...rest } = record;
  const { ending } = run;
  if (ending?.kind === "halted" && ending.sticky) {
    const host = ending.host === undefined ? {} : { host: ending.host };
    const at = record.halt?.run === run.id ? record.halt.at : now;
    return { ...rest, run, halt: { run: run.id, baseline: run.baseline, reason: ending.reason, at, ...host } };
  }
  return { ...rest, run };
}

function contextOf(driver: Driver, token: number): ActContext {
  return {
    token,
    signal: new AbortController().signal,
    deadline: driver.clock.now() + 10 * 60_000,
    progress: () => {},
    keepLog: () => {},
  };
}
