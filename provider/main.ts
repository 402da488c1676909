import { nodeProblem } from "./doors/node-version.ts";
import type { Door } from "./dynamic/door.ts";
import { wordsOnly } from "./dynamic/words-only.ts";

/**
 * The package's `./dynamic`: what the saved text of a dynamic provider calls. Everything else is loaded with the first call,
 * so that a Node.js that is too old for it is told in one line.
 */
let opened: Promise<Door> | undefined;

async function open(): Promise<Door> {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) throw wordsOnly(problem);
  const { dynamicDoor } = await import("./wiring.ts");
  return dynamicDoor();
}

function theDoor(): Promise<Door> {
  opened ??= open();
  return opened;
}

export const check: Door["check"] = async (olds, news) => (await theDoor()).check(olds, news);
export const diff: Door["diff"] = async (id, olds, news) => (await theDoor()).diff(id, olds, news);
export const create: Door["create"] = async (inputs) => (await theDoor()).create(inputs);
export const read: Door["read"] = async (id, props) => (await theDoor()).read(id, props);
export const update: Door["update"] = async (id, olds, news) => (await theDoor()).update(id, olds, news);
const forget: Door["delete"] = async (id, props) => (await theDoor()).delete(id, props);

export { forget as delete };
