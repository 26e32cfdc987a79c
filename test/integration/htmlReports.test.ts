import { expect } from "chai";
import type { Browser, Page } from "puppeteer-core";

import { DEFAULT_PARAMETERS } from "../../scripts/core/parameters";
import { compareHtml } from "../../scripts/reports/compareHtml";
import { dayHtml } from "../../scripts/reports/day/html";
import { recordBooks } from "../../scripts/simulation/bookRecorder";
import { compareSchemes } from "../../scripts/simulation/compare";
import { comparedSchemes } from "../../scripts/simulation/comparedSchemes";
import { runDay } from "../../scripts/simulation/day";
import { timeOfDay } from "../../scripts/simulation/dayReport";
import { defaultDay } from "../../scripts/simulation/defaults";
import type { BookOrder } from "../../scripts/core/ports";
import { ModelPort } from "../../scripts/simulation/modelPort";
import { otherLoads } from "../../scripts/simulation/otherLoads";
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
    const others = otherLoads([defaultDay({ seed: 1 })], DEFAULT_PARAMETERS, 1);
    const about = ["policy waterline", "100 agents", "AdBEV 0.0.0"];
    dayPage = dayHtml({
      ...{ setting: "chapter4", seed: 1, about, command, frameSeconds, day: { ...day, gas }, others, books },
    });
  });

  after(async () => {
    await (browser as Browser | undefined)?.close();
  });

  interface DrawnChart {
    id: string;
    marks: number;
    clipped: string[];
    rows: number;
  }

  /** How many marks, labels that are cut off, and table rows each chart has in the drawing that is shown. */
  async function charts(page: Page): Promise<DrawnChart[]> {
    // A text, since the page's own types are none of this project's.
    return (await page.evaluate(`[...document.querySelectorAll(".chart")].map((chart) => {
      const drawing = [...chart.querySelectorAll(".drawing svg, .drawing table, .drawing > p")]
        .find((one) => one.getClientRects().length > 0);
      const box = drawing.getBoundingClientRect();
      const texts = [...drawing.querySelectorAll("text")].filter((text) => text.getClientRects().length > 0);
      return {
        id: chart.id,
        marks: drawing.querySelectorAll(".mark").length,
        clipped: texts
          .filter((text) => {
            const { left, right, top, bottom } = text.getBoundingClientRect();
            return left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1;
          })
          .map((text) => text.textContent),
        rows: chart.querySelectorAll("details tbody tr").length,
      };
    })`)) as DrawnChart[];
  }

  /** Elements that reach over the edge of a page of a phone's width and are in no box that scrolls. */
  async function overEdge(page: Page): Promise<string[]> {
    await page.setViewport({ width: 390, height: 844 });
    return (await page.evaluate(`[...document.querySelectorAll("main *")]
      .filter((one) => one.closest(".scroll, .box") === null && one.getClientRects().length > 0)
      .filter((one) => one.getBoundingClientRect().right > 391 || one.getBoundingClientRect().left < -1)
      .map((one) => one.outerHTML.slice(0, 80))`)) as string[];
  }

  /** Pairs of texts of a chart that lie over each other. */
  async function collisions(page: Page): Promise<string[]> {
    return (await page.evaluate(`[...document.querySelectorAll(".drawing svg")].flatMap((svg) => {
      const texts = [...svg.querySelectorAll("text.tick")].filter((text) => text.getClientRects().length > 0);
      const boxes = texts.map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
      return boxes.flatMap((one, index) => boxes.slice(index + 1)
        .filter(({ box }) => box.left < one.box.right - 1 && one.box.left < box.right - 1 &&
          box.top < one.box.bottom - 3 && one.box.top < box.bottom - 3)
        .map(({ text }) => svg.getAttribute("aria-label") + ": " + one.text + " over " + text));
    })`)) as string[];
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
        "pfl",
        "fluctuation",
        "demand",
        "price",
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
      page.evaluate(`[...document.querySelectorAll("#depth .wide [data-frame]")]
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
    const bands = await page.$$("#load .wide .band");
    expect(bands).to.have.length(48);
    await bands[16]!.hover();
    const said = await textOf(page, "#tip");
    expect(String(said).split("\n")[0]).to.equal("08:00");
    expect(String(said).split("\n").slice(1)).to.have.length(6);
    for (const line of String(said).split("\n").slice(1)) expect(line).to.match(/^.+: [\d.]+ kW$/);
    await (await page.$("h1"))!.hover();
    expect(await page.evaluate(`document.querySelector("#tip").hidden`)).to.equal(true);
    await page.close();
  });

  it("has nothing over the edge, nor text over text, at the width of a phone", async () => {
    const { page } = await openPage(browser, dayPage);
    expect(await overEdge(page)).to.deep.equal([]);
    expect(await collisions(page)).to.deep.equal([]);
    const drawn = await charts(page);
    for (const { id, marks, clipped } of drawn) {
      expect(marks, id).to.be.above(0);
      expect(clipped, id).to.deep.equal([]);
    }
    // The whole day is in sight.
    const last = await page.evaluate(`(() => {
      const bands = [...document.querySelectorAll("#load .narrow .band")];
      return bands[bands.length - 1].getBoundingClientRect().right;
    })()`);
    expect(last).to.be.within(300, 390);
    await page.close();
  });

  it("tells the market from no control in grey, by dash and by weight", async () => {
    const { page } = await openPage(browser, dayPage);
    const looks = (await page.evaluate(`["s0", "s3"].map((style) => {
      const { strokeWidth, strokeDasharray } = getComputedStyle(document.querySelector("#load .wide ." + style + " .line"));
      return [strokeWidth, strokeDasharray];
    })`)) as [string, string][];
    expect(looks[0]).to.deep.equal(["3px", "none"]);
    expect(looks[1]![1]).to.match(/^8px, 4px$/);
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
    const frameTexts = Array.from({ length: 48 }, (_, frame) => timeOfDay(48 + frame, 1_800));
    const about = {
      ...{ setting: "chapter4", seeds: [1, 2], about: ["AdBEV 0.0.0"], command: "c", schemes },
      ...{ capacityW: 250_000, frameTexts, reportedByThesis: REPORTED_BY_THESIS },
    };
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
      expect(drawn.map(({ id }) => id)).to.include.members(["curves", "pfl", "squared", "peak", "time"]);
      expect(drawn.some(({ id }) => id === "arrivals")).to.equal(there);
      for (const { id, marks, clipped } of drawn) {
        expect(marks, id).to.be.above(0);
        expect(clipped, id).to.deep.equal([]);
      }
      await showsFamilies(page);
      expect(await overEdge(page)).to.deep.equal([]);
      expect(await collisions(page)).to.deep.equal([]);
      for (const { id, clipped } of await charts(page)) expect(clipped, id).to.deep.equal([]);
      expect(complaints).to.deep.equal([]);
      await page.close();
    }
  });

  /** Unticks a family, after which neither its lines nor their values are there, and moves to another day. */
  async function showsFamilies(page: Page): Promise<void> {
    const lines = async () =>
      page.evaluate(`[...document.querySelectorAll("#curves .wide [data-family]")]
        .filter((line) => getComputedStyle(line).display !== "none" && line.closest("[hidden]") === null)
        .map((line) => line.dataset.name)`) as Promise<string[]>;
    const all = await lines();
    expect(all).to.have.length(8);
    expect(await textOf(page, "#curves .wide .limitname")).to.include("capacity 250 kW");
    await (await page.$('#curves input[data-shows="alone"]'))!.click();
    const left = await lines();
    expect(left).to.have.length(4).and.not.include("uncontrolled");
    const [, band] = await page.$$("#curves .wide .band");
    await band!.hover();
    const told = String(await textOf(page, "#tip")).split("\n");
    expect(told[0]).to.equal("00:30");
    expect(told.slice(1).map((line) => line.replace(/^[\d.]+ kW {2}/, ""))).to.have.members(left);
    await (await page.$("#curves input[type=range]"))!.focus();
    await page.keyboard.press("ArrowRight");
    expect(await textOf(page, "#curves output")).to.equal("seed 2");
    expect(await lines()).to.have.members(left);
  }
});
