import { expect } from "chai";

import {
  absoluteStepsW,
  capacityUse,
  fluctuation,
  logRange,
  slopeVariance,
  slopeVarianceCubeRoot,
  squaredSteps,
  stepsW,
  unservedShare,
} from "../../../../scripts/metrics/fluctuation";

// Before: 10; then up 20, down 10, level, up 40.
const BEFORE = 10;
const LOADS = [30, 20, 20, 60];

describe("fluctuation", () => {
  it("steps begin at the frame before", () => {
    expect(stepsW(LOADS, BEFORE)).to.deep.equal([20, -10, 0, 40]);
    expect(absoluteStepsW(LOADS, BEFORE)).to.equal(70); // [T 4.4]
    expect(squaredSteps(LOADS, BEFORE)).to.equal(400 + 100 + 1600); // [T ch. 6 (4)]
  });

  it("log of the range over the mean [T 3.11]", () => {
    expect(logRange(LOADS)).to.be.closeTo(Math.log(40 / 32.5), 1e-12);
    expect(logRange([5, 5])).to.equal(-Infinity);
  });

  it("variance of the slope and its cube root [T 5.7]", () => {
    // Mean slope 12.5; deviations 7.5, -22.5, -12.5, 27.5.
    expect(slopeVariance(LOADS, BEFORE)).to.be.closeTo((56.25 + 506.25 + 156.25 + 756.25) / 4, 1e-9);
    expect(slopeVarianceCubeRoot(LOADS, BEFORE) ** 3).to.be.closeTo(368.75, 1e-9);
    // A steady climb has no variance of slope, however steep.
    expect(slopeVariance([20, 30, 40], 10)).to.equal(0);
  });

  it("gathers them with peak, valley and mean", () => {
    expect(fluctuation(LOADS, BEFORE)).to.include({ absoluteStepsW: 70, peakW: 60, valleyW: 20, meanW: 32.5 });
    expect(() => fluctuation([], 0)).to.throw(RangeError);
  });

  it("peak against capacity, either way, with the loss allowance [T 4.3b]", () => {
    expect(capacityUse([50, -95, 90], 100)).to.deep.equal({ peakShare: 0.95, overloadedFrames: 0 });
    expect(capacityUse([50, -95, 90], 100, 10)).to.deep.equal({ peakShare: 1.05, overloadedFrames: 1 });
  });

  it("unserved share", () => {
    expect(unservedShare([100, 300], [100, 200])).to.equal(0.25);
    expect(unservedShare([], [])).to.equal(0);
  });
});
