/** A deliberate bug: these replacements in the source, each found exactly once. */
export interface Mutant {
  readonly name: string;
  readonly changes: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

/** Makes changes of files in a folder. */
export const changesIn =
  (folder: string) =>
  (file: string, from: string, to: string): Mutant["changes"][number] => ({ file: `${folder}/${file}`, from, to });

const change = changesIn("provider");

/** Each is a mistake that somebody could make in `decide` or in the engine; the fault schedules must notice every one. */
export const mutants: readonly Mutant[] = [
  {
    name: "patches a host that is not empty",
    changes: [
      change(
        "core/decide/turns.ts",
        "if (running.length > 0) return evacuate",
        "if (running.length < 0) return evacuate",
      ),
    ],
  },
  {
    name: "trusts the reported level",
    changes: [
      change("core/verify.ts", "if (host.evidence !== host.wanted) found", "if (host.evidence === undefined) found"),
      change(
        "core/verify.ts",
        "return host.level !== host.wanted || host.evidence !== host.wanted;",
        "return host.level !== host.wanted;",
      ),
    ],
  },
  {
    name: "does not care about a host's health",
    changes: [
      change(
        "core/verify.ts",
        "needs another reboot`);\n  if (host.problem !== undefined) found",
        "needs another reboot`);\n  if (host.bootId === undefined) found",
      ),
    ],
  },
  {
    name: "goes on after a halt",
    changes: [
      change("core/decide/view.ts", "return view.run.halt === undefined && view.asked", "return view.asked"),
      change(
        "engine/crew.ts",
        "return begins && this.#ledger.run.halt !== undefined",
        'return begins && this.#ledger.run.id === ""',
      ),
    ],
  },
  {
    name: "forgets a sticky halt at the next up",
    changes: [
      change(
        "core/takeup.ts",
        "if (run.halt?.sticky === true) return run.id !== acknowledge;",
        "if (run.halt?.sticky === true) return false;",
      ),
      change(
        "core/takeup.ts",
        "const halted = haltInForce(from.record, key, from.acknowledge) !== undefined;",
        "const halted = false;",
      ),
    ],
  },
  {
    name: "keeps no reserve",
    changes: [
      change(
        "core/room.ts",
        "if (sizes.reduce(sum, 0) - demand < kept(reserve, name, sizes) - ROUNDING * Math.max(1, sizes.length))",
        "if (sizes.length < 0 && kept(reserve, name, sizes) - ROUNDING < demand)",
      ),
    ],
  },
  {
    name: "starts a host before those it must wait for",
    changes: [
      change(
        "core/decide/turns.ts",
        "if (next.after.some((id) => desk.isInHand(id) || desk.isPreparing(id))) return false;",
        "",
      ),
      change(
        "core/decide/turns.ts",
        "if (out.length + 1 > hostsAllowed(fleet, view.fleet.hosts.length)) return false;",
        "",
      ),
    ],
  },
  {
    name: "lets the canary pass before it went",
    changes: [change("core/decide/barrier.ts", "return !open && !inHand;", "return !open || !inHand;")],
  },
  {
    name: "tolerates failures before the canary has passed",
    changes: [
      change(
        "core/decide/judge.ts",
        "view.run.canaryPassed ? view.policy.maxFailures : 0;",
        "view.policy.maxFailures;",
      ),
    ],
  },
  {
    name: "does not start again what it shut down",
    changes: [
      change("core/decide/begin.ts", "return owed.length > 0;", "return false;"),
      change(
        "core/decide/begin.ts",
        'for (const workload of owed) desk.start({ name: "start", host: host.id, workload });',
        "",
      ),
    ],
  },
  {
    name: "skips the gate",
    changes: [
      change(
        "core/decide/turns.ts",
        'if (lacks(view, passed, "gate"))',
        'if (lacks(view, passed, "gate") && host.id === "")',
      ),
    ],
  },
  {
    name: "never gives up",
    changes: [
      change("core/decide/judge.ts", "if (tries <= view.policy.retries) continue;", "if (tries >= 0) continue;"),
      change("core/decide/desk.ts", "> this.#view.policy.retries) return false;", "> Number.MAX_VALUE) return false;"),
    ],
  },
  {
    name: "counts a host as done that is not at the level",
    changes: [
      change("core/reduce.ts", "event.atLevel && !run.done.includes(event.host)", "!run.done.includes(event.host)"),
    ],
  },
  {
    name: "puts others aside before their settings are on record",
    changes: [
      change(
        "engine/roll.ts",
        "  const former = await readFormer(",
        "  await ports.driver.actors.quiet(contextOf(ports.driver, keeper.token));\n  const former = await readFormer(",
      ),
    ],
  },
  {
    name: "does not give others their settings back",
    changes: [
      change("engine/roll.ts", "await restoreAll(driver, process, former, contextOf(driver, keeper.token));", ""),
    ],
  },
  {
    name: "keeps the lease when it ends",
    changes: [
      change(
        "engine/keeper.ts",
        "const { lease: _lease, stop: _stop, ...rest } = change(record);",
        "const { stop: _stop, ...rest } = change(record);",
      ),
    ],
  },
  {
    name: "forgets what it shut down when it is killed",
    changes: [
      change("engine/acts.ts", 'return [{ kind: "stopping", host: act.host, workload: act.workload }];', "return [];"),
    ],
  },
];
