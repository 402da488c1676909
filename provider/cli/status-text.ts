import { awaitedWords } from "../core/decide/barrier.ts";
import { own } from "../core/own.ts";
import type { RunMemory } from "../core/run.ts";
import { endingText, sentence } from "../lifecycle/render/roll.ts";
import { wrapped } from "../lifecycle/render/table.ts";
import { columns } from "./columns.ts";
import type { Status } from "./commands/status.ts";

/** A status for people. `inputs`: the file that the commands to type next are given. */
export function statusText(status: Status, inputs: string): string {
  const { target, levels, out } = status;
  const counts = Object.entries(levels)
    .sort()
    .map(([level, count]) => `${count} at ${level}`)
    .join(", ");
  const hosts =
    out.length === 0
      ? ["all hosts are in service"]
      : columns(
          [{ title: "out" }, { title: "level" }, { title: "why" }],
          out.map((one) => [one.host, one.level, one.why]),
        );
  return [
    `${target}: ${counts}`,
    ...wrapped(headline(status), ""),
    ...runLines(status),
    ...(status.stop === undefined ? [] : [`stop: ${status.stop.by} asked for a safe point at ${status.stop.at}`]),
    ...(status.former === undefined
      ? []
      : [`other actors are put aside; as they were: ${JSON.stringify(status.former)}`]),
    ...hosts,
    ...nextLines(status, inputs),
  ].join("\n");
}

function headline({ state, lease, run, halt, underWay }: Status): string {
  const who = lease === undefined ? "" : `${lease.holder}, since ${lease.since}`;
  switch (state) {
    case "rolling":
      return `rolling: ${who}, beating`;
    case "dead":
      return lease === undefined ? `unfinished: nobody works on run ${run?.id}` : `unfinished: ${who}, no longer beats`;
    case "halted":
      return halt === undefined
        ? "halted"
        : `halted until a person decides: ${sentence(halt.reason)}${halt.host === undefined || halt.reason.includes(halt.host) ? "" : ` Host: ${halt.host}.`}`;
    case "paused":
      return underWay.length === 0
        ? "paused at a safe point"
        : `paused, not at a safe point yet: ${underWay.join("; ")}. The platform goes on with that by itself`;
    case "idle":
      return "idle: nobody works on this fleet";
  }
}

function runLines({ run, inHand, approvals }: Status): string[] {
  if (run === undefined) return [];
  const facts = [
    `${run.done.length} rolled`,
    ...(inHand.length > 0 ? [`${inHand.length} in hand`] : []),
    run.canaryPassed ? "canary passed" : "canary not passed yet",
    ...measuredFacts(run),
  ].join(", ");
  const line = `run ${run.id} of ${run.owner} to ${run.baseline.replace(/^version=/, "")}, begun ${run.startedAt}: ${facts}`;
  return [
    ...wrapped(line, ""),
    ...(run.awaits === undefined ? [] : wrapped(`waits for ${awaitedWords({ run, approvals }, run.awaits)}`, "")),
    ...(run.ending === undefined ? [] : wrapped(`run ${run.id} ${endingText(run.ending)}`, "")),
  ];
}

/** Verdicts so far, and what is being watched. */
function measuredFacts({ impact, hosts }: RunMemory): string[] {
  if (impact === undefined) return [];
  const { reference, verdicts, suspects } = impact;
  const soaking = Object.entries(hosts).flatMap(([id, one]) =>
    one.fullSince === undefined || one.passed.includes("soak") ? [] : [id],
  );
  return [
    ...(reference !== undefined && reference.until === undefined ? ["watching the service before the next host"] : []),
    ...(verdicts.length > 0
      ? [`judged ${verdicts.map(({ host, verdict }) => `${host} (${verdict})`).join(", ")}`]
      : []),
    ...(soaking.length > 0 ? [`watching ${soaking.join(", ")}`] : []),
    ...Object.keys(suspects).map((id) => `${id} under suspicion`),
  ];
}

/** What to type next. */
function nextLines({ state, halt, out, former, run }: Status, inputs: string): string[] {
  const command = (name: string): string => `  npx rolling-patch ${name} --inputs ${inputs}`;
  switch (state) {
    case "rolling":
      return [
        ...(run?.awaits === undefined ? [] : ["to approve:", command(`approve ${run.awaits.gate}`)]),
        "to stop it at the next safe point:",
        command("stop"),
      ];
    case "halted":
      return halt === undefined
        ? ["to try again: pulumi up, or", command("continue")]
        : [
            `what happened: npx rolling-patch show ${halt.run}`,
            "to go on once the cause is understood, declare",
            `  policy: { acknowledge: "${halt.run}" }`,
          ];
    case "dead":
    case "paused":
      return [
        ...(run?.awaits === undefined ? [] : ["to approve:", command(`approve ${run.awaits.gate}`)]),
        "to go on: pulumi up, or",
        command("continue"),
        ...(former !== undefined || out.some(({ host }) => own(run?.hosts, host) !== undefined)
          ? ["to give back what it put aside instead:", command("restore")]
          : []),
      ];
    case "idle":
      return [];
  }
}
