import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Shell, scriptWasSent } from "../../../../provider/drivers/libvirt/ssh/shell.ts";
import { hostAt, Lab, type Sshd, sshdPath } from "./sshd.ts";

describe.skipIf(sshdPath === undefined)("a script on a host", () => {
  let lab: Lab;
  let sshd: Sshd;
  let shell: Shell;

  beforeAll(async () => {
    lab = new Lab();
    sshd = await lab.start();
    shell = lab.open([hostAt(sshd)], [sshd]).shell("h1");
  });
  afterAll(() => lab.end());

  test("answers with code, output and errors", async () => {
    const answer = await shell.run('echo "$1"; echo "$2" >&2; exit 3', ["a b", "c"]);
    expect(answer).toEqual({ code: 3, stdout: "a b\n", stderr: "c\n" });
  });

  test.each([
    ["ends with a comment", "echo one # two", { code: 0, stdout: "one\n", stderr: "" }],
    ["is empty", "", { code: 0, stdout: "", stderr: "" }],
    ["returns", "return 4", { code: 4, stdout: "", stderr: "" }],
    ["ends by a signal", "kill -KILL $$", { code: 137, stdout: "", stderr: "" }],
    ["has a document in it", "cat <<'E'\n$x\nE", { code: 0, stdout: "$x\n", stderr: "" }],
    ["sets -eu and fails", "set -eu\nfalse\necho never", { code: 1, stdout: "", stderr: "" }],
  ])("that %s", async (_, script, answer) => {
    expect(await shell.run(script)).toEqual(answer);
  });

  test("that is no sh is an answer too, and nothing of it runs", async () => {
    const answer = await shell.run("echo begun\nif then fi");
    expect(answer).toMatchObject({ code: 2, stdout: "" });
    expect(answer.stderr).toMatch(/syntax error/i);
  });

  test("reads its input unchanged, and without one finds an end at once", async () => {
    const input = `'"$(id)\`id\`\\n\n\t é 🦊 ${"x".repeat(300_000)}\n\n`;
    expect((await shell.run("cat", [], { input })).stdout).toBe(input);
    expect((await shell.run("cat; exit 5", [], { input: "" })).code).toBe(5);
    expect(await shell.run("cat")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await shell.run("exit 6", [], { input })).code).toBe(6);
  });

  test("stands in no argv, nor do its arguments and its input", async () => {
    const script = 'cat >/dev/null; for p in /proc/[0-9]*; do tr "\\0" " " <$p/cmdline; echo; done 2>/dev/null';
    const { stdout } = await shell.run(script, ["argument-5b1f"], { input: "input-5b1f" });
    expect(stdout).toContain("sshd");
    expect(stdout).not.toContain("5b1f");
    expect(stdout).not.toContain("cmdline");
    expect(sshd.log()).not.toContain("5b1f");
  });

  test("may print five megabytes, on both outputs", async () => {
    const { stdout, stderr } = await shell.run("head -c 5000000 /dev/zero | tr '\\0' a; echo done >&2");
    expect(stdout.length).toBe(5_000_000);
    expect(stderr).toBe("done\n");
  });

  test("may print what is not UTF-8", async () => {
    expect((await shell.run("printf 'a\\377\\200b\\0c'")).stdout).toBe("a\ufffd\ufffdb\0c");
  });

  test("that prints more than the limit is ended", async () => {
    const run = shell.run("exec yes", [], { limit: 100_000 });
    await expect(run).rejects.toMatchObject({ kind: "failed", host: "h1" });
    await expect(run).rejects.toThrow("h1: a script printed more than 100000 bytes; the script had been sent");
    expect((await shell.run("printf 12345", [], { limit: 5 })).stdout).toBe("12345");
    await expect(shell.run("printf 123456", [], { limit: 5 })).rejects.toMatchObject({ kind: "failed" });
  });

  test("that takes too long is ended on the host as well", async () => {
    const file = join(lab.folder, "slow");
    const run = shell.run('echo $$ >"$1"; sleep 30', [file], { timeout: 500 });
    await expect(run).rejects.toMatchObject({ kind: "failed", sent: true });
    await expect(run).rejects.toThrow("h1: the script did not end within 0.5 s; the script had been sent");
    await vi.waitFor(() => expect(existsSync(`/proc/${readFileSync(file, "utf8").trim()}`)).toBe(false), 5_000);
  });

  test("is cancelled by its signal, also before it began", async () => {
    const stop = new AbortController();
    const file = join(lab.folder, "begun");
    const run = shell.run('echo >"$1"; sleep 30', [file], { signal: stop.signal });
    const error = run.catch((caught) => caught);
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), 5_000);
    stop.abort(new Error("stop"));
    expect(await error).toMatchObject({ kind: "cancelled", host: "h1", sent: true });
    const late = await shell.run("echo", [], { signal: stop.signal }).catch((caught) => caught);
    expect(late).toMatchObject({ kind: "cancelled", sent: false });
    expect(scriptWasSent(late)).toBe(false);
  });

  test.each([
    ["script", "echo \0", [], undefined],
    ["argument 2", "echo", ["a", "b\0c"], undefined],
    ["argument 1", "echo", ["\ud800"], undefined],
    ["input", "echo", [], "\udc00"],
  ])("with what no shell can hold in its %s is refused", async (part, script, args, input) => {
    const run = shell.run(script, args, { input });
    await expect(run).rejects.toMatchObject({ kind: "invalid", host: "h1" });
    await expect(run).rejects.toThrow(part);
  });
});

describe.skipIf(sshdPath === undefined)("an account", () => {
  const lab = new Lab();
  afterAll(() => lab.end());

  test("whose shell greets is understood", async () => {
    const sshd = await lab.start({ config: ['ForceCommand echo hello; echo oops >&2; eval "$SSH_ORIGINAL_COMMAND"'] });
    const shell = lab.open([hostAt(sshd)], [sshd]).shell("h1");
    expect(await shell.run("echo it; exit 1")).toEqual({ code: 1, stdout: "it\n", stderr: "" });
  });

  test.each(["bash", "csh", "fish", "zsh", "ksh", "busybox sh"])("whose login shell is %s", async (login) => {
    const [program = ""] = login.split(" ");
    if (!["/bin", "/usr/bin"].some((folder) => existsSync(join(folder, program)))) return;
    const sshd = await lab.start({ config: [`ForceCommand exec ${login} -c "$SSH_ORIGINAL_COMMAND"`] });
    const shell = lab.open([hostAt(sshd)], [sshd]).shell("h1");
    expect((await shell.run('echo "$1"', ["$(id) 'x' !!\n%~"])).stdout).toBe("$(id) 'x' !!\n%~\n");
  });

  test("without a login shell is named as such", async () => {
    const sshd = await lab.start({ config: ["ForceCommand echo This account is currently not available.; exit 1"] });
    const run = lab
      .open([hostAt(sshd)], [sshd])
      .shell("h1")
      .run("echo");
    await expect(run).rejects.toMatchObject({ kind: "denied", hint: expect.stringContaining("login shell") });
    await expect(run).rejects.toThrow('exit code 1, "This account is currently not available."');
  });
});
