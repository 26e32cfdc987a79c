import { loadFixture, setBalance, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { type ContractTransactionResponse, keccak256, toBeHex, zeroPadValue } from "ethers";
import { ethers } from "hardhat";

import { decodeFill } from "../../scripts/chain/packedWords";
import { skipWhereInstrumented } from "../helpers/coverage";
import { goTo } from "../helpers/market";
import { type PokedOrder, PokedMarket } from "../helpers/pokedMarket";
import { signReading } from "../unit/contracts/deliveryFixtures";
import { ask, bid, clear, deployDirect, expectSolvent, fill, freshFrame, nth, PENNY } from "../unit/contracts/fixtures";
import { commit, opened, plan, SALT, setting } from "../unit/contracts/roundFixtures";

/** Most gas that a transaction may use on every live network (EIP-7825). */
const TRANSACTION_GAS = 16_777_216;
const F = 1800;

const gasOf = async (sent: Promise<ContractTransactionResponse>): Promise<number> =>
  Number((await (await sent).wait())!.gasUsed);

/** Accounts with ether and nothing else. */
async function crowd(count: number): Promise<HardhatEthersSigner[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const signer = await ethers.getImpersonatedSigner(zeroPadValue(toBeHex(0xc0ffee00 + i), 20));
      await setBalance(signer.address, 10n ** 20n);
      return signer;
    }),
  );
}

// The worst book that a search finds at the pile cap is in test/integration/worstBook.test.ts, the worst round in
// worstRound.test.ts, the worst settlement in worstSettlement.test.ts.
describe("Attack: gas grief", () => {
  before(function () {
    skipWhereInstrumented(this);
  });

  /** Victims are piles 1 (buys) and 2 (sells); all others are the attacker's. */
  async function besieged() {
    const d = await deployDirect(18, { readingSeconds: 3600, wheelingCapPerKwh: PENNY });
    const start = await freshFrame(d.market, d.parameters);
    const [a, b] = [nth(d.piles, 0), nth(d.piles, 1)];
    await d.market.connect(a).place(bid(14n * PENNY, 1_000n, start + 9));
    await d.market.connect(b).place(ask(12n * PENNY, 1_000n, start + 9));
    return { ...d, start, a, b, attackers: d.piles.slice(2) };
  }

  const clearingGas = async ({ market, start }: Awaited<ReturnType<typeof besieged>>) => {
    await goTo(start + 1, -600);
    return gasOf(market.clear(start + 1));
  };

  it("orders placed and cancelled right before the window cost the clearing the pruning of their bits, once", async () => {
    const d = await loadFixture(besieged);
    const snapshot = await takeSnapshot();
    const calm = await clearingGas(d);
    await snapshot.restore();
    for (let round = 0; round < 2; round++) {
      for (const attacker of d.attackers) {
        await d.market.connect(attacker).place(bid(13n * PENNY, 5_000n, d.start + 9, 1n));
        await d.market.connect(attacker).cancel();
      }
    }
    const grieved = await clearingGas(d);
    expect((grieved - calm) / d.attackers.length).to.be.within(0, 3_000);
    const event = nth(await d.market.queryFilter(d.market.filters.FrameCleared()), 0);
    expect(event.args.fills.map(decodeFill)).to.deep.equal([fill(2, 1, 1_000n, 13n * PENNY)]);
    // The next one finds nothing left of them.
    await goTo(d.start + 2, -600);
    expect(await gasOf(d.market.clear(d.start + 2))).to.be.at.most(calm);
    await expectSolvent(d.market, d.token, d.parameters);
  });

  it("icebergs that show a Wh, from every other pile, cost the clearing a bounded share each, and the victims trade", async () => {
    const d = await loadFixture(besieged);
    const snapshot = await takeSnapshot();
    const calm = await clearingGas(d);
    await snapshot.restore();
    for (const [i, attacker] of d.attackers.entries()) {
      const order = i % 2 === 0 ? bid : ask;
      const price = i % 2 === 0 ? 16n * PENNY : 10n * PENNY;
      await d.market.connect(attacker).place(order(price, 5_000n, d.start + 9, 1n));
    }
    const grieved = await clearingGas(d);
    expect((grieved - calm) / d.attackers.length).to.be.below(20_000);
    const event = nth(await d.market.queryFilter(d.market.filters.FrameCleared()), 0);
    const fills = event.args.fills.map(decodeFill);
    // The attackers' bids and asks are better than the victims' and find each other, a Wh each; the victims the rest.
    expect(fills.find(({ sell, buy }) => sell === 2 && buy === 1)?.energyWh).to.equal(1_000n);
    expect(fills).to.have.length(1 + d.attackers.length / 2);
  });

  it("a book of 512 piles that are all dust icebergs clears in one transaction, and again in the next frame", async function () {
    const snapshot = await takeSnapshot();
    const { market } = await deployDirect(0, { bondPricePerKwh: 12_345n, wheelingCapPerKwh: 9_999n });
    const poked = await PokedMarket.of(market);
    const frame = Math.floor((await time.latest()) / F) + 400;
    const orders = Array.from({ length: 512 }, (_, i): PokedOrder => {
      const charge = i % 2 === 0;
      const priceTicks = charge ? 200_000n + BigInt(i) : 100_000n + BigInt(i);
      const shape = { remainingWh: 5_000n, peakWh: 1n, firstFrame: frame, spanFrames: 96, iceberg: true };
      return { charge, priceTicks, ...shape, sequence: i };
    });
    await poked.setOrders(orders);
    const gas: number[] = [];
    for (const cleared of [frame, frame + 1]) {
      await goTo(cleared, -400);
      gas.push(await gasOf(market.clear(cleared, { gasLimit: TRANSACTION_GAS })));
    }
    this.test!.title += `: ${gas.join(" and ")} gas`;
    for (const used of gas) expect(used).to.be.below(8_000_000);
    await snapshot.restore();
  }).timeout(60_000);

  it("forty proposers that commit and reveal in front of an honest one make its transactions no dearer", async () => {
    const s = await setting();
    const { book, round, horizon } = await opened(s);
    const honest = nth(s.proposers, 0);
    const good = plan(horizon, [3_200n, 3_200n, 2_600n, 2_000n]);
    const poor = plan(horizon, [4_000n, 4_000n, 2_000n, 1_000n]);
    const sybils = await crowd(40);
    for (const sybil of sybils) await s.market.grantRole(await s.market.PROPOSER_ROLE(), sybil);
    const run = async (grieved: boolean) => {
      const snapshot = await takeSnapshot();
      if (grieved) for (const sybil of sybils) await commit(s, sybil, round, poor);
      const committing = await gasOf(commit(s, honest, round, good));
      await goTo(round, -480);
      if (grieved) for (const sybil of sybils) await s.rounds.connect(sybil).reveal(s.market, book, poor, SALT);
      const revealing = await gasOf(s.rounds.connect(honest).reveal(s.market, book, good, SALT));
      await goTo(round, -360);
      const finalising = await gasOf(s.rounds.finalise(s.market, book, good));
      await snapshot.restore();
      return { committing, revealing, finalising };
    };
    const [calm, grieved] = [await run(false), await run(true)];
    for (const step of ["committing", "revealing", "finalising"] as const) {
      expect(grieved[step], step).to.be.at.most(calm[step] + 1_000);
    }
  }).timeout(60_000);

  it("plans that cannot be allotted, however often revealed, make an honest reveal no dearer", async () => {
    const honestGas = async (attempts: number): Promise<number> => {
      const s = await setting();
      const { book, round, horizon } = await opened(s);
      const [bad, honest] = [nth(s.proposers, 0), nth(s.proposers, 1)];
      const impossible = plan(horizon, [4_000n, 4_000n, 2_000n, 1_001n]);
      const good = plan(horizon, [3_200n, 3_200n, 2_600n, 2_000n]);
      await commit(s, bad, round, impossible);
      await commit(s, honest, round, good);
      await goTo(round, -480);
      for (let i = 0; i < attempts; i++) {
        await expect(
          s.rounds.connect(bad).reveal(s.market, book, impossible, SALT, { gasLimit: 2_000_000 }),
        ).to.be.revertedWithCustomError(s.rounds, "PlanNotAllottable");
      }
      const gas = await gasOf(s.rounds.connect(honest).reveal(s.market, book, good, SALT));
      expect((await s.rounds.roundOf(s.market)).winner).to.equal(keccak256(good));
      return gas;
    };
    expect(Math.abs((await honestGas(20)) - (await honestGas(0)))).to.be.below(1_000);
  });

  describe("at settlement", () => {
    async function delivered() {
      const d = await besieged();
      const frame = d.start + 1;
      const { words } = await clear(d.market, frame);
      const publication = await d.market.publication(frame);
      await goTo(frame + 1);
      await d.market.setEntryPaused(false);
      const read = async (pile: number, consumedWh: bigint, producedWh: bigint) =>
        signReading(d.delivery, d.market, nth(d.piles, pile - 1), { pile, frame, consumedWh, producedWh });
      return { ...d, frame, words, publication, read };
    }

    it("a batch of three hundred readings that mean nothing stores none of them and the honest one behind them", async () => {
      const d = await loadFixture(delivered);
      const honest = await d.read(1, 1_000n, 0n);
      const junk = Array.from({ length: 300 }, (_, i) => ({
        ...honest,
        reading: honest.reading + (BigInt(i + 1) << 48n),
      }));
      const gas = await gasOf(d.delivery.submit(d.market, [...junk, honest], { gasLimit: TRANSACTION_GAS }));
      expect(gas / 301).to.be.below(16_000);
      expect(await d.delivery.readingOf(d.market, 1, d.frame)).to.deep.equal([true, 1_000n, 0n]);
      expect((await d.delivery.readingOf(d.market, 2, d.frame)).stored).to.equal(false);
    }).timeout(60_000);

    it("readings of piles that had nothing to deliver fill no slot that the frame's own need", async () => {
      const d = await loadFixture(delivered);
      const idle = await Promise.all(d.attackers.map(async (_, i) => d.read(i + 3, 0n, 16_777_215n)));
      await d.delivery.submit(d.market, idle);
      await d.delivery.submit(d.market, [await d.read(1, 1_000n, 0n)]);
      await d.delivery.settle(d.market, d.frame, d.publication, d.words, d.words.length, [await d.read(2, 0n, 1_000n)]);
      expect(await d.market.gridBalance()).to.equal(0n);
      await expectSolvent(d.market, d.token, d.parameters);
    });

    it("a long list of fills that the clearing did not make is refused by its hash, before any is looked at", async () => {
      const d = await loadFixture(delivered);
      const long = Array.from({ length: 1_000 }, () => nth(d.words, 0));
      await expect(
        d.delivery.settle(d.market, d.frame, d.publication, long, long.length, [], { gasLimit: TRANSACTION_GAS }),
      )
        .to.be.revertedWithCustomError(d.delivery, "WrongFills")
        .withArgs(d.frame);
      const readings = [await d.read(1, 1_000n, 0n), await d.read(2, 0n, 1_000n)];
      await d.delivery.settle(d.market, d.frame, d.publication, d.words, d.words.length, readings);
    });
  });
});
