import { expect } from "chai";

import type { Plan } from "../../../../scripts/market/model/benefit";
import type { MarketModel } from "../../../../scripts/market/model";
import type { MarketParameters, Publication } from "../../../../scripts/market/types";
import { ask, at, bid, expectConserved, expectRefusal, market, PUBLICATION } from "./fixtures";

/** The match of frame 10 and what follows: commits, reveals, finalising, the fallback alone. */
const MATCH = at(10, -600);
const REVEAL = MATCH + 120;
const OVER = MATCH + 240;
const FALLBACK_ONLY = MATCH + 360;

/** A benefit market with the piles A to D of 22 kW. */
function benefitMarket(
  overrides: Partial<MarketParameters> = {},
  publication: (frame: number) => Publication | undefined = () => PUBLICATION,
): MarketModel {
  return market({ settlement: "benefit", icebergPeakWh: 2000n, ...overrides }, undefined, publication);
}

function plan(drawWh: bigint[], dischargeWh: bigint[] = drawWh.map(() => 0n)): Plan {
  return { drawWh, dischargeWh };
}

describe("MarketModel with benefit-scored rounds", () => {
  it("matches, fills normal bids, and freezes what is flexible", () => {
    const model = benefitMarket();
    model.place("A", bid(250_000n, 9000n, 12), at(9));
    model.place("B", bid(250_000n, 1500n, 11), at(9));
    model.place("C", ask(40_000n, 800n, 11), at(9));
    const { trades, grid, loadW } = model.clear(10, MATCH);
    expect(trades).to.deep.equal([{ sell: "C", buy: "A", price: 145_000n, energyWh: 800n }]);
    expect(grid.map(({ pile, energyWh }) => [pile, energyWh])).to.deep.equal([["B", 1500n]]);
    expect(loadW).to.equal(36_000n);
    const { book, fallback, best } = model.openRound()!;
    expect(book).to.deep.include({ frame: 10, horizon: 3, previousLoadW: 33_000n, matchedGridWh: 1500n, asks: [] });
    expect(book.bids).to.deep.equal([
      {
        ...{ pile: "A", side: "charge", price: 250_000n, remainingWh: 8200n, displayedWh: 1200n, peakWh: 2000n },
        ...{ expiryFrame: 12, waitedFrames: 0 },
      },
    ]);
    // Only in frame 12, its last, does A take its tranche.
    expect(fallback.unservedWh).to.equal(6200n);
    expect(best).to.equal(undefined);
  });

  it("executes the winning plan, records its load in the place of the match's, and then opens the gate", () => {
    const model = benefitMarket();
    model.place("A", bid(250_000n, 9000n, 13), at(9));
    model.clear(10, MATCH);
    expectRefusal("GateClosed", () => model.cancel("A", REVEAL));
    const winning = plan([1500n, 1500n, 1500n, 0n].slice(0, model.openRound()!.book.horizon));
    expect(model.propose(10, "P1", winning, REVEAL).unservedWh).to.equal(9000n - 4500n);
    const outcome = model.executePlan(10, winning, OVER);
    expect(outcome).to.deep.include({ frame: 10, loadW: 36_000n, pflW: 3000n });
    expect(outcome.grid).to.deep.equal([{ pile: "A", side: "charge", price: 200_000n, energyWh: 1500n }]);
    expect(model.recordedLoad).to.deep.equal({ frame: 10, loadW: 36_000n, known: true });
    expect(model.openRound()).to.equal(undefined);
    model.cancel("A", OVER);
    expectConserved(model, OVER);
  });

  it("keeps to its phases", () => {
    const model = benefitMarket();
    model.place("A", bid(250_000n, 9000n, 10), at(9));
    const best = plan([2000n]);
    expectRefusal("NoOpenRound", () => model.propose(10, "P1", best, at(9)));
    model.clear(10, MATCH);
    expectRefusal("NoOpenRound", () => model.propose(11, "P1", best, MATCH));
    expectRefusal("RevealNotOpen", () => model.propose(10, "P1", best, REVEAL - 1));
    expectRefusal("RoundNotOver", () => model.executePlan(10, "fallback", OVER - 1));
    expectRefusal("RevealNotOpen", () => model.propose(10, "P1", best, OVER));
    // Only as good as the fallback would be: nobody won.
    expectRefusal("NotTheWinningPlan", () => model.executePlan(10, best, OVER));
    expectRefusal("OnlyTheFallback", () => model.executePlan(10, best, FALLBACK_ONLY));
    model.executePlan(10, "fallback", FALLBACK_ONLY);
    expectRefusal("NoOpenRound", () => model.executePlan(10, "fallback", FALLBACK_ONLY));
  });

  it("leaves the winner alone for finaliseSeconds, and then only the fallback", () => {
    const model = benefitMarket();
    model.place("A", bid(250_000n, 9000n, 12), at(9));
    model.clear(10, MATCH);
    const better = plan([2000n, 2000n, 2000n]);
    model.propose(10, "P1", better, REVEAL);
    expectRefusal("NotTheWinningPlan", () => model.executePlan(10, "fallback", FALLBACK_ONLY - 1));
    expectRefusal("NotTheWinningPlan", () => model.executePlan(10, plan([1n, 1n, 1n]), FALLBACK_ONLY - 1));
    expectRefusal("OnlyTheFallback", () => model.executePlan(10, better, FALLBACK_ONLY));
    expect(model.executePlan(10, "fallback", FALLBACK_ONLY)).to.deep.include({ grid: [], loadW: 33_000n });
  });

  it("loses what is not executed before the frame begins; the matched trades stand", () => {
    const model = benefitMarket();
    model.place("A", bid(250_000n, 9000n, 10), at(9));
    model.place("B", bid(250_000n, 500n, 16), at(9));
    model.clear(10, MATCH);
    expect(model.order("A", at(10, -1))?.remainingWh).to.equal(9000n);
    expect(model.lockedBalance("A", at(10, -1))).to.equal(2_250_000n);
    expectRefusal("NoOpenRound", () => model.executePlan(10, "fallback", at(10)));
    expect(model.openRound()).to.equal(undefined);
    expect(model.order("A", at(10))).to.equal(undefined);
    expect(model.lockedBalance("A", at(10))).to.equal(0n);
    expect(model.recordedLoad?.loadW).to.equal(34_000n);
    model.settle(10, at(11));
    expect(model.gridBalance).to.equal(100_000n);
    expectConserved(model, at(11));
  });

  it("does the whole of step 3 where it is too late for a round, nothing is flexible, or nothing is published", () => {
    const late = benefitMarket();
    late.place("A", bid(250_000n, 9000n, 10), at(9));
    expect(late.clear(10, at(10, -359)).grid).to.have.length(1);
    expect(late.openRound()).to.equal(undefined);

    const inTime = benefitMarket();
    inTime.place("A", bid(250_000n, 9000n, 10), at(9));
    expect(inTime.clear(10, at(10, -360)).grid).to.have.length(0);
    expect(inTime.openRound()).not.to.equal(undefined);

    const rigid = benefitMarket();
    rigid.place("A", bid(250_000n, 1000n, 10), at(9));
    expect(rigid.clear(10, MATCH).grid).to.have.length(1);
    expect(rigid.openRound()).to.equal(undefined);

    const unpublished = benefitMarket({}, () => undefined);
    unpublished.place("A", bid(250_000n, 9000n, 10), at(9));
    unpublished.clear(10, MATCH);
    expect(unpublished.openRound()).to.equal(undefined);
  });

  it("takes asks of either kind to the grid, bids first, and returns their bonds", () => {
    const model = benefitMarket({ bondPrice: 10_000n });
    model.depositGrid(10n ** 9n);
    model.place("A", bid(250_000n, 9000n, 10), at(9));
    model.place("C", ask(40_000n, 800n, 10), at(9));
    model.place("D", ask(300_000n, 800n, 10), at(9));
    model.place("B", ask(251_000n, 3000n, 10, 1000n), at(9));
    expect(model.clear(10, MATCH).trades).to.have.length(1);
    expect(model.openRound()!.book.asks.map(({ pile }) => pile)).to.deep.equal(["B", "D"]);
    model.executePlan(10, "fallback", OVER);
    expectConserved(model, OVER);

    const exporting = benefitMarket({ bondPrice: 10_000n });
    exporting.depositGrid(10n ** 9n);
    const before = exporting.freeBalance("C", at(9));
    exporting.place("C", ask(40_000n, 800n, 10), at(9));
    exporting.place("D", ask(45_000n, 3000n, 10, 1000n), at(9));
    exporting.clear(10, MATCH);
    // 33 kW stood before: feeding in makes a step that nobody needs, so no plan wins unless it calms the load.
    expect(exporting.propose(10, "P1", plan([0n], [1800n]), REVEAL).squaresW2).to.equal(3600n ** 2n);
    const { grid } = exporting.executePlan(10, "fallback", OVER);
    expect(grid).to.deep.equal([]);
    expect(exporting.freeBalance("C", OVER)).to.equal(before);
    expectConserved(exporting, OVER);
  });

  it("exports as far as the operator's account can pay, and sets the amount aside", () => {
    // The load rises by 3.6 kW into frame 10: feeding in 1 800 Wh makes it flat.
    const risen = { ...PUBLICATION, baseLoadW: 36_600n };
    const model = benefitMarket({ bondPrice: 10_000n }, (frame) => (frame < 10 ? PUBLICATION : risen));
    model.depositGrid(62_000n);
    model.place("C", ask(40_000n, 800n, 10), at(9));
    model.place("D", ask(45_000n, 3000n, 10, 1000n), at(9));
    model.clear(10, MATCH);
    const flat = plan([0n], [1800n]);
    expect(model.propose(10, "P1", flat, REVEAL)).to.deep.equal({ unservedWh: 0n, squaresW2: 0n });
    const { grid, loadW } = model.executePlan(10, flat, OVER);
    // 40 000 for C; what is left pays 440 Wh, with the 19 units that are not enough for another.
    expect(grid).to.deep.equal([
      { pile: "C", side: "discharge", price: 50_000n, energyWh: 800n },
      { pile: "D", side: "discharge", price: 50_000n, energyWh: 440n },
    ]);
    expect(loadW).to.equal(36_600n - 2480n);
    expect(model.gridBalance).to.equal(0n);
    expect(model.inDelivery).to.equal(62_000n + 8_000n + 4_400n);
    expectConserved(model, OVER);
    const before = model.freeBalance("C", at(11));
    model.settle(10, at(11));
    expect(model.freeBalance("C", at(11)) - before).to.equal(48_000n);
    expect(model.inDelivery).to.equal(0n);
    expectConserved(model, at(11));
  });

  it("settles exports by readings: out of what was set aside, and what is more while the account lasts", () => {
    const risen = { ...PUBLICATION, baseLoadW: 36_600n };
    const given = { bondPrice: 10_000n, readingSeconds: 600 };
    const model = benefitMarket(given, (frame) => (frame < 10 ? PUBLICATION : risen));
    model.depositGrid(62_000n);
    model.place("C", ask(40_000n, 800n, 10), at(9));
    model.place("D", ask(45_000n, 3000n, 10, 1000n), at(9));
    model.clear(10, MATCH);
    const flat = plan([0n], [1800n]);
    model.propose(10, "P1", flat, REVEAL);
    // C agrees to 800 Wh, D to the 440 Wh for which the account still pays.
    model.executePlan(10, flat, OVER);
    const readings = new Map([
      ["C", { consumedWh: 0n, producedWh: 500n }],
      ["D", { consumedWh: 0n, producedWh: 1000n }],
    ]);
    const { piles, grid } = model.settle(10, at(11), readings);
    // D's further 560 Wh, 28 000, are paid out of the 15 000 that C did not earn.
    expect(piles.map(({ earned, forgone, owed }) => [earned, forgone, owed])).to.deep.equal([
      [25_000n, 0n, 0n],
      [37_000n, 13_000n, 0n],
    ]);
    expect(piles.map(({ creditAfter }) => creditAfter)).to.deep.equal([5_010n, 5_022n]);
    expect(grid).to.equal(-62_000n);
    expect(model.inDelivery).to.equal(0n);
    expectConserved(model, at(11));
  });

  it("takes plans of nobody whose pile has too little credit", () => {
    const model = benefitMarket({ readingSeconds: 1, creditPriorWh: 1000n, minCredit: 5_000n });
    model.place("A", bid(250_000n, 1000n, 9), at(8));
    model.clear(9, at(9, -600));
    model.place("B", bid(250_000n, 9000n, 11), at(10));
    // A's meter is silent.
    model.settle(9, at(10, 1));
    expect(model.credit("A").hundredths).to.equal(2_500n);
    const matchedAt = at(11, -600);
    model.clear(11, matchedAt);
    expectRefusal("ProposerCreditTooLow", () => model.propose(11, "A", plan([2000n]), matchedAt + 120));
    model.propose(11, "B", plan([2000n]), matchedAt + 120);
    // Whoever has no pile has the initial credit.
    model.propose(11, "P1", plan([2000n]), matchedAt + 120);
  });

  it("counts the step into a frame once, whoever cleared the frames before", () => {
    const model = benefitMarket();
    model.place("A", bid(250_000n, 9000n, 12), at(8));
    model.clear(9, at(9, -600));
    const drawn = plan([2000n, 2000n, 2000n, 0n]);
    model.propose(9, "P1", drawn, at(9, -480));
    expect(model.executePlan(9, drawn, at(9, -360)).pflW).to.equal(4000n);
    model.clear(10, MATCH);
    expect(model.openRound()!.book.previousLoadW).to.equal(37_000n);
    expect(model.pflW).to.equal(8000n);
    const next = plan([2000n, 2000n, 0n]);
    model.propose(10, "P1", next, REVEAL);
    expect(model.executePlan(10, next, OVER).pflW).to.equal(4000n);
  });

  it("reckons efficiencies into the load and the room of every clearing", () => {
    const model = market({ chargeEfficiencyBps: 11_000n, capacityW: 40_000n });
    model.place("A", bid(250_000n, 4000n, 10), at(9));
    const { grid, loadW } = model.clear(10, MATCH);
    // 7 kW of room carry 3 181 Wh at 2.2 W each.
    expect(grid[0]!.energyWh).to.equal(3181n);
    expect(loadW).to.equal(39_999n);
  });
});
