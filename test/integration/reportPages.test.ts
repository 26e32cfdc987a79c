import { expect } from "chai";
import type { Browser } from "puppeteer-core";

import { Random } from "../../scripts/core/random";
import { costHtml } from "../../scripts/reports/computationCost/html";
import { runDraws } from "../../scripts/reports/credit/draws";
import { drawsHtml } from "../../scripts/reports/credit/drawsPage";
import { thesisHtml } from "../../scripts/thesis/report";
import type { Reproduction } from "../../scripts/thesis/types";
import { launchBrowser, openPage } from "../helpers/browser";
import { exampleReport } from "../unit/scripts/reports/fixtures";

/** A figure over hours and one over long names, as the thesis has both. */
const FIGURES: Reproduction[] = [
  {
    ...{ id: "3.2", title: "load", setting: "thesis3", open: [], figures: [], verdict: "Not reproduced." },
    outcome: "not reproduced",
    curve: {
      ...{ xName: "hour", yName: "load_kw", xs: Array.from({ length: 48 }, (_, index) => index / 2) },
      series: ["homes", "uncontrolled"].map((name, at) => ({
        name,
        values: Array.from({ length: 48 }, (_, index) => 100 + (at + 1) * index),
      })),
    },
  },
  {
    ...{ id: "3.4", title: "strategies", setting: "thesis3", open: [], figures: [], verdict: "Not reproduced." },
    outcome: "not reproduced",
    curve: {
      ...{ xName: "strategy", yName: "ln_range_over_mean" },
      xs: ["genetic algorithm", "uncontrolled", "conventional"].map((name) => `ln((max − min) / mean), ${name}`),
      series: [{ name: "ours", values: [0.1, 0.2, 0.3] }],
    },
  },
];

describe("pages of reports in a browser", function () {
  this.timeout(60_000);
  let browser: Browser;
  before(async function () {
    browser = await launchBrowser(this);
  });
  after(async () => {
    await (browser as Browser | undefined)?.close();
  });

  const run = runDraws(50, new Random(1));
  const pages: [name: string, html: string][] = [
    ["report:draws", drawsHtml([run], 1, "npx hardhat report:draws --draws 50 --html draws.html", ["AdBEV 0.0.0"])],
    ["report:gas", costHtml(exampleReport(), ["AdBEV 0.0.0"])],
    ["thesis:reproduce", thesisHtml(FIGURES, [1], "npx hardhat thesis:reproduce", ["AdBEV 0.0.0"])],
  ];

  for (const [name, html] of pages) {
    it(`${name}: nothing over the edge of a phone, nor text over text`, async () => {
      const { page, complaints } = await openPage(browser, html);
      await page.setViewport({ width: 390, height: 844 });
      const over = await page.evaluate(`[...document.querySelectorAll("main *")]
        .filter((one) => one.closest(".scroll, .box") === null && one.getClientRects().length > 0)
        .filter((one) => one.getBoundingClientRect().right > 391 || one.getBoundingClientRect().left < -1)
        .map((one) => one.outerHTML.slice(0, 80))`);
      expect(over).to.deep.equal([]);
      const texts = await page.evaluate(`[...document.querySelectorAll("main svg")].flatMap((svg) => {
        const boxes = [...svg.querySelectorAll("text")].filter((text) => text.getClientRects().length > 0)
          .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
        return boxes.flatMap((one, index) => boxes.slice(index + 1)
          .filter(({ box }) => box.left < one.box.right - 1 && one.box.left < box.right - 1 &&
            box.top < one.box.bottom - 3 && one.box.top < box.bottom - 3)
          .map(({ text }) => one.text + " over " + text));
      })`);
      expect(texts).to.deep.equal([]);
      expect(complaints).to.deep.equal([]);
      await page.close();
    });

    it(`${name}: lines of a drawing differ without their colours, and the legend has their dashes`, async () => {
      const { page } = await openPage(browser, html);
      const drawings = (await page.evaluate(`[...document.querySelectorAll("main .wide > svg")].map((svg) =>
        [...svg.querySelectorAll(".line")].map((line) => {
          const { strokeWidth, strokeDasharray } = getComputedStyle(line);
          return strokeWidth + " " + strokeDasharray;
        }))`)) as string[][];
      expect(drawings.length).to.be.greaterThan(0);
      for (const looks of drawings) {
        expect(looks.length).to.be.greaterThan(1);
        expect(new Set(looks).size, looks.join("; ")).to.equal(looks.length);
      }
      const legends = (await page.evaluate(`[...document.querySelectorAll(".legend .look")]
        .map((look) => look.querySelector("path.line") !== null)`)) as boolean[];
      expect(legends.length).to.be.greaterThan(1);
      expect(legends).to.not.include(false);
      await page.close();
    });
  }

  it("tells values with their units beside the pointer, and sets names in a table instead of on an axis", async () => {
    const { page } = await openPage(browser, pages[2]![1]);
    const bands = await page.$$("#figure-3\\.2 .wide .band");
    await bands[29]!.hover();
    expect(await page.evaluate(`document.querySelector("#tip").textContent`)).to.equal(
      "14:30\nhomes: 129 kW\nuncontrolled: 158 kW",
    );
    expect(await page.$$("#figure-3\\.4 svg")).to.deep.equal([]);
    expect(await page.$$("#figure-3\\.4 .drawing tbody tr")).to.have.length(3);
    await page.close();
  });
});
