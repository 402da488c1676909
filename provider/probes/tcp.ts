import { connect } from "node:net";
import type { Check } from "../core/check.ts";
import { type Answer, failed, networkProblem, type Question, since } from "./answer.ts";
import { intoAddress } from "./host.ts";

/** Passes when a connection can be established; nothing is sent. */
export function askTcp(check: Extract<Check, { kind: "tcp" }>, question: Question): Promise<Answer> {
  const address = intoAddress(check.address, question.host);
  if ("problem" in address) return Promise.resolve(failed(address.problem));
  const { clock, signal } = question;
  const started = clock.now();
  const where = `${address.text} port ${check.port}`;
  return new Promise((resolve) => {
    const socket = connect({ host: address.text, port: check.port, signal });
    const done = (answer: Answer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () =>
      done({ passed: true, evidence: `connected to ${where} after ${since(clock, started)}` }),
    );
    // Stays: an aborted socket may report more than once.
    socket.on("error", (error) => {
      const problem = signal.aborted ? "no answer" : networkProblem(error);
      done(failed(`${problem} after ${since(clock, started)} (${where})`));
    });
  });
}
