import { live, schedule } from "./schedule.ts";

/** `node test/support/replay.ts SEED`: what one schedule is made of, what happened in it, and which rule broke. */
const plan = schedule(Number(process.argv[2] ?? 1));
const { fleet, ...rest } = plan;
console.log(JSON.stringify(rest));
for (const host of fleet.hosts) console.log(JSON.stringify(host));
for (const workload of fleet.workloads ?? []) console.log(JSON.stringify(workload));
for (const fault of fleet.faults ?? []) console.log(JSON.stringify(fault));
const rigs: import("./rig.ts").Rig[] = [];
try {
  console.log(await live(plan, (rig) => rigs.push(rig)));
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
} finally {
  const start = rigs[0]?.world.events[0]?.at ?? 0;
  for (const { at, by, what, outcome, host, workload, to, note, token } of rigs[0]?.world.events ?? []) {
    const minute = ((at - start) / 60_000).toFixed(2).padStart(8);
    console.log(minute, by, what, outcome, host ?? "", workload ?? "", to ?? "", token ?? "", note ?? "");
  }
  for (const news of rigs[0]?.news ?? []) if (news.kind !== "progress") console.log(news.host ?? "", news.text);
  console.log(JSON.stringify(rigs[0]?.world.record));
  process.exit(0);
}
