import { expect } from "chai";

import type { FrameOutcome } from "../../../../scripts/core/types";
import { PublicNeeds } from "../../../../scripts/piles/publicNeeds";
import { line } from "./fixtures";

const outcome = (frame: number, changes: Partial<FrameOutcome> = {}): FrameOutcome => ({
  ...{ frame, trades: [], grid: [], loadW: 0n, pflW: 0n },
  ...changes,
});
const placed = (pile: string, energyWh: number, expiryFrame = 20) => ({
  pile,
  pileFrameWh: 1500,
  energyWh,
  expiryFrame,
});

describe("public needs", () => {
  it("are announced by a first order, shrink with fills and outlive a slice", () => {
    const needs = new PublicNeeds();
    needs.placed(placed("A", 5000), 10);
    needs.placed(placed("A", 1500), 11);
    needs.cleared(outcome(12, { grid: [{ pile: "A", side: "charge", price: 1n, energyWh: 1500n }] }));
    needs.cleared(outcome(13, { trades: [{ sell: "B", buy: "A", price: 1n, energyWh: 500n }] }));
    const [need] = needs.list([]);
    expect(need).to.deep.equal({
      ...{ pile: "A", pileFrameWh: 1500, announcedWh: 5000, energyWh: 3000, lastFrame: 20, order: undefined },
    });
    const order = line({ pile: "A" });
    expect(needs.list([order, line({ pile: "B", side: "discharge" })])[0]!.order).to.equal(order);
  });

  it("end when they are met, cancelled or past their last frame", () => {
    const needs = new PublicNeeds();
    for (const pile of ["met", "cancelled"]) needs.placed(placed(pile, 1000), 10);
    needs.placed(placed("late", 1000, 12), 10);
    needs.cancelled("cancelled");
    needs.cleared(outcome(11, { grid: [{ pile: "met", side: "charge", price: 1n, energyWh: 1000n }] }));
    expect(needs.list([]).map(({ pile }) => pile)).to.deep.equal(["late"]);
    needs.cleared(outcome(12));
    expect(needs.list([])).to.deep.equal([]);
  });

  it("are announced anew by a larger order, and by the pile's next EV", () => {
    const needs = new PublicNeeds();
    needs.placed(placed("A", 1000, 12), 10);
    needs.placed(placed("A", 3000, 15), 11);
    expect(needs.list([])[0]).to.include({ energyWh: 3000, lastFrame: 15 });
    needs.placed(placed("A", 500, 30), 15);
    expect(needs.list([])[0]).to.include({ energyWh: 500, lastFrame: 30 });
  });
});
