import type { Act } from "../core/act.ts";
import type { HostPoint } from "../core/check.ts";
import { RollError } from "../core/errors.ts";
import type { Fleet, Host } from "../core/fleet.ts";
import type { HookStep } from "../core/hook.ts";
import type { Inputs } from "../core/inputs.ts";
import { own } from "../core/own.ts";
import type { Proof, RunEvent } from "../core/reduce.ts";
import type { RunMemory } from "../core/run.ts";
import { doubts, doubtsOfRollback, needsPatch } from "../core/verify.ts";
import { askAll } from "./gate.ts";
import type { GatePorts } from "./gate-ports.ts";
import { aboutRun, runHooks } from "./hooks.ts";
import type { News } from "./news.ts";
import type { ActContext, CheckRunner, Clock, Driver } from "./ports.ts";
import { regressionTests } from "./regression-tests.ts";
import type { Silences } from "./silences.ts";

/** What acts work with. */
export interface Workshop {
  readonly driver: Driver;
  readonly checks: CheckRunner;
  readonly process: Clock;
  readonly inputs: Inputs;
  readonly gates?: GatePorts | undefined;
  readonly silences?: Silences | undefined;
  /** One line for people. */
  tell?(news: News): void;
}

const MINUTE = 60_000;
/** Between two looks at a host that is waited for, fleet time. */
const LOOK_AGAIN = 15_000;

/** What must be on record before the act begins: read by whoever comes after a crash. */
export function intentOf(act: Act, fleet: Fleet, run: RunMemory): RunEvent[] {
  if (act.name === "regression tests") return [];
  const memory = own(run.hosts, act.host);
  switch (act.name) {
    case "cordon": {
      const homes = memory?.homes.length ? memory.homes : movable(fleet, act.host);
      return [{ kind: "began", host: act.host, step: "cordon", facts: { homes, drainSince: fleet.at } }];
    }
    case "remediate": {
      const host = fleet.hosts.find((one) => one.id === act.host);
      const bootBefore = memory?.bootBefore ?? host?.bootId ?? "";
      const level = host?.level ?? "unknown";
      return [{ kind: "began", host: act.host, step: "remediate", facts: { bootBefore }, at: fleet.at, level }];
    }
    case "rollback": {
      const { bootId = "" } = fleet.hosts.find((one) => one.id === act.host) ?? {};
      const bootConvicted = memory?.bootConvicted ?? bootId;
      return [{ kind: "began", host: act.host, step: "rollback", facts: { bootConvicted } }];
    }
    case "stop":
      return [{ kind: "stopping", host: act.host, workload: act.workload }];
    case "migrate": {
      // A drain that goes on in another process, or for another baseline, has its deadline from there.
      const resumed = act.step === "evacuate" && memory?.drainSince === undefined;
      return [
        { kind: "began", host: act.host, step: act.step, ...(resumed ? { facts: { drainSince: fleet.at } } : {}) },
      ];
    }
    case "check":
    case "hooks":
      return [{ kind: "began", host: act.host, step: act.at }];
    case "adopt":
    case "start":
    case "await":
      return [];
    default:
      return [{ kind: "began", host: act.host, step: act.name }];
  }
}

/** Carries the act out. Returns what then is to be remembered; throws RollErrors. */
export async function perform(shop: Workshop, act: Act, run: RunMemory, context: ActContext): Promise<RunEvent[]> {
  const { driver, inputs } = shop;
  switch (act.name) {
    case "stage":
      await driver.stage(act.host, inputs.baseline, context);
      return [{ kind: "passed", host: act.host, step: "stage" }];
    case "cordon":
      await shop.silences?.begin(act.host);
      await driver.cordon(act.host, { run: run.id, owner: run.owner, token: context.token }, context);
      return [];
    case "adopt":
      await driver.adopt(act.host, { run: run.id, owner: run.owner, token: context.token }, context);
      return [];
    case "migrate":
      await driver.migrate(act.workload, act.to, context);
      return [];
    case "stop":
      await driver.stop(act.workload, context);
      return [];
    case "start":
      await driver.start(act.workload, context);
      return [{ kind: "started", host: act.host, workload: act.workload }];
    case "remediate":
      return remediate(shop, act.host, context);
    case "rollback":
      return rollBack(shop, act.host, run, context);
    case "check":
      return check(shop, act.host, act.at, run, context);
    case "hooks":
      return hooks(shop, act.host, act.at, run, context);
    case "await":
      return waitFor(shop, act.host, context);
    case "uncordon":
      await driver.uncordon(act.host, context);
      return [];
    case "release": {
      await driver.release(act.host, context);
      return [{ kind: "released", host: act.host, atLevel: !needsPatch(await look(shop, act.host, context)) }];
    }
    case "regression tests": {
      return regressionTests(shop, act.moment, run, context.signal);
    }
  }
}

/** Fleet time at which the act gives up. */
export function deadlineOf(act: Act, fleet: Fleet, run: RunMemory, { policy }: Inputs): number {
  const { drain, patch, boot } = policy.deadlines;
  const now = fleet.at;
  if (act.name === "regression tests") return now + 60 * MINUTE;
  const host = fleet.hosts.find((one) => one.id === act.host);
  const lastBoot = 3 * 1000 * (host?.estimate.boot ?? 0);
  const back = boot ?? Math.min(60 * MINUTE, Math.max(20 * MINUTE, lastBoot));
  switch (act.name) {
    case "migrate":
      return act.step === "evacuate" ? (own(run.hosts, act.host)?.drainSince ?? now) + drain : now + drain;
    case "remediate":
    case "rollback":
      return now + patch + back;
    case "await":
      return now + back;
    case "stage":
      return now + patch;
    default:
      return now + 10 * MINUTE;
  }
}

async function remediate(shop: Workshop, id: string, context: ActContext): Promise<RunEvent[]> {
  await shop.driver.remediate(id, shop.inputs.baseline, context);
  const host = await look(shop, id, context);
  if (needsPatch(host)) {
    throw new RollError("failed", `Remediation of ${id} ended, but ${doubts(host, undefined).join("; ")}.`, {
      host: id,
    });
  }
  return [];
}

/** Back at its former level, and proven as a patch is. */
async function rollBack(shop: Workshop, id: string, run: RunMemory, context: ActContext): Promise<RunEvent[]> {
  const { wayBack } = shop.driver;
  if (wayBack === undefined)
    throw new RollError("denied", `${id} was not taken back: its platform knows no way.`, {
      host: id,
      hint: 'Use another `policy.onRegress`: "drain" or "hold".',
    });
  await wayBack.rollback(id, context);
  const memory = own(run.hosts, id);
  const host = await proven(shop, id, context, (seen) => doubtsOfRollback(seen, own(run.former, id), memory));
  const proof = proofOf(host, memory?.bootConvicted);
  return [{ kind: "passed", host: id, step: "rollback", boot: host.bootId, proof }];
}

async function check(
  shop: Workshop,
  id: string,
  at: HostPoint,
  run: RunMemory,
  context: ActContext,
): Promise<RunEvent[]> {
  const memory = own(run.hosts, id);
  const host = at === "verify" ? await proven(shop, id, context, (seen) => doubts(seen, memory)) : undefined;
  const results = await askAll(shop, [at], id, context.signal, (words) => context.progress(0, words));
  const bad = results.filter((one) => !one.passed);
  if (bad.length > 0) {
    throw new RollError("failed", bad.map((one) => `check "${one.name}" says ${one.evidence}`).join("; "), {
      host: id,
    });
  }
  const checks = results.map(({ name, evidence }) => ({ name, evidence }));
  const proof = host === undefined ? {} : { boot: host.bootId, proof: proofOf(host, memory?.bootBefore) };
  return [{ kind: "passed", host: id, step: at, ...proof, ...(checks.length === 0 ? {} : { checks }) }];
}

async function hooks(
  shop: Workshop,
  id: string,
  at: HookStep,
  run: RunMemory,
  context: ActContext,
): Promise<RunEvent[]> {
  const { level, wanted } = await look(shop, id, context);
  const about = { ...aboutRun(run, shop.inputs), host: { id, level, wanted } };
  const refused = await runHooks(shop, at === "hooks before" ? "beforeHost" : "afterHost", about, context.signal);
  if (refused !== undefined) throw new RollError("denied", `${refused}.`, { host: id });
  return [{ kind: "passed", host: id, step: at }];
}

function proofOf({ level, evidence, bootId }: Host, bootBefore: string | undefined): Proof {
  return { level, second: evidence, ...(bootBefore === undefined ? {} : { bootBefore }), boot: bootId };
}

/** Two looks, `policy.settle` apart, must both leave no doubt: a host that flaps shows it. */
async function proven(
  shop: Workshop,
  id: string,
  context: ActContext,
  doubtsOf: (host: Host) => string[],
): Promise<Host> {
  let host: Host | undefined;
  for (const wait of [0, shop.inputs.policy.settle]) {
    if (wait > 0) await shop.driver.clock.sleep(wait, context.signal);
    const seen = await look(shop, id, context);
    const found = doubtsOf(seen);
    if (host !== undefined && host.bootId !== seen.bootId) found.push(`${id} rebooted once more`);
    if (found.length > 0) throw new RollError("failed", `${found.join("; ")}.`, { host: id });
    host = seen;
  }
  return host as Host;
}

async function waitFor(shop: Workshop, id: string, context: ActContext): Promise<RunEvent[]> {
  for (;;) {
    const { state, problem } = await look(shop, id, context);
    if (state === "up") return [];
    if (shop.driver.clock.now() >= context.deadline) {
      const why = problem === undefined ? `${id} does not answer.` : `${id}: ${problem}`;
      throw new RollError("failed", why, { host: id, hint: "Look at its console." });
    }
    await shop.driver.clock.sleep(LOOK_AGAIN, context.signal);
  }
}

async function look(shop: Workshop, id: string, context: ActContext): Promise<Host> {
  const fleet = await shop.driver.observe(shop.inputs.baseline, context.signal);
  const host = fleet.hosts.find((one) => one.id === id);
  if (host === undefined) throw new RollError("conflict", `${id} has left the fleet.`, { host: id });
  return host;
}

const movable = (fleet: Fleet, host: string): string[] =>
  fleet.workloads.filter((one) => one.host === host && one.state === "running" && !one.pinned).map((one) => one.id);
