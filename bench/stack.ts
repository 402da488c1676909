import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kill, processesWith, Running } from "../test/e2e/support/processes.ts";
import { waitFor } from "../test/e2e/support/wait.ts";
import { repository } from "../tools/setup/context.mjs";
import { toolchain } from "../tools/toolchain.mjs";
import { type Usage, Watched } from "./usage.ts";

/** In the environment of every process that a stack starts, so that none is left behind. */
const TAG = "BENCH_STACK";
export type Door = "dynamic" | "plugin";

/** The node process that serves the provider, as its command line tells. */
const PROVIDERS: Readonly<Record<Door, RegExp>> = {
  dynamic: /dynamic-provider/,
  plugin: /pulumi-resource-rolling-patch/,
};

/** What one command of Pulumi cost. */
export interface Cost {
  readonly seconds: number;
  /** Of the process that serves the provider; undefined where /proc does not tell. */
  readonly provider: Usage | undefined;
  readonly output: string;
}

/** A stack with a folder, a state and a Pulumi home of its own, in the temporary folder. */
export class Stack {
  readonly folder = mkdtempSync(join(tmpdir(), "rolling-patch-bench-"));
  readonly #env: NodeJS.ProcessEnv;

  readonly #door: Door;

  /** `program`: text of index.js. */
  constructor(program: string, door: Door = "dynamic") {
    this.#door = door;
    this.#env = {
      ...toolchain().env,
      PULUMI_HOME: join(this.folder, "home"),
      PULUMI_BACKEND_URL: `file://${this.folder}/state`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      [TAG]: this.folder,
    };
    mkdirSync(join(this.folder, "state"));
    mkdirSync(join(this.folder, "node_modules"));
    symlinkSync(repository, join(this.folder, "node_modules", "pulumi-rolling-patch"));
    symlinkSync(join(repository, "node_modules", "@pulumi"), join(this.folder, "node_modules", "@pulumi"));
    const how =
      door === "dynamic"
        ? "options:\n  refresh: always\n"
        : `plugins:\n  providers:\n    - name: rolling-patch\n      path: ${join(repository, "plugin")}\n`;
    this.write("Pulumi.yaml", `name: bench\nruntime: nodejs\n${how}`);
    this.write("package.json", JSON.stringify({ name: "bench", main: "index.js" }));
    this.write("index.js", program);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** A command of Pulumi to its end; throws with all that it said unless it ends well. */
  async pulumi(...args: string[]): Promise<Cost> {
    const plain = ["--color", "never", "--non-interactive", ...args];
    const start = performance.now();
    const running = new Running("pulumi", plain, { cwd: this.folder, env: this.#env });
    const provider = new Watched(running.pid, PROVIDERS[this.#door]);
    const ended = await running.ended.finally(() => provider.stop());
    return { seconds: (performance.now() - start) / 1000, provider: provider.most, output: ended.ok().output };
  }

  async remove(): Promise<void> {
    await waitFor("the end of all processes of a stack", () => {
      const left = processesWith(TAG, this.folder);
      for (const { pid } of left) kill(pid, "SIGKILL");
      return left.length === 0;
    });
    rmSync(this.folder, { recursive: true, force: true });
  }
}
