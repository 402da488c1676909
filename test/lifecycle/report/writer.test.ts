import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openJournal } from "../../../provider/engine/journal.ts";
import { reportSchema } from "../../../provider/lifecycle/report/schema.ts";
import { writeBeside } from "../../../provider/report-writer.ts";
import { journalOf } from "./journals.ts";

function project(): string {
  const folder = mkdtempSync(join(tmpdir(), "rp-writer-"));
  onTestFinished(() => {
    chmodSync(join(folder, ".rolling-patch"), 0o700);
    rmSync(folder, { recursive: true });
  });
  const journal = openJournal(join(folder, ".rolling-patch"));
  for (const { run, at, kind, host, data } of journalOf({ hosts: 4 }).entries)
    journal.append({ run, at, kind, host, data });
  journal.close();
  return folder;
}

const run = journalOf({ hosts: 1 }).run;

test("a thread of its own writes all three forms while others hold the journal open", async () => {
  const folder = project();
  const busy = openJournal(join(folder, ".rolling-patch"));
  await writeBeside({ project: folder, folder: ".rolling-patch", run });
  busy.close();
  const base = join(folder, ".rolling-patch", "reports", run);
  expect(readFileSync(`${base}.html`, "utf8")).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*<\/html>\n$/);
  expect(readFileSync(`${base}.md`, "utf8")).toContain("4 of 4 hosts rolled");
  expect(reportSchema.parse(JSON.parse(readFileSync(`${base}.json`, "utf8"))).journal.head).toMatch(/^[0-9a-f]{64}$/);
});

test("what cannot be written is told, with the file and what to do", async () => {
  const folder = project();
  mkdirSync(join(folder, ".rolling-patch"), { recursive: true });
  writeFileSync(join(folder, ".rolling-patch", "reports"), "a file where a folder should be");
  await expect(writeBeside({ project: folder, folder: ".rolling-patch", run })).rejects.toThrow(
    /reports.* cannot be written .*ROLLING_PATCH_DIR/,
  );
  expect(existsSync(join(folder, ".rolling-patch", "reports", `${run}.html`))).toBe(false);
});
