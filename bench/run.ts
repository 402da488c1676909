import { parseArgs } from "node:util";
import { doorsBench } from "./doors.ts";
import { exactBench } from "./exact/exact.ts";
import { type Figure, figureLine, figureTable } from "./figures.ts";
import { labBench } from "./lab.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { peersBench } from "./peers/peers.ts";
import { planPart } from "./plan.ts";
import { plannerBench } from "./planner.ts";
import { previewPart } from "./preview.ts";
import { reportPart } from "./report.ts";
import { resumePart } from "./resume.ts";
import { rollPart } from "./roll.ts";
import { type SshSize, sshPart } from "./ssh.ts";
import { verdictBench } from "./verdict/verdict.ts";

const USAGE = `usage: npm run bench -- [PART …] [--small] [--json]

  PART     preview | plan | roll | resume | report | ssh; without any, these six. With tables of their own:
           planner: the quality of plans; exact: how near they are to the
           fewest moves; peers: how other schedulers roll the same fleets;
           verdict: false halts and losses found, in simulated rolls; doors: the
           dynamic resource and the plugin beside each other; lab: a
           roll over real KVM hosts against the same work by hand (needs root)
  --small  fleets so small that it only shows that everything works
  --json   one object a line instead of a table: first the machine, then every figure`;

const sshSizes: readonly SshSize[] = [
  { hosts: 50, rounds: 5, aims: { seconds: 2 } },
  { hosts: 200, rounds: 5, aims: { memoryMB: 300 } },
];

/** What each part measures, in full and where only the machinery is to be seen at work. */
const parts: Readonly<Record<string, (small: boolean) => Figure[] | Promise<Figure[]>>> = {
  preview: (small) =>
    previewPart(small ? { hosts: 8, workloads: 40, rounds: 1 } : { hosts: 1_000, workloads: 25_000, rounds: 5 }),
  plan: (small) =>
    planPart(
      small
        ? [{ hosts: 40, rounds: 1 }]
        : [
            { hosts: 100, rounds: 5 },
            { hosts: 1_000, rounds: 5 },
            { hosts: 10_000, rounds: 1 },
          ],
    ),
  roll: (small) => rollPart(small ? { hosts: 8, workloads: 48 } : { hosts: 100, workloads: 2_400 }),
  report: (small) => reportPart(small ? { hosts: 8, width: 1, rounds: 1 } : { hosts: 1_000, width: 50, rounds: 5 }),
  ssh: (small) => sshPart(small ? [{ hosts: 3, rounds: 1 }] : sshSizes),
  resume: (small) => resumePart(small ? [40] : [1_000, 10_000]),
};

/** Parts that print tables of their own. */
const tables: Readonly<
  Record<string, (options: { readonly json: boolean; readonly small: boolean }) => void | Promise<void>>
> = {
  planner: ({ json }) => plannerBench(json ? ["--json"] : []),
  doors: doorsBench,
  exact: exactBench,
  peers: peersBench,
  lab: labBench,
  verdict: verdictBench,
};

/** `npm run bench`: see USAGE. Exit code 2: it was called in a wrong way. An aim that is missed is a figure, not an error. */
async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, small: { type: "boolean", default: false } },
  });
  const strange = positionals.filter((name) => parts[name] === undefined && tables[name] === undefined);
  if (strange.length > 0) throw new TypeError(`there is no part ${strange.join(", ")}`);
  for (const [name, table] of Object.entries(tables)) if (positionals.includes(name)) await table(values);
  if (positionals.length > 0 && positionals.every((name) => tables[name] !== undefined)) return;
  const print = values.json ? printLine : printTable;
  print(thisMachine());
  for (const [name, measure] of Object.entries(parts)) {
    if (positionals.length === 0 || positionals.includes(name)) print(await measure(values.small));
  }
}

function printLine(what: Machine | readonly Figure[]): void {
  if ("node" in what) console.log(JSON.stringify({ part: "machine", ...what }));
  else for (const figure of what) console.log(figureLine(figure));
}

function printTable(what: Machine | readonly Figure[]): void {
  if (!("node" in what)) {
    console.log(["", ...figureTable(what)].join("\n"));
    return;
  }
  const { date, commit, node, pulumi, system, cpu, cores, memoryGiB, load } = what;
  console.log(`${date} UTC, commit ${commit}, Node.js ${node}, Pulumi ${pulumi}`);
  console.log(`${system}, ${cores} cores (${cpu}), ${memoryGiB} GiB, load ${load} before the first figure`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
