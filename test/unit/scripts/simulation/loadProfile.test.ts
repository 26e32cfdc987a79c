import { expect } from "chai";

import { defaultDay, meanWithin } from "../../../../scripts/simulation/defaults";

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const loadsOf = (baseLoadW: readonly number[]) => {
  const day = defaultDay({ seed: 1, evs: 1, baseLoadW });
  return Array.from({ length: 48 }, (_, frame) => Number(day.publication(frame).baseLoadW));
};

describe("a day's load profile", () => {
  it("of quarters of an hour becomes the means of each half-hour", () => {
    const alternating = Array.from({ length: 96 }, (_, quarter) => (quarter % 2 === 0 ? 10_000 : 30_000));
    expect(new Set(loadsOf(alternating))).to.deep.equal(new Set([20_000]));
    const spike = Array.from({ length: 96 }, (_, quarter) => (quarter === 73 ? 50_000 : 10_000)); // 18:15
    expect(loadsOf(spike)[36]).to.equal(30_000);
  });

  it("of hours stands for both half-hours, and repeats day after day", () => {
    const hours = Array.from({ length: 24 }, (_, hour) => 1_000 * hour);
    expect(loadsOf(hours).slice(0, 5)).to.deep.equal([0, 0, 1_000, 1_000, 2_000]);
    const day = defaultDay({ seed: 1, evs: 1, baseLoadW: hours });
    expect(day.publication(-1).baseLoadW).to.equal(23_000n);
    expect(day.publication(50).baseLoadW).to.equal(1_000n);
  });

  it("keeps its energy whatever its step", () => {
    for (const length of [1, 24, 36, 48, 96, 100, 288, 1_440]) {
      const figures = Array.from({ length }, (_, index) => 10_000 + 37 * ((index * 7919) % 101));
      const means = Array.from({ length: 48 }, (_, frame) => meanWithin(figures, frame, 48));
      expect(sum(means) / 48).to.be.closeTo(sum(figures) / length, 1e-6, `${length} figures`);
    }
  });
});
