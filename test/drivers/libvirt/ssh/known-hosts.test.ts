import { execFileSync, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { fingerprintOf } from "../../../../provider/drivers/libvirt/ssh/fingerprint.ts";
import { isNamed, knownName, parseKnownHosts } from "../../../../provider/drivers/libvirt/ssh/known-hosts.ts";
import { algorithmsFor, judgeKey } from "../../../../provider/drivers/libvirt/ssh/trust.ts";

/** Keys in wire format, made up: nothing is signed with them here. */
function keyOf(type: string, body: string): Buffer {
  const parts = [type, body].map((text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
  });
  return Buffer.concat(parts);
}

const ed = keyOf("ssh-ed25519", "a".repeat(32));
const otherEd = keyOf("ssh-ed25519", "b".repeat(32));
const rsa = keyOf("ssh-rsa", "c".repeat(64));
const line = (names: string, key: Buffer, type = "ssh-ed25519"): string => `${names} ${type} ${key.toString("base64")}`;
const hashed = (name: string): string => {
  const salt = Buffer.from("0123456789abcdefghij");
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
};
const place = (address: string, port = 22, fingerprints: string[] = []) => ({
  address,
  port,
  user: "root",
  fingerprints,
});
const verdict = (text: string, at = place("h1.example.com"), key = ed) =>
  judgeKey(at, key, parseKnownHosts(text, "known"));

describe("lines", () => {
  test("are read with marker, names, type, key and place", () => {
    const text = `# comment\n\n@revoked\t*  ssh-ed25519 ${ed.toString("base64")} of a thief\r\n${line("a,b", rsa, "ssh-rsa")}`;
    expect(parseKnownHosts(text, "f")).toEqual([
      { at: "f:3", file: "f", marker: "@revoked", names: "*", type: "ssh-ed25519", key: ed },
      { at: "f:4", file: "f", marker: undefined, names: "a,b", type: "ssh-rsa", key: rsa },
    ]);
  });

  test.each([
    "h1",
    "h1 ssh-ed25519",
    "h1 ssh-ed25519 !!!",
    `h1 ssh-rsa ${ed.toString("base64")}`,
    `@strange ${line("h1", ed)}`,
    "h1 1024 35 1234567890",
    "\0\ufffd \u2028 x",
    "@revoked",
  ])("that cannot be understood are left out: %j", (text) => {
    expect(parseKnownHosts(text, "f")).toEqual([]);
  });

  test("of any kind never crash", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => Array.isArray(parseKnownHosts(text, "f"))));
  });
});

describe("a key is", () => {
  test.each([
    ["h1.example.com", "trusted"],
    ["H1.Example.COM", "trusted"],
    ["other,h1.example.com", "trusted"],
    ["*.example.com", "trusted"],
    ["h?.example.*", "trusted"],
    ["*.example.com,!h1.example.com", "unknown"],
    ["!h1.example.com,*", "unknown"],
    ["!h2.example.com", "unknown"],
    ["h1", "unknown"],
    ["[h1.example.com]:2222", "unknown"],
    [hashed("h1.example.com"), "trusted"],
    [hashed("h2.example.com"), "unknown"],
    ["|1|x", "unknown"],
    ["|2|a|b", "unknown"],
  ])("by the names %s: %s", (names, kind) => {
    expect(verdict(line(names, ed))).toMatchObject({ kind });
  });

  test("on another port known by that port, or by the name alone", () => {
    expect(verdict(line("[h1.example.com]:2222", ed), place("h1.example.com", 2222))).toEqual({ kind: "trusted" });
    expect(verdict(line(hashed("[h1.example.com]:2222"), ed), place("h1.example.com", 2222))).toEqual({
      kind: "trusted",
    });
    expect(verdict(line("h1.example.com", ed), place("h1.example.com", 2222))).toEqual({ kind: "trusted" });
    expect(verdict(line("h1.example.com", otherEd), place("h1.example.com", 2222))).toEqual({ kind: "unknown" });
  });

  test("changed when all lines of its type hold others, and trusted when one of them holds it", () => {
    const changed = verdict(`${line("h1.example.com", otherEd)}\n${line("h1.example.com", rsa, "ssh-rsa")}`);
    expect(changed).toMatchObject({ kind: "changed", lines: [{ at: "known:1" }] });
    expect(verdict(`${line("h1.example.com", otherEd)}\n${line("*", ed)}`)).toEqual({ kind: "trusted" });
  });

  test("of a type that no line has, while lines have others, told as that", () => {
    expect(verdict(line("h1.example.com", rsa, "ssh-rsa"))).toMatchObject({
      kind: "other types",
      lines: [{ at: "known:1" }],
    });
  });

  test("revoked by any line with its key, wherever that stands and whatever else holds it, pins too", () => {
    const text = `${line("h1.example.com", ed)}\n@revoked ${line("*", ed)}`;
    expect(verdict(text)).toMatchObject({ kind: "revoked", line: { at: "known:2" } });
    expect(verdict(text, place("h1.example.com", 22, [fingerprintOf(ed)]))).toMatchObject({ kind: "revoked" });
    expect(verdict(`${line("h1.example.com", ed)}\n@revoked ${line("*", otherEd)}`)).toEqual({ kind: "trusted" });
  });

  test("never trusted by a line for certificates", () => {
    expect(verdict(`@cert-authority ${line("*", ed)}`)).toEqual({ kind: "unknown" });
  });

  test("pinned by its fingerprint, whatever known_hosts holds", () => {
    const pinned = place("h1.example.com", 22, [fingerprintOf(otherEd), fingerprintOf(ed)]);
    expect(verdict(line("h1.example.com", otherEd), pinned)).toEqual({ kind: "trusted" });
    expect(verdict(line("h1.example.com", ed), place("h1.example.com", 22, [fingerprintOf(otherEd)]))).toEqual({
      kind: "not pinned",
    });
  });
});

describe("algorithms", () => {
  test("of known keys are asked for first, SHA-1 never", () => {
    const lines = parseKnownHosts(line("h1", rsa, "ssh-rsa"), "f");
    const { plain, certificates } = algorithmsFor(place("h1"), lines);
    expect(plain.slice(0, 3)).toEqual(["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"]);
    expect(plain).not.toContain("ssh-rsa");
    expect(certificates).toEqual([]);
    expect(algorithmsFor(place("h2"), lines).plain[0]).toBe("ssh-ed25519");
  });

  test("of certificates are asked for where a CA is known and nothing is pinned", () => {
    const lines = parseKnownHosts(`@cert-authority ${line("*.example.com", ed)}`, "f");
    expect(algorithmsFor(place("h1.example.com"), lines).certificates[0]).toBe("ssh-ed25519-cert-v01@openssh.com");
    expect(algorithmsFor(place("h1.example.org"), lines).certificates).toEqual([]);
    expect(algorithmsFor(place("h1.example.com", 22, [fingerprintOf(ed)]), lines).certificates).toEqual([]);
  });
});

const hasKeygen = spawnSync("ssh-keygen", ["-?"]).error === undefined;

describe.skipIf(!hasKeygen)("ssh-keygen", () => {
  const folder = mkdtempSync(join(tmpdir(), "known-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("finds the same lines for a name", { timeout: 60_000 }, () => {
    const part = fc.string({ unit: fc.constantFrom(..."ab.*?!"), minLength: 1, maxLength: 6 });
    const names = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(","));
    const name = fc.string({ unit: fc.constantFrom(..."ab."), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        name,
        fc.constantFrom(22, 2222),
        fc.array(names, { minLength: 1, maxLength: 20 }),
        (host, port, lists) => {
          const file = join(folder, "known");
          const lists2 = [...lists, hashed(knownName(host, port))];
          writeFileSync(file, lists2.map((list) => `${line(list, ed)}\n`).join(""));
          const asked = port === 22 ? host : `[${host}]:${port}`;
          const said = spawnSync("ssh-keygen", ["-F", asked, "-f", file], { encoding: "utf8" }).stdout;
          const theirs = [...said.matchAll(/found: line (\d+)/g)].map(([, number]) => Number(number));
          const ours = lists2.flatMap((list, at) => (isNamed(list, knownName(host, port)) ? [at + 1] : []));
          expect(ours).toEqual(theirs);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("prints the same fingerprint, and hashes names as we read them", () => {
    const key = join(folder, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const [type = "", encoded = ""] = readFileSync(`${key}.pub`, "utf8").split(" ");
    const blob = Buffer.from(encoded, "base64");
    expect(execFileSync("ssh-keygen", ["-lf", key], { encoding: "utf8" })).toContain(fingerprintOf(blob));
    const file = join(folder, "hashed");
    writeFileSync(file, `h1.example.com,192.0.2.1 ${type} ${encoded}\n[h1.example.com]:2222 ${type} ${encoded}\n`);
    execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" });
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("example");
    for (const at of [place("h1.example.com"), place("192.0.2.1"), place("h1.example.com", 2222)])
      expect(verdict(text, at, blob)).toEqual({ kind: "trusted" });
    expect(verdict(text, place("h2.example.com"), blob)).toEqual({ kind: "unknown" });
  });
});
