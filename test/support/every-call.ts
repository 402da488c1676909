import type { Driver, Journal } from "../../provider/engine/ports.ts";

/**
 * Tells of every moment at which a process could be killed: before each call to the outside, while it is under way and once
 * it has been answered. Nothing is killed: whoever listens keeps what the world looks like then.
 */
export function everyCall(tell: (where: string) => void): {
  driver(inner: Driver): Driver;
  journal(inner: Journal): Journal;
} {
  let calls = 0;
  const call = async <T>(name: string, make: () => Promise<T>): Promise<T> => {
    calls += 1;
    const which = `call ${calls} (${name})`;
    tell(`before ${which}`);
    const answer = make();
    tell(`during ${which}`);
    try {
      return await answer;
    } finally {
      tell(`after ${which}`);
    }
  };
  const entry = (name: string, write: () => void): void => {
    calls += 1;
    tell(`before call ${calls} (${name})`);
    write();
    tell(`after call ${calls} (${name})`);
  };
  return {
    driver: (inner) => ({
      ...wayBack(inner, call),
      traits: inner.traits,
      clock: inner.clock,
      record: {
        beat: inner.record.beat,
        read: () => call("read record", () => inner.record.read()),
        write: (record, version) => call("write record", () => inner.record.write(record, version)),
      },
      actors: {
        read: () => call("read actors", () => inner.actors.read()),
        quiet: (context) => call("quiet", () => inner.actors.quiet(context)),
        restore: (former, context) => call("restore", () => inner.actors.restore(former, context)),
      },
      observe: (...args) => call("observe", () => inner.observe(...args)),
      measure: (...args) => call("measure", async () => (await inner.measure?.(...args)) ?? []),
      cordon: (...args) => call("cordon", () => inner.cordon(...args)),
      adopt: (...args) => call("adopt", () => inner.adopt(...args)),
      migrate: (...args) => call("migrate", () => inner.migrate(...args)),
      stop: (...args) => call("stop", () => inner.stop(...args)),
      start: (...args) => call("start", () => inner.start(...args)),
      stage: (...args) => call("stage", () => inner.stage(...args)),
      remediate: (...args) => call("remediate", () => inner.remediate(...args)),
      uncordon: (...args) => call("uncordon", () => inner.uncordon(...args)),
      release: (...args) => call("release", () => inner.release(...args)),
      close: () => inner.close(),
    }),
    journal: (inner) => ({
      append: (line) => entry("append", () => inner.append(line)),
      remember: (memory) => entry("remember", () => inner.remember(memory)),
      runs: () => inner.runs(),
      entries: (run) => inner.entries(run),
      memory: (run) => inner.memory(run),
      keepSlices: (run, slices) => entry("keep slices", () => inner.keepSlices(run, slices)),
      slices: (run) => inner.slices(run),
      close: () => inner.close(),
    }),
  };
}

type Call = <T>(name: string, make: () => Promise<T>) => Promise<T>;

function wayBack({ wayBack: inner }: Driver, call: Call): Pick<Driver, "wayBack"> {
  if (inner === undefined) return {};
  return {
    wayBack: {
      missing: (...args) => call("missing", () => inner.missing(...args)),
      secure: (...args) => call("secure", () => inner.secure(...args)),
      rollback: (...args) => call("rollback", () => inner.rollback(...args)),
    },
  };
}
