import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { createFleetFile } from "../../provider/drivers/simulated/index.ts";
import { fastFleet } from "./support/fleet.ts";
import { type Declared, Project } from "./support/project.ts";

/** Each gives an error that names the field or file and what to do; nothing is touched, nothing is lost. */

interface Bad {
  readonly name: string;
  readonly declared: Declared;
  readonly says: readonly RegExp[];
  /** What must not be repeated. */
  readonly hides?: string;
}

const url = "https://shop.example.com/health";

const inputs: readonly Bad[] = [
  {
    name: "an unknown property",
    declared: { more: { polcy: {} } },
    says: [/RollingPatch "fleet": unknown property `polcy`; did you mean `policy`\?/],
  },
  {
    name: "a typo in the policy",
    declared: { policy: { maxUnavailble: 1 } },
    says: [/policy\.maxUnavailble: .*did you mean `maxUnavailable`\?/],
  },
  {
    name: "no host may be out",
    declared: { policy: { maxUnavailable: 0 } },
    says: [/policy\.maxUnavailable: .*(1|least)/],
  },
  {
    name: "more than all hosts",
    declared: { policy: { maxUnavailable: "150%" } },
    says: [/policy\.maxUnavailable: .*100 ?%/],
  },
  { name: "a negative share", declared: { policy: { maxUnavailable: "-5%" } }, says: [/policy\.maxUnavailable: /] },
  { name: "a negative count", declared: { policy: { retries: -1 } }, says: [/policy\.retries: .*at least 0/] },
  {
    name: "a duration that is none",
    declared: { policy: { maxUpTime: "soon" } },
    says: [/policy\.maxUpTime: .*"20m"/],
  },
  {
    name: "a window that never opens",
    declared: { policy: { windows: [{ start: "61 25 * * *", duration: "6h" }] } },
    says: [/policy\.windows\[0\].*"61 25 \* \* \*" is not a cron pattern/],
  },
  {
    name: "a version that is none",
    declared: { baseline: { version: "latest!" } },
    says: [/baseline\.version: .*latest!/],
  },
  { name: "no baseline", declared: { more: { baseline: {} } }, says: [/baseline: give `version`/] },
  {
    name: "an unknown platform",
    declared: { target: { kind: "vsphre", server: "vc" } },
    says: [/target\.kind: unknown kind "vsphre"; expected one of "simulated", "libvirt"/],
  },
  {
    name: "a URL that is none",
    declared: { checks: [{ kind: "http", name: "shop", url: "shop" }] },
    says: [/checks\[0\]\.url: .*http/],
  },
  {
    name: "two checks of one name",
    declared: { checks: [1, 2].map(() => ({ kind: "http", name: "shop", url })) },
    says: [/checks\[1\]\.name: .*"shop" is used twice/],
  },
  {
    name: "a password as an input",
    declared: { target: { kind: "simulated", file: "fleet.db", password: "hunter2" } },
    says: [/`target\.password` .*credentials are never inputs/, /environment/],
    hides: "hunter2",
  },
  {
    name: "a password in a URL",
    declared: { checks: [{ kind: "http", name: "shop", url: "https://bob:hunter2@shop.example.com/" }] },
    says: [/`checks\[0\]\.url` .*credentials are never inputs/],
    hides: "hunter2",
  },
  {
    name: "a plan id that is none",
    declared: { policy: { approved: "yes" } },
    says: [/policy\.approved: .*"yes" is not a plan id/, /approved: "3h-\d+m-1out-/],
  },
];

test("inputs that are wrong fail the preview, by their path", async () => {
  const project = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
  for (const { name, declared, says, hides } of inputs) {
    project.declare(declared);
    const { output } = await project.previewFails();
    for (const words of says) expect.soft(output, name).toMatch(words);
    if (hides !== undefined) expect.soft(output, name).not.toContain(hides);
    expect.soft(output, name).not.toMatch(/^\s+at /m);
  }
  expect(project.fleet.events()).toEqual([]);
  expect(project.fleet.describe().record.version).toBe(0);
  expect(existsSync(join(project.folder, ".rolling-patch", "journal.db"))).toBe(false);
  // An up refuses in the same words, before it asks the platform for anything.
  expect((await project.upFails()).output).toMatch(/policy\.approved/);
  expect(project.fleet.events()).toEqual([]);
  expect(project.savedNames()).toEqual([]);
});

describe("fleet files", () => {
  const files: readonly (readonly [name: string, spoil: ((path: string) => void) | undefined, says: RegExp])[] = [
    ["missing", undefined, /There is no fleet file .*bad\.db/],
    ["damaged", (path) => writeFileSync(path, spoiled(readFileSync(path))), /fleet file .*bad\.db is damaged/],
    ["foreign", (path) => writeFileSync(path, "a shopping list\n".repeat(500)), /bad\.db is not a fleet file/],
    ["of a newer format", (path) => setFormat(path, 99), /bad\.db has format 99; this version knows/],
  ];

  test("that are missing, damaged, foreign or newer are named and left as they are", async () => {
    const project = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
    project.fleet.close();
    const bad = join(project.folder, "bad.db");
    project.declare({ target: { kind: "simulated", file: "bad.db" } });
    for (const [name, spoil, says] of files) {
      if (spoil !== undefined) {
        copyFileSync(project.fleet.path, bad);
        spoil(bad);
      }
      const before = spoil === undefined ? undefined : readFileSync(bad);
      const { output } = await project.previewFails();
      expect.soft(output, name).toMatch(says);
      expect.soft(output, name).toMatch(/target: /);
      if (before !== undefined) expect.soft(readFileSync(bad).equals(before), name).toBe(true);
    }
    expect((await project.upFails()).output).toMatch(/bad\.db/);
  });

  test("that are taken away or replaced in mid-roll end the roll, by their name", async () => {
    for (const [does, says] of [
      [(path: string) => rmSync(path), /fleet\.db was taken away while it was in use/],
      [(path: string) => createFleetFile(path, fastFleet(), { force: true }), /fleet\.db was replaced by another one/],
    ] as const) {
      const project = await Project.create({ fleet: fastFleet({ hosts: 2, scale: 20 }) });
      const up = project.startUp();
      await up.during(project.fleet.hasBegun("remediate esx-01"));
      project.fleet.close();
      does(project.fleet.path);
      expect((await up.ended).failed().output).toMatch(says);
      expect(project.savedNames()).toEqual(["fleet"]);
    }
  });

  test("that another process keeps locked are a warning in preview and an error in up", async () => {
    const project = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
    const other = new DatabaseSync(project.fleet.path);
    onTestFinished(() => {
      if (other.isOpen) other.close();
    });
    project.fleet.close();
    other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE meta SET value = value");
    const preview = await project.preview();
    expect(preview.output).toMatch(/warning: .*cannot be looked at.*fleet\.db is locked by another process/);
    const up = await project.upFails();
    expect(up.output).toMatch(/fleet\.db is locked by another process/);
    other.exec("ROLLBACK; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM meta");
    other.close();
    await project.up();
    expect(project.fleet.levels()).toEqual({ "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" });
  });
});

test("a journal that is damaged, or whose place cannot be written, stops up before it touches anything", async () => {
  const project = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
  const folder = join(project.folder, ".rolling-patch");
  mkdirSync(folder);
  const journal = join(folder, "journal.db");
  writeFileSync(journal, "not a journal\n".repeat(1_000));
  const damaged = await project.upFails();
  expect(damaged.output).toMatch(/journal\.db/);
  expect(readFileSync(journal, "utf8")).toMatch(/^not a journal/);
  project.env.ROLLING_PATCH_DIR = join(project.folder, "Pulumi.yaml");
  const unwritable = await project.upFails();
  expect(unwritable.output).toMatch(/Pulumi\.yaml/);
  if (existsSync("/proc/self")) {
    project.env.ROLLING_PATCH_DIR = "/proc/nowhere/below";
    const nowhere = await project.upFails();
    expect(nowhere.output).toMatch(/the folder \/proc\/nowhere cannot be made, ENOENT/);
    expect(nowhere.output).toMatch(/another folder with ROLLING_PATCH_DIR/);
  }
  expect(project.fleet.events()).toEqual([]);
  expect(project.fleet.out()).toEqual([]);
  project.env.ROLLING_PATCH_DIR = join(project.folder, "elsewhere");
  await project.up();
  expect(existsSync(join(project.folder, "elsewhere", "journal.db"))).toBe(true);
});

test("an embedded fleet is not made from a spec with duplicate hosts, no hosts or a bad level", async () => {
  const project = await Project.create();
  const spec = fastFleet({ hosts: 2 });
  const [first] = spec.hosts;
  for (const [hosts, says] of [
    [[first, first], /hosts\[1\]\.id: "esx-01" occurs twice/],
    [[], /hosts: a fleet has at least one host/],
    [[{ ...first, level: "newest" }], /hosts\[0\]\.level: .*newest/],
    [[{ ...first, memory: -1 }], /hosts\[0\]\.memory/],
  ] as const) {
    project.write("spec.json", JSON.stringify({ ...spec, hosts, workloads: [] }));
    const made = await project.rollingPatch("sim", "create", "--file", "new.db", "--spec", "spec.json").ended;
    expect(made.failed().output).toMatch(says);
    expect(existsSync(join(project.folder, "new.db"))).toBe(false);
  }
});

/** With another byte in the middle of every page. */
function spoiled(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = 4_096; at < copy.length; at += 512) copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
}

function setFormat(path: string, format: number): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = DELETE; PRAGMA user_version = ${format}`);
  database.close();
}
