import { XMLParser } from "fast-xml-parser";
import type { Check } from "../core/check.ts";
import { type Brick, glusterState } from "../core/storage.ts";
import { type Answer, failed, type Question } from "./answer.ts";
import { outputOf, readAs } from "./on-host.ts";

/** Passes when nothing has to be healed on any brick, and every brick is connected. */
export async function askGluster(check: Extract<Check, { kind: "gluster" }>, question: Question): Promise<Answer> {
  const gluster = (...args: string[]) => outputOf([...check.command, ...args], question);
  let names = check.volumes;
  if (names === undefined) {
    const list = await gluster("volume", "list", "--xml");
    if ("answer" in list) return list.answer;
    names = readAs(() => volumesIn(list.stdout));
    if (names === undefined) return failed(`${check.command.join(" ")} volume list gives no list of volumes`);
  }
  const volumes = new Map<string, readonly Brick[]>();
  for (const name of names) {
    const info = await gluster("volume", "heal", name, "info", "--xml");
    if ("answer" in info) return info.answer;
    const bricks = readAs(() => bricksIn(info.stdout));
    if (bricks === undefined) return failed(`${check.command.join(" ")} volume heal ${name} info tells of no bricks`);
    volumes.set(name, bricks);
  }
  const { state, words } = glusterState(volumes);
  return { passed: state === "well", evidence: words, heals: state === "healing" };
}

/** Names in `gluster volume list --xml`. Throws TypeError for what is no such answer or tells of an error. */
export function volumesIn(xml: string): string[] {
  return [...(answerIn(xml).volList?.volume ?? [])];
}

/** Bricks in `gluster volume heal VOLUME info --xml`. Throws TypeError for what is no such answer or tells of an error. */
export function bricksIn(xml: string): Brick[] {
  const bricks = answerIn(xml).healInfo?.bricks.brick;
  if (bricks === undefined) throw new TypeError("no bricks");
  return bricks.map(({ name, status, numberOfEntries }) => ({ name, status, numberOfEntries }));
}

interface GlusterAnswer {
  readonly opRet?: string;
  readonly volList?: { readonly volume?: readonly string[] };
  readonly healInfo?: { readonly bricks: { readonly brick?: readonly Brick[] } };
}

function answerIn(xml: string): GlusterAnswer {
  const { cliOutput } = parser.parse(xml) as { readonly cliOutput?: GlusterAnswer };
  if (cliOutput === undefined || cliOutput.opRet !== "0") throw new TypeError("not an answer of gluster");
  return cliOutput;
}

const parser = new XMLParser({
  parseTagValue: false,
  isArray: (name) => name === "brick" || name === "volume",
});
