import { expect } from "chai";

import { MarketModel } from "../../../../scripts/model/model";
import type { Reading } from "../../../../scripts/core/settlement";
import type { MarketParameters, Publication } from "../../../../scripts/core/types";
import { ask, at, bid, expectConserved, expectRefusal, inWindow, withBond } from "./fixtures";

const consumed = (consumedWh: bigint): Reading => ({ consumedWh, producedWh: 0n });
const produced = (producedWh: bigint): Reading => ({ consumedWh: 0n, producedWh });

/** r, x, w: 0.2, 0.05 and 0.01 of a coin of 10^6. */
const TARIFFS: Publication = {
  baseLoadW: 10_000n,
  importPricePerKwh: 200_000n,
  exportPricePerKwh: 50_000n,
  wheelingPricePerKwh: 10_000n,
};

interface Setting {
  market?: Partial<MarketParameters>;
  balances?: Partial<Record<"A" | "B" | "S" | "T", bigint>>;
  operatorAccount?: bigint;
}

/** Margin of a pile of 22 kW beside its fills: 11 kWh at 2 r - x and w. */
const MARGIN = 3_960_000n;

/**
 * Metered, with piles A and B that buy and S and T that sell, 22 kW each, and frames 5 to 20 published. A bond is r
 * unless a market says otherwise.
 */
function metered({ market = {}, balances = {}, operatorAccount = 0n }: Setting = {}): MarketModel {
  const model = new MarketModel(
    withBond({ readingSeconds: 3600, wheelingCapPerKwh: 10_000n, importCapPerKwh: 200_000n, ...market }),
  );
  for (const id of ["A", "B", "S", "T"] as const) {
    model.registerPile(id, 22_000n, { balance: balances[id] ?? 10_000_000n });
  }
  for (let frame = 5; frame <= 20; frame++) model.publish(frame, TARIFFS, 0);
  model.depositGrid(operatorAccount);
  return model;
}

/** S sells A 2 kWh at 0.12 in frame 7. */
function oneTrade(setting: Setting = {}): MarketModel {
  const model = metered(setting);
  model.place("A", bid(140_000n, 2_000n, 7), at(6));
  model.place("S", ask(100_000n, 2_000n, 7), at(6));
  expect(model.clear(7, inWindow(7)).trades).to.deep.equal([
    { sell: "S", buy: "A", price: 120_000n, energyWh: 2_000n },
  ]);
  return model;
}

/** Settles frame 7: what it came to for the feeder, and for each pile by its name. */
function settled(model: MarketModel, readings: Record<string, Reading>, nowSeconds = at(8)) {
  const { piles, grid, imbalance } = model.settle(7, nowSeconds, new Map(Object.entries(readings)));
  expectConserved(model, nowSeconds);
  const of = (id: string) => piles.find(({ pile }) => pile === id)!;
  return { grid, imbalance, A: of("A"), S: of("S"), T: of("T") };
}

describe("metered settlement", () => {
  describe("when", () => {
    it("waits for every reading until readingSeconds after the frame", () => {
      const model = oneTrade();
      expectRefusal("FrameNotOver", () => model.settle(7, at(8) - 1));
      expectRefusal("ReadingsAwaited", () => model.settle(7, at(8), new Map([["A", consumed(2_000n)]])));
      expectRefusal("ReadingsAwaited", () => model.settle(7, at(8) + 3_599));
      expect(model.settle(7, at(8) + 3_600).complete).to.equal(true);
      expectRefusal("NothingToSettle", () => model.settle(7, at(8) + 3_600));
    });

    it("settles at the end of the frame with all readings in, whoever else was read", () => {
      const readings = { A: consumed(2_000n), S: produced(2_000n), B: consumed(9n) };
      const { A, S, grid } = settled(oneTrade(), readings);
      expect(A).to.include({ owed: 260_000n, earned: 0n, silent: false, agreedWh: 2_000n });
      expect(S).to.include({ owed: 0n, earned: 240_000n });
      expect(grid).to.equal(20_000n);
    });

    it("knows no readings in a market without meters, and judges nobody", () => {
      const model = oneTrade({ market: { readingSeconds: 0 } });
      const { A, S } = settled(model, {});
      expect(A).to.deep.include({ owed: 260_000n, reading: consumed(2_000n), silent: false, creditAfter: 5_000n });
      expect(S).to.deep.include({ earned: 240_000n, reading: produced(2_000n), creditAfter: 5_000n });
      expect([model.margin("A", 7), model.credit("A").basisWh]).to.deep.equal([0n, 100_000n]);
    });

    it("refuses a reading above what the pile moves in a frame, whoever else was read", () => {
      for (const above of [consumed(11_001n), produced(11_001n)]) {
        const refusal = expectRefusal("ReadingAboveReach", () => oneTrade().settle(7, at(8), new Map([["S", above]])));
        expect(refusal.details).to.include({ pile: "S", reachWh: 11_000n });
      }
      settled(oneTrade(), {
        A: consumed(11_000n),
        S: { consumedWh: 11_000n, producedWh: 11_000n },
        B: consumed(12_000n),
      });
    });

    it("refuses a reading that is none", () => {
      const model = oneTrade();
      expect(() => settled(model, { A: consumed(-1n), S: produced(0n) })).to.throw(RangeError);
    });
  });

  describe("one trade, 2 kWh at 0.12 with r 0.2, x 0.05, w 0.01", () => {
    const cases: [
      string,
      Partial<MarketParameters>,
      bigint,
      bigint,
      [bigint, bigint, bigint],
      Record<string, bigint>,
    ][] = [
      // The sums a buyer, a seller and the grid end with; what the buyer owes is negative.
      [
        "buyer takes more, and pays the spread besides",
        {},
        2_500n,
        2_000n,
        [-360_000n - 75_000n, 240_000n, 120_000n + 75_000n],
        { overConsumption: 175_000n },
      ],
      [
        "buyer takes more, without the spread where the counterparty bears it",
        { breach: "counterparty" },
        2_500n,
        2_000n,
        [-360_000n, 240_000n, 120_000n],
        { overConsumption: 100_000n },
      ],
      [
        // 0.08 per kWh to the buyer and 0.07 to the grid.
        "seller brings less, and pays the spread",
        {},
        2_000n,
        1_500n,
        [-180_000n - 100_000n - 15_000n + 40_000n, 180_000n - 40_000n - 35_000n, 115_000n + 35_000n],
        { underProduction: 75_000n },
      ],
      [
        "seller brings less, counterparty bears it",
        { breach: "counterparty" },
        2_000n,
        1_500n,
        [-295_000n, 180_000n, 115_000n],
        { underProduction: 40_000n },
      ],
      [
        // 0.07 per kWh to the seller and 0.08 to the grid.
        "buyer takes less, and pays the spread",
        {},
        1_500n,
        2_000n,
        [-180_000n - 15_000n - 35_000n - 40_000n, 180_000n + 35_000n + 25_000n, -10_000n + 40_000n],
        { underConsumption: 75_000n },
      ],
      [
        "buyer takes less, counterparty bears it",
        { breach: "counterparty" },
        1_500n,
        2_000n,
        [-195_000n, 205_000n, -10_000n],
        { underConsumption: 35_000n },
      ],
      ["seller brings more", {}, 2_000n, 2_500n, [-260_000n, 265_000n, -5_000n], { overProduction: 25_000n }],
      [
        "both move more, toleranceBps 0",
        {},
        2_500n,
        2_500n,
        [-360_000n - 75_000n, 265_000n, 95_000n + 75_000n],
        { overConsumption: 175_000n, overProduction: 25_000n },
      ],
      [
        "both move more, toleranceBps 25 %",
        { toleranceBps: 2_500n },
        2_500n,
        2_500n,
        [-325_000n, 300_000n, 25_000n],
        {},
      ],
      [
        // 500 Wh are traded above the agreed; what is over them costs r and the spread.
        "both move more, the buyer beyond toleranceBps 25 %",
        { toleranceBps: 2_500n },
        2_600n,
        2_500n,
        [-325_000n - 20_000n - 15_000n, 300_000n, 25_000n + 20_000n + 15_000n],
        { overConsumption: 35_000n },
      ],
      [
        // Up to the agreed it costs r alone: the seller is short of it, not the buyer over it.
        "buyer takes more than a seller who brings less",
        {},
        2_500n,
        1_500n,
        [-180_000n - 200_000n - 15_000n - 75_000n + 40_000n, 180_000n - 40_000n - 35_000n, 325_000n],
        { overConsumption: 175_000n, underProduction: 75_000n },
      ],
      ["nobody moves anything", {}, 0n, 0n, [0n, 0n, 0n], {}],
    ];
    for (const [name, market, c, g, [buyer, seller, grid], imbalance] of cases) {
      it(name, () => {
        const result = settled(oneTrade({ market, operatorAccount: 10n ** 6n }), { A: consumed(c), S: produced(g) });
        expect(result.A.earned - result.A.owed).to.equal(buyer);
        expect(result.S.earned - result.S.owed).to.equal(seller);
        expect(result.grid).to.equal(grid);
        expect(buyer + seller + grid).to.equal(0n);
        for (const [cause, cost] of Object.entries(result.imbalance)) {
          expect(cost, cause).to.equal(imbalance[cause] ?? 0n);
        }
      });
    }
  });

  describe("a shortfall of 500 Wh costs the spread, whoever else is hurt", () => {
    /** S sells A 2 kWh in frame 7 at the price that both name. */
    const tradeAt = (price: bigint) => {
      const model = metered({ operatorAccount: 10n ** 6n });
      model.place("A", bid(price, 2_000n, 7), at(6));
      model.place("S", ask(price, 2_000n, 7), at(6));
      expect(model.clear(7, inWindow(7)).trades).to.have.length(1);
      return model;
    };
    // Payment of the short side to the other side and the grid, per kWh: r - x is 0.15.
    const cases: [string, "A" | "S", bigint, bigint, bigint][] = [
      ["a seller above r pays the grid alone", "S", 210_000n, 0n, 150_000n],
      ["a seller at r pays the grid alone", "S", 200_000n, 0n, 150_000n],
      ["a seller just above x pays the grid what is left", "S", 60_000n, 140_000n, 10_000n],
      ["a seller at x pays the buyer alone", "S", 50_000n, 150_000n, 0n],
      ["a seller below x pays the buyer more than the spread", "S", 40_000n, 160_000n, 0n],
      ["a buyer below x pays the grid alone", "A", 40_000n, 0n, 150_000n],
      ["a buyer at x pays the grid alone", "A", 50_000n, 0n, 150_000n],
      ["a buyer just below r pays the grid what is left", "A", 190_000n, 140_000n, 10_000n],
      ["a buyer at r pays the seller alone", "A", 200_000n, 150_000n, 0n],
      ["a buyer above r pays the seller more than the spread", "A", 210_000n, 160_000n, 0n],
    ];
    for (const [name, short, price, toOther, toGrid] of cases) {
      it(name, () => {
        const c = short === "A" ? 1_500n : 2_000n;
        const g = short === "S" ? 1_500n : 2_000n;
        const { A, S, grid } = settled(tradeAt(price), { A: consumed(c), S: produced(g) });
        const traded = (price * 1_500n) / 1_000n;
        const [half, halfToGrid] = [toOther / 2n, toGrid / 2n];
        const wheeling = 15_000n;
        if (short === "S") {
          expect([S.owed, S.earned]).to.deep.equal([half + halfToGrid, traded]);
          expect([A.owed, A.earned]).to.deep.equal([traded + wheeling + 100_000n, half]);
          expect(grid).to.equal(wheeling + 100_000n + halfToGrid);
        } else {
          expect([A.owed, A.earned]).to.deep.equal([traded + wheeling + half + halfToGrid, 0n]);
          expect([S.owed, S.earned]).to.deep.equal([0n, traded + half + 25_000n]);
          expect(grid).to.equal(wheeling - 25_000n + halfToGrid);
        }
      });
    }

    it("rounds what goes to the other side and to the grid down by themselves", () => {
      const model = tradeAt(120_001n);
      // 1 Wh short: 79 999 and 70 001 per kWh.
      const { S } = settled(model, { A: consumed(2_000n), S: produced(1_999n) });
      expect(S.owed).to.equal(79n + 70n);
    });
  });

  describe("silence", () => {
    it("takes a buyer to have consumed all that its pile can move, and scores 0", () => {
      const { A, S, imbalance } = settled(oneTrade(), { S: produced(2_000n) }, at(8) + 3_600);
      expect(A).to.deep.include({ silent: true, reading: consumed(11_000n), owed: 260_000n + 1_800_000n + 1_350_000n });
      expect(A.creditAfter).to.equal(4_902n); // 5000 · 100 / 102
      expect(S.creditAfter).to.equal(5_098n);
      expect(imbalance.silence).to.equal(1_800_000n + 1_350_000n);
    });

    it("takes a seller to have produced nothing and consumed all that its pile can move, and scores 0", () => {
      const { A, S, imbalance } = settled(oneTrade(), { A: consumed(2_000n) }, at(8) + 3_600);
      const owed = 160_000n + 140_000n + 2_200_000n + 1_650_000n;
      expect(S).to.deep.include({ silent: true, reading: consumed(11_000n), owed, earned: 0n });
      expect(S.creditAfter).to.equal(4_902n);
      expect(A).to.include({ owed: 400_000n, earned: 160_000n });
      expect(imbalance.silence).to.equal(owed);
    });
  });

  describe("several fills", () => {
    it("attributes energy in the order of the fills, grid fills last, and what is over to the last", () => {
      const model = metered({ market: { breach: "counterparty" }, operatorAccount: 100_000n });
      model.place("A", bid(200_000n, 3_000n, 7), at(6));
      model.place("S", ask(100_000n, 1_000n, 7), at(6));
      model.place("T", ask(110_000n, 1_000n, 7), at(6));
      const { trades, grid } = model.clear(7, inWindow(7));
      expect(trades.map(({ sell, price }) => [sell, price])).to.deep.equal([
        ["S", 150_000n],
        ["T", 155_000n],
      ]);
      expect(grid).to.deep.equal([{ pile: "A", side: "charge", price: 200_000n, energyWh: 1_000n }]);
      const { A, S, T } = settled(model, { A: consumed(1_400n), S: produced(1_000n), T: produced(1_000n) });
      expect(A).to.include({ agreedWh: 3_000n, owed: 150_000n + 10_000n + 62_000n + 4_000n });
      expect(S.earned).to.equal(150_000n);
      expect(T.earned).to.equal(62_000n + 30_000n);
    });
  });

  describe("the grid as a counterparty", () => {
    /** A buys 2 kWh from the grid in frame 7. */
    const fromTheGrid = (market: Partial<MarketParameters> = {}) => {
      const model = metered({ market });
      model.place("A", bid(200_000n, 2_000n, 7), at(6));
      expect(model.clear(7, inWindow(7)).grid).to.have.length(1);
      return model;
    };

    it("is paid r - x for what a buyer leaves of a grid fill", () => {
      const { A, grid, imbalance } = settled(fromTheGrid(), { A: consumed(500n) });
      expect(A).to.include({ owed: 100_000n + 225_000n });
      expect(grid).to.equal(325_000n);
      expect(imbalance.underConsumption).to.equal(225_000n);
    });

    it("is paid r - x more for what a buyer takes beyond a grid fill", () => {
      const { A, grid, imbalance } = settled(fromTheGrid(), { A: consumed(2_500n) });
      expect(A.owed).to.equal(500_000n + 75_000n);
      expect(grid).to.equal(575_000n);
      expect(imbalance.overConsumption).to.equal(175_000n);
      expect(settled(fromTheGrid({ breach: "counterparty" }), { A: consumed(2_500n) }).A.owed).to.equal(500_000n);
    });

    it("bears it where the counterparty bears a breach", () => {
      const { A, imbalance } = settled(fromTheGrid({ breach: "counterparty" }), { A: consumed(500n) });
      expect(A.owed).to.equal(100_000n);
      expect(imbalance.underConsumption).to.equal(225_000n);
    });

    it("sells a seller what it consumes, once for the frame, the spread by itself where a defaulter pays", () => {
      for (const [breach, spread] of [
        ["defaulter", 450n],
        ["counterparty", 0n],
      ] as const) {
        const model = metered({ market: { breach } });
        model.place("A", bid(140_000n, 1_000n, 7), at(6));
        model.place("B", bid(140_000n, 1_000n, 7), at(6));
        model.place("S", ask(100_000n, 2_000n, 7), at(6));
        expect(model.clear(7, inWindow(7)).trades).to.have.length(2);
        const S = { consumedWh: 3n, producedWh: 2_000n };
        const result = settled(model, { A: consumed(1_000n), B: consumed(1_000n), S });
        // Three Wh at 0.2 and 0.15, and wheeling.
        expect(result.S).to.include({ owed: 600n + spread, earned: 240_000n });
        expect(result.grid).to.equal(600n + spread + 20_000n);
        expect(result.imbalance.overConsumption).to.equal(600n + spread);
      }
    });
  });

  describe("in parts", () => {
    const ALL = {
      ...{ A: consumed(2_500n), S: produced(2_400n), B: consumed(1_000n), T: produced(700n) },
      C: consumed(400n),
    };

    /** In frame 7, by time of placement: A buys of S, B of T, and C of the grid. */
    const threeGroups = (market: Partial<MarketParameters> = {}) => {
      const model = metered({ operatorAccount: 10n ** 6n, market: { priceWeight: 0, keeperReward: 7n, ...market } });
      model.registerPile("C", 22_000n, { balance: 10_000_000n });
      model.place("A", bid(140_000n, 2_000n, 7), at(5));
      model.place("S", ask(100_000n, 2_000n, 7), at(5));
      model.place("B", bid(130_000n, 1_000n, 7), at(5));
      model.place("T", ask(110_000n, 1_000n, 7), at(5));
      model.place("C", bid(200_000n, 500n, 7), at(6));
      const { trades, grid } = model.clear(7, inWindow(7), "K");
      expect(trades.map(({ buy, sell }) => buy + sell)).to.deep.equal(["AS", "BT"]);
      expect(grid.map(({ pile }) => pile)).to.deep.equal(["C"]);
      return model;
    };
    const part = (model: MarketModel, nowSeconds: number, ...ids: (keyof typeof ALL)[]) => {
      const settlement = model.settle(7, nowSeconds, new Map(ids.map((id) => [id, ALL[id]])), "K");
      expectConserved(model, nowSeconds);
      return settlement;
    };
    const names = ({ piles }: ReturnType<typeof part>) => piles.map(({ pile }) => pile).join("");

    it("settles every group whose readings are all in, and keeps the others", () => {
      const model = threeGroups();
      const waiting = model.inDelivery;
      expectRefusal("ReadingsAwaited", () => part(model, at(8), "A", "T"));
      expect(model.inDelivery).to.equal(waiting);
      const first = part(model, at(8), "A", "B", "T");
      expect([names(first), first.complete]).to.deep.equal(["BT", false]);
      expectRefusal("ReadingsAwaited", () => part(model, at(8), "A", "B", "T"));
      const second = part(model, at(8), "A", "S", "B");
      expect([names(second), second.complete]).to.deep.equal(["AS", false]);
      const third = part(model, at(8), "C");
      expect([names(third), third.complete]).to.deep.equal(["C", true]);
      expectRefusal("NothingToSettle", () => part(model, at(8), "C"));
      expect(model.inDelivery).to.equal(0n);
    });

    it("takes whoever is silent at the deadline, and nobody who was settled before", () => {
      const model = threeGroups();
      part(model, at(8), "B", "T");
      const rest = part(model, at(8) + 3_600, "A");
      expect(rest.complete).to.equal(true);
      expect(rest.piles.map(({ pile, silent }) => [pile, silent])).to.deep.equal([
        ["A", false],
        ["S", true],
        ["C", true],
      ]);
    });

    it("comes to the same in one part and in several, where the account lasts", () => {
      const whole = threeGroups();
      part(whole, at(8), "A", "B", "C", "S", "T");
      const parts = threeGroups();
      part(parts, at(8), "C");
      part(parts, at(8), "B", "T");
      part(parts, at(8), "A", "S");
      for (const id of ["A", "B", "C", "S", "T"]) {
        expect(parts.freeBalance(id, at(8)), id).to.equal(whole.freeBalance(id, at(8)));
        expect(parts.credit(id)).to.deep.equal(whole.credit(id));
      }
      expect(parts.gridBalance).to.equal(whole.gridBalance);
    });

    it("puts those who trade with one seller into one group, its other buyers' sellers included", () => {
      const model = metered();
      model.registerPile("C", 22_000n, { balance: 10_000_000n });
      model.place("A", bid(150_000n, 1_000n, 7), at(6));
      model.place("B", bid(140_000n, 1_500n, 7), at(6));
      model.place("C", bid(130_000n, 500n, 7), at(6));
      model.place("S", ask(100_000n, 2_000n, 7), at(6));
      model.place("T", ask(110_000n, 1_000n, 7), at(6));
      expect(model.clear(7, inWindow(7)).trades.map(({ buy, sell }) => buy + sell)).to.deep.equal([
        ...["AS", "BS", "BT", "CT"],
      ]);
      const read = new Map(["A", "B", "S", "T"].map((id) => [id, id < "S" ? consumed(1_000n) : produced(1_000n)]));
      expect(expectRefusal("ReadingsAwaited", () => model.settle(7, at(8), read)).details).to.include({ pile: "C" });
      expect(model.settle(7, at(8), new Map([...read, ["C", consumed(0n)]])).piles).to.have.length(5);
    });

    it("gives the keeper its claim for the last part alone", () => {
      const model = threeGroups();
      expect(model.claim("K")).to.equal(7n);
      part(model, at(8), "C");
      expect(model.claim("K")).to.equal(7n);
      part(model, at(8), "A", "B", "S", "T");
      expect(model.claim("K")).to.equal(14n);
    });
  });

  describe("what is set aside", () => {
    it("is returned where it is not owed: bond and margin, too", () => {
      const model = oneTrade({ market: { bondPricePerKwh: 230_000n } });
      expect(model.margin("A", 7)).to.equal(MARGIN);
      expect(model.inDelivery).to.equal(260_000n + 460_000n + 2n * MARGIN);
      expect(model.freeBalance("S", at(7))).to.equal(9_540_000n - MARGIN);
      expect(model.freeBalance("A", at(7))).to.equal(9_740_000n - MARGIN);
      settled(model, { A: consumed(0n), S: produced(0n) });
      expect(model.inDelivery).to.equal(0n);
      expect(model.freeBalance("S", at(8))).to.equal(10_000_000n);
      expect(model.freeBalance("A", at(8))).to.equal(10_000_000n);
    });

    it("pays for a breach and for over-consumption: nobody can owe what is not there", () => {
      // Neither has more than it must: A 300 000 for its bid, S 400 000 for its bond, and the margin each.
      const model = oneTrade({ balances: { A: 300_000n + MARGIN, S: 400_000n + MARGIN } });
      const { A, S, imbalance } = settled(model, {}, at(8) + 3_600);
      expect(A).to.include({ owed: 11_000n * 200n + 9_000n * 150n, earned: 160_000n });
      expect(S).to.include({ owed: 11_000n * 350n + 2_000n * 150n });
      expect(model.freeBalance("A", at(9))).to.equal(300_000n + MARGIN - 3_550_000n + 160_000n);
      expect(model.freeBalance("S", at(9))).to.equal(400_000n + MARGIN - 4_150_000n);
      expect(Object.keys(imbalance)).not.to.include("debt");
    });

    it("cannot be withdrawn before the settlement, nor spent on another order", () => {
      const model = oneTrade({ balances: { A: 300_000n + MARGIN } });
      // The bid took 260 000 and the margin; 20 000 of its lock and 20 000 besides are free.
      expectRefusal("InsufficientBalance", () => model.withdraw("A", 40_001n, at(7)));
      expectRefusal("InsufficientBalance", () => model.place("A", bid(40_000n, 801n, 9), at(7)));
      model.withdraw("A", 40_000n, at(7));
      const { A } = settled(model, { A: consumed(11_000n), S: produced(2_000n) });
      expect(A.owed).to.equal(260_000n + 1_800_000n + 1_350_000n);
      expect(model.freeBalance("A", at(8))).to.equal(MARGIN - 3_150_000n);
    });
  });

  describe("the margin", () => {
    it("is what the pile can move in the frame at 2 r - x and w, each rounded up", () => {
      const model = metered();
      model.registerPile("odd", 7_777n); // 3 888 Wh
      expect(model.margin("odd", 7)).to.equal(1_360_800n + 38_880n);
      model.publish(30, { ...TARIFFS, importPricePerKwh: 199_999n, wheelingPricePerKwh: 9_999n }, 0);
      expect(model.margin("odd", 30)).to.equal(1_360_793n + 38_877n);
      expect(model.margin("odd", 31), "unpublished").to.equal(0n);
      expect(metered({ market: { readingSeconds: 0 } }).margin("A", 7), "without meters").to.equal(0n);
      expectRefusal("NotRegistered", () => model.margin("X", 7));
    });

    it("is reckoned at r where the counterparty bears a breach", () => {
      expect(metered({ market: { breach: "counterparty" } }).margin("A", 7)).to.equal(2_200_000n + 110_000n);
    });

    it("is that of what a reading can tell at most: the margin, silence and the bound of readings alike", () => {
      const most = 2n ** 24n - 1n;
      const model = metered();
      model.registerPile("edge", 2n * most, { balance: 10n ** 11n });
      model.registerPile("huge", 2n * most + 2n, { balance: 10n ** 11n });
      expect(model.margin("huge", 7)).to.equal(model.margin("edge", 7));
      for (const id of ["edge", "huge"]) model.place(id, bid(200_000n, 1_000n, 7), at(6));
      model.clear(7, inWindow(7));
      const over = new Map([["huge", consumed(most + 1n)]]);
      expect(expectRefusal("ReadingAboveReach", () => model.settle(7, at(8), over)).details.reachWh).to.equal(most);
      const { piles } = model.settle(7, at(8) + 3_600, new Map([["edge", consumed(most)]]));
      expect(piles.map(({ reading }) => reading)).to.deep.equal([consumed(most), consumed(most)]);
      expect(piles[1]!.owed).to.equal(piles[0]!.owed);
    });

    it("must be free for an order to take part, to the unit; the order stays", () => {
      for (const [missing, trades] of [
        [0n, 1],
        [1n, 0],
      ] as const) {
        const model = metered({ balances: { A: 300_000n + MARGIN - missing } });
        model.place("A", bid(140_000n, 2_000n, 9), at(6));
        model.place("S", ask(100_000n, 2_000n, 9), at(6));
        expect(model.book(7).bids).to.have.length(trades);
        expect(model.clear(7, inWindow(7)).trades).to.have.length(trades);
        expect(model.order("A", at(7))?.remainingWh).to.equal(trades === 1 ? undefined : 2_000n);
        model.deposit("A", MARGIN, at(7));
        model.deposit("S", MARGIN, at(7));
        if (trades === 0) expect(model.clear(8, inWindow(8)).trades).to.have.length(1);
        expectConserved(model, inWindow(8));
      }
    });

    it("stays where it is while the order is behind the gate", () => {
      const model = metered({ balances: { A: 300_000n + MARGIN + 5n } });
      model.place("A", bid(140_000n, 2_000n, 9), at(6));
      model.withdraw("A", 1n, inWindow(7) - 1);
      const refusal = expectRefusal("InsufficientBalance", () => model.withdraw("A", 5n, inWindow(7)));
      expect(refusal.details).to.deep.equal({ pile: "A", needed: 5n, free: 4n });
      model.withdraw("A", 4n, inWindow(7));
      model.clear(7, inWindow(7));
      model.withdraw("A", MARGIN, inWindow(7));
    });
  });

  describe("the operator's account", () => {
    it("pays surplus in the order of the fills while it lasts, this frame's income included; the rest is claimed", () => {
      const model = metered({ operatorAccount: 5_000n });
      model.place("A", bid(140_000n, 2_000n, 7), at(6));
      model.place("S", ask(100_000n, 1_000n, 7), at(6));
      model.place("T", ask(110_000n, 1_000n, 7), at(6));
      expect(model.clear(7, inWindow(7)).trades).to.have.length(2);
      const { S, T, grid } = settled(model, { A: consumed(2_000n), S: produced(1_400n), T: produced(1_400n) });
      // 5 000 and 20 000 of wheeling are there; 20 000 are due to each.
      expect(S).to.include({ claimed: 0n, earned: 120_000n + 20_000n });
      expect(T).to.include({ claimed: 15_000n, earned: 125_000n + 5_000n });
      expect(grid).to.equal(-5_000n);
      expect([model.gridBalance, model.claim("T"), model.claims]).to.deep.equal([0n, 15_000n, 15_000n]);
    });

    /** T has a claim of 15 000, S's surplus of 20 000 has been paid. */
    const claimed = () => {
      const model = metered({ operatorAccount: 5_000n });
      model.place("A", bid(140_000n, 2_000n, 7), at(6));
      model.place("S", ask(100_000n, 1_000n, 7), at(6));
      model.place("T", ask(110_000n, 1_000n, 7), at(6));
      model.clear(7, inWindow(7));
      settled(model, { A: consumed(2_000n), S: produced(1_400n), T: produced(1_400n) });
      return model;
    };

    it("gains the operator nothing by being empty at the settlement: what comes in later is claimed first", () => {
      const model = claimed();
      expectRefusal("NothingClaimed", () => model.collectClaim("T", at(8)));
      model.depositGrid(9_000n);
      expect(model.available()).to.equal(0n);
      expectRefusal("InsufficientBalance", () => model.withdrawGrid(1n));
      expect(model.collectClaim("T", at(8))).to.equal(9_000n);
      expect(model.claim("T")).to.equal(6_000n);
      model.depositGrid(7_000n);
      expect(model.available()).to.equal(1_000n);
      const refusal = expectRefusal("InsufficientBalance", () => model.withdrawGrid(1_001n));
      expect(refusal.details).to.deep.equal({ needed: 1_001n, free: 1_000n });
      model.withdrawGrid(1_000n);
      expect(model.collectClaim("T", at(8))).to.equal(6_000n);
      expectRefusal("NothingClaimed", () => model.collectClaim("T", at(8)));
      expectRefusal("NothingClaimed", () => model.collectClaim("nobody", at(8)));
      expect([model.gridBalance, model.withdrawn]).to.deep.equal([0n, 16_000n]);
      expectConserved(model, at(8));
    });

    it("pays later surplus only out of what is not claimed and the frame's own income", () => {
      const model = claimed();
      model.depositGrid(15_000n);
      model.place("A", bid(140_000n, 1_000n, 9), at(8));
      model.place("S", ask(100_000n, 1_000n, 9), at(8));
      model.clear(9, inWindow(9));
      const { piles } = model.settle(
        9,
        at(10),
        new Map([
          ["A", consumed(1_000n)],
          ["S", produced(1_400n)],
        ]),
      );
      // 10 000 of wheeling come in; the 15 000 that are there are T's.
      expect(piles[1]).to.include({ pile: "S", earned: 130_000n, claimed: 10_000n });
      expect([model.gridBalance, model.claims]).to.deep.equal([15_000n, 25_000n]);
      expectConserved(model, at(10));
    });

    it("is filled and emptied by the operator", () => {
      const model = metered();
      model.depositGrid(7n);
      expectRefusal("InsufficientBalance", () => model.withdrawGrid(8n));
      model.withdrawGrid(3n);
      expect(model.gridBalance).to.equal(4n);
      expectConserved(model, 0);
      expect(() => model.depositGrid(-1n)).to.throw(RangeError);
      expect(() => model.withdrawGrid(-1n)).to.throw(RangeError);
    });
  });

  describe("keepers", () => {
    it("have a claim for a clearing with fills, and for none without", () => {
      const model = metered({ market: { keeperReward: 7n } });
      model.clear(6, inWindow(6), "K");
      expect(model.claim("K")).to.equal(0n);
      model.place("A", bid(200_000n, 500n, 7), at(6));
      model.clear(7, inWindow(7), "K");
      expect(model.claim("K")).to.equal(7n);
      model.place("A", bid(200_000n, 500n, 9), inWindow(7));
      model.clear(8, inWindow(8));
      expect(model.claims, "nobody came").to.equal(7n);
    });
  });
});
