import { RollError } from "../../../core/errors.ts";

/** What runs on a host: a POSIX sh script, its arguments and its standard input. */
export interface Script {
  readonly text: string;
  readonly args: readonly string[];
  readonly input: string | undefined;
}

/**
 * The text that makes an `sh` which reads its commands from standard input run the script. It first prints `mark` on a line of
 * its own on both outputs: what was said before that is not the script's (a `.bashrc` that greets), and where it is missing no sh ran.
 * The rest is one compound command, which sh reads to its end before it begins: of a text that was cut short nothing runs.
 */
export function textFor(script: Script, mark: string): string {
  const { text, args, input } = script;
  const call = ["rolling_patch", ...args.map(quoted)].join(" ");
  const fed = input === undefined ? `${call} </dev/null` : `printf %s ${quoted(input)} 2>/dev/null | ${call}`;
  return `echo ${mark}; echo ${mark} >&2\n{ rolling_patch() { :\n${text}\n}\n${fed}\nexit\n}\n`;
}

/** One word of sh, whatever characters it holds. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Throws `invalid` for what no shell variable can hold or UTF-8 cannot carry unchanged. */
export function checkScript({ text, args, input }: Script, host: string): void {
  const parts: (readonly [name: string, part: string])[] = [
    ["script", text],
    ...args.map((arg, at) => [`argument ${at + 1}`, arg] as const),
  ];
  if (input !== undefined) parts.push(["input", input]);
  for (const [name, part] of parts) {
    const bad = part.includes("\0") ? "a NUL character" : part.isWellFormed() ? undefined : "half of a surrogate pair";
    if (bad !== undefined)
      throw new RollError("invalid", `${host}: the ${name} of a script holds ${bad}, which cannot reach a shell.`, {
        host,
      });
  }
}

/** What came after the line with the mark; undefined: there was none. */
export function afterMark(output: Buffer, mark: string): Buffer | undefined {
  const at = output.indexOf(`${mark}\n`);
  return at < 0 ? undefined : output.subarray(at + mark.length + 1);
}
