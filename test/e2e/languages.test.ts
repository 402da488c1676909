import { describe, expect, test } from "vitest";
import { documented, ended, exampleProject, prepare } from "./support/languages.ts";

/** Programs in other languages, through the plugin, on the real engine: their SDKs are generated from the schema. */

describe.each(["python", "go"] as const)("the example in %s", async (language) => {
  const ready = await prepare(language);
  if ("why" in ready) console.warn(`SKIPPED: no program in ${language} is run on this machine: ${ready.why}`);

  test.skipIf("why" in ready)(
    "previews, rolls, asks a function, sees drift, and names a wrong input",
    { timeout: 900_000 },
    async () => {
      const project = await exampleProject(language, ready);
      const preview = await project.preview("--diff");
      expect(preview.output).toMatch(/rolling-patch:index:RollingPatch: \(create\)/);
      expect(preview.output).toMatch(/esx-01\s*: "8\.0\.3"/);
      expect(project.fleet.acts()).toEqual([]);

      await project.up();
      const level = { "esx-01": "8.0.3", "esx-02": "8.0.3", "esx-03": "8.0.3" };
      expect(project.fleet.levels()).toEqual(level);
      const outputs = JSON.parse((await project.pulumi("stack", "output", "--json")).stdout);
      expect(outputs).toEqual({ hosts: level, outcome: "done", drifted: [] });
      await project.preview("--expect-no-changes");

      project.fleet.drift("esx-02", "8.0.1");
      const drifted = await project.preview("--diff");
      expect(drifted.output).toMatch(/~ esx-02\s*: "8\.0\.1" => "8\.0\.3"/);

      await project.pulumi("config", "set", "version", "latest!");
      const wrong = await project.previewFails();
      expect(wrong.output).toMatch(/baseline\.version: .*latest!/);

      await project.pulumi("destroy", "--yes", "--skip-preview");
      expect(project.savedNames()).toEqual([]);

      // What the documentation shows is as good: in Python a fault shows when it runs, in Go when it is compiled.
      project.write(language === "python" ? "__main__.py" : "main.go", documented(language));
      if (language === "go") await ended(project, "go", "vet", ".");
      else expect((await project.preview()).output).toMatch(/RollingPatch prod create/);
    },
  );
});
