import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Where Debian, Ubuntu and others put it. `ROLLING_PATCH_CHROMIUM` names another one. */
const PLACES = [
  process.env.ROLLING_PATCH_CHROMIUM ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Path of a Chromium of this machine; undefined: there is none. Nothing is downloaded. */
export const browserPath = PLACES.find((path) => path !== "" && existsSync(path));

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath ?? "",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

export interface Opened {
  readonly page: Page;
  /** What the console said, scripts threw, and requests asked for besides the page itself. */
  readonly complaints: string[];
  /** Milliseconds until it was loaded and painted. */
  readonly took: number;
}

/** Opens a file as a reader would. */
export async function openPage(browser: Browser, file: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const address = `file://${file}`;
  page.on("console", (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== address) complaints.push(`request: ${request.url()}`);
  });
  const began = performance.now();
  await page.goto(address, { waitUntil: "load" });
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  return { page, complaints, took: performance.now() - began };
}
