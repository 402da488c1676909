import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import { parseAnswer, port } from "./guest.ts";
import { Watch } from "./watch.ts";

/**
 * `node prober.ts g1=10.77.0.101 …`: asks all guests by UDP, and on a session for each that is opened once, until its standard
 * input ends; then writes what it saw as JSON. A process of its own, so that nothing the test does delays it, and one for
 * all guests, since many would starve the hosts. Says "probing" when every session is open.
 */
const everyMs = { udp: 20, tcp: 50 };
/** An answer that takes longer than this is lost. */
const lateMs = 1_500;

interface Probed {
  readonly watch: Watch;
  readonly address: string;
  readonly session: Socket;
}

const socket = createSocket({ type: "udp4", recvBufferSize: 4 << 20 });
const probed = new Map(process.argv.slice(2).map((argument) => watched(argument)));
const open = Array.from(probed.values(), ({ session }) => new Promise((resolve) => session.once("connect", resolve)));
await Promise.all(open);
process.stdout.write("probing\n");

socket.on("message", (text, from) => {
  const { said, bootId } = parseAnswer(text.toString());
  probed.get(from.address)?.watch.answer(Number(said), bootId);
});
const timers = [setInterval(askByUdp, everyMs.udp), setInterval(askByTcp, everyMs.tcp)];
process.stdin.resume().on("end", () => {
  for (const timer of timers) clearInterval(timer);
  setTimeout(finish, lateMs);
});

function watched(argument: string): [address: string, Probed] {
  const [name = "", address = ""] = argument.split("=");
  const watch = new Watch(name, performance.now());
  const session = connect(port, address).setNoDelay(true);
  session.on("data", () => watch.answerTcp(performance.now()));
  session.on("error", (error: NodeJS.ErrnoException) => watch.breakTcp(error.code ?? error.message));
  session.on("close", () => watch.breakTcp("closed"));
  return [address, { watch, address, session }];
}

function askByUdp(): void {
  for (const { watch, address } of probed.values()) {
    // A host whose cable is out gives errors; a question that could not be sent is one that nobody answered.
    socket.send(String(watch.ask(performance.now())), port, address, () => {});
  }
}

function askByTcp(): void {
  for (const { watch, session } of probed.values()) {
    if (!watch.isTcpFree) continue;
    watch.askTcp(performance.now());
    session.write("tcp\n");
  }
}

function finish(): void {
  process.stdout.write(JSON.stringify(Array.from(probed.values(), ({ watch }) => watch.record(performance.now()))));
  process.exit(0);
}
