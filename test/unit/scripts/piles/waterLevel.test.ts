import { expect } from "chai";

import { pouredLevel, waterLevelWh } from "../../../../scripts/piles/waterLevel";

describe("water level", () => {
  it("poured energy fills the deepest first", () => {
    expect(pouredLevel([1, 3, 9], 1)).to.equal(2);
    expect(pouredLevel([1, 3, 9], 2)).to.equal(3);
    expect(pouredLevel([1, 3, 9], 6)).to.equal(5);
    expect(pouredLevel([1, 3, 9], 17)).to.equal(10);
  });

  it("spreads one demand over its frames", () => {
    const demand = { energyWh: 40, frameWh: 100, lastFrame: 13 };
    expect(waterLevelWh([10, 10, 10, 10], 10, [demand])).to.equal(20);
    expect(waterLevelWh([10, 50, 10, 50], 10, [demand])).to.equal(30);
  });

  it("is set by the tightest deadline, not by what can come later", () => {
    const soon = { energyWh: 40, frameWh: 100, lastFrame: 11 };
    const late = { energyWh: 40, frameWh: 100, lastFrame: 19 };
    const ground = new Array<number>(10).fill(10);
    expect(waterLevelWh(ground, 10, [soon])).to.equal(30);
    expect(waterLevelWh(ground, 10, [soon, late])).to.equal(30);
    expect(waterLevelWh(ground, 10, [late])).to.equal(14);
  });

  it("begins early what cannot all be had in the last frames", () => {
    // Four frames of 10 Wh each: 40 Wh need the dear first one, too, 30 Wh do not.
    const demand = { frameWh: 10, lastFrame: 3 };
    expect(waterLevelWh([30, 0, 0, 0], 0, [{ ...demand, energyWh: 40 }])).to.equal(40);
    expect(waterLevelWh([30, 0, 0, 0], 0, [{ ...demand, energyWh: 30 }])).to.equal(10);
  });

  it("goes on with the last known ground, and has no level without demand", () => {
    expect(waterLevelWh([10], 5, [{ energyWh: 20, frameWh: 100, lastFrame: 6 }])).to.equal(20);
    expect(waterLevelWh([10], 5, [])).to.equal(-Infinity);
  });
});
