import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import { compareCsv } from "../../../../scripts/reports/compareCsv";
import { compareSchemes, ranking, type SchemeComparison } from "../../../../scripts/simulation/compare";
import { comparedSchemes } from "../../../../scripts/simulation/comparedSchemes";
import { defaultDay } from "../../../../scripts/simulation/defaults";
import { checkClaims } from "../../../../scripts/simulation/thesisClaims";

const SEEDS = [1, 2];

describe("comparison of schemes", function () {
  this.timeout(240_000);
  let schemes: SchemeComparison[];
  const runs: string[] = [];

  before(async () => {
    schemes = await compareSchemes(
      {
        seeds: SEEDS,
        dayOf: (seed) => defaultDay({ seed, evs: 30 }),
        market: DEFAULT_PARAMETERS,
        schemes: comparedSchemes({ generations: 5, horizonFrames: 24 }),
      },
      (scheme, seed) => runs.push(`${scheme} ${seed}`),
    );
  });

  const figures = (key: string) => schemes.find((scheme) => scheme.key === key)!.days;

  it("runs every scheme on every seed, and tells of each", () => {
    expect(runs).to.have.length(schemes.length * SEEDS.length);
    expect(new Set(schemes.map(({ key }) => key)).size).to.equal(schemes.length);
    expect(new Set(schemes.map(({ title }) => title)).size).to.equal(schemes.length);
  });

  it("moves the same energy for the same money wherever everything is served without a market", () => {
    for (const seed of SEEDS.keys()) {
      const paid = figures("uncontrolled")[seed]!.costPerEv;
      for (const key of ["capped", "timeShiftedAll", "genetic", "rolling", "offlineOptimum"]) {
        expect(figures(key)[seed]!.unservedShare, key).to.equal(0);
        expect(figures(key)[seed]!.costPerEv, key).to.be.closeTo(paid, 1e-6);
      }
      expect(figures("timeShifted")[seed]!.unservedShare).to.be.above(0);
    }
  });

  it("relates each scheme to the optimum and to uncontrolled charging", () => {
    for (const seed of SEEDS.keys()) {
      expect(figures("offlineOptimum")[seed]!.toOptimum).to.equal(1);
      expect(figures("uncontrolled")[seed]!.toUncontrolled).to.equal(0);
      expect(figures("rolling")[seed]!.toOptimum).to.be.above(1);
      expect(figures("rollingTail")[seed]!.toUncontrolled).to.be.below(-0.3);
    }
  });

  it("ranks by a mean", () => {
    const ranked = ranking(schemes, "squaredStepsRootW").map(({ spread }) => spread.squaredStepsRootW.mean);
    expect(ranked).to.deep.equal([...ranked].sort((a, b) => a - b));
  });

  it("tells who won the rounds of a benefit market, and serves everybody there", () => {
    for (const key of ["pob", "epob", "epobSlack", "epobC"]) {
      const { rounds, days } = schemes.find((scheme) => scheme.key === key)!;
      expect(rounds).to.have.length(SEEDS.length);
      const won = rounds!.flat().filter(({ winner }) => winner !== undefined);
      expect(won.length).to.be.above(rounds!.flat().length / 2);
      expect(won.every(({ lambda }) => lambda > 0n)).to.equal(true);
      for (const { unservedShare } of days) expect(unservedShare, key).to.be.below(0.01);
    }
    expect(schemes.filter(({ rounds }) => rounds !== undefined)).to.have.length(5);
  });

  it("repeats from its seeds, but for the time it takes", async () => {
    const again = await compareSchemes({
      seeds: [2],
      dayOf: (seed) => defaultDay({ seed, evs: 30 }),
      market: DEFAULT_PARAMETERS,
      schemes: comparedSchemes({ generations: 5, horizonFrames: 24 }).filter(({ key }) => key === "rolling"),
    });
    const { squaredSteps, absoluteStepsW, peakW } = again[0]!.days[0]!;
    expect(figures("rolling")[1]).to.include({ squaredSteps, absoluteStepsW, peakW });
  });

  it("checks the thesis's orders against the means", () => {
    const claims = checkClaims(schemes);
    expect(claims).to.have.length(10);
    const offline = claims.find(({ claim }) => claim.startsWith("the offline optimum"))!;
    expect(offline.holds).to.equal(true);
    expect(checkClaims(schemes.filter(({ key }) => key !== "genetic"))).to.have.length(7);
  });

  it("writes a line of CSV per scheme and seed", () => {
    const lines = compareCsv(schemes, SEEDS).trimEnd().split("\n");
    expect(lines).to.have.length(1 + schemes.length * SEEDS.length);
    const columns = lines[0]!.split(",").length;
    expect(lines.every((line) => line.split(",").length === columns)).to.equal(true);
    expect(lines[1]).to.match(/^uncontrolled,1,\d/);
  });
});
