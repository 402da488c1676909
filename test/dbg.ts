import { Rig } from "/work/main/test/support/rig.ts";

const hosts = 8,
  perHost = 6;
const names = Array.from({ length: hosts }, (_, i) => `h${i + 1}`);
const cost = Number(process.argv[2] ?? 0);
const fleet: any = {
  noise: "typical",
  costs: cost ? [{ level: "8.0.3", latency: cost }] : [],
  hosts: names.map((id) => ({ id, memory: 64, cpu: 32, level: "8.0.1", patch: 300, boot: 180 })),
  workloads: names.flatMap((host) =>
    Array.from({ length: perHost }, (_, i) => ({ id: `${host}-w${i + 1}`, host, memory: 4, cpu: 1 })),
  ),
  faults: JSON.parse(process.argv[3] ?? "[]"),
};
const rig = new Rig({
  fleet,
  probes: [{ kind: "platform", name: "service", workloads: "all" } as any],
  policy: JSON.parse(process.argv[4] ?? "{}"),
});
const t0 = rig.time.now();
const push = rig.news.push.bind(rig.news);
(rig.news as any).push = (n: any) => {
  console.log(((rig.time.now() - t0) / 60000).toFixed(1), n.kind, n.host ?? "", n.text.slice(0, 300));
  return push(n);
};
const began = Date.now();
const out = await rig.up();
console.log(
  JSON.stringify(out.kind === "ended" ? out.result.ending : String((out as any).error?.stack ?? out.kind)),
  (Date.now() - began) / 1000,
);
