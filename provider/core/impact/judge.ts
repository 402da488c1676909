import { Course } from "./course.ts";
import type { Assessment, Evidence, Question } from "./question.ts";
import { CONFIRM_MINUTES } from "./settings.ts";
import { type Standing, sentenceOf } from "./words.ts";

/**
 * The verdict on a host that was patched and has its own workloads back, as far as it can be given at `now`. Ask again whenever
 * you like: it is a function of the question.
 *
 * Each look takes all of the full load so far. One that finds a loss makes the host suspect; the next five minutes alone have to
 * find it again. Rare bursts make single looks wrong far more often than their level says, two disjoint windows hardly ever.
 */
export function judgeHost(question: Question): Assessment {
  return assess(question, new Course(question, ["latency", "errors"]));
}

/** The same from errors alone, without a hold for want of data: for hosts that are not measured in full. It passes at its last look. */
export function judgeErrors(question: Question): Assessment {
  return assess(question, new Course(question, ["errors"]));
}

function assess(question: Question, course: Course): Assessment {
  const standing = standingOf(question, course);
  const evidence: Evidence = course.evidence();
  return { ...standing, evidence, sentence: sentenceOf(question, standing, evidence) };
}

function standingOf({ settings, now, fullLoadSince }: Question, course: Course): Standing {
  if (fullLoadSince === undefined) return { state: "waiting" };
  for (const minutes of settings.looks) {
    const due = course.dueAt(minutes);
    if (due > now) return { state: "waiting", until: due };
    const look = course.look(minutes);
    if (look.result === "pass") return { state: "pass" };
    if (look.by === undefined) continue;
    const until = course.dueAt(minutes + CONFIRM_MINUTES);
    if (until > now) return { state: "suspect", by: look.by, until };
    const { result, by = look.by } = course.confirm(minutes);
    if (result === "confirmed") return { state: "regress", by };
  }
  return course.end();
}
