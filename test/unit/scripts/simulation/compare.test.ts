import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import { compareCsv } from "../../../../scripts/reports/compareCsv";
import { compareSchemes, ranking, type SchemeComparison } from "../../../../scripts/simulation/compare";
import { comparedSchemes } from "../../../../scripts/simulation/comparedSchemes";
import { defaultDay } from "../../../../scripts/simulation/defaults";
import { pastArrivals } from "../../../../scripts/simulation/pastDays";
import { checkClaims, checkMarket } from "../../../../scripts/simulation/thesisClaims";

const SEEDS = [1, 2];
const EVS = 14;
/** Schemes that are run here; others differ from them in parameters alone. */
const RUN = [
  ...["uncontrolled", "capped", "cap1kW", "spread", "timeShifted", "timeShiftedAll", "genetic"],
  ...["adbev", "adbevAlone", "adbevSelfish50", "adbevSelfish100", "congestion", "pob", "epob", "epobLaxity"],
  ...["rolling", "rollingTail", "laxity", "laxityV2g", "expected", "offlineOptimum", "offlineOptimumV2g"],
];
const ARRIVALS = pastArrivals({ evs: EVS }, DEFAULT_PARAMETERS, { seeds: [901, 902, 903] });
const chosen = (keys: readonly string[] = RUN) =>
  comparedSchemes({ generations: 5, horizonFrames: 24, arrivals: ARRIVALS }).filter(({ key }) => keys.includes(key));

describe("comparison of schemes", function () {
  this.timeout(240_000);
  let schemes: SchemeComparison[];
  const runs: string[] = [];

  before(async () => {
    schemes = await compareSchemes(
      {
        seeds: SEEDS,
        dayOf: (seed) => defaultDay({ seed, evs: EVS }),
        market: DEFAULT_PARAMETERS,
        schemes: chosen(),
      },
      (scheme, seed) => runs.push(`${scheme} ${seed}`),
    );
  });

  const figures = (key: string) => schemes.find((scheme) => scheme.key === key)!.days;

  it("runs every scheme on every seed, and tells of each", () => {
    expect(runs).to.have.length(schemes.length * SEEDS.length);
    expect(schemes.map(({ key }) => key)).to.have.members(RUN);
    const all = comparedSchemes({ arrivals: ARRIVALS });
    expect(new Set(all.map(({ key }) => key)).size).to.equal(all.length);
    expect(new Set(all.map(({ title }) => title)).size).to.equal(all.length);
  });

  it("moves the same energy for the same money wherever everything is served without a market", () => {
    for (const seed of SEEDS.keys()) {
      const paid = figures("uncontrolled")[seed]!.costPerEv;
      for (const key of [
        "capped",
        "cap1kW",
        "spread",
        "timeShiftedAll",
        "genetic",
        "rolling",
        "laxity",
        "offlineOptimum",
      ]) {
        expect(figures(key)[seed]!.unservedShare, key).to.equal(0);
        expect(figures(key)[seed]!.costPerEv, key).to.be.closeTo(paid, 1e-6);
      }
      expect(figures("timeShifted")[seed]!.unservedShare).to.be.above(0);
    }
  });

  it("relates each scheme to the optimum of the same energy, below which none comes, and to uncontrolled charging", () => {
    for (const seed of SEEDS.keys()) {
      const optimum = { charging: figures("offlineOptimum")[seed]!, both: figures("offlineOptimumV2g")[seed]! };
      expect(optimum.both.spanRootW).to.be.below(optimum.charging.spanRootW);
      for (const { key, energy, days } of schemes) {
        const { spanRootW, toOptimum, aboveOptimumW, unservedShare } = days[seed]!;
        expect(toOptimum, key).to.equal(spanRootW / optimum[energy].spanRootW);
        expect(aboveOptimumW, key).to.equal(spanRootW - optimum[energy].spanRootW);
        // Up to what the optimum is solved to; who serves nobody has an easier task.
        if (unservedShare < 0.001) expect(toOptimum, key).to.be.at.least(0.999);
      }
      expect(figures("uncontrolled")[seed]!.toUncontrolled).to.equal(0);
      expect(figures("rollingTail")[seed]!.toUncontrolled).to.be.below(-0.3);
    }
  });

  it("tells whose energy a scheme moves and who has to cooperate", () => {
    const of = (key: string) => schemes.find((scheme) => scheme.key === key)!;
    expect([of("adbev").energy, of("adbevAlone").energy, of("spread").energy]).to.deep.equal([
      "both",
      "charging",
      "charging",
    ]);
    for (const key of ["spread", "capped", "adbevSelfish100"]) expect(of(key).cooperates).to.equal("nobody");
    expect(of("adbev").title).to.equal("AdBEV market, waterline");
    expect(figures("adbevAlone").every(({ earnedPerEv }) => earnedPerEv === 0)).to.equal(true);
    expect(figures("adbev").some(({ earnedPerEv }) => earnedPerEv > 0)).to.equal(true);
  });

  it("selfish agents make the load rougher", () => {
    const [calm, half, all] = ["adbev", "adbevSelfish50", "adbevSelfish100"].map(
      (key) => schemes.find((scheme) => scheme.key === key)!.spread.absoluteStepsW.mean,
    );
    expect(calm).to.be.below(half!);
    expect(half).to.be.below(all!);
  });

  it("the headline is the market against the best opponent that needs none, with a paired interval", () => {
    const checks = checkMarket(schemes);
    expect(checks.map(({ claim }) => claim.split(",")[0])).to.include.members([
      "AdBEV market",
      "ePoB market by laxity",
    ]);
    for (const { difference, verdict } of checks) {
      expect(difference.count).to.equal(SEEDS.length);
      if (difference.low! < 0 && difference.high! > 0) expect(verdict).to.equal("not decided by these seeds");
      else expect(verdict).to.equal(difference.mean < 0 ? "holds" : "does not hold");
    }
  });

  it("ranks by a mean", () => {
    const ranked = ranking(schemes, "squaredStepsRootW").map(({ spread }) => spread.squaredStepsRootW.mean);
    expect(ranked).to.deep.equal([...ranked].sort((a, b) => a - b));
  });

  it("tells who won the rounds of a benefit market, where plans that look ahead serve everybody", () => {
    for (const key of ["pob", "epob", "epobLaxity"]) {
      const { rounds, days } = schemes.find((scheme) => scheme.key === key)!;
      expect(rounds).to.have.length(SEEDS.length);
      const won = rounds!.flat().filter(({ winner }) => winner !== undefined);
      expect(won.length).to.be.above(rounds!.flat().length / 2);
      expect(won.every(({ lambda }) => lambda > 0n)).to.equal(true);
      // PoB sees a single frame and so not whom it leaves behind.
      if (key !== "pob") for (const { unservedShare } of days) expect(unservedShare, key).to.be.below(0.01);
    }
    expect(schemes.filter(({ rounds }) => rounds !== undefined)).to.have.length(3);
  });

  it("repeats from its seeds, but for the time it takes", async () => {
    const again = await compareSchemes({
      seeds: [2],
      dayOf: (seed) => defaultDay({ seed, evs: EVS }),
      market: DEFAULT_PARAMETERS,
      schemes: chosen(["rolling"]),
    });
    const { squaredSteps, absoluteStepsW, peakW } = again[0]!.days[0]!;
    expect(figures("rolling")[1]).to.include({ squaredSteps, absoluteStepsW, peakW });
  });

  it("checks the thesis's orders against the means", () => {
    const claims = checkClaims(schemes);
    expect(claims).to.have.length(8);
    const offline = claims.find(({ claim }) => claim.startsWith("the offline optimum"))!;
    expect(offline.holds).to.equal(true);
    expect(checkClaims(schemes.filter(({ key }) => key !== "genetic"))).to.have.length(5);
    const [one] = checkClaims(schemes.map((scheme) => ({ ...scheme, days: scheme.days.slice(0, 1) })));
    expect(one!.verdict).to.equal("not decided by one seed");
  });

  it("writes a line of CSV per scheme and seed", () => {
    const provenance = { version: "1.2.3", setting: "chapter4", command: "npx hardhat simulate:compare --seed 1" };
    const lines = compareCsv(schemes, SEEDS, provenance).trimEnd().split("\n");
    expect(lines).to.have.length(1 + schemes.length * SEEDS.length);
    const columns = lines[0]!.split(",").length;
    expect(lines.every((line) => line.split(",").length === columns)).to.equal(true);
    expect(lines[1]).to.match(/^1\.2\.3,chapter4,uncontrolled,1,\d.*,npx hardhat simulate:compare --seed 1$/);
  });
});
