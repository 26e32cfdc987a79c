import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import { FACTOR_COLUMNS, trainingLines } from "../../../../scripts/reports/factor/columns";
import { type FactorReport, tuneFactor } from "../../../../scripts/reports/factor/experiment";
import { compareSchemes } from "../../../../scripts/simulation/compare";
import { comparedSchemes } from "../../../../scripts/simulation/comparedSchemes";
import { defaultDay } from "../../../../scripts/simulation/defaults";

const dayOf = (seed: number) => defaultDay({ seed, evs: 12 });
const options = { dayOf, market: DEFAULT_PARAMETERS, factors: [1, 1.2, 2], horizonFrames: 24 };

describe("a tuned factor on the first step of a rolling plan", function () {
  this.timeout(60_000);
  let report: FactorReport;
  const days: number[] = [];

  before(() => {
    report = tuneFactor({ ...options, trainingSeeds: [1, 2], holdOutSeeds: [5001, 5002] }, (seed) => days.push(seed));
  });

  it("is the best of those tried on the training days, and measured on other days beside 1 and 2.39", () => {
    expect(days).to.deep.equal([1, 2, 5001, 5002]);
    for (const { objective, toOptimum, chosen } of report.training) {
      expect(toOptimum.map(({ factor }) => factor)).to.deep.equal(options.factors);
      const best = Math.min(...toOptimum.map(({ mean }) => mean));
      expect(toOptimum.find(({ factor }) => factor === chosen)!.mean).to.equal(best);
      const rows = report.rows.filter((row) => row.objective === objective);
      expect(rows.map(({ factor }) => factor)).to.have.members([...new Set([1, 2.39, chosen])]);
      expect(rows.filter(({ tuned }) => tuned).map(({ factor }) => factor)).to.deep.equal([chosen]);
    }
  });

  it("leaves no plan below the optimum, which each objective has for itself", () => {
    for (const { toOptimum } of report.rows) for (const ratio of toOptimum) expect(ratio).to.be.at.least(1 - 1e-3);
  });

  it("comes with c = 1 to the root that the comparison of schemes has", async () => {
    const keys = ["rolling", "rollingC", "offlineOptimum"];
    const schemes = comparedSchemes({ generations: 0, horizonFrames: 24 }).filter(({ key }) => keys.includes(key));
    const compared = await compareSchemes({ seeds: [5001, 5002], dayOf, market: DEFAULT_PARAMETERS, schemes });
    for (const [key, factor] of [
      ["rolling", 1],
      ["rollingC", 2.39],
    ] as const) {
      const row = report.rows.find((one) => one.objective === "steps" && one.factor === factor)!;
      const { days: figures } = compared.find((scheme) => scheme.key === key)!;
      figures.forEach(({ toOptimum }, index) =>
        expect(Math.sqrt(row.toOptimum[index]!)).to.be.closeTo(toOptimum, 1e-3 * toOptimum),
      );
    }
  });

  it("prints a row for each factor, and what training found", () => {
    const [one] = report.rows;
    expect(FACTOR_COLUMNS.map(({ show }) => show(one!)).at(-1)).to.equal("–");
    expect(trainingLines(report)).to.have.length(2);
    expect(trainingLines(report)[0]).to.match(/^squared load .* 1\.2: \d\.\d{3}, .*chosen: [\d.]+$/);
  });

  it("is never measured on days that it was tuned on", () => {
    expect(() => tuneFactor({ ...options, trainingSeeds: [1], holdOutSeeds: [1] })).to.throw(RangeError, "seed 1");
  });
});
