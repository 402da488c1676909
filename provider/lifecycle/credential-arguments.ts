import { isCredentialName, isLiteral } from "./credential-names.ts";

const PASSED = "passes a credential as an argument";
const HEADER = "passes a credential in a header";
const VARIABLE = "sets a variable to a credential";

/** Options of well-known programs whose value is a password, whatever they mean elsewhere. `attached`: only `-pVALUE`. */
const OPTIONS: readonly { readonly programs: RegExp; readonly option: string; readonly attached?: true }[] = [
  { programs: /^(?:mysql|mariadb)/, option: "-p", attached: true },
  { programs: /^(?:sshpass|mongo|mongosh)$/, option: "-p" },
  { programs: /^redis-cli$/, option: "-a" },
  { programs: /^ldap(?:search|whoami|compare|modify)$/, option: "-w" },
  { programs: /^ipmitool$/, option: "-P" },
];
/** Programs whose `--user` is a user and a group. */
const GROUPS = /^(?:docker|podman|nerdctl|kubectl|chroot|setpriv|chown|install|su-exec|gosu)$/;
const SHELLS = /^(?:ba|da|a|k|z)?sh$/;

/** Which arguments of a command hold a credential, and how: by index. Names of files and variables are none. */
export function argumentProblems(command: readonly unknown[]): Map<number, string> {
  const words = command.map((word) => (typeof word === "string" ? word : ""));
  const programs = words.map((word) => word.split("/").at(-1) ?? "");
  const found = new Map<number, string>();
  for (const [index, word] of words.entries()) {
    const before = index === 0 ? "" : (words[index - 1] ?? "");
    const what = problemOf(word, before, programs.slice(0, index));
    if (what !== undefined) found.set(index, what);
  }
  return found;
}

function problemOf(word: string, before: string, programs: readonly string[]): string | undefined {
  if (/^-[a-z]*c$/.test(before) && programs.some((program) => SHELLS.test(program))) return problemInScript(word);
  const variable = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
  if (variable !== null)
    return isCredentialName(variable[1] ?? "") && isLiteral(variable[2] ?? "") ? VARIABLE : undefined;
  const header = /^(?:-H|--header=)(.+)$/s.exec(word)?.[1] ?? (/^(?:-H|--header)$/.test(before) ? word : "");
  if (isCredentialHeader(header)) return HEADER;
  const user =
    /^(?:-u|-U|--(?:proxy-)?user=)(.+)$/s.exec(word)?.[1] ?? (/^(?:-u|-U|--(?:proxy-)?user)$/.test(before) ? word : "");
  if (isUserWithPassword(user, programs)) return PASSED;
  if (/^-pass(?:in|out)?$/.test(before) && /^pass:./.test(word)) return PASSED;
  for (const { option, attached, programs: of } of OPTIONS) {
    if (!programs.some((program) => of.test(program))) continue;
    if (word.startsWith(option) && word.length > option.length) return PASSED;
    if (attached !== true && before === option && isLiteral(word)) return PASSED;
  }
  return isOptionWithCredential(word, before) ? PASSED : undefined;
}

/** `--token=abc`, `--token abc`. */
function isOptionWithCredential(word: string, before: string): boolean {
  const [, name = "", value = ""] = /^-{1,2}([a-z][\w-]+)=(.+)$/is.exec(word) ?? [];
  if (isCredentialName(name) && isLiteral(value)) return true;
  const [, option = ""] = /^-{1,2}([a-z][\w-]+)$/i.exec(before) ?? [];
  return isCredentialName(option) && !word.startsWith("-") && isLiteral(word);
}

function isCredentialHeader(header: string): boolean {
  const [, name = "", value = ""] = /^\s*([\w-]+)\s*:\s*(.*)$/s.exec(header) ?? [];
  if (!isLiteral(value)) return false;
  return (
    isCredentialName(name) ||
    /^(?:set-)?cookie$|(?:^|-)(?:auth|password|subscription-key|functions-key)$|authorization$/i.test(name)
  );
}

/** `bob:hunter2`; not `1000:1000`, nor the user and group of a container. */
function isUserWithPassword(user: string, programs: readonly string[]): boolean {
  const [, name = "", password = ""] = /^([^:\s/{$]+):([^\s/]+)$/.exec(user) ?? [];
  if (!isLiteral(password) || (/^\d+$/.test(name) && /^\d+$/.test(password))) return false;
  return !programs.some((program) => GROUPS.test(program));
}

/** The same rules for the words of a shell's script, quotes taken off. */
function problemInScript(script: string): string | undefined {
  const words = [...script.matchAll(/(?:[^\s"';&|()]|"(?:[^"\\]|\\.)*"|'[^']*')+/g)].map(([word]) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double, single) => double ?? single),
  );
  return [...argumentProblems(words).values()][0];
}
