import { expect } from "chai";

import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import type { OwnState, PublicView, WantedOrder } from "../../../../scripts/piles/agent";
import { Impatient } from "../../../../scripts/piles/policies/impatient";
import { HalfPatient } from "../../../../scripts/piles/policies/halfPatient";
import { Patient } from "../../../../scripts/piles/policies/patient";
import { TariffForecast } from "../../../../scripts/piles/tariffForecast";
import { Random } from "../../../../scripts/core/random";
import { agentMarket } from "../../../../scripts/simulation/publicView";
import { line, own, PUBLISHED, view } from "./fixtures";

const RANDOM = new Random(1);
/** A penny for each 10 kW above 40 kW. */
const MARKET = agentMarket({
  ...DEFAULT_PARAMETERS,
  ...{ matching: "congestion", congestionFromW: 40_000n, congestionPricePerKwhPerKw: 1_000n },
});
/** A day before, even frames had 60 kW and odd ones 100 kW. */
const YESTERDAY: Partial<PublicView> = {
  ...{ market: MARKET, frame: 100, moment: "open", published: () => PUBLISHED },
  recordedLoadW: (frame) => (frame <= 100 ? (frame % 2 === 0 ? 60_000 : 100_000) : undefined),
};
const at = (frame: number, changes: Partial<OwnState> = {}): OwnState =>
  own({ ...changes, stay: { ...own().stay, arrivalFrame: 100, departureFrame: frame } });
const decide = (state: OwnState, changes: Partial<PublicView> = {}) =>
  new Patient({ caution: 0 }).decide(state, view({ ...YESTERDAY, ...changes }), RANDOM);

describe("forecast of the grid's price", () => {
  it("is the tariff and the premium of the same hour a day before", () => {
    expect(new TariffForecast(view(YESTERDAY)).cheapest(101, 104)).to.deep.equal([220_000, 220_000, 260_000, 260_000]);
  });

  it("has the homes' load and the EVs' of now where no day is known, and no premium above the spread", () => {
    const known = { ...YESTERDAY, recordedLoadW: (frame: number) => (frame === 100 ? 70_000 : undefined) };
    expect(new TariffForecast(view(known)).cheapest(101, 101)).to.deep.equal([230_000]);
    const high = { ...YESTERDAY, recordedLoadW: () => 900_000 };
    expect(new TariffForecast(view(high)).cheapest(101, 101)).to.deep.equal([350_000]);
  });

  it("is the tariff where the price does not rise", () => {
    const flat = view({ ...YESTERDAY, market: agentMarket(DEFAULT_PARAMETERS) });
    expect(new TariffForecast(flat).cheapest(101, 102)).to.deep.equal([200_000, 200_000]);
  });
});

describe("patient agents", () => {
  it("bid what the dearest slice costs that they would need later", () => {
    // Three slices of 2 kWh in frames 102 to 105, at 22, 22, 26 and 26 p.
    expect(decide(at(105, { remainingWh: 6_000, limitPrice: 300_000 }))).to.deep.equal({
      ...{ price: 260_000, energyWh: 2_000 },
    });
    expect(decide(at(105, { remainingWh: 3_000, limitPrice: 300_000 }))).to.deep.equal({
      ...{ price: 220_000, energyWh: 2_000 },
    });
  });

  it("bid all that they can pay once no frame can be done without, and never more", () => {
    expect((decide(at(102, { remainingWh: 4_000, limitPrice: 290_000 })) as WantedOrder).price).to.equal(290_000);
    expect((decide(at(105, { remainingWh: 6_000, limitPrice: 210_000 })) as WantedOrder).price).to.equal(210_000);
  });

  it("are more cautious the fewer frames they can do without", () => {
    const careful = (frame: number) =>
      (
        new Patient().decide(
          at(frame, { limitPrice: 300_000, remainingWh: 4_000 }),
          view(YESTERDAY),
          RANDOM,
        ) as WantedOrder
      ).price;
    expect(careful(104)).to.be.above(careful(110));
    expect(careful(110)).to.be.above(220_000);
  });

  it("let an order stand whose price is right, and replace one that has been filled in part", () => {
    const standing = line({ price: 220_500, remainingWh: 2_000 });
    expect(decide(at(105, { remainingWh: 3_000, order: standing }))).to.equal(undefined);
    const partly = line({ price: 220_500, remainingWh: 1_500 });
    expect(decide(at(105, { remainingWh: 2_500, order: partly }))).to.deep.equal({ price: 220_000, energyWh: 2_000 });
    expect(decide(at(105), { moment: "close" })).to.equal(undefined);
  });

  it("have company that insists, and bids its limit", () => {
    const state = at(110, { limitPrice: 290_000 });
    expect((new Impatient().decide(state, view(YESTERDAY), RANDOM) as WantedOrder).price).to.equal(290_000);
    const prices = new Set(
      Array.from(
        { length: 20 },
        (_, i) => new HalfPatient().decide(state, view(YESTERDAY), new Random(i)) as WantedOrder,
      ).map(({ price }) => price === 290_000),
    );
    expect(prices.size).to.equal(2);
  });
});
