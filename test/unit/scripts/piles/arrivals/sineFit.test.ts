import { expect } from "chai";

import { ELAAD_WEEKDAY_ARRIVALS_PERCENT } from "../../../../../scripts/data/elaadnl";
import { fittedArrivals } from "../../../../../scripts/piles/arrivals/fittedProfile";
import { fitError, fitSines, sinesAt } from "../../../../../scripts/piles/arrivals/sineFit";

const STEPS = [...Array(40).keys()];

describe("sums of sines", () => {
  it("find the sines that figures are made of", () => {
    const figures = STEPS.map((t) => 3 * Math.sin((Math.PI / 10) * t + 1) + Math.sin((Math.PI / 4) * t - 0.5));
    const sines = fitSines(figures, 2);
    expect(fitError(figures, sines)).to.be.below(1e-3);
    expect(Math.max(...sines.map(({ amplitude }) => amplitude))).to.be.closeTo(3, 1e-3);
    expect(sinesAt(sines, 7)).to.be.closeTo(figures[7]!, 0.01);
  });

  it("come nearer with more terms", () => {
    const figures = STEPS.map((t) => (t < 20 ? t : 5));
    const errors = [1, 2, 4].map((terms) => fitError(figures, fitSines(figures, terms)));
    expect(errors[0]).to.be.above(errors[1]!);
    expect(errors[1]).to.be.above(errors[2]!);
  });
});

describe("the fitted arrivals", () => {
  const { pieces, shares, dataShares } = fittedArrivals();

  it("are shares of a day in two pieces of 25 and 23 half-hours", () => {
    expect(pieces.map(({ first, count }) => [first, count])).to.deep.equal([
      [12, 25],
      [37, 23],
    ]);
    for (const all of [shares, dataShares]) {
      expect(all).to.have.length(48);
      expect(all.every((one) => one >= 0)).to.equal(true);
      expect(all.reduce((sum, one) => sum + one, 0)).to.be.closeTo(1, 1e-9);
    }
  });

  it("follow the data within half a percent of the day's arrivals", () => {
    shares.forEach((one, halfHour) => expect(one, `${halfHour}`).to.be.closeTo(dataShares[halfHour]!, 0.005));
    const quarters = ELAAD_WEEKDAY_ARRIVALS_PERCENT.private;
    expect(dataShares[36]).to.be.closeTo((quarters[72]! + quarters[73]!) / 100, 1e-3);
  });
});
