import { expect } from "chai";

import { MarketModel } from "../../../../scripts/market/model";
import type { Reading } from "../../../../scripts/market/settlement";
import type { MarketParameters, Publication } from "../../../../scripts/market/types";
import { ask, at, bid, expectConserved, expectRefusal, inWindow, PARAMETERS } from "./fixtures";

const consumed = (consumedWh: bigint): Reading => ({ consumedWh, producedWh: 0n });
const produced = (producedWh: bigint): Reading => ({ consumedWh: 0n, producedWh });

/** r, x, w: 0.2, 0.05 and 0.01 of a coin of 10^6. */
const TARIFFS: Publication = {
  baseLoadW: 10_000n,
  importPrice: 200_000n,
  exportPrice: 50_000n,
  wheelingPrice: 10_000n,
};

interface Setting {
  market?: Partial<MarketParameters>;
  balances?: Partial<Record<"A" | "B" | "S" | "T", bigint>>;
  operatorAccount?: bigint;
}

/** Metered, with piles A and B that buy and S and T that sell, 22 kW each, and frames 5 to 20 published. */
function metered({ market = {}, balances = {}, operatorAccount = 0n }: Setting = {}): MarketModel {
  const model = new MarketModel({ ...PARAMETERS, readingSeconds: 3600, wheelingCap: 10_000n, ...market });
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
      model.settle(7, at(8) + 3_600);
      expectRefusal("NothingToSettle", () => model.settle(7, at(8) + 3_600));
    });

    it("settles at the end of the frame with all readings in, whoever else was read", () => {
      const readings = { A: consumed(2_000n), S: produced(2_000n), B: consumed(9n) };
      const { A, S, grid } = settled(oneTrade(), readings);
      expect(A).to.include({ owed: 260_000n, earned: 0n, silent: false, agreedWh: 2_000n });
      expect(S).to.include({ owed: 0n, earned: 240_000n });
      expect(grid).to.equal(20_000n);
    });

    it("knows no readings in a market without meters: everybody scores 100", () => {
      const model = oneTrade({ market: { readingSeconds: 0 } });
      const { A, S } = settled(model, {});
      expect(A).to.deep.include({ owed: 260_000n, reading: consumed(2_000n), silent: false, creditAfter: 5_098n });
      expect(S).to.deep.include({ earned: 240_000n, reading: produced(2_000n), creditAfter: 5_098n });
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
      ["buyer takes more", {}, 2_500n, 2_000n, [-360_000n, 240_000n, 120_000n], { overConsumption: 100_000n }],
      [
        "seller brings less, and pays for it",
        {},
        2_000n,
        1_500n,
        [-180_000n - 100_000n - 15_000n + 40_000n, 180_000n - 40_000n, 115_000n],
        { underProduction: 40_000n },
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
        "buyer takes less, and pays for it",
        {},
        1_500n,
        2_000n,
        [-180_000n - 15_000n - 35_000n, 180_000n + 35_000n + 25_000n, -10_000n],
        { underConsumption: 35_000n },
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
        "both move more, overBps 0",
        {},
        2_500n,
        2_500n,
        [-360_000n, 265_000n, 95_000n],
        { overConsumption: 100_000n, overProduction: 25_000n },
      ],
      ["both move more, overBps 25 %", { overBps: 2_500n }, 2_500n, 2_500n, [-325_000n, 300_000n, 25_000n], {}],
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

  describe("silence", () => {
    it("takes a buyer to have consumed all that its pile can move, and scores 0", () => {
      const { A, S, imbalance } = settled(oneTrade(), { S: produced(2_000n) }, at(8) + 3_600);
      expect(A).to.deep.include({ silent: true, reading: consumed(11_000n), owed: 260_000n + 1_800_000n });
      expect(A.creditAfter).to.equal(4_902n); // 5000 · 100 / 102
      expect(S.creditAfter).to.equal(5_098n);
      expect(imbalance.silence).to.equal(1_800_000n);
    });

    it("takes a seller to have produced nothing, and scores 0", () => {
      const { A, S, imbalance } = settled(oneTrade(), { A: consumed(2_000n) }, at(8) + 3_600);
      expect(S).to.deep.include({ silent: true, reading: produced(0n), owed: 160_000n, earned: 0n });
      expect(A).to.include({ owed: 400_000n, earned: 160_000n });
      expect(imbalance.silence).to.equal(160_000n);
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

  describe("what is set aside", () => {
    it("is returned where it is not owed, the bond too", () => {
      const model = oneTrade({ market: { bondPrice: 30_000n } });
      expect(model.inDelivery).to.equal(260_000n + 60_000n);
      expect(model.freeBalance("S", at(7))).to.equal(9_940_000n);
      settled(model, { A: consumed(0n), S: produced(0n) });
      expect(model.inDelivery).to.equal(0n);
      expect(model.freeBalance("S", at(8))).to.equal(10_000_000n);
      expect(model.freeBalance("A", at(8))).to.equal(10_000_000n);
    });

    it("a bond pays for a breach before the free balance does", () => {
      const model = oneTrade({ market: { bondPrice: 30_000n }, balances: { S: 60_000n } });
      const { S, A } = settled(model, { A: consumed(2_000n), S: produced(1_500n) });
      expect(S).to.include({ owed: 40_000n, unpaid: 0n, earned: 180_000n });
      expect(A.earned).to.equal(40_000n);
      expect(model.freeBalance("S", at(8))).to.equal(200_000n);
    });
  });

  describe("debt", () => {
    /** A has 300 000, of which the trade sets 260 000 aside and 40 000 are free. */
    const poor = () => oneTrade({ balances: { A: 300_000n } });

    it("is what is missing: other piles come first, the grid bears the rest", () => {
      const model = poor();
      const { A, S, grid, imbalance } = settled(model, { A: consumed(2_500n), S: produced(2_000n) });
      expect(A).to.include({ owed: 360_000n, unpaid: 60_000n });
      expect(S.earned).to.equal(240_000n);
      expect(grid).to.equal(60_000n);
      expect(imbalance.debt).to.equal(60_000n);
      expect(model.debt("A")).to.equal(60_000n);
      expect(model.freeBalance("A", at(8))).to.equal(0n);
    });

    it("blocks orders and withdrawals until a deposit has paid it, to the grid", () => {
      const model = poor();
      settled(model, { A: consumed(2_500n), S: produced(2_000n) });
      expectRefusal("PileInDebt", () => model.place("A", bid(1n, 1n, 12), at(8)));
      expectRefusal("PileInDebt", () => model.withdraw("A", 0n, at(8)));
      model.deposit("A", 59_999n);
      expect(model.debt("A")).to.equal(1n);
      expect(model.gridBalance).to.equal(60_000n + 59_999n);
      expectRefusal("PileInDebt", () => model.place("A", bid(1n, 1n, 12), at(8)));
      model.deposit("A", 11_001n);
      expect(model.debt("A")).to.equal(0n);
      expect(model.freeBalance("A", at(8))).to.equal(11_000n);
      model.place("A", bid(1n, 1n, 12), at(8));
      model.withdraw("A", 1_000n, at(8));
      expectConserved(model, at(8));
    });

    it("is not made where what buyers pay is enough to compensate them", () => {
      // S has nothing at all: what it owes for its breach comes out of what A pays for the rest.
      const model = oneTrade({ balances: { S: 0n } });
      const { S, A, grid } = settled(model, { A: consumed(2_000n), S: produced(1_500n) });
      expect(S).to.include({ owed: 40_000n, unpaid: 0n, earned: 180_000n });
      expect(A.earned).to.equal(40_000n);
      expect(model.freeBalance("S", at(8))).to.equal(140_000n);
      expect(grid).to.equal(115_000n);
    });

    it("to the grid is paid out of a compensation, too", () => {
      // A owes 180 000 and 15 000 of wheeling for 1.5 kWh, 100 000 for the rest; it has 260 000 and is paid 40 000.
      const model = oneTrade({ balances: { A: 300_000n } });
      model.withdraw("A", 40_000n, at(7));
      const { A, grid } = settled(model, { A: consumed(2_000n), S: produced(1_500n) });
      expect(A).to.include({ owed: 295_000n, unpaid: 0n, earned: 40_000n });
      expect(model.freeBalance("A", at(8))).to.equal(5_000n);
      expect(grid).to.equal(115_000n);
    });

    it("is paid out of everything free when money comes in, a cancelled order's lock included", () => {
      const model = oneTrade({ balances: { A: 410_000n } });
      model.place("A", bid(40_000n, 2_600n, 9), inWindow(7, 1));
      settled(model, { A: consumed(2_500n), S: produced(2_000n) });
      expect(model.debt("A")).to.equal(80_000n);
      model.cancel("A", at(8));
      expect([model.debt("A"), model.freeBalance("A", at(8))]).to.deep.equal([80_000n, 130_000n]);
      model.deposit("A", 1n, at(8));
      expect([model.debt("A"), model.freeBalance("A", at(8))]).to.deep.equal([0n, 50_001n]);
      expectConserved(model, at(8));
    });

    it("spares the lock of a live order and takes that of a dead one", () => {
      for (const [expiryFrame, unpaid] of [
        [9, 80_000n],
        [8, 0n],
      ] as const) {
        const model = oneTrade({ balances: { A: 410_000n } });
        model.place("A", bid(40_000n, 2_600n, expiryFrame), inWindow(7, 1));
        expect(model.freeBalance("A", at(7))).to.equal(20_000n);
        const { A } = settled(model, { A: consumed(2_500n), S: produced(2_000n) });
        expect(A.unpaid, `order until ${expiryFrame}`).to.equal(unpaid);
      }
    });
  });

  describe("the operator's account", () => {
    it("pays surplus in the order of the fills while it lasts, this frame's income included", () => {
      const model = metered({ operatorAccount: 5_000n });
      model.place("A", bid(140_000n, 2_000n, 7), at(6));
      model.place("S", ask(100_000n, 1_000n, 7), at(6));
      model.place("T", ask(110_000n, 1_000n, 7), at(6));
      expect(model.clear(7, inWindow(7)).trades).to.have.length(2);
      const { S, T, grid } = settled(model, { A: consumed(2_000n), S: produced(1_400n), T: produced(1_400n) });
      // 5 000 and 20 000 of wheeling are there; 20 000 are due to each.
      expect(S).to.include({ forgone: 0n, earned: 120_000n + 20_000n });
      expect(T).to.include({ forgone: 15_000n, earned: 125_000n + 5_000n });
      expect(grid).to.equal(-5_000n);
      expect(model.gridBalance).to.equal(0n);
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
});
