import { expect } from "chai";

import type { EvStay } from "../../../../scripts/piles/ev";
import { EvMeter, FAITHFUL } from "../../../../scripts/piles/meters";
import { Random } from "../../../../scripts/core/random";

const stay = (overrides: Partial<EvStay> = {}): EvStay => ({
  ...{ pile: "P", side: "charge", arrivalFrame: 10, departureFrame: 30, batteryWh: 60_000 },
  ...{ initialSoc: 0.2, targetSoc: 0.8, ratedW: 7_000 },
  ...overrides,
});
const meter = (deviations = {}, overrides: Partial<EvStay> = {}, seed = 1) =>
  new EvMeter(stay(overrides), { ...FAITHFUL, ...deviations }, new Random(seed));
const seeds = Array.from({ length: 200 }, (_, seed) => seed);

describe("an EV's meter", () => {
  it("reads what was agreed where nobody deviates", () => {
    expect(meter().moved(12, 1_500n, 3_500n)).to.deep.equal({ consumedWh: 1_500n, producedWh: 0n });
    expect(meter({}, { side: "discharge" }).moved(12, 1_500n, 3_500n)).to.deep.equal({
      consumedWh: 0n,
      producedWh: 1_500n,
    });
    expect(meter().silent || meter().cheats || meter().hasLeft(30)).to.equal(false);
  });

  it("repeats from its seed and differs from frame to frame", () => {
    const noisy = () => meter({ noise: 0.1 });
    const read = (of: EvMeter) => [11, 12, 13, 14].map((frame) => of.moved(frame, 2_000n, 3_500n).consumedWh);
    expect(read(noisy())).to.deep.equal(read(noisy()));
    expect(new Set(read(noisy())).size).to.equal(4);
  });

  it("never reads less than nothing or more than its pile can move", () => {
    for (const seed of seeds) {
      const { consumedWh } = meter({ noise: 1 }, {}, seed).moved(12, 3_000n, 3_500n);
      expect(consumedWh >= 0n && consumedWh <= 3_500n).to.equal(true);
    }
  });

  it("has the spread it is given", () => {
    const read = seeds.map((seed) => Number(meter({ noise: 0.05 }, {}, seed).moved(12, 2_000n, 3_500n).consumedWh));
    const mean = read.reduce((sum, value) => sum + value, 0) / read.length;
    const deviation = Math.sqrt(read.reduce((sum, value) => sum + (value - mean) ** 2, 0) / read.length);
    expect(mean).to.be.closeTo(2_000, 25);
    expect(deviation).to.be.closeTo(100, 15);
  });

  it("leaves within its stay and moves nothing from then on", () => {
    for (const seed of seeds) {
      const gone = meter({ leave: 1 }, {}, seed);
      expect(gone.goneFrame).to.be.within(11, 30);
      expect(gone.hasLeft(gone.goneFrame - 1)).to.equal(false);
      expect(gone.hasLeft(gone.goneFrame)).to.equal(true);
      expect(gone.moved(gone.goneFrame - 1, 1_000n, 3_500n).consumedWh).to.equal(1_000n);
      expect(gone.moved(gone.goneFrame, 1_000n, 3_500n).consumedWh).to.equal(0n);
    }
  });

  it("only sellers cheat: they deliver a part, the same in every frame", () => {
    for (const seed of seeds) {
      const cheat = meter({ cheat: 1 }, { side: "discharge" }, seed);
      const delivered = cheat.moved(12, 1_000n, 3_500n).producedWh;
      expect(cheat.cheats && delivered >= 300n && delivered <= 900n).to.equal(true);
      expect(cheat.moved(13, 1_000n, 3_500n).producedWh).to.equal(delivered);
      expect(meter({ cheat: 1 }, {}, seed).cheats).to.equal(false);
    }
  });

  it("deviates as often as it is told", () => {
    const of = (deviations: object, is: (one: EvMeter) => boolean, overrides = {}) =>
      seeds.filter((seed) => is(meter(deviations, overrides, seed))).length;
    expect(of({ silent: 0.2 }, ({ silent }) => silent)).to.be.within(25, 55);
    expect(of({ leave: 0.2 }, (one) => one.hasLeft(30))).to.be.within(25, 55);
    expect(of({ cheat: 0.2 }, ({ cheats }) => cheats, { side: "discharge" })).to.be.within(25, 55);
  });
});
