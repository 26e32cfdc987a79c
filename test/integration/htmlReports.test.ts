import { expect } from "chai";
import type { Browser, Page } from "puppeteer-core";

import { DEFAULT_PARAMETERS } from "../../scripts/core/parameters";
import { compareHtml } from "../../scripts/reports/compareHtml";
import { dayHtml } from "../../scripts/reports/day/html";
import { recordBooks } from "../../scripts/simulation/bookRecorder";
import { compareSchemes } from "../../scripts/simulation/compare";
import { comparedSchemes } from "../../scripts/simulation/comparedSchemes";
import { runDay } from "../../scripts/simulation/day";
import { defaultDay } from "../../scripts/simulation/defaults";
import type { BookOrder } from "../../scripts/core/ports";
import { ModelPort } from "../../scripts/simulation/modelPort";
import { REPORTED_BY_THESIS } from "../../scripts/simulation/reportedByThesis";
import { launchBrowser, openPage } from "../helpers/browser";

describe("HTML reports in a browser", function () {
  this.timeout(120_000);
  let browser: Browser;
  let dayPage: string;

  before(async function () {
    browser = await launchBrowser(this);
    const books = new Map<number, readonly BookOrder[]>();
    const port = recordBooks(new ModelPort(DEFAULT_PARAMETERS), books);
    const day = await runDay(defaultDay({ seed: 1 }), port);
    const gas = { clear: { transactions: 48, operations: 48, gas: 9_000_000n } };
    const command = "npx hardhat simulate:day --seed 1 --html 'a & b.html'";
    const frameSeconds = DEFAULT_PARAMETERS.frameSeconds;
    dayPage = dayHtml({ setting: "chapter4", seed: 1, command, frameSeconds, day: { ...day, gas }, books });
  });

  after(async () => {
    await (browser as Browser | undefined)?.close();
  });

  /** How many marks, labels that are cut off, and table rows each chart has. */
  async function charts(page: Page): Promise<{ id: string; marks: number; clipped: string[]; rows: number }[]> {
    // A text, since the page's own types are none of this project's.
    return (await page.evaluate(`[...document.querySelectorAll(".chart")].map((chart) => {
      const svg = chart.querySelector(".scroll svg");
      const box = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll("text")].filter((text) => text.getClientRects().length > 0);
      return {
        id: chart.id,
        marks: svg.querySelectorAll(".mark").length,
        clipped: texts
          .filter((text) => {
            const { left, right, top, bottom } = text.getBoundingClientRect();
            return left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1;
          })
          .map((text) => text.textContent),
        rows: chart.querySelectorAll("tbody tr").length,
      };
    })`)) as { id: string; marks: number; clipped: string[]; rows: number }[];
  }

  async function textOf(page: Page, selector: string): Promise<unknown> {
    return page.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);
  }

  for (const scheme of ["light", "dark"]) {
    it(`draws every chart of a day with its marks and its table, ${scheme}, without a complaint`, async () => {
      const { page, complaints } = await openPage(browser, dayPage);
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      const drawn = await charts(page);
      expect(drawn.map(({ id }) => id)).to.deep.equal([
        "load",
        "price",
        "demand",
        "fluctuation",
        "pfl",
        "arrivals",
        "depth",
        "pairs",
        "gas",
      ]);
      for (const { id, marks, clipped, rows } of drawn) {
        expect(marks, id).to.be.above(0);
        expect(clipped, id).to.deep.equal([]);
        expect(rows, id).to.be.above(0);
      }
      expect(complaints).to.deep.equal([]);
      await page.close();
    });
  }

  it("shows another frame's book as the slider moves, and only that", async () => {
    const { page, complaints } = await openPage(browser, dayPage);
    const visible = async () =>
      page.evaluate(`[...document.querySelectorAll("#depth [data-frame]")]
        .filter((group) => getComputedStyle(group).display !== "none").map((group) => group.dataset.frame)`);
    const slider = (await page.$("#depth input"))!;
    await slider.focus();
    await page.keyboard.press("Home");
    expect(await visible()).to.deep.equal(["0"]);
    for (let i = 0; i < 15; i++) await page.keyboard.press("ArrowRight");
    expect(await visible()).to.deep.equal(["15"]);
    expect(await textOf(page, "#depth output")).to.equal("07:30");
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it("tells values beside the pointer, and hides them again", async () => {
    const { page } = await openPage(browser, dayPage);
    const bands = await page.$$("#load .band");
    expect(bands).to.have.length(48);
    await bands[16]!.hover();
    const said = await textOf(page, "#tip");
    expect(said).to.match(/^08:00\nmarket: [\d.]+\nuncontrolled: [\d.]+\nplain cap: [\d.]+\nhomes alone: [\d.]+$/);
    await (await page.$("h1"))!.hover();
    expect(await page.evaluate(`document.querySelector("#tip").hidden`)).to.equal(true);
    await page.close();
  });

  it("prints within the paper's width, and says how to make it again", async () => {
    const { page } = await openPage(browser, dayPage);
    await page.setViewport({ width: 680, height: 900 });
    await page.emulateMediaType("print");
    expect(await page.evaluate("document.documentElement.scrollWidth")).to.be.at.most(680);
    expect(await textOf(page, "pre")).to.include("--html 'a & b.html'");
    await page.close();
  });

  it("draws a comparison of schemes, with arrivals and without", async () => {
    const SHOWN = ["uncontrolled", "capped", "spread", "timeShifted", "genetic", "adbev", "epobLaxity", "rolling"];
    const days = (evs: number) =>
      compareSchemes({
        seeds: [1, 2],
        dayOf: (seed) => defaultDay({ seed, evs }),
        market: DEFAULT_PARAMETERS,
        schemes: comparedSchemes({ horizonFrames: 8, generations: 5 }).filter(({ key }) => SHOWN.includes(key)),
      });
    const [schemes, fewer] = [await days(30), await days(10)];
    const about = { setting: "chapter4", seeds: [1, 2], command: "c", schemes, reportedByThesis: REPORTED_BY_THESIS };
    const both = [
      { evs: 10, schemes: fewer },
      { evs: 30, schemes },
    ];
    for (const [arrivals, there] of [
      [[], false],
      [both, true],
    ] as const) {
      const { page, complaints } = await openPage(browser, compareHtml({ ...about, arrivals }));
      const drawn = await charts(page);
      expect(drawn.map(({ id }) => id)).to.include.members(["pfl", "squared", "peak", "time"]);
      expect(drawn.some(({ id }) => id === "arrivals")).to.equal(there);
      for (const { id, marks, clipped } of drawn) {
        expect(marks, id).to.be.above(0);
        expect(clipped, id).to.deep.equal([]);
      }
      expect(complaints).to.deep.equal([]);
      await page.close();
    }
  });
});
