import { expect, test } from "vitest";
import { fastFleet } from "./support/fleet.ts";
import { Project } from "./support/project.ts";

/** Outputs of other resources as inputs: not known in the preview that creates them. */

const program = `"use strict";
const { RollingPatch, simulated, http } = require("pulumi-rolling-patch");
const { first, second } = require("./fleets.json");
const one = new RollingPatch("first", { target: simulated({ file: first }), baseline: { version: "8.0.3" } });
const word = (text) => one.run.apply(({ outcome }) => (outcome === "done" ? text : "not " + text));
const two = new RollingPatch("second", {
  target: simulated({ file: word(second) }),
  baseline: { version: word("8.0.3") },
  policy: { maxUnavailable: one.hosts.apply((hosts) => Object.keys(hosts).length - 2), retries: one.run.apply(() => 1) },
  checks: [{ kind: "tcp", name: "port", address: "localhost", port: 1, at: [word("gate")] }].slice(1),
});
const three = new RollingPatch("third", {
  target: simulated({ file: second }),
  baseline: { version: "8.0.4" },
  policy: { mode: "observe", maxUnavailable: two.hosts.apply(() => 1) },
  checks: [http("shop", { url: two.run.apply(({ id }) => "https://shop.example.com/" + id) })],
});
exports.second = two.hosts;
`;

test("values that are not known yet are named in the preview, and known in up", async () => {
  const project = await Project.create({ fleet: fastFleet({ hosts: 3 }), program });
  const other = await Project.create({ fleet: fastFleet({ hosts: 3 }) });
  project.write("fleets.json", JSON.stringify({ first: project.fleet.path, second: other.fleet.path }));
  const preview = await project.preview();
  expect(preview.output).toMatch(/e2e\/dev\/first: 3 of 3 hosts to be taken to 8\.0\.3/);
  expect(preview.output).toMatch(/e2e\/dev\/second: .*known: baseline\.version, policy\.retries, target\.file/);
  expect(preview.output).toMatch(/e2e\/dev\/third: .*known: checks\[0\]\.url, policy\.maxUnavailable/);
  expect(project.fleet.events()).toEqual([]);
  expect(other.fleet.events()).toEqual([]);

  await project.up();
  const patched = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" };
  expect(project.fleet.levels()).toEqual(patched);
  expect(other.fleet.levels()).toEqual(patched);
  expect(project.saved("second").outputs.hosts).toEqual(patched);
  expect(project.saved("third").outputs.compliance).toMatchObject({ drifted: 3 });
  await project.up();
  await project.preview("--expect-no-changes");
});
