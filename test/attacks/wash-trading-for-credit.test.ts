import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { ethers } from "hardhat";

import { decodeFill, decodePileState } from "../../scripts/chain/packedWords";
import { goTo, PILE_BALANCE } from "../helpers/market";
import { type SignedReading, signReading } from "../unit/contracts/deliveryFixtures";
import { ask, bid, clear, deployDirect, expectSolvent, freshFrame, nth, PENNY } from "../unit/contracts/fixtures";

const WHEELING = 3n * PENNY;
const PRICE = 12n * PENNY;
/** Energy that a new pile's credit of 50 points rests on, Wh: such that a Wh more is due half a hundredth to the unit. */
const PRIOR_WH = 9_999n;

/** A metered market with victim v (sells) and the two piles m and n of one person. */
async function washers(operator: string = ZeroAddress) {
  const d = await deployDirect(1, { wheelingCapPerKwh: WHEELING, readingSeconds: 3600, creditPriorWh: PRIOR_WH });
  const signers = await ethers.getSigners();
  const [v, m, n] = [nth(d.piles, 0), nth(signers, 5), nth(signers, 6)];
  for (const pile of [m, n]) {
    await d.market.registerPile(pile, operator === ZeroAddress ? pile : operator, pile, 7000);
    await d.market.deposit(pile, PILE_BALANCE);
  }
  const start = await freshFrame(d.market, d.parameters, { wheelingPricePerKwh: WHEELING });
  const read = async (
    signer: HardhatEthersSigner,
    pile: number,
    frame: number,
    consumedWh: bigint,
    producedWh: bigint,
  ) => signReading(d.delivery, d.market, signer, { pile, frame, consumedWh, producedWh });

  /** m buys from n in a frame, both deliver as agreed, and it is settled. Further readings of others go with it. */
  const wash = async (frame: number, energyWh: bigint, others: SignedReading[] = []): Promise<void> => {
    await d.market.connect(m).place(bid(PRICE, energyWh, frame));
    await d.market.connect(n).place(ask(PRICE, energyWh, frame));
    const { words } = await clear(d.market, frame);
    const moved = (pile: number) =>
      words
        .map(decodeFill)
        .filter(({ buy, sell }) => buy === pile || sell === pile)
        .reduce((sum, fill) => sum + fill.energyWh, 0n);
    const publication = await d.market.publication(frame);
    await goTo(frame + 1);
    const readings = [await read(m, 2, frame, moved(2), 0n), await read(n, 3, frame, 0n, moved(3)), ...others];
    await d.delivery.settle(d.market, frame, publication, words, words.length, readings);
  };
  const creditOf = async (pile: number): Promise<bigint> => decodePileState(await d.market.pileState(pile)).credit;
  const free = async () => (await d.market.freeBalanceOf(m)) + (await d.market.freeBalanceOf(n));
  return { ...d, v, m, n, start, read, wash, creditOf, free };
}

describe("Attack: wash trading for credit", () => {
  const strangers = async () => washers();
  const oneOperator = async () => washers(nth(await ethers.getSigners(), 9).address);

  it("by two piles of one registered operator earns nothing and costs the wheeling", async () => {
    const w = await loadFixture(oneOperator);
    for (let i = 1; i <= 3; i++) await w.wash(w.start + 2 * i - 1, 1_000n);
    expect([await w.creditOf(2), await w.creditOf(3)]).to.deep.equal([5_000n, 5_000n]);
    expect(await w.free()).to.equal(2n * PILE_BALANCE - 3n * WHEELING);
    expect(await w.market.gridBalance()).to.equal(3n * WHEELING);
    await expectSolvent(w.market, w.token, w.parameters);
  });

  it("by two piles that hide whose they are lifts both, at the wheeling of every kWh: the known price of a point", async () => {
    const w = await loadFixture(strangers);
    for (let i = 1; i <= 3; i++) await w.wash(w.start + 2 * i - 1, 1_000n);
    // (5 000 W + 10 000 · 3 kWh) / (W + 3 kWh), rounded thrice: what honest trades of 3 kWh lift a pile by, no more.
    let [credit, basis] = [5_000n, PRIOR_WH];
    for (let i = 0; i < 3; i++) {
      credit = (2n * (credit * basis + 10_000_000n) + basis + 1_000n) / (2n * (basis + 1_000n));
      basis += 1_000n;
    }
    expect(credit).to.equal(6_154n);
    expect([await w.creditOf(2), await w.creditOf(3)]).to.deep.equal([credit, credit]);
    expect(await w.free()).to.equal(2n * PILE_BALANCE - 3n * WHEELING);
    // Victims lose nothing: not their credit, not their money.
    expect(await w.creditOf(1)).to.equal(5_000n);
    expect(await w.market.freeBalanceOf(w.v)).to.equal(PILE_BALANCE);
  });

  it("in a market with others pays strangers half of the spread, who earn the credit: a book knows no counterparties", async () => {
    const w = await loadFixture(strangers);
    const frame = w.start + 1;
    await w.market.connect(w.v).place(ask(6n * PENNY, 1_000n, frame));
    await w.wash(frame, 1_000n, [await w.read(w.v, 1, frame, 0n, 1_000n)]);
    // The bid at 12 p met the honest ask at 6 p: 3 p more than it had to pay, and n sold nothing.
    expect(await w.creditOf(1)).to.equal(5_455n);
    expect([await w.creditOf(2), await w.creditOf(3)]).to.deep.equal([5_455n, 5_000n]);
    expect(await w.market.freeBalanceOf(w.v)).to.equal(PILE_BALANCE + 9n * PENNY);
    expect(await w.free()).to.equal(2n * PILE_BALANCE - 9n * PENNY - WHEELING);
  });

  it("without moving the energy earns nothing: meters that say so cost both sides their credit", async () => {
    const w = await loadFixture(strangers);
    const frame = w.start + 1;
    await w.market.connect(w.m).place(bid(PRICE, 1_000n, frame));
    await w.market.connect(w.n).place(ask(PRICE, 1_000n, frame));
    const { words } = await clear(w.market, frame);
    const publication = await w.market.publication(frame);
    await goTo(frame + 1);
    const readings = [await w.read(w.m, 2, frame, 0n, 0n), await w.read(w.n, 3, frame, 0n, 0n)];
    await w.delivery.settle(w.market, frame, publication, words, 1, readings);
    expect([await w.creditOf(2), await w.creditOf(3)]).to.deep.equal([4_545n, 4_545n]);
    expect(await w.free()).to.equal(2n * PILE_BALANCE);
  });

  it("known limit: a frame's fills cut very small earn up to twice what is due, half a hundredth of a point a frame", async () => {
    const w = await loadFixture(strangers);
    const gains: bigint[] = [];
    for (const energyWh of [1n, 2n, 3n, 4n, 11n]) {
      const before = (await ethers.provider.send("evm_snapshot", [])) as string;
      await w.wash(w.start + 1, energyWh);
      const gain = (await w.creditOf(2)) - 5_000n;
      gains.push(gain);
      const due = (5_000 * Number(energyWh)) / Number(PRIOR_WH + energyWh);
      expect(Math.abs(Number(gain) - due), `${energyWh} Wh`).to.be.at.most(0.5);
      expect(Number(gain), `${energyWh} Wh`).to.be.at.most(2 * due);
      await ethers.provider.send("evm_revert", [before]);
    }
    // A Wh is due 0.5 and gets 1; the gain is one rounding a frame, so 48 frames a day make 0.24 points at most.
    expect(gains).to.deep.equal([1n, 1n, 1n, 2n, 5n]);
  });

  it("known limit: a default too small for half a hundredth leaves the credit as it is, and costs what it costs", async () => {
    const w = await loadFixture(strangers);
    const frame = w.start + 1;
    await w.market.connect(w.m).place(bid(PRICE, 1n, frame));
    await w.market.connect(w.v).place(ask(PRICE, 1n, frame));
    const { words } = await clear(w.market, frame);
    const publication = await w.market.publication(frame);
    await goTo(frame + 1);
    const readings = [await w.read(w.m, 2, frame, 1n, 0n), await w.read(w.v, 1, frame, 0n, 0n)];
    await w.delivery.settle(w.market, frame, publication, words, 1, readings);
    expect(await w.creditOf(1)).to.equal(5_000n);
    // The Wh cost the buyer 200 from the grid in place of 120; the defaulter pays the 80, and what lacks to the spread.
    expect(await w.market.freeBalanceOf(w.v)).to.equal(PILE_BALANCE - 150n);
    expect(await w.market.gridBalance()).to.equal(200n + 70n);
    expect(await w.market.freeBalanceOf(w.m)).to.equal(PILE_BALANCE - 120n);
  });
});
