import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { type ErrorKind, isRollError } from "../../../provider/core/errors.ts";
import { fleetFileError } from "../../../provider/drivers/simulated/file-errors.ts";
import {
  addFault,
  createFleetFile,
  describeWorld,
  driftHost,
  openFleetFile,
  openSimulated,
  operatorGives,
  operatorTakes,
} from "../../../provider/drivers/simulated/index.ts";
import { temporaryFolder, trio } from "./fleets.ts";

const root = temporaryFolder(afterAll);
let folders = 0;
const folder = (): string => {
  const path = join(root, String(folders++));
  mkdirSync(path);
  return path;
};
const newFile = (): string => {
  const file = join(folder(), "fleet.db");
  createFleetFile(file, trio);
  return file;
};
const bytesIn = (path: string): string =>
  readdirSync(path)
    .map(
      (name) =>
        `${name} ${createHash("sha256")
          .update(readFileSync(join(path, name)))
          .digest("hex")}`,
    )
    .join();

describe("a fleet file that cannot be used is refused by name, untouched", () => {
  const cases: [string, (file: string) => void, RegExp][] = [
    [
      "missing",
      () => {},
      /There is no fleet file .*fleet\.db\. If there was one, it was moved or lost: put it back.*`npx rolling-patch sim create --file .* --spec SPEC/,
    ],
    ["empty", (file) => writeFileSync(file, ""), /fleet\.db is not a fleet file/],
    ["a text", (file) => writeFileSync(file, "hosts:\n".repeat(100)), /fleet\.db is not a fleet file/],
    ["a folder", (file) => mkdirSync(file), /fleet\.db cannot be opened/],
    ["another program's database", (file) => database(file, "CREATE TABLE t (a)"), /fleet\.db is not a fleet file/],
    [
      "newer than we are",
      (file) => altered(file, "PRAGMA user_version = 99"),
      /fleet\.db has format 99; this version knows formats up to 1/,
    ],
    [
      "without a table",
      (file) => altered(file, "DROP TABLE workloads"),
      /fleet\.db is damaged \(no such table: workloads\)/,
    ],
    ["cut short", (file) => cutShort(file), /fleet\.db is damaged/],
    ["overwritten in the middle", (file) => overwritten(file), /fleet\.db is damaged/],
    [
      "holding a row that is no JSON",
      (file) => altered(file, "UPDATE hosts SET row = '{\"id\": ' WHERE id = 'b'"),
      /fleet\.db is damaged/,
    ],
  ];

  test.each(cases)("%s", async (_, prepare, text) => {
    const dir = folder();
    const file = join(dir, "fleet.db");
    prepare(file);
    const before = existsSync(file) && !readdirSync(dir, { withFileTypes: true })[0]?.isDirectory() ? bytesIn(dir) : "";
    const open = async () => {
      const driver = openSimulated({ kind: "simulated", file: "fleet.db" }, dir);
      try {
        await driver.observe({ version: "8.0.3" });
      } finally {
        driver.close();
      }
    };
    await refused(open, "invalid", text);
    if (before !== "") expect(bytesIn(dir)).toBe(before);
    else expect(readdirSync(dir)).toEqual(existsSync(file) ? ["fleet.db"] : []);
  });

  test("locked by another process", async () => {
    const file = newFile();
    const other = new DatabaseSync(file);
    other.exec("BEGIN IMMEDIATE");
    const store = openFleetFile(file, { busy: 20 });
    const clock = { now: () => 0 };
    await refused(() => store.run(clock, () => {}), "unavailable", /fleet\.db is locked by another process\. Wait/);
    expect(store.look(clock, (world) => world.hosts.size)).toBe(3);
    other.exec("ROLLBACK");
    store.run(clock, () => {});
    store.close();
    other.close();
  });

  test("in a folder that cannot be written", () => {
    const file = newFile();
    chmodSync(file, 0o444);
    chmodSync(join(file, ".."), 0o555);
    chmodSync(root, 0o755);
    // Root may write everywhere: look as somebody else.
    const index = fileURLToPath(new URL("../../../provider/drivers/simulated/index.ts", import.meta.url));
    const code = `import { describeWorld } from ${JSON.stringify(index)};
      try { describeWorld(${JSON.stringify(file)}); } catch (error) { console.log(error.kind, error.advice); }`;
    const user = process.getuid?.() === 0 ? { setuid: 65534 } : undefined;
    const drop = user === undefined ? "" : `process.setuid(${user.setuid});`;
    const script = join(root, "look.mjs");
    writeFileSync(
      script,
      `${drop}\n${code.replace("import {", "const {").replace("} from", "} = await import(").replace(";", ");")}`,
    );
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--experimental-strip-types", "--disable-warning=ExperimentalWarning", script],
      {
        encoding: "utf8",
      },
    );
    expect(stderr).toBe("");
    expect(stdout).toMatch(
      /^invalid The fleet file .*fleet\.db cannot be opened for writing\. Make the file and its folder writable/,
    );
  });
});

test.each<[object, ErrorKind, RegExp]>([
  [{ errcode: 13 }, "unavailable", /no space left on the disk for the fleet file fleet\.db\. Free some space/],
  [{ errcode: 5 }, "unavailable", /locked by another process/],
  [{ errcode: 517 }, "unavailable", /locked by another process/],
  [{ errcode: 8 }, "invalid", /cannot be opened for writing/],
  [{ errcode: 267 }, "invalid", /is damaged \(told so\)/],
  [{ errcode: 10 }, "unavailable", /cannot be used \(told so\)/],
  [{ code: "EROFS" }, "invalid", /cannot be opened for writing/],
  [{ code: "EMFILE" }, "unavailable", /cannot be used/],
])("an error %j of the system becomes one that says what to do", async (more, kind, text) => {
  const error = fleetFileError("fleet.db", Object.assign(new Error("told so"), more));
  await refused(() => Promise.reject(error), kind, text);
});

test("a bug stays what it is", () => {
  for (const bug of [
    new TypeError("x is not a function"),
    Object.assign(new Error("finalized"), { code: "ERR_INVALID_STATE" }),
  ]) {
    expect(fleetFileError("fleet.db", bug)).toBe(bug);
  }
});

test.each<[string, (file: string) => void, RegExp]>([
  ["taken away", (file) => rmSync(file), /fleet\.db was taken away while it was in use\. Put it back/],
  ["moved", (file) => renameSync(file, `${file}.old`), /fleet\.db was taken away/],
  ["replaced", (file) => createFleetFile(file, trio, { force: true }), /fleet\.db was replaced by another one/],
])("a fleet file that is %s while it is in use is told, by looks and by commands", async (_, does, says) => {
  const file = newFile();
  const store = openFleetFile(file);
  const clock = { now: () => 0 };
  store.look(clock, (world) => world.now);
  does(file);
  await refused(() => store.look(clock, (world) => world.now), "failed", says);
  await refused(() => store.run(clock, (world) => world.now), "failed", says);
  store.close();
});

describe("creating", () => {
  test("makes the folders on the way, and no other file", () => {
    const dir = folder();
    createFleetFile(join(dir, "some/where/fleet.db"), trio);
    expect(readdirSync(join(dir, "some/where"))).toEqual(["fleet.db"]);
    expect(describeWorld(join(dir, "some/where/fleet.db")).hosts.map((host) => host.id)).toEqual(["a", "b", "c"]);
  });

  test.runIf(existsSync("/proc/self"))("says where no folder can be made", () => {
    expect(() => createFleetFile("/proc/nowhere/below/fleet.db", trio)).toThrow(
      /^The fleet file \/proc\/nowhere\/below\/fleet\.db cannot be used \(ENOENT.*mkdir '\/proc\/nowhere'\)/,
    );
  });

  test("leaves an existing fleet alone unless forced", async () => {
    const file = newFile();
    driftHost(file, "a", "7.0.0");
    await refused(() => createFleetFile(file, trio), "invalid", /There is a fleet file .* already.*--force/);
    expect(describeWorld(file).hosts[0]?.level).toBe("7.0.0");
    createFleetFile(file, trio, { force: true });
    expect(describeWorld(file).hosts[0]?.level).toBe("8.0.1");
  });

  test("never overwrites something else, even when forced", async () => {
    const file = join(folder(), "thesis.txt");
    writeFileSync(file, "a".repeat(100));
    await refused(() => createFleetFile(file, trio, { force: true }), "invalid", /thesis\.txt is not a fleet file/);
    expect(readFileSync(file, "utf8")).toBe("a".repeat(100));
  });

  test("refuses a wrong spec before it touches anything", async () => {
    const file = newFile();
    const before = bytesIn(join(file, ".."));
    await refused(
      () => createFleetFile(file, { hosts: [] }, { force: true }),
      "invalid",
      /hosts: a fleet has at least one host/,
    );
    expect(bytesIn(join(file, ".."))).toBe(before);
  });
});

describe("operations by hand", () => {
  test("drift, an operator and a fault show in the description", () => {
    const file = newFile();
    driftHost(file, "a", "8.0.2");
    operatorTakes(file, "b");
    addFault(file, { kind: "never-boots", host: "c" });
    const world = describeWorld(file);
    expect(world.hosts.map(({ id, level, held }) => [id, level, held])).toEqual([
      ["a", "8.0.2", false],
      ["b", "8.0.1", true],
      ["c", "8.0.1", false],
    ]);
    expect(world.faults).toMatchObject([{ kind: "never-boots", host: "c", left: 1 }]);
    expect(world.events.map((event) => `${event.by} ${event.what} ${event.host}`)).toEqual([
      "operator reinstall a",
      "operator take b",
    ]);
    expect(world.violations).toEqual([]);
    operatorGives(file, "b");
    expect(describeWorld(file, { events: 1 })).toMatchObject({
      hosts: [{}, { held: false }, {}],
      events: [{ what: "give" }],
    });
  });

  test.each<[string, (file: string) => unknown, RegExp]>([
    [
      "an unknown host",
      (file) => driftHost(file, "z", "8.0.2"),
      /There is no host z in this fleet\. Its hosts are a, b, c\./,
    ],
    ["a level that is none", (file) => driftHost(file, "a", "eight"), /level: "eight" is not a release version/],
    ["an unknown host to take", (file) => operatorTakes(file, "z"), /no host z/],
    ["a fault on an unknown host", (file) => addFault(file, { kind: "never-boots", host: "z" }), /no host z/],
    ["a fault of no kind", (file) => addFault(file, { kind: "bad luck" }), /the fault is not valid: kind/],
  ])("refuse %s and change nothing", async (_, operate, text) => {
    const file = newFile();
    const before = describeWorld(file);
    await refused(() => operate(file), "invalid", text);
    expect({ ...describeWorld(file), fleetTime: "" }).toEqual({ ...before, fleetTime: "" });
  });

  test("a description is plain JSON and changes no byte", () => {
    const file = newFile();
    const before = readFileSync(file);
    const world = describeWorld(file);
    expect(JSON.parse(JSON.stringify(world))).toEqual(JSON.parse(JSON.stringify(world)));
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

test("the target names the file, relative to the project or absolute; links are followed", async () => {
  const dir = folder();
  createFleetFile(join(dir, "fleet.db"), trio);
  symlinkSync(join(dir, "fleet.db"), join(root, "link.db"));
  for (const [file, base] of [
    ["./fleet.db", dir],
    [join(dir, "fleet.db"), "/nowhere"],
    ["link.db", root],
  ] as const) {
    const driver = openSimulated({ kind: "simulated", file }, base);
    const fleet = await driver.observe({ version: "8.0.3" });
    expect(fleet.hosts).toHaveLength(3);
    expect(fleet.target).toBe(`simulated:${file.replace("./", "")}`);
    driver.close();
  }
});

test("fleet time runs by its scale from the moment of creation", () => {
  const file = join(folder(), "fleet.db");
  createFleetFile(file, { ...trio, scale: 3600 });
  const { clock, ...store } = openFleetFile(file);
  expect(clock).toMatchObject({ scale: 3600, epoch: clock.since });
  store.close?.();
});

function database(file: string, sql: string): void {
  const made = new DatabaseSync(file);
  made.exec(sql);
  made.close();
}

function altered(file: string, sql: string): void {
  createFleetFile(file, trio);
  database(file, `PRAGMA journal_mode = DELETE; ${sql}`);
  database(file, "PRAGMA journal_mode = WAL");
}

function cutShort(file: string): void {
  createFleetFile(file, trio);
  truncateSync(file, Math.floor(readFileSync(file).length / 2));
}

function overwritten(file: string): void {
  createFleetFile(file, trio);
  const bytes = readFileSync(file);
  bytes.fill(0xee, 4096);
  writeFileSync(file, bytes);
}

async function refused(work: () => unknown, kind: ErrorKind, text: RegExp): Promise<void> {
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => new Error("nothing was thrown"),
      (thrown: unknown) => thrown,
    );
  if (!isRollError(error)) throw error;
  expect([error.kind, error.advice]).toEqual([kind, expect.stringMatching(text)]);
}
