import { expect } from "chai";

import { learnExpectedLoad } from "../../../../scripts/planners/expectedLoad";

const EXTENT = { days: 2, perDay: 48, frameSeconds: 1_800 };

describe("load expected of past days", () => {
  it("is the mean of the days, in W, and its lags are those of the middles of its tenths", () => {
    const deliveries = [
      { frame: 10, firstFrame: 10, loadWh: 600 },
      { frame: 10 + 48, firstFrame: 8 + 48, loadWh: 300 },
      { frame: 10 + 48, firstFrame: 1 + 48, loadWh: 100 },
    ];
    const profile = learnExpectedLoad(deliveries, { ...EXTENT, share: 1 });
    expect(profile[10]).to.deep.equal({ loadW: 1_000n, lagFrames: [0, 0, 0, 0, 0, 0, 2, 2, 2, 9] });
    expect(profile.filter((one) => one !== undefined)).to.have.length(1);
    expect(learnExpectedLoad(deliveries, EXTENT)[10]!.loadW).to.equal(500n);
  });

  it("sets what feeds in against what draws, and counts the lags of both", () => {
    const deliveries = [
      { frame: 3, firstFrame: 3, loadWh: 400 },
      { frame: 3, firstFrame: 0, loadWh: -600 },
    ];
    const [, , , third] = learnExpectedLoad(deliveries, { ...EXTENT, days: 1, share: 1 });
    expect(third).to.deep.equal({ loadW: -400n, lagFrames: [0, 0, 0, 0, 3, 3, 3, 3, 3, 3] });
    const level = learnExpectedLoad([...deliveries, { frame: 3, firstFrame: 0, loadWh: 200 }], EXTENT);
    expect(level[3]).to.equal(undefined);
  });

  it("stays within what a publication holds", () => {
    const deliveries = [{ frame: 400, firstFrame: 0, loadWh: 1e9 }];
    const { loadW, lagFrames } = learnExpectedLoad(deliveries, EXTENT)[400 % 48]!;
    expect([loadW, ...lagFrames]).to.deep.equal([2n ** 23n - 1n, ...new Array<number>(10).fill(255)]);
  });
});
