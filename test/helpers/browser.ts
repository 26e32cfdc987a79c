import { existsSync } from "node:fs";

import { expect } from "chai";
import type { Context } from "mocha";
import puppeteer, { type Browser, type ConsoleMessage, type Page } from "puppeteer-core";

const CANDIDATES = [
  process.env["PUPPETEER_EXECUTABLE_PATH"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A headless browser; skips the test with a message where there is none, and fails it there under CI. */
export async function launchBrowser(context: Context): Promise<Browser> {
  const executablePath = CANDIDATES.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    const advice = "no Chromium found; install the package chromium or set PUPPETEER_EXECUTABLE_PATH";
    if (process.env["CI"] !== undefined) throw new Error(advice);
    console.log(`      skipped: ${advice}`);
    return context.skip();
  }
  return puppeteer.launch({ executablePath, args: ["--no-sandbox"] });
}

/** A page that writes down everything that goes wrong on it. */
export async function openPage(browser: Browser, html: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message: ConsoleMessage) => {
    if (["error", "warn"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!/^(about|data):/.test(request.url())) complaints.push(`asked the network for ${request.url()}`);
  });
  await page.setContent(html);
  return { page, complaints };
}

/** Waits until an element's text matches; fails with the text that is there instead. */
export async function says(page: Page, selector: string, pattern: RegExp): Promise<void> {
  const shown = `document.querySelector(${JSON.stringify(selector)})?.innerText ?? ""`;
  const said = page.waitForFunction(`${String(pattern)}.test(${shown})`, { timeout: 30_000, polling: 50 });
  await said.catch(async () => expect(await page.evaluate(shown)).to.match(pattern));
}

/** Presses the button with a label. */
export async function press(page: Page, label: string): Promise<void> {
  const button = await page.waitForSelector(`::-p-xpath(//button[normalize-space()=${JSON.stringify(label)}])`);
  await button!.evaluate((element) => (element as unknown as { click(): void }).click());
}
