import { describe, expect, test } from "vitest";
import { memoryJournal } from "../../../provider/engine/journal.ts";
import { Reporter } from "../../../provider/lifecycle/report/reporter.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const SECOND = 1_000;

function setting(write: (run: string) => Promise<void>) {
  const time = new VirtualTime();
  const said: string[] = [];
  const process = time.clock();
  const reporter = new Reporter({ process, say: (text) => said.push(text) }, write);
  const journal = reporter.watching(memoryJournal());
  return {
    time,
    said,
    process,
    reporter,
    note: () => journal.append({ run: "run-1", at: 0, kind: "odd", data: {} }),
    journal,
  };
}

describe("the report while a run goes on", () => {
  test("is written soon after the first entry, then at most every ten seconds, and at the end", async () => {
    const written: number[] = [];
    const { time, process, reporter, note } = setting(async () => {
      written.push(process.now() / SECOND);
    });
    const began = process.now() / SECOND;
    await time.run(
      (async () => {
        for (let second = 0; second < 25; second++) {
          note();
          await process.sleep(SECOND);
        }
        note();
        expect(await reporter.end()).toBe("run-1");
      })(),
    );
    expect(written.map((at) => at - began)).toEqual([0, 10, 20, 25]);
  });

  test("of a large fleet leaves the machine alone for most of the time", async () => {
    const written: number[] = [];
    const { time, process, reporter, note } = setting(async () => {
      written.push(process.now() / SECOND);
      await process.sleep(2 * SECOND);
    });
    const began = process.now() / SECOND;
    await time.run(
      (async () => {
        for (let second = 0; second < 60; second++) {
          note();
          await process.sleep(SECOND);
        }
        await reporter.end();
      })(),
    );
    expect(written.map((at) => at - began)).toEqual([0, 42, 60]);
  });

  test("that cannot be written is a warning, once, and stops nothing; later it may be written again", async () => {
    let isFull = true;
    const { time, said, process, reporter, note, journal } = setting(async () => {
      if (isFull) throw new Error("There is no space left.");
    });
    await time.run(
      (async () => {
        for (let second = 0; second < 35; second++) {
          note();
          await process.sleep(SECOND);
        }
        expect(said).toEqual([
          expect.stringMatching(/^The report was not written: There is no space left\. The roll goes on/),
        ]);
        isFull = false;
        note();
        expect(await reporter.end()).toBe("run-1");
      })(),
    );
    expect(said).toHaveLength(1);
    expect(journal.entries("run-1")).toHaveLength(36);
  });

  test("is none where nothing happens", async () => {
    const { reporter, said } = setting(async () => {
      throw new Error("never");
    });
    expect(await reporter.end()).toBeUndefined();
    expect(said).toEqual([]);
  });
});
