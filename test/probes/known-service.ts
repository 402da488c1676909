/**
 * Run as a process of its own: a service whose latency is drawn from a known distribution, with outages when it is told, which keeps a
 * record of all it did. Prints its port; on a line of its input it says something as JSON: `record`, all requests so far; anything else
 * is an outage: `{"workloads": [...], "status": 503}` from now on, status 0: no answer at all, `{"workloads": []}` ends it.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";

/** What became of one request; times in ms, `arrived` since 1970. */
interface Served {
  readonly workload: string;
  readonly arrived: number;
  readonly took: number;
  readonly status: number;
}

const record: Served[] = [];
let outage: { readonly workloads: readonly string[]; readonly status?: number } = { workloads: [] };
let drawn = 0;

/** Lognormal, median 12 ms; every fiftieth is ten times as long. */
function latency(): number {
  drawn += 1;
  const uniform = (n: number): number => ((Math.imul(drawn * 2 + n, 0x9e3779b1) >>> 8) % 65_536) / 65_536;
  const normal = Math.sqrt(-2 * Math.log(1 - uniform(0))) * Math.cos(2 * Math.PI * uniform(1));
  return 12 * Math.exp(0.3 * normal) * (drawn % 50 === 0 ? 10 : 1);
}

const server = createServer((request, response) => {
  const [arrived, begun] = [Date.now(), performance.now()];
  const workload = request.url?.slice(1) ?? "";
  const status = outage.workloads.includes(workload) ? (outage.status ?? 200) : 200;
  if (status === 0) {
    record.push({ workload, arrived, took: 0, status });
    return;
  }
  setTimeout(() => {
    response.writeHead(status).end("ok");
    record.push({ workload, arrived, took: performance.now() - begun, status });
  }, latency());
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify((server.address() as AddressInfo).port)));

createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (line === "record") console.log(JSON.stringify(record));
    else outage = JSON.parse(line);
  })
  .on("close", () => process.exit());

export type { Served };
