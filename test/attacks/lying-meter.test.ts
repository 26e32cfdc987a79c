import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { decodePileState } from "../../scripts/chain/packedWords";
import { goTo, PILE_BALANCE } from "../helpers/market";
import { type SignedReading, signReading } from "../unit/contracts/deliveryFixtures";
import { ask, bid, clear, deployDirect, expectSolvent, freshFrame, nth, PENNY } from "../unit/contracts/fixtures";

const READING_SECONDS = 3600;
const [PRICE, IMPORT, EXPORT] = [13n * PENNY, 20n * PENNY, 5n * PENNY];
const SPREAD = IMPORT - EXPORT;
/** Energy that a pile of 7 kW moves in a frame, Wh. */
const REACH_WH = 3_500n;
const cost = (price: bigint, energyWh: bigint): bigint => (price * energyWh) / 1_000n;

describe("Attack: a silent or double-reporting meter", () => {
  /** Pile 2 (b) sold pile 1 (a) 1 kWh at 13 p in `frame`, which is over; r is 20 p, x is 5 p. Pile 3 is a bystander. */
  async function traded() {
    const d = await deployDirect(3, { readingSeconds: READING_SECONDS, importCapPerKwh: IMPORT });
    const { market, delivery, parameters } = d;
    const start = await freshFrame(market, parameters);
    const [a, b, c] = [nth(d.piles, 0), nth(d.piles, 1), nth(d.piles, 2)];
    const frame = start + 1;
    await market.connect(a).place(bid(PRICE, 1_000n, start + 1));
    await market.connect(b).place(ask(PRICE, 1_000n, start + 1));
    const { words } = await clear(market, frame);
    const publication = await market.publication(frame);
    const read = async (pile: number, consumedWh: bigint, producedWh: bigint, signer = nth(d.piles, pile - 1)) =>
      signReading(delivery, market, signer, { pile, frame, consumedWh, producedWh });
    const settle = async (readings: SignedReading[]) =>
      delivery.settle(market, frame, publication, words, words.length, readings);
    /** Gains and losses of piles 1 and 2 and the grid once the frame is settled with these readings, by snapshot. */
    const changes = async (readings: SignedReading[], offset = 0) => {
      const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
      await goTo(frame + 1, offset);
      await settle(readings);
      await expectSolvent(market, d.token, parameters);
      const [buyer, seller] = [await market.freeBalanceOf(a), await market.freeBalanceOf(b)];
      const found = {
        buyer: buyer - PILE_BALANCE,
        seller: seller - PILE_BALANCE,
        grid: await market.gridBalance(),
        credits: [1, 2].map(async (pile) => decodePileState(await market.pileState(pile)).credit),
      };
      const credits = await Promise.all(found.credits);
      await ethers.provider.send("evm_revert", [snapshot]);
      return { ...found, credits };
    };
    return { ...d, a, b, c, start, frame, words, publication, read, settle, changes };
  }

  it("a silent seller gets nothing, replaces what its buyer lost, and pays for all that its pile can take", async () => {
    const t = await loadFixture(traded);
    const honest = await t.changes([await t.read(1, 1_000n, 0n), await t.read(2, 0n, 1_000n)]);
    expect(honest).to.deep.equal({ buyer: -PRICE, seller: PRICE, grid: 0n, credits: [5_050n, 5_050n] });
    const silent = await t.changes([await t.read(1, 1_000n, 0n)], READING_SECONDS);
    // A seller that owns up to having brought nothing pays the spread: 7 p to its buyer, 8 p to the grid.
    const breach = {
      buyer: -PRICE,
      seller: -SPREAD,
      grid: IMPORT + SPREAD - (IMPORT - PRICE),
      credits: [5_050n, 4_950n],
    };
    expect(await t.changes([await t.read(1, 1_000n, 0n), await t.read(2, 0n, 0n)])).to.deep.equal(breach);
    const presumed = cost(IMPORT + SPREAD, REACH_WH);
    expect(silent).to.deep.equal({ ...breach, seller: breach.seller - presumed, grid: breach.grid + presumed });
  });

  it("a silent buyer pays for all that its pile can take, more than any true reading would cost it", async () => {
    const t = await loadFixture(traded);
    const silent = await t.changes([await t.read(2, 0n, 1_000n)], READING_SECONDS);
    expect(silent).to.deep.equal({
      buyer: -PRICE - cost(IMPORT + SPREAD, 2_500n),
      seller: PRICE,
      grid: cost(IMPORT + SPREAD, 2_500n),
      credits: [4_950n, 5_050n],
    });
    // So that the grid can take what the buyer leaves.
    await t.market.depositGrid(EXPORT);
    for (const consumedWh of [0n, 500n, 1_000n, 2_000n, REACH_WH]) {
      const { buyer, seller } = await t.changes([await t.read(1, consumedWh, 0n), await t.read(2, 0n, 1_000n)]);
      expect(buyer >= silent.buyer, `${consumedWh} Wh`).to.equal(true);
      expect(seller, `${consumedWh} Wh`).to.equal(PRICE);
    }
  });

  it("both silent: the deadline settles without them, and the two together have paid the grid alone", async () => {
    const t = await loadFixture(traded);
    await goTo(t.frame + 1, READING_SECONDS - 1);
    await expect(t.settle([]))
      .to.be.revertedWithCustomError(t.delivery, "ReadingsAwaited")
      .withArgs(t.frame, 2n, (t.frame + 1) * 1800 + READING_SECONDS);
    const { buyer, seller, grid, credits } = await t.changes([], READING_SECONDS);
    expect(buyer + seller + grid).to.equal(0n);
    // The buyer's kWh comes from the grid in place of the seller, who pays for it; all else nobody agreed to.
    expect([buyer, seller]).to.deep.equal([
      -cost(IMPORT, REACH_WH) - cost(SPREAD, REACH_WH - 1_000n) + (IMPORT - PRICE),
      -SPREAD - cost(IMPORT + SPREAD, REACH_WH),
    ]);
    expect(credits).to.deep.equal([4_950n, 4_950n]);
  });

  it("a second reading for the same frame is refused, stored or handed in: the first stands", async () => {
    const t = await loadFixture(traded);
    await goTo(t.frame + 1);
    await t.delivery.submit(t.market, [await t.read(2, 0n, 600n)]);
    const more = await t.read(2, 0n, 1_000n);
    const refused = t.delivery.interface.encodeErrorResult("ReadingExists", [2n, t.frame]);
    await expect(t.delivery.submit(t.market, [more, more]))
      .to.emit(t.delivery, "ReadingRefused")
      .withArgs(t.market, 0n, refused)
      .and.to.emit(t.delivery, "ReadingRefused")
      .withArgs(t.market, 1n, refused);
    // 600 Wh at 13 p, less the spread for each of the 400 Wh that the buyer had from the grid.
    const owes = cost(PRICE, 600n) - cost(SPREAD, 400n);
    await t.settle([more, await t.read(1, 1_000n, 0n)]);
    expect((await t.market.freeBalanceOf(t.b)) - PILE_BALANCE).to.equal(owes);
    await expect(t.settle([more]))
      .to.be.revertedWithCustomError(t.delivery, "NothingToSettle")
      .withArgs(t.frame);
  });

  it("of two readings in one settlement the first counts, and neither pile nor grid is paid twice", async () => {
    const t = await loadFixture(traded);
    const buyer = await t.read(1, 1_000n, 0n);
    const [less, more] = [await t.read(2, 0n, 600n), await t.read(2, 0n, 1_000n)];
    const first = await t.changes([buyer, less]);
    expect(await t.changes([buyer, less, more, less])).to.deep.equal(first);
    expect(first.buyer + first.seller + first.grid).to.equal(0n);
  });

  it("a meter that signs for another pile is refused: a rival cannot have delivered nothing in its place", async () => {
    const t = await loadFixture(traded);
    await goTo(t.frame + 1);
    const forged = await t.read(2, 0n, 0n, t.c);
    await expect(t.delivery.submit(t.market, [forged]))
      .to.emit(t.delivery, "ReadingRefused")
      .withArgs(t.market, 0n, t.delivery.interface.encodeErrorResult("WrongMeterKey", [2n, t.c.address]));
    await expect(t.settle([await t.read(1, 1_000n, 0n), forged]))
      .to.be.revertedWithCustomError(t.delivery, "WrongMeterKey")
      .withArgs(2n, t.c);
    await t.settle([await t.read(1, 1_000n, 0n), await t.read(2, 0n, 1_000n)]);
    expect(await t.market.freeBalanceOf(t.b)).to.equal(PILE_BALANCE + PRICE);
  });

  it("a key that was replaced signs no later frame, and its successor no earlier one", async () => {
    const t = await loadFixture(traded);
    const next = t.frame + 1 + t.parameters.leadFrames;
    await goTo(t.frame, 1);
    await t.delivery.setMeterKey(t.market, 2, t.c);
    await t.market.connect(t.a).place(bid(PRICE, 1_000n, next));
    await t.market.connect(t.b).place(ask(PRICE, 1_000n, next));
    await goTo(t.frame + 1);
    await expect(t.settle([await t.read(1, 1_000n, 0n), await t.read(2, 0n, 1_000n, t.c)]))
      .to.be.revertedWithCustomError(t.delivery, "WrongMeterKey")
      .withArgs(2n, t.c);
    await t.settle([await t.read(1, 1_000n, 0n), await t.read(2, 0n, 1_000n)]);
    const { words } = await clear(t.market, next);
    const publication = await t.market.publication(next);
    const readingOf = async (signer: typeof t.b, pile: number, consumedWh: bigint, producedWh: bigint) =>
      signReading(t.delivery, t.market, signer, { pile, frame: next, consumedWh, producedWh });
    const buyer = await readingOf(t.a, 1, 1_000n, 0n);
    await goTo(next + 1);
    await expect(t.delivery.settle(t.market, next, publication, words, 1, [buyer, await readingOf(t.b, 2, 0n, 1_000n)]))
      .to.be.revertedWithCustomError(t.delivery, "WrongMeterKey")
      .withArgs(2n, t.b);
    await t.delivery.settle(t.market, next, publication, words, 1, [buyer, await readingOf(t.c, 2, 0n, 1_000n)]);
    expect(await t.market.freeBalanceOf(t.b)).to.equal(PILE_BALANCE + 2n * PRICE);
  });

  it("a meter that claims more than its pile can move is refused, stored or handed in; the true reading still counts", async () => {
    const t = await loadFixture(traded);
    await goTo(t.frame + 1);
    const refusal = t.delivery.interface.encodeErrorResult("ReadingAboveReach", [2n, REACH_WH + 1n, REACH_WH]);
    for (const [consumedWh, producedWh] of [
      [0n, REACH_WH + 1n],
      [REACH_WH + 1n, 0n],
    ] as const) {
      const boast = await t.read(2, consumedWh, producedWh);
      await expect(t.delivery.submit(t.market, [boast]))
        .to.emit(t.delivery, "ReadingRefused")
        .withArgs(t.market, 0n, refusal);
      await expect(t.settle([await t.read(1, 1_000n, 0n), boast]))
        .to.be.revertedWithCustomError(t.delivery, "ReadingAboveReach")
        .withArgs(2n, REACH_WH + 1n, REACH_WH);
    }
    await t.settle([await t.read(1, 1_000n, 0n), await t.read(2, 0n, 1_000n)]);
    expect(await t.market.freeBalanceOf(t.b)).to.equal(PILE_BALANCE + PRICE);
  });

  it("known limit: within its pile's reach a meter is believed; the surplus is worth the export tariff, its buyer pays no more", async () => {
    const t = await loadFixture(traded);
    const buyer = await t.read(1, 1_000n, 0n);
    const boast = await t.read(2, 0n, REACH_WH);
    const surplus = cost(EXPORT, REACH_WH - 1_000n);
    // The account owes the missing part, nobody else does.
    expect(await t.changes([buyer, boast])).to.deep.equal({
      ...{ buyer: -PRICE, seller: PRICE, grid: 0n },
      credits: [5_050n, 5_050n],
    });
    await t.market.depositGrid(surplus + 1n);
    expect(await t.changes([buyer, boast])).to.deep.equal({
      ...{ buyer: -PRICE, seller: PRICE + surplus, grid: 1n },
      credits: [5_050n, 5_050n],
    });
  });
});
