import type { RunEvent } from "../core/reduce.ts";
import { LONGEST_NAME, MOST_NAMES, namedTests, newlyFailing, type TestMoment } from "../core/regressions.ts";
import type { RunMemory } from "../core/run.ts";
import type { Suite } from "../core/suite.ts";
import type { Workshop } from "./acts.ts";
import { askAll } from "./gate.ts";
import type { SuiteResult } from "./gate-ports.ts";

interface Tested {
  readonly failures: readonly string[];
  readonly flaky: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * Asks the checks of this moment and runs its suites, one after the other. What fails now and did not before runs once more:
 * only what fails again is a regression.
 */
export async function regressionTests(
  shop: Workshop,
  moment: TestMoment,
  run: RunMemory,
  signal: AbortSignal,
): Promise<RunEvent[]> {
  const tested = [await checked(shop, moment, signal)];
  const at = moment === "after" ? "end" : moment;
  for (const suite of shop.inputs.suites.filter((one) => one.at.includes(at)))
    tested.push(await suited(shop, suite, moment, run, signal));
  const [failures, flaky, outputs] = (["failures", "flaky", "outputs"] as const).map((key) =>
    tested.flatMap((one) => one[key]),
  ) as [string[], string[], string[]];
  const more = { ...(flaky.length > 0 ? { flaky } : {}), ...(outputs.length > 0 ? { outputs } : {}) };
  return [{ kind: "tested", moment, failures, ...more }];
}

/** Before the first host, every check that will be asked later is asked. */
async function checked(shop: Workshop, moment: TestMoment, signal: AbortSignal): Promise<Tested> {
  const points = { before: ["canary", "end"], canary: ["canary"], after: ["end"] } as const;
  const results = await askAll(shop, points[moment], undefined, signal);
  return { failures: results.filter((one) => !one.passed).map((one) => one.name), flaky: [], outputs: [] };
}

async function suited(
  shop: Workshop,
  suite: Suite,
  moment: TestMoment,
  run: RunMemory,
  signal: AbortSignal,
): Promise<Tested> {
  const once = async (round: 1 | 2): Promise<SuiteResult> => {
    const result: SuiteResult = (await shop.gates?.suites.run(suite, { run: run.id, moment, round }, signal)) ?? {
      failing: [],
    };
    tell(shop, suite, result);
    return result;
  };
  const first = await once(1);
  const failures = namesOf(suite, first, moment);
  const outputs = outputOf(first);
  const fresh = moment === "before" ? [] : newlyFailing(run, failures);
  if (fresh.length === 0) return { failures, flaky: [], outputs };
  shop.tell?.({
    kind: "warning",
    text: `${namedTests(fresh)} failed, and not before the roll: the suite "${suite.name}" runs once more`,
  });
  const second = await once(2);
  const again = namesOf(suite, second, moment);
  // A suite that fails as a whole the second time shows nothing about its tests; one that did the first time is known now.
  const flaky = second.broken === undefined ? fresh.filter((name) => !again.includes(name)) : [];
  const known = first.broken !== undefined && second.broken === undefined ? again : [];
  const left = failures.filter((name) => !flaky.includes(name));
  return { failures: [...new Set([...left, ...known])], flaky, outputs: [...outputs, ...outputOf(second)] };
}

/** Names as they are remembered. A suite with more failures before the roll than can be named is left out as a whole. */
function namesOf(suite: Suite, { failing, broken }: SuiteResult, moment: TestMoment): string[] {
  if (broken !== undefined) return [suite.name];
  const names = [...new Set(failing.map((name) => shortened(`${suite.name}: ${name}`)))];
  if (names.length <= MOST_NAMES) return names;
  return moment === "before" ? [suite.name] : names.slice(0, MOST_NAMES);
}

function tell(shop: Workshop, suite: Suite, { failing, broken, note, output }: SuiteResult): void {
  const where = output === undefined ? "" : `; what it said is in ${output}`;
  const say = (text: string): void => shop.tell?.({ kind: "warning", text: `suite "${suite.name}" ${text}${where}` });
  if (note !== undefined) say(note);
  if (broken !== undefined) say(`failed: ${broken}`);
  else if (failing.length > 0) say(`failed: ${namedTests(failing)}`);
}

const outputOf = ({ output }: SuiteResult): string[] => (output === undefined ? [] : [output]);

function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;
}
