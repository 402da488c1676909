import { live, schedule } from "../support/schedule.ts";

/** Runs schedules until one breaks a rule; prints `{"seed":…,"why":…}` or `{"seed":null}` after the last. */
const from = Number(process.argv[2] ?? 1);
const count = Number(process.argv[3] ?? 10_000);

async function firstBroken(): Promise<{ seed: number | null; why?: string }> {
  for (let seed = from; seed < from + count; seed++) {
    try {
      await live(schedule(seed));
    } catch (error) {
      return { seed, why: error instanceof Error ? error.message : String(error) };
    }
  }
  return { seed: null };
}

console.log(JSON.stringify(await firstBroken()));
// What a broken run left waiting must not keep the process.
process.exit(0);
