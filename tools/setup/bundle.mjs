// @ts-check
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What only a report draws with, what only hosts reached over SSH need, and what only the plugin speaks with: relative to `dist`. */
const LIBRARIES = [
  join("provider", "lifecycle", "report", "library.js"),
  join("provider", "drivers", "libvirt", "ssh", "library.js"),
  join("provider", "plugin", "library.js"),
];

/** Packages that a bundled one does without when it does not find them: native speed-ups, which nobody shall have to compile. */
const DONE_WITHOUT = ["cpu-features"];

/**
 * Puts libraries into the one file that imports each, with the licences of all that is in it: users install no package for
 * them. Returns what went wrong. Processes of their own bundle, so that nothing of it stays in this one.
 * @param {Pick<import("./context.mjs").Context, "root" | "run" | "env">} context
 * @param {string} fresh the compiled folder
 */
export async function bundleLibraries({ root, run, env }, fresh) {
  const wrong = [];
  for (const file of LIBRARIES.map((library) => join(fresh, library))) {
    if (!existsSync(file)) continue;
    const args = [join(import.meta.dirname, "bundle.mjs"), root, file];
    const bundled = await run("node", args, { cwd: root, env, deadline: 120 });
    if (!bundled.ok) wrong.push(bundled.out || bundled.why);
  }
  return wrong.join("\n");
}

/** @param {string} root @param {string} file */
async function bundle(root, file) {
  const { rolldown } = await import("rolldown");
  const made = await rolldown({
    input: join(root, "node_modules", "rolldown-entry.js"),
    platform: "node",
    transform: { define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" } },
    external: (id) => DONE_WITHOUT.includes(id) || id.endsWith(".node"),
    plugins: [
      {
        name: "the file to be replaced, seen from where its packages are",
        resolveId: (id) => (id.endsWith("rolldown-entry.js") ? join(root, "rolldown-entry.js") : null),
        load: (id) => (id === join(root, "rolldown-entry.js") ? readFileSync(file, "utf8") : null),
      },
    ],
    onLog: () => {},
  });
  const { output } = await made.generate({ format: "esm", minify: true, codeSplitting: false });
  await made.close();
  const [chunk] = output;
  const packages = new Set(chunk.moduleIds.flatMap((id) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []));
  writeFileSync(
    file,
    `/*\n${[...packages].sort().map(licenceOf).join("\n\n").replaceAll("*/", "* /")}\n*/\n${chunk.code}`,
  );
}

/** @param {string} folder of a package */
function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const text = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  return `${name} ${version} (${license})\n\n${text === undefined ? "" : readFileSync(join(folder, text), "utf8").trim()}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  await bundle(process.argv[2] ?? "", process.argv[3] ?? "");
