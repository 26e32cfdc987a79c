import { expect } from "chai";

import type { FrameOutcome } from "../../../../scripts/core/types";
import { costCsv } from "../../../../scripts/reports/computationCost/csv";
import { DayMeter } from "../../../../scripts/reports/computationCost/dayMeter";
import { fitPowerLaw, growthOf } from "../../../../scripts/reports/computationCost/growth";
import { costHtml, figuresOf } from "../../../../scripts/reports/computationCost/html";
import { costMarkdown } from "../../../../scripts/reports/computationCost/markdown";
import { dayPflW, interpolated } from "../../../../scripts/reports/computationCost/measureGenetic";
import { moneyOf, moneyText } from "../../../../scripts/reports/computationCost/pricing";
import { COMPLETE } from "../../../../scripts/reports/computationCost/types";
import { breakEvenGenerations, verdictsOf } from "../../../../scripts/reports/computationCost/verdicts";
import type { GeneticProblem } from "../../../../scripts/schemes/genetic/problem";
import type { GasSum, MarketPort } from "../../../../scripts/core/ports";
import { exampleReport } from "./fixtures";

describe("scripts/reports/computationCost", () => {
  describe("growth", () => {
    it("finds the exponent of an exact power law", () => {
      const { exponent, factor, r2 } = fitPowerLaw([10, 20, 80].map((x) => ({ x, y: 3 * x ** 1.5 })));
      expect(exponent).to.be.closeTo(1.5, 1e-9);
      expect(factor).to.be.closeTo(3, 1e-9);
      expect(r2).to.be.closeTo(1, 1e-9);
    });

    it("tells how well a power law fits", () => {
      const { r2 } = fitPowerLaw([
        { x: 1, y: 1 },
        { x: 2, y: 9 },
        { x: 4, y: 2 },
      ]);
      expect(r2).to.be.within(0, 0.5);
    });

    it("needs positive figures and two sizes", () => {
      expect(() => fitPowerLaw([{ x: 1, y: 0 }])).to.throw(RangeError, "positive");
      expect(() => fitPowerLaw([{ x: 1, y: 2 }])).to.throw(RangeError, "two different sizes");
      expect(growthOf(COMPLETE, exampleReport().runs.slice(0, 1))).to.equal(undefined);
    });

    it("fits each scheme over its own peers", () => {
      const growth = growthOf(COMPLETE, exampleReport().runs);
      expect(growth).to.include({ from: 10, to: 160 });
      expect(growth!.exponent).to.be.closeTo(0.5, 1e-9);
    });
  });

  describe("money", () => {
    it("is gas times gas price times token price", () => {
      expect(moneyOf(1_000_000, { name: "", gasPriceGwei: 2, tokenPrice: 3_000 })).to.be.closeTo(6, 1e-9);
    });

    it("shows as many decimals as it takes", () => {
      expect([0, 12_345.6, 12.345, 0.0123, 0.0000123].map(moneyText)).to.deep.equal([
        "0",
        "12 346",
        "12.35",
        "0.012",
        "1.2e-5",
      ]);
    });
  });

  describe("verdicts", () => {
    it("follow the figures", () => {
      const verdict = (report: ReturnType<typeof exampleReport>) => verdictsOf(report).map(({ verdict: v }) => v);
      expect(verdict(exampleReport())).to.deep.equal(["holds", "holds", "holds in part"]);
      expect(verdict(exampleReport(1_000))).to.deep.equal(["does not hold", "holds", "holds in part"]);
      expect(verdict(exampleReport(300_000))[0]).to.equal("holds in part");
    });

    it("claim nothing of what was not run", () => {
      const nothing = { ...exampleReport(), runs: [], growth: [] };
      expect(verdictsOf(nothing).map(({ verdict }) => verdict)).to.deep.equal(Array(3).fill("not measured"));
    });

    it("say at how many generations both cost the same", () => {
      // 2 000 000 sqrt(160) less 100 000, at 640 000 a generation.
      expect(breakEvenGenerations(exampleReport(), 20, 160)).to.be.closeTo(39.37, 0.01);
      expect(breakEvenGenerations(exampleReport(), 7, 160)).to.equal(undefined);
    });
  });

  describe("the genetic algorithm's day", () => {
    const problem = { firstFrame: 50, frameSeconds: 1800 } as GeneticProblem;

    it("folds what is charged after midnight onto the morning", () => {
      // Frame 46 of the day at 2 kW, then midnight, then frame 0 at 1 kW.
      const baseLoadW = Array<number>(48).fill(0);
      const charge = { firstFrame: 44, fullFrames: 2, frameWh: 1_000, restWh: 500 };
      expect(dayPflW({ problem, baseLoadW }, [charge])).to.equal(4_000);
      expect(dayPflW({ problem, baseLoadW }, [])).to.equal(0);
    });

    it("is scaled by what lies between two complete runs", () => {
      const fatigues = [
        { peers: 10, ratio: 0.9, gasPerTransaction: 1 },
        { peers: 1_000, ratio: 0.5, gasPerTransaction: 1 },
      ];
      const ratio = (peers: number) => interpolated(fatigues, peers, (fatigue) => fatigue.ratio);
      expect(ratio(100)).to.be.closeTo(0.7, 1e-9);
      expect([ratio(5), ratio(10), ratio(2_000)]).to.deep.equal([0.9, 0.9, 0.5]);
      expect(() => interpolated([], 5, () => 1)).to.throw(RangeError, "no complete run");
    });
  });

  it("counts the gas of the measured frames alone", async () => {
    const spent: GasSum = { transactions: 0, operations: 0, gas: 0n };
    const port = {
      clear: (frame: number) => {
        spent.transactions += 1;
        spent.gas += BigInt(frame);
        return Promise.resolve({ frame } as FrameOutcome);
      },
      gasUse: () => ({ clear: spent }),
    } as unknown as MarketPort;
    const meter = new DayMeter(port, { first: 3, count: 2 });
    expect(meter.gasUse()).to.deep.equal({});
    for (const frame of [1, 2, 3, 4, 5, 6]) await meter.clear(frame);
    expect(meter.gasUse()).to.deep.equal({ clear: { transactions: 2, operations: 0, gas: 7n } });
  });

  describe("output", () => {
    it("is a line of CSV for each scheme and number of peers, as many cells as the first", () => {
      const lines = costCsv(exampleReport()).trimEnd().split("\n");
      expect(lines).to.have.length(10);
      expect(new Set(lines.map((line) => line.split(",").length))).to.have.property("size", 1);
      expect(lines[3]).to.equal("10,ga-20x1000,receipts,40000000,4000000,400000,4000000,20,,100000,10000,240");
    });

    it("is one page of HTML that loads nothing, in light and dark", () => {
      const html = costHtml(exampleReport());
      expect(html).to.contain("prefers-color-scheme: dark").and.to.contain("<svg");
      expect(html).not.to.match(/https?:|<script src|<link|url\((?!#)/);
      expect(html).to.contain("<span>--html</span> &quot;&lt;a&gt;&quot;");
      expect(html.match(/NaN|undefined|Infinity/)).to.equal(null);
    });

    it("draws every run, the scaled ones hollow, within the plot", () => {
      const html = costHtml(exampleReport());
      const wide = html.split('<div class="narrow">').map((part) => part.split('<div class="wide">')[1] ?? "");
      const marks = [...wide.join("").matchAll(/<circle class="(full|hollow)" cx="([\d.]+)" cy="([\d.]+)"/g)];
      // Nine in the first figure; up to a hundred peers, six in the second.
      expect(marks).to.have.length(15);
      expect(marks.filter(([, kind]) => kind === "hollow")).to.have.length(2);
      for (const [, , x, y] of marks) {
        expect(Number(x)).to.be.within(70, 700);
        expect(Number(y)).to.be.within(20, 410);
      }
      // As many again for the width of a phone, within its plot.
      const narrow = [...html.matchAll(/<div class="narrow">.*?<\/figure>/gs)].map(([part]) => part).join("");
      const small = [...narrow.matchAll(/<circle class="(?:full|hollow)" cx="([\d.]+)"/g)];
      expect(small).to.have.length(15);
      for (const [, x] of small) expect(Number(x)).to.be.within(50, 375);
      expect(figuresOf(exampleReport()).map(({ scale }) => scale)).to.deep.equal(["log", "linear"]);
    });

    it("is Markdown with every figure and nothing that is not one", () => {
      const markdown = costMarkdown(exampleReport());
      expect(markdown).to.contain("GA, 20 individuals, 1 000 generations").and.to.contain("do not edit");
      expect(markdown.match(/NaN|undefined|Infinity/)).to.equal(null);
    });
  });
});
