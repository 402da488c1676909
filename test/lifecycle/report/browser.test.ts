import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportHtml } from "../../../provider/lifecycle/report/html.ts";
import { browserPath, openPage, startBrowser } from "./chromium.ts";
import { reportOf } from "./journals.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "rp-report-"));
const sizes = [
  { hosts: 8, width: 1, rules: "all" },
  { hosts: 100, width: 5, rules: "structure" },
  { hosts: 1_000, width: 50, rules: "structure" },
] as const;
let browser: Browser;

if (browserPath === undefined)
  console.warn(
    "SKIPPED: no Chromium on this machine, so the report was opened in no browser: apt-get install chromium",
  );

beforeAll(async () => {
  if (browserPath !== undefined) browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

async function pageOf(hosts: number, width: number): Promise<string> {
  const file = join(folder, `${hosts}.html`);
  writeFileSync(file, await reportHtml(reportOf({ hosts, width, effect: 0.03 })));
  return file;
}

/** What axe-core finds. Contrast is looked at in the small report: the others have the same colours, thousands of times. */
async function violations(page: Page, rules: "all" | "structure"): Promise<string[]> {
  await page.evaluate(axe);
  const options = rules === "all" ? "{}" : '{ rules: { "color-contrast": { enabled: false } } }';
  return page.evaluate(
    `axe.run(document, ${options}).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))`,
  );
}

describe.skipIf(browserPath === undefined)("the report in a browser", () => {
  test.each(sizes)(
    "of $hosts hosts opens without a complaint or a request, stays small, and axe-core finds nothing",
    { timeout: 180_000 },
    async ({ hosts, width, rules }) => {
      const file = await pageOf(hosts, width);
      expect(statSync(file).size).toBeLessThan(5_000_000);
      const { page, complaints } = await openPage(browser, file, { bypassCSP: true });
      expect(await page.locator("svg[role=img]").count()).toBe(3);
      expect(await violations(page, rules)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  test("in the dark has the same contrast, and on paper the colours of the day", { timeout: 120_000 }, async () => {
    const file = await pageOf(8, 1);
    const { page, complaints } = await openPage(browser, file, { colorScheme: "dark", bypassCSP: true });
    expect(await violations(page, "all")).toEqual([]);
    const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await background()).toBe("rgb(15, 20, 26)");
    await page.emulateMedia({ media: "print" });
    expect(await background()).toBe("rgb(255, 255, 255)");
    expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("runs no script that somebody smuggles in, and shows names as they are", async () => {
    const name = (index: number): string =>
      `</title><img src=x onerror="alert(${index})"><script>alert(${index})</script>'"&`;
    const file = join(folder, "nasty.html");
    writeFileSync(file, await reportHtml(reportOf({ hosts: 3, effect: 0.03, name })));
    const { page, complaints } = await openPage(browser, file);
    expect(complaints).toEqual([]);
    expect(await page.locator("img, script").count()).toBe(0);
    expect(await page.locator("tbody th bdi").allTextContents()).toContain(name(2));
    await page.context().close();
  });

  test("is worked by keyboard: the first stop leads past the navigation, charts and tables can be reached and unfolded", async () => {
    const { page } = await openPage(browser, await pageOf(8, 1));
    await page.keyboard.press("Tab");
    const focused = () => page.evaluate("document.activeElement.textContent.trim().slice(0, 40)");
    expect(await focused()).toBe("Skip to the report");
    const seen: unknown[] = [];
    for (let stop = 0; stop < 14; stop++) {
      await page.keyboard.press("Tab");
      seen.push(
        await page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.tagName"),
      );
    }
    expect(seen).toContain("Chart: Timeline");
    expect(seen).toContain("SUMMARY");
    await page.locator("summary").first().focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("details[open]").count()).toBe(1);
    await page.context().close();
  });

  test("fits a narrow screen without scrolling sideways", async () => {
    const { page } = await openPage(browser, await pageOf(8, 1), { viewport: { width: 380, height: 800 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(380);
    await page.context().close();
  });
});
