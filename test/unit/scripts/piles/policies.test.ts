import { expect } from "chai";

import type { Decision, WantedOrder } from "../../../../scripts/piles/agent";
import { Impatient } from "../../../../scripts/piles/policies/impatient";
import { planSlices } from "../../../../scripts/piles/policies/slicePlan";
import { sell } from "../../../../scripts/piles/policies/selling";
import { Valley } from "../../../../scripts/piles/policies/valley";
import { WholeNeed } from "../../../../scripts/piles/policies/wholeNeed";
import { Waterline } from "../../../../scripts/piles/policies/waterline";
import { Random } from "../../../../scripts/core/random";
import { line, need, own, PUBLISHED, view } from "./fixtures";

const RANDOM = new Random(1);
const OPTIONS = { toleranceWh: 300, hold: 0 };
/** Frames 11 to 14 alternate between 50 kW and 20 kW. */
const HILLY = { published: (frame: number) => ({ ...PUBLISHED, baseLoadW: frame % 2 === 1 ? 50_000 : 20_000 }) };

const ordered = (decision: Decision): WantedOrder => {
  expect(decision).to.be.an("object");
  return decision as WantedOrder;
};

describe("slice plan", () => {
  const waiting = (pile: string, remainingWh: number, expiryFrame: number) =>
    line({ pile, remainingWh, expiryFrame, iceberg: true, peakWh: 2000 });

  it("spreads a need evenly over a level load", () => {
    const order = waiting("A", 10_000, 20);
    const plan = planSlices(view({ book: [order], needs: [need(order)] }), OPTIONS);
    expect([...plan]).to.deep.equal([["A", 1000]]);
  });

  it("leaves a hill alone and fills the valley after it", () => {
    const order = waiting("A", 6000, 14);
    const book = { book: [order], needs: [need(order)] };
    expect(planSlices(view({ ...book, ...HILLY }), OPTIONS).size).to.equal(0);
    const valley = view({ ...book, ...HILLY, frame: 11, recordedLoadW: () => 50_000 });
    expect([...planSlices(valley, OPTIONS)]).to.deep.equal([["A", 3000]]);
  });

  it("asks those first that can wait least", () => {
    const [early, late] = [waiting("early", 3000, 12), waiting("late", 3000, 20)];
    const plan = planSlices(view({ book: [late, early], needs: [need(late), need(early)] }), OPTIONS);
    expect([...plan]).to.deep.equal([["early", 1500]]);
  });

  it("gives what must be had now even above the level", () => {
    const order = waiting("A", 3900, 11);
    const peaky = { published: (frame: number) => ({ ...PUBLISHED, baseLoadW: frame === 11 ? 90_000 : 20_000 }) };
    expect([...planSlices(view({ book: [order], needs: [need(order)], ...peaky }), OPTIONS)]).to.deep.equal([
      ["A", 3900],
    ]);
  });

  it("replaces a tranche that falls short in the last frame by all that is due", () => {
    const running = line({
      price: 200_000,
      remainingWh: 1000,
      iceberg: true,
      peakWh: 500,
      firstFrame: -1,
      expiryFrame: 11,
    });
    expect([...planSlices(view({ book: [running], needs: [need(running)] }), OPTIONS)]).to.deep.equal([["A", 1000]]);
    const enough = { ...running, remainingWh: 500 };
    expect(planSlices(view({ book: [enough], needs: [need(enough)] }), OPTIONS).size).to.equal(0);
  });

  it("counts on what the book brings by itself: peers and tranches of the grid", () => {
    const buyer = waiting("A", 2000, 20);
    const seller = line({ pile: "B", side: "discharge", price: 100_000, remainingWh: 3000 });
    expect(planSlices(view({ book: [buyer, seller], needs: [need(buyer)] }), OPTIONS).size).to.equal(0);
    // Waits since frame 0, so the grid fills 500 Wh in each of the ten frames left.
    const running = line({ pile: "A", price: 200_000, remainingWh: 5000, iceberg: true, peakWh: 500, firstFrame: -1 });
    expect(planSlices(view({ book: [running], needs: [need(running)] }), OPTIONS).size).to.equal(0);
  });

  it("replaces the grid energy that a slice loses to an ask", () => {
    const order = line({ pile: "A", price: 110_000, remainingWh: 10_000, iceberg: true, peakWh: 2000 });
    const seller = line({ pile: "B", side: "discharge", price: 150_000, remainingWh: 700 });
    const plan = planSlices(view({ book: [order, seller], needs: [need(order)] }), OPTIONS);
    expect([...plan]).to.deep.equal([["A", 1700]]);
  });

  it("plans nothing for an unpublished frame", () => {
    const order = waiting("A", 10_000, 20);
    expect(
      planSlices(view({ book: [order], needs: [need(order)], published: () => undefined }), OPTIONS).size,
    ).to.equal(0);
  });
});

describe("waterline policy", () => {
  const policy = new Waterline();

  it("waits below the tariff when its stay is too short for the grid to fill an iceberg", () => {
    const order = ordered(policy.decide(own(), view({ moment: "open" }), RANDOM));
    expect(order.energyWh).to.equal(10_000);
    expect(order.price).to.be.within(150_000 * 0.9, 150_000 * 1.1);
    const dear = ordered(policy.decide(own(), view({ moment: "open", guidePrice: () => 300_000 }), RANDOM));
    expect(dear.price).to.be.below(200_000);
  });

  it("bids the tariff with a small peak when its stay is long enough", () => {
    const stay = { ...own().stay, departureFrame: 10 + 12 + 20 };
    const order = ordered(policy.decide(own({ stay, remainingWh: 4000 }), view({ moment: "open" }), RANDOM));
    // The grid fills from frame 23 to 42.
    expect(order).to.deep.equal({ price: 200_000, energyWh: 4000, peakWh: 200 });
  });

  it("buys its slice at the tariff, never above its limit", () => {
    const order = line({ remainingWh: 10_000, iceberg: true, peakWh: 2000 });
    const late = view({ book: [order], needs: [need(order)] });
    expect(policy.decide(own({ order }), late, RANDOM)).to.deep.equal({ price: 200_000, energyWh: 1000 });
    expect(ordered(policy.decide(own({ order, limitPrice: 180_000 }), late, RANDOM)).price).to.equal(180_000);
  });

  it("lets its order stand when it is not its turn", () => {
    const order = line({ remainingWh: 10_000, iceberg: true, peakWh: 2000 });
    expect(policy.decide(own({ order }), view({ book: [order] }), RANDOM)).to.equal(undefined);
    expect(
      policy.decide(own({ order }), view({ book: [order], needs: [need(order)], moment: "open" }), RANDOM),
    ).to.equal(undefined);
  });
});

describe("selling", () => {
  const seller = (changes = {}) => own({ stay: { ...own().stay, side: "discharge" }, limitPrice: 120_000, ...changes });

  it("asks the guide price on arrival, at least the limit", () => {
    const open = view({ moment: "open" });
    expect(ordered(sell(seller(), open, RANDOM)).price).to.be.within(135_000, 165_000);
    expect(ordered(sell(seller({ limitPrice: 190_000 }), open, RANDOM)).price).to.equal(190_000);
  });

  it("goes down to its limit at half time, once", () => {
    const order = line({ side: "discharge", price: 150_000 });
    expect(sell(seller({ order }), view({ moment: "open", frame: 14 }), RANDOM)).to.equal(undefined);
    expect(sell(seller({ order }), view({ moment: "open", frame: 15 }), RANDOM)).to.deep.equal({
      price: 120_000,
      energyWh: 10_000,
    });
    const lowered = line({ side: "discharge", price: 120_000 });
    expect(sell(seller({ order: lowered }), view({ moment: "open", frame: 16 }), RANDOM)).to.equal(undefined);
  });
});

describe("simple policies", () => {
  it("impatient: a slice of peak size at once", () => {
    expect(new Impatient().decide(own(), view({ moment: "open" }), RANDOM)).to.deep.equal({
      price: 200_000,
      energyWh: 2000,
    });
  });

  it("valley: only in the frames of the lowest base load", () => {
    const policy = new Valley();
    const stay = { ...own().stay, departureFrame: 14 };
    const at = (frame: number) =>
      policy.decide(own({ stay, remainingWh: 4000 }), view({ ...HILLY, moment: "open", frame }), RANDOM);
    expect(at(10)).to.equal(undefined);
    expect(at(11)).to.deep.equal({ price: 200_000, energyWh: 2000 });
  });

  it("whole need: all of it in one iceberg until departure, at the highest tariff of the stay", () => {
    const policy = new WholeNeed();
    const published = (frame: number) => ({ ...PUBLISHED, importPricePerKwh: frame === 15 ? 230_000 : 200_000 });
    const open = view({ moment: "open", published });
    expect(policy.decide(own(), open, RANDOM)).to.deep.equal({ price: 230_000, energyWh: 10_000 });
    // An order that would be normal names a peak that makes it flexible.
    expect(policy.decide(own({ remainingWh: 900 }), open, RANDOM)).to.deep.include({ energyWh: 900, peakWh: 899 });
    expect(policy.decide(own({ limitPrice: 210_000 }), open, RANDOM)).to.deep.include({ price: 210_000 });
    expect(policy.decide(own({ order: line({}) }), open, RANDOM)).to.equal(undefined);
    expect(policy.decide(own(), view(), RANDOM)).to.equal(undefined);
  });
});
