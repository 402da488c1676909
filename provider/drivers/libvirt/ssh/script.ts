import { RollError } from "../../../core/errors.ts";

/** What runs on a host: a POSIX sh script, its arguments and its standard input. */
export interface Script {
  readonly text: string;
  readonly args: readonly string[];
  readonly input: string | undefined;
}

/**
 * The text that makes an `sh` which reads its commands from standard input run the script. It first prints `mark` and its process
 * id on a line of both outputs: what was said before that is not the script's (a `.bashrc` that greets), and where it is missing no
 * sh ran. The rest is one compound command, which sh reads to its end before it begins: of a text that was cut short nothing runs.
 */
export function textFor(script: Script, mark: string): string {
  const { text, args, input } = script;
  const call = ["rolling_patch", ...args.map(quoted)].join(" ");
  const fed = input === undefined ? `${call} </dev/null` : `printf %s ${quoted(input)} 2>/dev/null | ${call}`;
  return `echo ${mark} $$; echo ${mark} $$ >&2\n{ rolling_patch() { :\n${text}\n}\n${fed}\nexit\n}\n`;
}

/** Bytes that a mark's line may have. */
export const MARK_LINE = 100;

/** What came after the line with the mark, and the process id in it; undefined: there was none. */
export function afterMark(output: Buffer, mark: string): { readonly rest: Buffer; readonly pid: string } | undefined {
  const at = output.indexOf(`${mark} `);
  const end = at < 0 ? -1 : output.indexOf("\n", at);
  const pid = end < 0 ? "" : output.toString("latin1", at + mark.length + 1, end);
  return /^\d+$/.test(pid) ? { rest: output.subarray(end + 1), pid } : undefined;
}

/**
 * The text that ends a script whose `sh` has this process id, with all that it has started: sshd gave them a process group of their
 * own. Who is no plain `sh` has taken over the number of one that had ended.
 */
export function textToEnd(pid: string): string {
  return `pid=${quoted(pid)}
[ "$(tr -d '\\0' <"/proc/$pid/cmdline")" = sh ] && read -r stat <"/proc/$pid/stat" && set -- \${stat##*) } && kill -TERM "-$3"
exit
`;
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
