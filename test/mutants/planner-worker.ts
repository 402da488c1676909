import fc from "fast-check";
import { anyRequest, breach, isEasy, moment } from "../planner/breaches.ts";

/** Plans random requests until something is wrong; prints `{"seed":…,"why":…}` or `{"seed":null}` after the last. */
const from = Number(process.argv[2] ?? 1);
const seconds = Number(process.argv[3] ?? 60);

/** Little effort: what is found must be right, not good. */
const EFFORT = 1;
const PART = 20;

function firstWrong(): { seed: number | null; requests: number; why?: string } {
  const until = performance.now() + seconds * 1000;
  let requests = 0;
  for (let seed = from; performance.now() < until; seed++) {
    for (const [request, at] of fc.sample(fc.tuple(anyRequest, moment), { seed, numRuns: PART })) {
      try {
        if (!isEasy(request)) continue;
        requests += 1;
        const why = breach({ ...request, effort: EFFORT }, at);
        if (why !== undefined) return { seed, requests, why };
      } catch (error) {
        return { seed, requests, why: error instanceof Error ? error.message : String(error) };
      }
    }
  }
  return { seed: null, requests };
}

console.log(JSON.stringify(firstWrong()));
