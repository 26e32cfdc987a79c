import { expect } from "chai";

import { GuidePrice, timeOfDayFactor } from "../../../../scripts/piles/guidePrice";
import { Random } from "../../../../scripts/core/random";

const OPTIONS = { startPrice: 150_000, frameSeconds: 1800 };

describe("guide price", () => {
  it("repeats from its seed, in whatever order frames are asked for", () => {
    const one = new GuidePrice(OPTIONS, new Random(1));
    const other = new GuidePrice(OPTIONS, new Random(1));
    const last = other.at(40);
    expect(Array.from({ length: 41 }, (_, t) => one.at(t))[40]).to.equal(last);
    expect(other.at(3)).to.equal(one.at(3));
  });

  it("is geometric Brownian motion: E(S_t) = S_0 exp(mu t), Var(ln S_t) = sigma^2 t [T 4.11, 4.12]", () => {
    const options = { ...OPTIONS, drift: 0.01, volatility: 0.1 };
    const at16 = Array.from({ length: 4000 }, (_, seed) => new GuidePrice(options, new Random(seed)).motion(16));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(at16) / (150_000 * Math.exp(0.16))).to.be.closeTo(1, 0.02);
    const logs = at16.map(Math.log);
    expect(mean(logs.map((log) => (log - mean(logs)) ** 2))).to.be.closeTo(0.16, 0.01);
  });

  it("is dearer at 6-8, 11-13 and 17-19 h and stays within its bounds [T 4.4.1, Fig. 4.3]", () => {
    const dear = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => timeOfDayFactor(hour) > 1);
    expect(dear).to.deep.equal([6, 7, 11, 12, 17, 18]);
    const still = new GuidePrice({ ...OPTIONS, volatility: 0 }, new Random(1));
    expect(still.at(12) / still.at(11)).to.be.closeTo(1.2, 1e-9);
    expect(still.at(48 + 12)).to.equal(still.at(12));
    const wild = new GuidePrice({ ...OPTIONS, volatility: 1 }, new Random(1));
    for (let t = 0; t < 96; t++) expect(wild.at(t)).to.be.within(100_000, 300_000);
  });
});
