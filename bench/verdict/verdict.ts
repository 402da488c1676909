import { measure, overlapping, type Row, scenarios } from "./table.ts";

/** The verdict against its acceptance table. With `--small` a fortieth of the rolls: it only shows that everything works. */
export function verdictBench({ json, small }: { readonly json: boolean; readonly small: boolean }): void {
  if (!json) console.log(line(["", "", "rolls", "value", "accept", ""]));
  for (const scenario of [...scenarios, ...(small ? [] : [overlapping])]) {
    for (const row of measure(scenario, small ? 1 / 40 : 1)) console.log(json ? jsonOf(row) : line(cellsOf(row)));
  }
}

function jsonOf({ id, what, rolls, value, accept, missed }: Row): string {
  return JSON.stringify({ id, rolls, value, accept, missed, what });
}

function cellsOf({ id, what, rolls, value, accept, missed }: Row): string[] {
  return [id, what, String(rolls), value.toFixed(3), accept, missed ? "MISSED" : "met"];
}

function line([id = "", what = "", rolls = "", value = "", accept = "", met = ""]: readonly string[]): string {
  return `${id.padEnd(5)} ${what.padEnd(52)} ${rolls.padStart(5)} ${value.padStart(8)}  ${accept.padEnd(9)} ${met}`.trimEnd();
}
