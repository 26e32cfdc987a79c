import { expect } from "chai";

import type { Plan } from "../../../../scripts/model/benefit";
import type { MarketModel } from "../../../../scripts/model/model";
import type { MarketParameters, Publication } from "../../../../scripts/core/types";
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
    // It could be served 5 200 Wh: 1 200 in frame 10 and its peak in the two after it.
    expect(fallback.unservedWh).to.equal(3200n);
    expect(best).to.equal(undefined);
  });

  it("executes the winning plan, records its load in the place of the match's, and then opens the gate", () => {
    const model = benefitMarket();
    model.place("A", bid(250_000n, 9000n, 13), at(9));
    model.clear(10, MATCH);
    expectRefusal("GateClosed", () => model.cancel("A", REVEAL));
    const winning = plan([1500n, 1500n, 1500n, 0n].slice(0, model.openRound()!.book.horizon));
    expect(model.propose(10, "P1", winning, REVEAL).unservedWh).to.equal(8000n - 4500n);
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
    model.place("A", bid(250_000n, 9000n, 10), at(8));
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
    model.place("A", bid(250_000n, 9000n, 10), at(8));
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
    late.place("A", bid(250_000n, 9000n, 10), at(8));
    expect(late.clear(10, at(10, -359)).grid).to.have.length(1);
    expect(late.openRound()).to.equal(undefined);

    const inTime = benefitMarket();
    inTime.place("A", bid(250_000n, 9000n, 10), at(8));
    expect(inTime.clear(10, at(10, -360)).grid).to.have.length(0);
    expect(inTime.openRound()).not.to.equal(undefined);

    const rigid = benefitMarket();
    rigid.place("A", bid(250_000n, 1000n, 10), at(9));
    expect(rigid.clear(10, MATCH).grid).to.have.length(1);
    expect(rigid.openRound()).to.equal(undefined);

    const unpublished = benefitMarket({}, () => undefined);
    unpublished.place("A", bid(250_000n, 9000n, 10), at(8));
    unpublished.clear(10, MATCH);
    expect(unpublished.openRound()).to.equal(undefined);
  });

  it("takes asks of either kind to the grid, bids first, and returns their bonds", () => {
    const model = benefitMarket({ bondPricePerKwh: 10_000n });
    model.depositGrid(10n ** 9n);
    model.place("A", bid(250_000n, 9000n, 10), at(9));
    model.place("C", ask(40_000n, 800n, 10), at(9));
    model.place("D", ask(300_000n, 800n, 10), at(9));
    model.place("B", ask(251_000n, 3000n, 10, 1000n), at(9));
    expect(model.clear(10, MATCH).trades).to.have.length(1);
    expect(model.openRound()!.book.asks.map(({ pile }) => pile)).to.deep.equal(["B", "D"]);
    model.executePlan(10, "fallback", OVER);
    expectConserved(model, OVER);

    const exporting = benefitMarket({ bondPricePerKwh: 10_000n });
    exporting.depositGrid(10n ** 9n);
    const before = exporting.freeBalance("C", at(9));
    exporting.place("C", ask(40_000n, 800n, 10), at(9));
    exporting.place("D", ask(45_000n, 3000n, 10, 1000n), at(9));
    exporting.clear(10, MATCH);
    // 33 kW stood before: feeding in makes a step that nobody needs, so no plan wins unless it calms the load.
    expect(exporting.propose(10, "P1", plan([0n], [1800n]), REVEAL).squaredStepsW2).to.equal(3600n ** 2n);
    const { grid } = exporting.executePlan(10, "fallback", OVER);
    expect(grid).to.deep.equal([]);
    expect(exporting.freeBalance("C", OVER)).to.equal(before);
    expectConserved(exporting, OVER);
  });

  /** The load rises by 3.6 kW into frame 10: feeding in 1 800 Wh, for 90 000, makes it flat. C and D can. */
  function risen(account: bigint, given: Partial<MarketParameters> = {}): MarketModel {
    const publication = { ...PUBLICATION, baseLoadW: 36_600n };
    const model = benefitMarket(given, (frame) => (frame < 10 ? PUBLICATION : publication));
    model.depositGrid(account);
    model.place("C", ask(40_000n, 800n, 10), at(9));
    model.place("D", ask(45_000n, 3000n, 10, 1000n), at(9));
    model.clear(10, MATCH);
    return model;
  }
  const FLAT = plan([0n], [1800n]);

  it("refuses plans whose exports the operator's account could not pay, to the unit", () => {
    const poor = risen(89_999n);
    const refusal = expectRefusal("PlanExportsUnfunded", () => poor.propose(10, "P1", FLAT, REVEAL));
    expect(refusal.details).to.deep.equal({ offset: 0, costTickWh: 90_000_000n, budgetTickWh: 89_999_000n });
    expect(poor.executePlan(10, "fallback", OVER).grid).to.deep.equal([]);
    // In ticks of 7 money units 90 000 are 12 857 and a bit: 12 858 are needed.
    const dear = { ...PUBLICATION, importPricePerKwh: 199_997n, exportPricePerKwh: 49_994n };
    const coarse = (account: bigint) => {
      const model = benefitMarket({ tickSize: 7n }, (frame) => ({
        ...dear,
        baseLoadW: frame < 10 ? 33_000n : 36_600n,
      }));
      model.depositGrid(account);
      model.place("C", ask(40_005n, 1800n, 11, 1800n), at(9));
      model.clear(10, MATCH);
      return model;
    };
    // 1 800 Wh cost 89 989.2 money units: 12 856 ticks, for which 12 855.6 would do.
    expect(coarse(89_992n).openRound()!.book.exportBudgetTicks).to.equal(12_856n);
    coarse(89_992n).propose(10, "P1", plan([0n, 0n], [1800n, 0n]), REVEAL);
    expectRefusal("PlanExportsUnfunded", () => coarse(89_991n).propose(10, "P1", plan([0n, 0n], [1800n, 0n]), REVEAL));
  });

  it("sums what the exports of all frames cost", () => {
    const model = benefitMarket();
    model.depositGrid(60_000n);
    model.place("C", ask(40_000n, 1800n, 12, 600n), at(9));
    model.clear(10, MATCH);
    model.propose(10, "P1", plan([0n, 0n, 0n], [600n, 600n, 0n]), REVEAL);
    const over = plan([0n, 0n, 0n], [600n, 600n, 1n]);
    const refusal = expectRefusal("PlanExportsUnfunded", () => model.propose(10, "P1", over, REVEAL));
    expect(refusal.details).to.deep.equal({ offset: 2, costTickWh: 60_050_000n, budgetTickWh: 60_000_000n });
    // Frame by frame, what can be allotted is looked at first.
    const both = plan([0n, 0n, 0n], [600n, 601n, 600n]);
    expectRefusal("PlanNotAllottable", () => model.propose(10, "P1", both, REVEAL));
  });

  it("executes the exports that won in full, and sets their amount aside", () => {
    const model = risen(90_000n);
    expect(model.propose(10, "P1", FLAT, REVEAL)).to.deep.equal({ unservedWh: 0n, squaredStepsW2: 0n });
    const { grid, loadW } = model.executePlan(10, FLAT, OVER);
    expect(grid).to.deep.equal([
      { pile: "C", side: "discharge", price: 50_000n, energyWh: 800n },
      { pile: "D", side: "discharge", price: 50_000n, energyWh: 1000n },
    ]);
    expect(loadW).to.equal(33_000n);
    expect(model.gridBalance).to.equal(0n);
    expect(model.inDelivery).to.equal(90_000n);
    expectConserved(model, OVER);
    const before = model.freeBalance("C", at(11));
    model.settle(10, at(11));
    expect(model.freeBalance("C", at(11)) - before).to.equal(40_000n);
    expect(model.inDelivery).to.equal(0n);
    expectConserved(model, at(11));
  });

  it("lets nothing out of the operator's account while a round can be executed", () => {
    const model = risen(100_000n, { keeperReward: 500n });
    model.propose(10, "P1", FLAT, REVEAL);
    expect(model.available(OVER)).to.equal(0n);
    expectRefusal("RoundOpen", () => model.withdrawGrid(0n, OVER));
    // Missing money is refused for being missing, round or no round.
    expectRefusal("RoundOpen", () => model.withdrawGrid(model.gridBalance - model.claims, OVER));
    expectRefusal("InsufficientBalance", () => model.withdrawGrid(model.gridBalance - model.claims + 1n, OVER));
    expectRefusal("NothingClaimed", () => model.collectClaim("K", OVER));
    expect(model.executePlan(10, FLAT, OVER, "K").grid).to.have.length(2);
    expect([model.claim("K"), model.available(OVER)]).to.deep.equal([500n, 9_500n]);
    expectRefusal("InsufficientBalance", () => model.withdrawGrid(9_501n, OVER));
    model.withdrawGrid(9_500n, OVER);
    expect(model.collectClaim("K", OVER)).to.equal(500n);
    expectConserved(model, OVER);

    const missed = risen(100_000n, { keeperReward: 500n });
    missed.propose(10, "P1", FLAT, REVEAL);
    expectRefusal("RoundOpen", () => missed.withdrawGrid(1n, at(10) - 1));
    missed.withdrawGrid(100_000n, at(10));
  });

  it("reckons only with what of the operator's account is not claimed", () => {
    const model = benefitMarket({ keeperReward: 1_000n });
    model.depositGrid(62_000n);
    model.place("A", bid(250_000n, 1_000n, 9), at(8));
    model.clear(9, at(9, -600), "K");
    model.place("C", ask(40_000n, 800n, 11, 100n), at(9));
    model.clear(10, MATCH, "K");
    // The claim of this clearing comes after the book that it froze.
    expect(model.openRound()!.book.exportBudgetTicks).to.equal(61_000n);
    expect(model.claim("K")).to.equal(2_000n);
    expectRefusal("RoundOpen", () => model.collectClaim("K", REVEAL));
  });

  it("pays surplus of frames settled amid a round out of their own income alone", () => {
    const model = benefitMarket({ readingSeconds: 600, breach: "counterparty", wheelingCapPerKwh: 10_000n }, () => ({
      ...PUBLICATION,
      wheelingPricePerKwh: 10_000n,
    }));
    model.depositGrid(10n ** 6n);
    model.place("A", bid(140_000n, 1_000n, 9), at(8));
    model.place("B", ask(100_000n, 1_000n, 9), at(8));
    model.clear(9, at(9, -600));
    model.place("C", ask(240_000n, 800n, 12, 100n), at(9));
    model.clear(11, at(11, -600));
    expect(model.openRound()).not.to.equal(undefined);
    const readings = new Map([
      ["A", { consumedWh: 1_000n, producedWh: 0n }],
      ["B", { consumedWh: 0n, producedWh: 1_500n }],
    ]);
    const { piles, grid } = model.settle(9, at(11, -500), readings);
    // 10 000 of wheeling come in, 25 000 of surplus are due.
    expect(piles[1]).to.include({ pile: "B", earned: 130_000n, claimed: 15_000n });
    expect([grid, model.gridBalance]).to.deep.equal([0n, 10n ** 6n]);
    expectConserved(model, at(11, -500));
  });

  it("settles exports by readings: out of what was set aside, and what is more while the account lasts", () => {
    const model = risen(90_000n, { breach: "counterparty", readingSeconds: 600 });
    model.propose(10, "P1", FLAT, REVEAL);
    model.executePlan(10, FLAT, OVER);
    const readings = new Map([
      ["C", { consumedWh: 0n, producedWh: 500n }],
      ["D", { consumedWh: 0n, producedWh: 1560n }],
    ]);
    const { piles, grid } = model.settle(10, at(11), readings);
    // D's further 560 Wh, 28 000, are paid out of the 15 000 that C did not earn; the rest is its claim.
    expect(piles.map(({ earned, claimed, owed }) => [earned, claimed, owed])).to.deep.equal([
      [25_000n, 0n, 0n],
      [65_000n, 13_000n, 0n],
    ]);
    expect(piles.map(({ creditAfter }) => creditAfter)).to.deep.equal([5_010n, 5_050n]);
    expect(grid).to.equal(-90_000n);
    expect([model.inDelivery, model.claim("D")]).to.deep.equal([0n, 13_000n]);
    expectConserved(model, at(11));
  });

  it("takes r - x of whoever brings less of an export fill than agreed, out of its bond", () => {
    const model = risen(90_000n, { importCapPerKwh: 200_000n, readingSeconds: 600 });
    model.propose(10, "P1", FLAT, REVEAL);
    model.executePlan(10, FLAT, OVER);
    const { piles, grid, imbalance } = model.settle(
      10,
      at(11, 600),
      new Map([["C", { consumedWh: 0n, producedWh: 500n }]]),
    );
    // C lacks 300 Wh at 0.15; D is silent: it lacks 1 000, and pays 0.2 and 0.15 for 11 kWh.
    expect(piles.map(({ earned, owed }) => [earned, owed])).to.deep.equal([
      [25_000n, 45_000n],
      [0n, 150_000n + 3_850_000n],
    ]);
    expect(grid).to.equal(-25_000n + 45_000n + 4_000_000n);
    expect(imbalance).to.include({ underProduction: 45_000n, silence: 4_000_000n });
    expectConserved(model, at(11, 600));
  });

  it("asks for two margins to take part, and takes one for each time that it fills", () => {
    const margin = 2_200_000n;
    const metered = (free: bigint) => {
      const model = benefitMarket({ readingSeconds: 600, breach: "counterparty" });
      model.registerPile("E", 22_000n, { balance: 1_250_000n + free });
      model.place("E", bid(250_000n, 5_000n, 12), at(9));
      model.place("C", ask(100_000n, 300n, 10), at(9));
      return model;
    };
    expect(metered(2n * margin - 1n).clear(10, MATCH).trades).to.deep.equal([]);
    const model = metered(2n * margin);
    expect(model.margin("E", 10)).to.equal(margin);
    expect(model.clear(10, MATCH).trades).to.have.length(1);
    // The lock of 300 Wh, of which the trade took 52 500.
    expect(model.freeBalance("E", MATCH)).to.equal(margin + 75_000n - 52_500n);
    expectRefusal("InsufficientBalance", () => model.withdraw("E", 22_501n, REVEAL));
    model.withdraw("E", 22_500n, REVEAL);
    const drawn = plan([1_000n, 1_000n, 1_000n]);
    model.propose(10, "P1", drawn, REVEAL);
    model.executePlan(10, drawn, OVER);
    expect(model.freeBalance("E", OVER)).to.equal(50_000n);
    model.settle(10, at(11, 600));
    expect(model.freeBalance("E", at(11, 600))).to.equal(2n * margin - 2_200_000n + 52_500n + 200_000n + 50_000n);
    expectConserved(model, at(11, 600));
  });

  it("keeps two margins behind the gate until the frame is cleared, one while its round is open, and none after", () => {
    const margin = 2_200_000n;
    const model = benefitMarket({ readingSeconds: 600, breach: "counterparty", cancelPricePerKwh: 0n });
    model.registerPile("E", 22_000n, { balance: 1_250_000n + 2n * margin + 3n });
    model.place("E", bid(250_000n, 5_000n, 12), at(9));
    model.withdraw("E", 1n, MATCH - 1);
    const refusal = expectRefusal("InsufficientBalance", () => model.withdraw("E", 3n, MATCH));
    expect(refusal.details).to.deep.equal({ pile: "E", needed: 3n, free: 2n });
    model.withdraw("E", 2n, MATCH);
    model.clear(10, MATCH);
    expectRefusal("InsufficientBalance", () => model.withdraw("E", margin + 1n, MATCH));
    model.withdraw("E", margin, MATCH);
    const drawn = plan([1_000n, 1_000n, 1_000n]);
    model.propose(10, "P1", drawn, REVEAL);
    expect(model.executePlan(10, drawn, OVER).grid).to.have.length(1);
    expect(model.freeBalance("E", OVER)).to.equal(50_000n);
    model.withdraw("E", 50_000n, OVER);
    expectConserved(model, OVER);
  });

  describe("cancelling what plans reckon with", () => {
    /** A shows 2 000 Wh of 9 000, C 800 Wh; both took part in frame 9. */
    const after = (given: Partial<MarketParameters> = {}) => {
      const model = benefitMarket(given);
      model.place("A", bid(150_000n, 9000n, 20), at(8));
      model.place("C", ask(240_000n, 800n, 20), at(8));
      model.place("B", bid(150_000n, 800n, 20), at(8));
      model.clear(9, at(9, -600));
      return model;
    };

    it("costs cancelPricePerKwh of what it displays, to the operator's account", () => {
      const model = after();
      const free = model.freeBalance("A", at(9));
      model.cancel("A", at(9));
      expect(model.gridBalance).to.equal(300_000n);
      expect(model.freeBalance("A", at(9))).to.equal(free + 1_350_000n - 300_000n);
      // A normal bid is filled at once or not at all: plans do not reckon with it.
      model.cancel("B", at(9));
      expect(model.gridBalance).to.equal(300_000n);
      expectConserved(model, at(9));
    });

    it("costs at most what the order locks", () => {
      const model = after({ bondPricePerKwh: 100_000n });
      model.cancel("C", at(9));
      expect(model.gridBalance).to.equal(80_000n);
      const free = after();
      free.cancel("C", at(9));
      expect(free.gridBalance).to.equal(0n);
    });

    it("is paid by replacing, too, out of the old lock", () => {
      const model = after();
      model.withdraw("A", model.freeBalance("A", at(9)), at(9));
      expectRefusal("InsufficientBalance", () => model.replace("A", bid(150_000n, 7_001n, 20), at(9)));
      expect(model.gridBalance).to.equal(0n);
      model.replace("A", bid(150_000n, 7_000n, 20), at(9));
      expect([model.gridBalance, model.freeBalance("A", at(9))]).to.deep.equal([300_000n, 0n]);
      // The new one has taken part in nothing yet.
      model.cancel("A", at(9));
      expect(model.gridBalance).to.equal(300_000n);
      expectConserved(model, at(9));
    });

    it("asks only whether a frame from its first on has been cleared, not whether the order took part", () => {
      // Nobody has the margin to take part: the clearing fills nothing.
      const poor = benefitMarket({ readingSeconds: 600, breach: "counterparty" });
      poor.registerPile("E", 22_000n, { balance: 1_350_000n });
      poor.place("E", bid(150_000n, 9000n, 20), at(8));
      poor.clear(9, at(9, -600));
      expect(poor.openRound()).to.equal(undefined);
      poor.cancel("E", at(9));
      expect(poor.gridBalance).to.equal(300_000n);
    });

    it("costs nothing before a frame with it is cleared, without a benefit market, or where the price is 0", () => {
      const early = benefitMarket();
      early.place("A", bid(150_000n, 9000n, 20), at(8));
      early.cancel("A", at(8));
      const late = benefitMarket();
      late.place("A", bid(150_000n, 9000n, 20), at(9, -600));
      late.clear(9, at(9, -600));
      late.cancel("A", at(9));
      const adbev = after({ settlement: "adbev" });
      adbev.cancel("A", at(9));
      const free = after({ cancelPricePerKwh: 0n });
      free.cancel("A", at(9));
      for (const model of [early, late, adbev, free]) expect(model.gridBalance).to.equal(0n);
    });
  });

  it("takes plans of nobody whose pile has too little credit", () => {
    const model = benefitMarket({ readingSeconds: 1, creditPriorWh: 1000n, minCredit: 5_000n });
    model.place("A", bid(250_000n, 1000n, 9), at(8));
    model.clear(9, at(9, -600));
    model.place("B", bid(250_000n, 9000n, 12), at(10));
    // A's meter is silent.
    model.settle(9, at(10, 1));
    expect(model.credit("A").hundredths).to.equal(2_500n);
    const matchedAt = at(11, -600);
    model.clear(11, matchedAt);
    expectRefusal("ProposerCreditTooLow", () => model.propose(11, "A", plan([2000n, 0n]), matchedAt + 120));
    model.propose(11, "B", plan([2000n, 0n]), matchedAt + 120);
    // Whoever has no pile has the initial credit.
    model.propose(11, "P1", plan([2000n, 0n]), matchedAt + 120);
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
