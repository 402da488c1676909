import { describe, expect, test } from "vitest";
import { type CheckInput, check as schema } from "../../provider/core/check.ts";
import { RollError } from "../../provider/core/errors.ts";
import { processClock } from "../../provider/engine/clock.ts";
import type { CheckResult, Occasion, Ran } from "../../provider/engine/ports.ts";
import { checkRunner } from "../../provider/probes/runner.ts";
import { heldClock } from "./asking.ts";

const ran = (stdout: string, code = 0, stderr = ""): Ran => ({ code, stdout, stderr });

/** Answers by what the program's line begins with; the longest beginning counts. */
function host(answers: Readonly<Record<string, Ran>>, asked: string[] = []): Occasion {
  return {
    onHost: async (name, program) => {
      const line = program.join(" ");
      asked.push(`${name}: ${line}`);
      const keys = Object.keys(answers).filter((key) => line.startsWith(key));
      const best = keys.sort((a, b) => b.length - a.length)[0];
      return (best === undefined ? undefined : answers[best]) ?? ran("", 127, `sh: 1: exec: ${program[0]}: not found`);
    },
  };
}

function ask(input: CheckInput, occasion: Occasion, of: string | undefined = "h1"): Promise<CheckResult> {
  return checkRunner(processClock()).run(schema.parse(input), of, new AbortController().signal, occasion);
}

const clean = ran(
  '{"health":{"status":"HEALTH_OK"},"pgmap":{"num_pgs":2,"pgs_by_state":[{"state_name":"active+clean","count":2}]}}',
);
const degraded = ran(
  '{"health":{"status":"HEALTH_WARN"},"pgmap":{"num_pgs":2,"pgs_by_state":[{"state_name":"active+degraded","count":2}]}}',
);
const nodes = ran('{"mon":{"h1":["a"]},"osd":{"h1":[0,1]}}');
const cluster = {
  "ceph status": clean,
  "ceph node ls": nodes,
  "ceph osd ok-to-stop": ran(""),
  "ceph mon ok-to-stop": ran(""),
};

describe("a ceph check", () => {
  test("before the drain asks what the host bears whether it may stop", async () => {
    const asked: string[] = [];
    const result = await ask({ kind: "ceph", name: "ceph" }, { ...host(cluster, asked), leaving: true });
    expect(result).toEqual({
      name: "ceph",
      passed: true,
      evidence: "all 2 placement groups are clean; 3 daemons may stop",
    });
    expect(asked).toEqual([
      "h1: ceph status --format json",
      "h1: ceph node ls --format json",
      "h1: ceph osd ok-to-stop 0 1",
      "h1: ceph mon ok-to-stop a",
    ]);
  });

  test("with the load back asks only whether all is clean", async () => {
    const asked: string[] = [];
    const result = await ask(
      { kind: "ceph", name: "ceph", command: ["sudo", "-n", "ceph"] },
      host({ sudo: clean }, asked),
    );
    expect(result).toMatchObject({ passed: true });
    expect(asked).toEqual(["h1: sudo -n ceph status --format json"]);
  });

  test("fails for now while it heals, or while something must not stop", async () => {
    expect(await ask({ kind: "ceph", name: "ceph" }, host({ ...cluster, "ceph status": degraded }))).toEqual({
      name: "ceph",
      passed: false,
      heals: true,
      evidence: "2 of 2 placement groups are not clean (2 active+degraded)",
    });
    const no = ran("", 16, "Error EBUSY: unsafe to stop osd(s) at this time (2 PGs are or would become offline)");
    const busy = await ask(
      { kind: "ceph", name: "ceph" },
      { ...host({ ...cluster, "ceph osd ok-to-stop": no }), leaving: true },
    );
    expect(busy).toMatchObject({ passed: false, heals: true });
    expect(busy.evidence).toMatch(/^osd\.0, osd\.1 must not stop: .*2 PGs are or would become offline/);
  });

  test("fails for good where the program is missing, denied or says something else", async () => {
    for (const [answer, said] of [
      [ran("", 127, "sh: 1: exec: ceph: not found"), /exit code 127: .*not found/],
      [ran("", 1, "Error EACCES: access denied"), /exit code 1: .*access denied/],
      [ran("<html>"), /gives no status/],
    ] as const) {
      const result = await ask({ kind: "ceph", name: "ceph" }, host({ "ceph status": answer }));
      expect(result).toMatchObject({ passed: false, evidence: expect.stringMatching(said) });
      expect(result).not.toHaveProperty("heals");
    }
    const result = await ask(
      { kind: "ceph", name: "ceph" },
      { ...host({ ...cluster, "ceph node ls": ran("[]") }), leaving: true },
    );
    expect(result.evidence).toMatch(/gives no list of nodes/);
  });
});

const list = ran(
  "<cliOutput><opRet>0</opRet><opErrno>0</opErrno><opErrstr/><volList><count>2</count><volume>vms</volume><volume>iso</volume></volList></cliOutput>",
);
const heal = (entries: string, status = "Connected") =>
  ran(
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cliOutput><healInfo><bricks>
      <brick hostUuid="5f45"><name>h1:/bricks/vms</name><status>${status}</status><numberOfEntries>${entries}</numberOfEntries></brick>
    </bricks></healInfo><opRet>0</opRet><opErrno>0</opErrno><opErrstr/></cliOutput>`,
  );

describe("a gluster check", () => {
  test("asks every volume, or those that are named", async () => {
    const asked: string[] = [];
    const healed = host({ "gluster volume list": list, "gluster volume heal": heal("0") }, asked);
    expect(await ask({ kind: "gluster", name: "g" }, healed)).toMatchObject({
      passed: true,
      evidence: "nothing to heal on 2 bricks of 2 volumes",
    });
    expect(asked.slice(1)).toEqual([
      "h1: gluster volume heal vms info --xml",
      "h1: gluster volume heal iso info --xml",
    ]);
    expect(await ask({ kind: "gluster", name: "g", volumes: ["iso"] }, healed)).toMatchObject({ passed: true });
    expect(asked).toHaveLength(4);
  });

  test("fails for now while entries have to be healed, or a brick is away", async () => {
    for (const answer of [heal("7"), heal("-", "Transport endpoint is not connected")]) {
      const result = await ask(
        { kind: "gluster", name: "g", volumes: ["vms"] },
        host({ "gluster volume heal": answer }),
      );
      expect(result).toMatchObject({ passed: false, heals: true, evidence: expect.stringMatching(/^vms: /) });
    }
  });

  test("fails for good on an error of gluster, and on what is none of its answers", async () => {
    const error = ran("<cliOutput><opRet>-1</opRet><opErrno>30800</opErrno><opErrstr>no volume</opErrstr></cliOutput>");
    for (const answer of [error, ran("Volume x does not exist", 0), ran("")]) {
      const result = await ask(
        { kind: "gluster", name: "g", volumes: ["vms"] },
        host({ "gluster volume heal": answer }),
      );
      expect(result).toMatchObject({ passed: false, evidence: expect.stringMatching(/tells of no bricks/) });
      expect(result).not.toHaveProperty("heals");
    }
  });

  test("takes no volume that could be read as something else", () => {
    for (const volume of ["", "a b", "--mode=script", "-x y", "-x", "$(id)", "a;b", "a\nb", "é"])
      expect(schema.safeParse({ kind: "gluster", name: "g", volumes: [volume] }).success).toBe(false);
  });
});

describe("a command on a host", () => {
  const smoke: CheckInput = {
    kind: "command",
    name: "raid",
    command: ["raid", "--of={host}"],
    on: "host",
    at: ["verify"],
  };

  test("passes with exit code 0 there, with the name of the host in its arguments", async () => {
    const asked: string[] = [];
    const result = await ask(smoke, host({ raid: ran("all is well\n") }, asked));
    expect(result).toMatchObject({
      passed: true,
      evidence: expect.stringMatching(/^exit code 0 after \d+ ms: all is well$/),
    });
    expect(asked).toEqual(["h1: raid --of=h1"]);
  });

  test("fails with its words otherwise, without what looks like a secret", async () => {
    const result = await ask(smoke, host({ raid: ran("", 2, "password=hunter2 is wrong") }));
    expect(result).toMatchObject({
      passed: false,
      evidence: expect.stringMatching(/^exit code 2 .*password=… is wrong$/),
    });
  });

  test("fails where the host cannot be reached, where it takes too long, and where nothing runs on hosts", async () => {
    const silent: Occasion = { onHost: () => Promise.reject(new RollError("unavailable", "h1 does not answer.")) };
    expect((await ask(smoke, silent)).evidence).toBe("h1 does not answer.");
    expect((await ask(smoke, {})).evidence).toMatch(/no way to run a program on a host/);
    const clock = heldClock();
    const endless: Occasion = {
      onHost: (_host, _program, signal) =>
        new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(new RollError("cancelled", "The run was cancelled."))),
        ),
    };
    const asking = checkRunner(clock).run(schema.parse(smoke), "h1", new AbortController().signal, endless);
    await new Promise(setImmediate);
    clock.expire();
    expect(await asking).toMatchObject({ passed: false, evidence: "gave up after 10 s: raid did not end on h1" });
  });
});
