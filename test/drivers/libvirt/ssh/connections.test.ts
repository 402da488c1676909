import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { repository } from "../../../../tools/setup/context.mjs";
import { hostAt, Lab, type Sshd, sshdPath } from "./sshd.ts";

const lab = new Lab();
afterAll(() => lab.end());

const logins = (sshd: Sshd): number => sshd.log().match(/Accepted publickey/g)?.length ?? 0;

describe.skipIf(sshdPath === undefined)("connections", () => {
  test("are made when they are needed, one for many runs at once", async () => {
    const sshd = await lab.start();
    const shell = lab.open([hostAt(sshd)], [sshd]).shell("h1");
    expect(logins(sshd)).toBe(0);
    const answers = await Promise.all(Array.from({ length: 16 }, (_, n) => shell.run('echo "$1"', [`${n}`])));
    expect(answers.map(({ stdout }) => stdout)).toEqual(answers.map((_, n) => `${n}\n`));
    expect(logins(sshd)).toBe(1);
  });

  test("are as many as the settings allow when all channels are in use", async () => {
    const sshd = await lab.start();
    const shell = lab.open([hostAt(sshd)], [sshd], { connections: 3, channels: 2 }).shell("h1");
    await Promise.all(Array.from({ length: 20 }, () => shell.run("sleep 0.1")));
    expect(logins(sshd)).toBe(3);
  });

  test.each([1, 3])("bear no more sessions than the host's MaxSessions, %i", async (sessions) => {
    const sshd = await lab.start({ config: [`MaxSessions ${sessions}`] });
    const shell = lab.open([hostAt(sshd)], [sshd]).shell("h1");
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => shell.run('echo "$1"', [`${n}`])));
    expect(answers.map(({ stdout }) => stdout)).toEqual(answers.map((_, n) => `${n}\n`));
    expect(logins(sshd)).toBe(1);
  });

  test("to a host without sessions are refused", async () => {
    const sshd = await lab.start({ config: ["MaxSessions 0"] });
    const run = lab
      .open([hostAt(sshd)], [sshd])
      .shell("h1")
      .run("echo");
    await expect(run).rejects.toMatchObject({
      kind: "denied",
      sent: false,
      hint: expect.stringContaining("MaxSessions"),
    });
  });

  test("that die in mid-run say that the script was sent; the next run connects anew", async () => {
    const sshd = await lab.start();
    const shell = lab.open([hostAt(sshd)], [sshd]).shell("h1");
    const file = join(lab.folder, "dies");
    const run = shell.run('echo >"$1"; sleep 20', [file]).catch((error) => error);
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), 5_000);
    sshd.killSessions();
    const error = await run;
    expect(error).toMatchObject({ kind: "unavailable", host: "h1", sent: true });
    expect(error.message).toMatch(/is gone: .*; the script had been sent and may have run\.$/);
    expect((await shell.run("echo back")).stdout).toBe("back\n");
    expect(logins(sshd)).toBe(2);
  });

  test("to a peer that no longer answers are noticed by keep-alive", async () => {
    const sshd = await lab.start();
    const shell = lab.open([hostAt(sshd)], [sshd], { keepalive: { interval: 100, count: 3 } }).shell("h1");
    const run = shell.run("echo begun >&2; sleep 20").catch((error) => error);
    await vi.waitFor(() => expect(logins(sshd)).toBe(1), 5_000);
    sshd.signal("SIGSTOP");
    const idle = shell.run("echo").catch((error) => error);
    expect(await run).toMatchObject({ kind: "unavailable" });
    expect(await idle).toMatchObject({ kind: "unavailable" });
    sshd.signal("SIGCONT");
    expect((await shell.run("echo back")).stdout).toBe("back\n");
  });

  test("that are dropped end their runs; the next run connects anew", async () => {
    const sshd = await lab.start();
    const shells = lab.open([hostAt(sshd)], [sshd]);
    await shells.shell("h1").run("echo");
    const run = shells
      .shell("h1")
      .run("sleep 20")
      .catch((error) => error);
    shells.drop("h1");
    expect(await run).toMatchObject({ kind: "unavailable" });
    expect((await shells.shell("h1").run("echo back")).stdout).toBe("back\n");
    expect(logins(sshd)).toBe(2);
  });

  test("that are closed end all runs as cancelled, those that wait too", async () => {
    const sshd = await lab.start();
    const shells = lab.open([hostAt(sshd)], [sshd], { channels: 1 });
    const runs = [1, 2, 3].map(() => shells.shell("h1").run("sleep 20"));
    shells.close();
    for (const run of runs) await expect(run).rejects.toMatchObject({ kind: "cancelled" });
    await expect(shells.shell("h1").run("echo")).rejects.toMatchObject({ kind: "cancelled", sent: false });
  });

  test("keep no process alive once they are closed", async () => {
    const sshd = await lab.start();
    const program = `
      import { openShells } from ${JSON.stringify(join(repository, "dist/provider/drivers/libvirt/ssh/shells.js"))};
      const shells = openShells([{ name: "h1", address: "127.0.0.1", port: ${sshd.port} }],
        { knownHosts: [${JSON.stringify(lab.file("known-alive", sshd.known()))}], identities: [${JSON.stringify(lab.key)}], agent: false });
      console.log((await shells.shell("h1").run("echo built")).stdout);
      void shells.shell("h1").run("sleep 20").catch(() => {});
      shells.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
      timeout: 20_000,
    });
    expect(stdout.trim()).toBe("built");
  });
});

describe.skipIf(sshdPath === undefined)("jump hosts", () => {
  test("are gone through, with a connection that many hosts share", async () => {
    const [jump, inner] = [await lab.start(), await lab.start()];
    const via = { address: "127.0.0.1", port: jump.port };
    const hosts = ["a", "b", "c"].map((name) => hostAt(inner, { name, jump: [via] }));
    const shells = lab.open(hosts, [jump, inner]);
    const answers = await Promise.all(hosts.map(({ name }) => shells.shell(name).run("echo $SSH_CLIENT")));
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect([logins(jump), logins(inner)]).toEqual([1, 3]);
  });

  test("may stand behind one another, and each proves who it is", async () => {
    const [first, second, inner] = [await lab.start(), await lab.start(), await lab.start()];
    const jump = [first, second].map(({ port }) => ({ address: "127.0.0.1", port }));
    const known = lab.open([hostAt(inner, { jump })], [first, second, inner]);
    expect((await known.shell("h1").run("echo in")).stdout).toBe("in\n");
    const unknown = lab
      .open([hostAt(inner, { jump })], [first, inner])
      .shell("h1")
      .run("echo");
    await expect(unknown).rejects.toMatchObject({ kind: "denied", host: "h1" });
    await expect(unknown).rejects.toThrow(`port ${second.port} is not known`);
  });

  test("that die take their hosts along; the next run goes over a new one", async () => {
    const [jump, inner] = [await lab.start(), await lab.start()];
    const shell = lab
      .open([hostAt(inner, { jump: [{ address: "127.0.0.1", port: jump.port }] })], [jump, inner])
      .shell("h1");
    await shell.run("echo");
    const run = shell.run("sleep 20").catch((error) => error);
    jump.killSessions();
    expect(await run).toMatchObject({ kind: "unavailable" });
    expect((await shell.run("echo back")).stdout).toBe("back\n");
  });

  test("that forward nothing, or find nobody, are named", async () => {
    const [closed, open] = [await lab.start({ config: ["AllowTcpForwarding no"] }), await lab.start()];
    const through = (jump: Sshd, port: number) =>
      lab
        .open([{ name: "h1", address: "127.0.0.1", port, jump: [{ address: "127.0.0.1", port: jump.port }] }], [jump])
        .shell("h1")
        .run("echo");
    await expect(through(closed, open.port)).rejects.toMatchObject({
      kind: "denied",
      hint: expect.stringContaining("AllowTcpForwarding"),
    });
    await expect(through(open, 1)).rejects.toThrow(/127\.0\.0\.1:1 \(through .*\) refuses connections on port 1/);
  });
});

describe("a host that", () => {
  const at = (port: number, address = "127.0.0.1") =>
    lab
      .open([{ name: "h1", address, port }], [], { connectTimeout: 300, identities: [] })
      .shell("h1")
      .run("echo");

  async function listen(answer: (server: Socket) => void): Promise<number> {
    const server: Server = createServer((socket) => answer(socket.on("error", () => {})));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return (server.address() as { port: number }).port;
  }

  test("listens on no such port is told apart from", async () => {
    await expect(at(1)).rejects.toMatchObject({ kind: "unavailable", sent: false });
    await expect(at(1)).rejects.toThrow(/refuses connections on port 1/);
  });

  test("takes the connection and says nothing of SSH, from", async () => {
    await expect(at(await listen(() => {}))).rejects.toThrow(
      "takes the connection but says nothing of SSH within 0.3 s",
    );
  });

  test("hangs up at once, from", async () => {
    await expect(at(await listen((socket) => socket.end()))).rejects.toThrow(
      "closed the connection before it said anything of SSH",
    );
  });

  test("speaks another protocol, from", async () => {
    const port = await listen((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await expect(at(port)).rejects.toMatchObject({ kind: "unavailable" });
  });

  test("stops in mid-handshake, from", async () => {
    await expect(at(await listen((socket) => socket.write("SSH-2.0-x\r\n")))).rejects.toThrow(
      "does not end the handshake within",
    );
  });

  test("has no such name", async () => {
    await expect(at(22, "no-such-host.invalid")).rejects.toThrow("cannot be resolved: no such name");
  });
});
