import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shell } from "../../../../provider/drivers/libvirt/ssh/shell.ts";
import { hostAt, Lab, sshdPath } from "./sshd.ts";

/** Names that want to be run: each would leave a file in the folder. */
const traps = (folder: string): string[] => {
  const command = `touch ${folder}/trap`;
  return [
    `$(${command})`,
    `\`${command}\``,
    `; ${command} ;`,
    `' ; ${command} ; '`,
    `" ; ${command} ; "`,
    `\n${command}\n`,
    `\r\n${command}\r\n`,
    `| ${command}`,
    `&& ${command}`,
    `& ${command} &`,
    `'\\'' ; ${command}`,
    `}\n${command}`,
    `\nEOF\n${command}\n`,
    `>${folder}/trap`,
    `<(${command})`,
    `\${x:-$(${command})}`,
    `-n`,
    `-e`,
    `--`,
    `-`,
    `*`,
    `~root`,
    `!!`,
    `$0$1$@$*$#$?$$$!`,
    `\\`,
    `%s%n%`,
    `#`,
    ``,
    ` `,
    `\u2028\u202e\ufeff`,
    `é´'“”`,
    `🦊'`,
    `\u0001\u0007\u001b[2J\u007f`,
  ];
};

describe.skipIf(sshdPath === undefined)("10,000 hostile names", () => {
  const lab = new Lab();
  const trapped = join(lab.folder, "trap");
  let shell: Shell;

  beforeAll(async () => {
    const sshd = await lab.start();
    shell = lab.open([hostAt(sshd)], [sshd]).shell("h1");
  });
  afterAll(() => lab.end());

  test("pass a real shell on a real sshd unchanged, and nothing of them runs", { timeout: 120_000 }, async () => {
    const piece = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...traps(lab.folder)) },
      { weight: 2, arbitrary: fc.string({ unit: fc.constantFrom(..."'\"`$();&|<>\\\n\r\t !#*?[]{}~%=-a🦊é") }) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
    );
    const name = fc
      .array(piece, { minLength: 1, maxLength: 4 })
      .map((pieces) => pieces.join("").replaceAll("\0", ""))
      .filter((text) => text.isWellFormed());
    const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
    console.log(`hostile names: SEED=${seed}`);
    const names = [...traps(lab.folder), ...fc.sample(name, { numRuns: 10_000, seed })];
    const before = readdirSync(lab.folder);
    for (let at = 0; at < names.length; at += 500) {
      const batch = names.slice(at, at + 500);
      // As arguments and, half of them, as input; what comes back is parted by NUL, which no name holds.
      const input = batch.slice(250).join("\0").replaceAll("\0", "\u0001\n");
      const { code, stdout, stderr } = await shell.run('printf "%s\\0" "$@"; cat', batch, { input });
      expect([code, stderr]).toEqual([0, ""]);
      const parts = stdout.split("\0");
      expect(parts.pop()).toBe(input);
      expect(parts).toEqual(batch);
    }
    expect(existsSync(trapped)).toBe(false);
    expect(readdirSync(lab.folder)).toEqual(before);
  });
});
