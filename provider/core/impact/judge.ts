import type { Assessment, Question } from "./question.ts";

/**
 * The verdict on a host that was patched and has its own workloads back, as far as it can be given at `now`. Ask again whenever
 * you like: it is a function of the question.
 */
export function judgeHost(question: Question): Assessment {
  throw new Error(`not yet: ${question.host}`);
}

/** The same from errors alone, without a hold for want of data: for the hosts that are not measured in full. */
export function judgeErrors(question: Question): Assessment {
  throw new Error(`not yet: ${question.host}`);
}
