import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import { WIDE } from "../../../../scripts/reports/charts/chart";
import { drawDepth } from "../../../../scripts/reports/charts/depthChart";
import { drawLines } from "../../../../scripts/reports/charts/lineChart";
import { dayHtml } from "../../../../scripts/reports/day/html";
import { pairsOf, ranked } from "../../../../scripts/reports/day/pairs";
import { recordBooks } from "../../../../scripts/simulation/bookRecorder";
import { runDay } from "../../../../scripts/simulation/day";
import type { FrameReport } from "../../../../scripts/simulation/dayResult";
import { defaultDay } from "../../../../scripts/simulation/defaults";
import type { BookOrder } from "../../../../scripts/core/ports";
import { ModelPort } from "../../../../scripts/simulation/modelPort";

describe("scripts/reports/day", () => {
  it("sums up who sold whom, at the mean price by energy, the grid as a seller and as a buyer", () => {
    const frame = (parts: Partial<FrameReport>) => ({ trades: [], grid: [], ...parts }) as unknown as FrameReport;
    const pairs = pairsOf([
      frame({ trades: [{ sell: "A", buy: "B", energyWh: 1_000n, price: 100n }] }),
      frame({
        trades: [{ sell: "A", buy: "B", energyWh: 3_000n, price: 200n }],
        grid: [
          { pile: "B", side: "charge", energyWh: 500n, price: 300n },
          { pile: "A", side: "discharge", energyWh: 100n, price: 50n },
        ],
      }),
    ]);
    expect(pairs).to.deep.equal([
      { seller: "A", buyer: "B", energyWh: 4_000, price: 175 },
      { seller: "grid", buyer: "B", energyWh: 500, price: 300 },
      { seller: "A", buyer: "grid", energyWh: 100, price: 50 },
    ]);
    expect(ranked(pairs, ({ seller }) => seller)).to.deep.equal(["grid", "A"]);
  });

  it("is one page that loads nothing, the same for the same seed, and escapes what it is told", async () => {
    const page = async () => {
      const books = new Map<number, readonly BookOrder[]>();
      const day = await runDay(defaultDay({ seed: 3, evs: 12 }), recordBooks(new ModelPort(DEFAULT_PARAMETERS), books));
      const about = {
        setting: "<b>",
        seed: 3,
        about: ["policy <i>"],
        command: "run <this> & that",
        frameSeconds: 1800,
      };
      return { books, html: dayHtml({ ...about, day, others: [], books, bookOf: "feeder <1>" }) };
    };
    const [one, other] = [await page(), await page()];
    expect(one.html).to.equal(other.html);
    expect(one.books.size).to.be.at.least(96);
    expect(one.html).not.to.match(/https?:|<link|<script src|url\((?!#)|@import/);
    expect(one.html).not.to.match(/NaN|undefined|Infinity/);
    expect(one.html).to.include("run &lt;this&gt; &amp; that").and.include("prefers-color-scheme: dark");
    expect(one.html).not.to.match(/<b>|<i>|<this>|feeder <1>/);
  });

  it("draws a day on which nothing is traded and nobody comes", async () => {
    const books = new Map<number, readonly BookOrder[]>();
    const options = { ...defaultDay({ seed: 1, evs: 1 }), evs: [] };
    const day = await runDay(options, recordBooks(new ModelPort(DEFAULT_PARAMETERS), books));
    const html = dayHtml({
      setting: "s",
      seed: 1,
      about: [],
      command: "c",
      frameSeconds: 1800,
      day,
      others: [],
      books,
    });
    expect(html).to.include("The book is empty");
    expect(html).not.to.match(/NaN|="undefined"|Infinity/);
  });

  it("leaves gaps where there is no value, and steps depth from the best price outwards", () => {
    const axis = { label: "l", xs: [0, 1, 2], xTicks: [0, 2], xText: String, xTitle: "x", yTitle: "y", yText: String };
    const lines = drawLines(WIDE, { ...axis, series: [{ name: "n", style: "s0", values: [1, undefined, 3] }] });
    expect(lines).to.match(/d="M[^M]*M/);
    expect(lines).to.include('data-tip="1\nn: –"').and.include('data-tip="2\nn: 3 y"');
    const order = (price: bigint, remainingWh: bigint) => ({ side: "charge", price, remainingWh, peakWh: 1_000n });
    const orders = [order(100_000n, 3_000n), order(150_000n, 500n)] as unknown as BookOrder[];
    const depth = drawDepth(WIDE, "d", [{ name: "00:00", orders }], 0);
    expect(depth.indexOf("1 bid at 15.00 p/kWh")).to.be.above(-1).and.below(depth.indexOf("1 bid at 10.00 p"));
    expect(depth).to.include("up to here 3.50 kWh displayed, 3.50 kWh in all");
  });
});
