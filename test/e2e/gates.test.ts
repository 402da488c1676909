import { readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { alertmanager, hasProgram, listener } from "../support/servers.ts";
import { fastFleet } from "./support/fleet.ts";
import { kill } from "./support/processes.ts";
import { Project } from "./support/project.ts";
import { expectSafePoint } from "./support/safe-point.ts";
import { waitFor } from "./support/wait.ts";

/** Gates of a roll through the real engine: suites, approvals, hooks, windows. */

const withAlertmanager = hasProgram("prometheus-alertmanager", "silences are not tried with the real engine");
const hosts = ["esx-01", "esx-02", "esx-03"];
const all = (level: string): Record<string, string> => Object.fromEntries(hosts.map((host) => [host, level]));
const fleet = () => fastFleet({ hosts: 3, scale: 60 });
const rolled = (project: Project): string[] =>
  Object.entries(project.fleet.levels()).flatMap(([host, level]) => (level === "8.0.3" ? [host] : []));

/** A suite that writes JUnit: its tests fail that are named in the file `red`, one a line. */
const suiteScript = `
mkdir -p reports
{ echo '<testsuite name="shop">'
  for name in adds-an-item pays logs-in; do
    if grep -qsx $name red; then echo "<testcase name=\\"$name\\"><failure/></testcase>"; else echo "<testcase name=\\"$name\\"/>"; fi
  done
  echo '</testsuite>'; } > reports/shop.xml
echo "ran $ROLLING_PATCH_MOMENT" >> ran.txt
! grep -qs . red
`;
const suite = { name: "e2e", command: ["sh", "suite.sh"], junit: "reports/*.xml", timeout: "1m" };
/** Hooks see what happens: with the canary back, they break what the suite tests. */
const hook = (script: string, more: object) => ({
  name: "hook",
  command: ["sh", "-c", script],
  timeout: "1m",
  ...more,
});

describe("suites", () => {
  test("red after the canary: halted there, with the names of what newly fails; what was red before stays out", async () => {
    const breaks = hook("echo adds-an-item >> red", { at: ["afterHost"] });
    const project = await Project.create({
      fleet: fleet(),
      declared: { more: { suites: [suite], hooks: [breaks] } },
    });
    project.write("suite.sh", suiteScript);
    project.write("red", "logs-in\n");
    const halted = await project.upFails();
    expect(halted.output).toMatch(/is halted until a person decides: after the canary, regression tests fail/);
    expect(halted.output).toMatch(/passed before the roll: e2e: shop adds-an-item\./);
    expect(rolled(project)).toHaveLength(1);
    expectSafePoint(project.fleet);
    // Before the roll, after the canary, and once more.
    expect(project.read("ran.txt")).toBe("ran before\nran canary\nran canary\n");

    const shown = (await project.rollingPatch("show").ended).ok();
    const [, output = ""] =
      /(\S+\.rolling-patch\/output\/\S+-e2e-canary-again\.log)/.exec(shown.output.replace(/\s+/g, " ")) ?? [];
    expect(statSync(output).mode & 0o777).toBe(0o600);
    expect(readFileSync(output, "utf8")).toMatch(/exit code 1/);

    const run = project.fleet.record()?.run?.id ?? "";
    expect((await project.previewFails()).output).toContain(`policy: { acknowledge: "${run}" }`);
    project.declare({ policy: { acknowledge: run }, more: { suites: [suite] } });
    await project.up();
    expect(project.fleet.levels()).toEqual(all("8.0.3"));
    expect(project.fleet.breaches()).toEqual([]);
  });

  test("red at the end: everything is rolled and said, and the run fails; one that hangs is killed at its deadline", async () => {
    const hangs = {
      name: "slow",
      command: ["sh", "-c", "[ ! -f red ] || sleep 600"],
      timeout: "2s",
      at: ["before", "end"],
    };
    const breaks = hook("case $(cat) in *esx-03*) echo pays > red;; esac", { at: ["afterHost"] });
    const project = await Project.create({
      fleet: fleet(),
      declared: { more: { suites: [{ ...suite, at: ["before", "end"] }, hangs], hooks: [breaks] } },
    });
    project.write("suite.sh", suiteScript);
    const halted = await project.upFails();
    expect(project.fleet.levels()).toEqual(all("8.0.3"));
    expect(halted.output).toMatch(/regression tests fail that passed before the roll: e2e: shop pays, slow\./);
    expect(halted.output).toMatch(/suite "slow" failed: it had not ended after 2 s and was killed/);
    expect(project.saved().outputs).toMatchObject({
      hosts: all("8.0.3"),
      run: { outcome: "halted until acknowledged" },
    });
    expect(project.fleet.out()).toEqual([]);
  });
});

describe("approvals", () => {
  test("survive a kill: the canary waits for two people, the process dies, another machine goes on once both have said yes", async () => {
    const policy = { approve: [{ gate: "canary", people: 2 }], waitAtGate: "10m" };
    const project = await Project.create({ fleet: fleet(), declared: { policy } });
    const up = project.startUp();
    await up.said(/waits for an approval at the gate "canary"/);
    expect(rolled(project)).toHaveLength(1);
    const first = (await project.rollingPatch("approve", "canary", "--as", "anna").ended).ok();
    expect(first.output).toMatch(/1 of 2: anna/);
    kill(project.roller(), "SIGKILL");
    (await up.ended).failed();

    const elsewhere = await project.elsewhere();
    elsewhere.declare({ policy: { ...policy, waitAtGate: "0s" } });
    const waits = await elsewhere.upFails();
    expect(waits.output).toMatch(/is paused: waits for an approval at the gate "canary" \(.*1 of 2: anna\)/);
    expect(rolled(project)).toHaveLength(1);
    expectSafePoint(project.fleet);
    expect((await elsewhere.preview()).output).toMatch(/it waits for an approval .*npx rolling-patch approve canary/);
    (await elsewhere.rollingPatch("approve", "canary", "--as", "bert", "--inputs", elsewhere.inputsFile).ended).ok();
    await elsewhere.up();
    expect(project.fleet.levels()).toEqual(all("8.0.3"));
    expect(project.fleet.record()?.approvals).toMatchObject([{ by: "anna" }, { by: "bert" }]);
    expect(project.fleet.breaches()).toEqual([]);
  });

  test("a process that waits goes on as soon as somebody has approved", async () => {
    const policy = { approve: ["start", "canary"], waitAtGate: "10m" };
    const project = await Project.create({ fleet: fleet(), declared: { policy } });
    const up = project.startUp();
    await up.said(/waits for an approval at the gate "start"/);
    expect(project.fleet.acts()).toEqual([]);
    (await project.rollingPatch("approve", "canary").ended).failed();
    (await project.rollingPatch("approve", "start").ended).ok();
    await up.said(/waits for an approval at the gate "canary"/);
    (await project.rollingPatch("approve", "canary").ended).ok();
    (await up.ended).ok();
    expect(project.fleet.levels()).toEqual(all("8.0.3"));
  });
});

describe("hooks", () => {
  test("one that refuses before the first act: nothing is touched, and the next up asks it again", async () => {
    const ticket = hook("cat > ticket.json; echo 'CHG-12 is closed'; test -f open", { at: ["beforeRun"] });
    const project = await Project.create({ fleet: fleet(), declared: { more: { hooks: [ticket] } } });
    const refused = await project.upFails();
    expect(refused.output).toMatch(/is halted: hook "hook" \(before the roll\) failed: exit code 1 .*CHG-12 is closed/);
    expect(JSON.parse(project.read("ticket.json"))).toMatchObject({
      at: "beforeRun",
      owner: "e2e/dev/fleet",
      drifted: hosts,
    });
    const done = project.fleet.events().filter(({ by, what }) => by === "run" && what !== "write record");
    expect(done).toEqual([]);
    expect(project.fleet.levels()).toEqual(all("8.0.1"));
    expectSafePoint(project.fleet);
    project.write("open", "");
    await project.up();
    expect(project.fleet.levels()).toEqual(all("8.0.3"));
  });

  test("one that forks and hangs ends within its deadline, and its failure may be ignored", async () => {
    const hangs = hook("(sleep 600 & wait) & sleep 600", { at: ["beforeHost"], timeout: "500ms", onFailure: "ignore" });
    const project = await Project.create({ fleet: fleet(), declared: { more: { hooks: [hangs] } } });
    const up = await project.up();
    expect(up.output).toMatch(/hook "hook" \(before the host\) failed: not done in 1 s, killed/);
    expect(project.fleet.levels()).toEqual(all("8.0.3"));
    await waitFor(
      "the end of what it has started",
      () => !project.processes().some(({ command }) => /sleep 600/.test(command)),
    );
  });
});

describe("windows", () => {
  test("one that ends in mid-roll: no host starts that would not be done before; the roll waits, is killed, and goes on in the next one", async () => {
    // A host takes about a minute of fleet time, and the window is open for two and a half, every ten.
    const slow = fastFleet({ hosts: 4, scale: 10 });
    const windows = [{ start: "*/10 * * * *", duration: "150s" }];
    const project = await Project.create({ fleet: slow, declared: { policy: { windows, waitAtGate: "30m" } } });
    const up = project.startUp();
    await up.during(project.fleet.hasBegun("cordon esx-01", 0, 120));
    await up.said(/esx-01 \S+ released[\s\S]*waits for a window: /, 120);
    const before = rolled(project).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(4);
    kill(project.roller(), "SIGKILL");
    (await up.ended).failed();
    expect(project.fleet.out()).toEqual([]);

    const elsewhere = await project.elsewhere();
    const seen = project.fleet.seq;
    const again = elsewhere.startUp();
    await again.during(
      waitFor("another cordon", () => project.fleet.acts(seen).some((act) => act.startsWith("cordon")), {
        deadline: 180,
      }),
    );
    (await elsewhere.rollingPatch("stop", "--inputs", elsewhere.inputsFile).ended).ok();
    await again.ended;
    // Whatever was cordoned, was so in a window, and with time enough.
    for (const { what, outcome, at } of project.fleet.events()) {
      if (what !== "cordon" || outcome !== "done") continue;
      expect(at % 600_000).toBeLessThan(150_000);
    }
    elsewhere.declare({});
    await elsewhere.up();
    expect(Object.values(project.fleet.levels())).toEqual(["8.0.3", "8.0.3", "8.0.3", "8.0.3"]);
    expect(project.fleet.breaches()).toEqual([]);
  });

  test("a freeze period keeps every host in service; the preview says when it would go on", async () => {
    const slow = fastFleet({ hosts: 3, host: { "esx-01": { patch: 300 } } });
    const project = await Project.create({ fleet: slow });
    const now = Date.parse(project.fleet.describe().fleetTime);
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    const freeze = [{ from: day(now - 86_400_000), to: day(now + 40 * 86_400_000) }];
    project.declare({ policy: { freeze } });
    const preview = await project.preview("--diff");
    expect(preview.output).toMatch(/1 window: \w{3} \d+ \w{3} \d{4}, 00:00 to/);
    const paused = await project.upFails();
    expect(paused.output).toMatch(/is paused: outside of the maintenance windows; 3 hosts left/);
    expect(project.fleet.acts()).toEqual([]);
    project.declare({ policy: { windows: [{ start: "0 3 * * *", duration: "1m" }] } });
    const refused = await project.previewFails();
    expect(refused.output).toMatch(
      /policy\.windows.*esx-01 is expected to take .*no window that is in sight is open for so long/s,
    );
  });
});

describe("the outside world", () => {
  test("is told by a webhook whose address is in the environment alone; a receiver that is dead costs one warning", async () => {
    const secret = "s3cret-in-the-address";
    const server = await listener(() => ({ status: 204 }));
    const project = await Project.create({
      fleet: fleet(),
      env: { OPS_URL: `${server.url}/${secret}`, DEAD_URL: `http://127.0.0.1:1/${secret}` },
      declared: {
        more: {
          notify: [
            { kind: "webhook", name: "ops", urlFrom: "OPS_URL" },
            { kind: "slack", name: "dead", urlFrom: "DEAD_URL" },
          ],
        },
      },
    });
    const { output } = await project.up();
    expect(server.asked.map(({ body }) => JSON.parse(body).at)).toEqual(["start", "canary", "end"]);
    expect(JSON.parse(server.asked.at(-1)?.body ?? "")).toMatchObject({
      owner: "e2e/dev/fleet",
      outcome: "done",
      done: 3,
    });
    expect(output.match(/"dead" could not be told: connection refused; the roll goes on/g)).not.toBeNull();
    for (const text of [output, project.savedText(), project.read(".rolling-patch/inputs-e2e-dev-fleet.json")])
      expect(text).not.toContain(secret);
  });

  test.skipIf(!withAlertmanager)(
    "Alertmanager has a silence of each host while it is out, and none afterwards",
    async () => {
      const server = await alertmanager();
      const silences = [{ name: "nodes", alertmanager: server.url, matchers: ['instance=~"{host}(:[0-9]+)?"'] }];
      const project = await Project.create({ fleet: fleet(), declared: { more: { silences } } });
      await project.up();
      const listed = async () =>
        (await (await fetch(`${server.url}/api/v2/silences`)).json()) as {
          comment: string;
          status: { state: string };
        }[];
      const after = await listed();
      expect(after.map(({ comment }) => comment).sort()).toEqual(
        hosts.map((host) => `rolling-patch of e2e/dev/fleet: ${host} is out (nodes)`),
      );
      expect(after.every(({ status }) => status.state === "expired")).toBe(true);
      expect(project.fleet.record()?.silences).toBeUndefined();
    },
  );
});
