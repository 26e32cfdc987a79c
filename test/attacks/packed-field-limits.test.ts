import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";
import { ethers } from "hardhat";

import {
  decodeBookHead,
  decodeMarketTotals,
  decodePileState,
  decodePublication,
} from "../../scripts/chain/packedWords";
import { currentFrame, goTo, PILE_BALANCE } from "../helpers/market";
import { signReading } from "../unit/contracts/deliveryFixtures";
import {
  ask,
  bid,
  clear,
  deployDirect,
  expectSolvent,
  fill,
  freshFrame,
  MAX_MONEY,
  MAX_UINT24,
  nth,
  overwrite,
  PENNY,
  publish,
  settle,
  slotOf,
  TARIFFS,
} from "../unit/contracts/fixtures";
import { opened, plan, setting } from "../unit/contracts/roundFixtures";
import { NOTHING_EXPECTED } from "../helpers/expectedLoad";

const MAX_INT32 = 2n ** 31n - 1n;
const MAX_CREDIT_WH = 2n ** 26n - 1n;

describe("Attack: overflow at the limits of packed fields", () => {
  async function fixture() {
    const d = await deployDirect(2);
    const start = await freshFrame(d.market, d.parameters);
    return { ...d, start, a: nth(d.piles, 0), b: nth(d.piles, 1) };
  }
  type Fixture = Awaited<ReturnType<typeof fixture>>;

  const stateOf = async ({ market }: Pick<Fixture, "market">, pile: number) =>
    decodePileState(await market.pileState(pile));

  it("money, 52 bits: holds the last unit, a trade at it included, and refuses the one beyond, of a pile or the grid", async () => {
    const d = await loadFixture(fixture);
    const { market, token, parameters, start, a, b } = d;
    await market.deposit(a, MAX_MONEY - 2n * PILE_BALANCE);
    for (const more of [async () => market.deposit(b, 1n), async () => market.depositGrid(1n)]) {
      await expect(more())
        .to.be.revertedWithCustomError(market, "TooMuchMoney")
        .withArgs(MAX_MONEY + 1n, MAX_MONEY);
    }
    await market.connect(b).withdraw(b, PILE_BALANCE);
    await market.deposit(a, PILE_BALANCE);
    expect((await stateOf(d, 1)).balance).to.equal(MAX_MONEY);
    await market.connect(a).place(bid(14n * PENNY, 1_000n, start + 5));
    await market.connect(b).place(ask(12n * PENNY, 1_000n, start + 5));
    const { words, fills } = await clear(market, start + 1);
    expect(fills).to.deep.equal([fill(2, 1, 1_000n, 13n * PENNY)]);
    await settle(market, start + 1, words);
    expect(await market.freeBalanceOf(a)).to.equal(MAX_MONEY - 130_000n);
    expect(await market.freeBalanceOf(b)).to.equal(130_000n);
    await expectSolvent(market, token, parameters);
  });

  it("price and energy, 24 bits: the largest order is held, one more tick or Wh refused, its neighbours untouched", async () => {
    const d = await loadFixture(fixture);
    const { market, start, a, parameters } = d;
    await market.deposit(a, MAX_MONEY / 2n);
    const before = await market.pileState(1);
    for (const price of [MAX_UINT24 + 1n, 2n ** 40n, MaxUint256]) {
      await expect(market.connect(a).place(bid(price, 1n, start + 5)))
        .to.be.revertedWithCustomError(market, "PriceOutOfRange")
        .withArgs(price, 1n, MAX_UINT24 * parameters.tickSize);
    }
    for (const energyWh of [MAX_UINT24 + 1n, MaxUint256]) {
      await expect(market.connect(a).place(bid(1n, energyWh, start + 5)))
        .to.be.revertedWithCustomError(market, "EnergyAboveMaximum")
        .withArgs(energyWh, MAX_UINT24);
    }
    expect(await market.pileState(1)).to.equal(before);
    await market.connect(a).place(bid(MAX_UINT24, MAX_UINT24, start + 97, MaxUint256));
    const lock = (MAX_UINT24 * MAX_UINT24 + 999n) / 1_000n;
    const { balance, priceTicks, remainingWh, peakWh, sequence, nonce, credit } = await stateOf(d, 1);
    expect([priceTicks, remainingWh, peakWh]).to.deep.equal([MAX_UINT24, MAX_UINT24, parameters.icebergPeakWh]);
    expect([sequence, nonce, credit]).to.deep.equal([0n, 1n, 5_000n]);
    expect(balance + lock).to.equal(decodePileState(before).balance);
    expect(await market.lockedBalanceOf(a)).to.equal(lock);
  });

  it("frames, 32 and 7 bits: none before the next, beyond the 96th or of another era is taken for one near", async () => {
    const { market, delivery, start, a } = await loadFixture(fixture);
    for (const expiry of [start, start + 98, 2 ** 32 + start + 1, 2n ** 64n + BigInt(start + 1), MaxUint256]) {
      await expect(market.connect(a).place({ ...bid(1n, 1n, 0), expiryFrame: expiry }))
        .to.be.revertedWithCustomError(market, "ExpiryOutOfRange")
        .withArgs(expiry, start + 1, start + 97);
    }
    // Frames that share a slot, or the low bits, with the one in whose window we are.
    const [sameSlot, sameBits] = [start + 1 + 128, 2 ** 32 + start + 1];
    await goTo(start + 1, -600);
    await expect(
      market.publish([
        {
          ...{ frame: sameSlot, baseLoadW: 0, importPricePerKwh: 0, exportPricePerKwh: 0, wheelingPricePerKwh: 0 },
          ...NOTHING_EXPECTED,
        },
      ]),
    )
      .to.be.revertedWithCustomError(market, "PublishedTooEarly")
      .withArgs(sameSlot, start + 96);
    for (const frame of [sameSlot, sameBits]) {
      await expect(market.clear(frame)).to.be.revertedWithCustomError(market, "FrameWindowNotOpen");
      expect(await market.publication(frame)).to.equal(0n);
    }
    await expect(delivery.settle(market, MaxUint256, 0n, [], 0, [])).to.be.revertedWithPanic(0x11);
  });

  it("nonce, 20 bits: ends at its last value instead of beginning again", async () => {
    const d = await loadFixture(fixture);
    await overwrite(d.market, (await slotOf("_states")) + 1n, (word) => word | ((2n ** 20n - 2n) << 194n));
    await d.market.connect(d.a).skipNonce();
    await expect(d.market.connect(d.a).skipNonce())
      .to.be.revertedWithCustomError(d.market, "NoncesExhausted")
      .withArgs(1n);
    const { nonce, credit, balance } = await stateOf(d, 1);
    expect([nonce, credit, balance]).to.deep.equal([2n ** 20n - 1n, 5_000n, PILE_BALANCE]);
  });

  it("sequence, 32 bits: begins again after 2^32 placements, counted beside it, and pauses nothing", async () => {
    const d = await loadFixture(fixture);
    const { market, start, a, b } = d;
    await overwrite(market, await slotOf("_head"), (word) => word | ((2n ** 32n - 1n) << 208n));
    await market.connect(a).place(bid(14n * PENNY, 1_000n, start + 5));
    await market.connect(b).place(ask(12n * PENNY, 1_000n, start + 5));
    expect([(await stateOf(d, 1)).sequence, (await stateOf(d, 2)).sequence]).to.deep.equal([2n ** 32n - 1n, 0n]);
    expect(decodeBookHead(await market.bookHead()).paused).to.equal(false);
    expect((await clear(market, start + 1)).fills).to.deep.equal([fill(2, 1, 1_000n, 13n * PENNY)]);
  });

  it("base load, 32 bits signed, and PFL, 80 bits: the widest steps there are add up to the W", async () => {
    const { market, parameters, start } = await loadFixture(fixture);
    const extremes = [MAX_INT32, -MAX_INT32 - 1n, MAX_INT32];
    for (const [i, baseLoadW] of extremes.entries()) await publish(market, start + 30 + i, 1, { baseLoadW });
    await time.increaseTo((start + 29) * parameters.frameSeconds);
    const pfl: bigint[] = [];
    for (const [i, baseLoadW] of extremes.entries()) {
      const { loadW, pflW } = await clear(market, start + 30 + i);
      expect(loadW).to.equal(baseLoadW);
      pfl.push(pflW);
    }
    expect([nth(pfl, 1) - nth(pfl, 0), nth(pfl, 2) - nth(pfl, 1)]).to.deep.equal([2n ** 32n - 1n, 2n ** 32n - 1n]);
    expect(decodeMarketTotals(await market.marketTotals())).to.deep.include({
      lastLoadW: MAX_INT32,
      pflW: nth(pfl, 2),
    });
  });

  it("tariffs, 24 bits: the dearest is held, one more tick refused", async () => {
    const { market, parameters } = await deployDirect(0, { importCapPerKwh: 2n ** 40n - 1n });
    const frame = (await currentFrame()) + 40;
    for (const exportPricePerKwh of [TARIFFS.exportPricePerKwh, MAX_UINT24 + 1n]) {
      await expect(publish(market, frame, 1, { importPricePerKwh: MAX_UINT24 + 1n, exportPricePerKwh }))
        .to.be.revertedWithCustomError(market, "TariffOutOfRange")
        .withArgs(MAX_UINT24 + 1n, MAX_UINT24);
    }
    await publish(market, frame, 1, { importPricePerKwh: MAX_UINT24, exportPricePerKwh: MAX_UINT24, baseLoadW: -1n });
    expect(decodePublication(await market.publication(frame))).to.deep.include({
      ...{ importTicks: MAX_UINT24, exportTicks: MAX_UINT24, wheelingTicks: 0n, baseLoadW: -1n },
    });
    expect(parameters.tickSize).to.equal(1n);
  });

  it("credit, 14 and 26 bits: full stays full on a basis that is full, and a default from there counts", async () => {
    const d = await deployDirect(2, { readingSeconds: 3600, initialCredit: 10_000n, creditPriorWh: MAX_CREDIT_WH });
    const { market, delivery, parameters, token } = d;
    const start = await freshFrame(market, parameters);
    await market.connect(nth(d.piles, 0)).place(bid(14n * PENNY, 3_500n, start + 1));
    await market.connect(nth(d.piles, 1)).place(ask(12n * PENNY, 3_500n, start + 1));
    const { words } = await clear(market, start + 1);
    const publication = await market.publication(start + 1);
    await goTo(start + 2);
    const read = async (pile: number, consumedWh: bigint, producedWh: bigint) =>
      signReading(delivery, market, nth(d.piles, pile - 1), { pile, frame: start + 1, consumedWh, producedWh });
    // All that a pile of 7 kW moves in a frame, both ways.
    const readings = [await read(1, 3_500n, 3_500n), await read(2, 3_500n, 0n)];
    await delivery.settle(market, start + 1, publication, words, words.length, readings);
    const [buyer, seller] = [decodePileState(await market.pileState(1)), decodePileState(await market.pileState(2))];
    expect([buyer.credit, buyer.creditWh, buyer.nonce]).to.deep.equal([10_000n, MAX_CREDIT_WH, 1n]);
    // 3 500 Wh of 67 MWh: half a hundredth of a point and more.
    expect([seller.credit, seller.creditWh]).to.deep.equal([9_999n, MAX_CREDIT_WH]);
    await expectSolvent(market, token, parameters);
  });

  it("readings and margins at their largest: who cannot set aside what it may owe trades nothing, and nothing overflows", async () => {
    const dearest = MAX_UINT24 * 65_535n;
    const d = await deployDirect(1, {
      readingSeconds: 3600,
      tickSize: 65_535n,
      importCapPerKwh: dearest,
      ratedW: 2 ** 32 - 1,
    });
    const { market, lens, token, parameters } = d;
    const start = await freshFrame(market, parameters, { importPricePerKwh: dearest, exportPricePerKwh: 0n });
    const giant = nth(d.piles, 0);
    await market.deposit(giant, MAX_MONEY - PILE_BALANCE);
    await market.connect(giant).place(bid(dearest, 1n, start + 9));
    // Twice the dearest tariff for the largest reading that a meter counts.
    const margin = await lens.marginOf(market, 1, start + 1);
    expect(margin).to.equal((2n * dearest * MAX_UINT24 + 999n) / 1_000n);
    expect(margin).to.be.greaterThan(MAX_MONEY);
    expect((await clear(market, start + 1)).fills).to.deep.equal([]);
    expect((await stateOf(d, 1)).remainingWh).to.equal(1n);
    await market.connect(giant).cancel();
    await market.connect(giant).withdraw(giant, MAX_MONEY);
    await expectSolvent(market, token, parameters);
  });

  it("rated power, 32 bits: more than a frame's field can hold counts as the field's largest", async () => {
    const { market, delivery, a } = await loadFixture(fixture);
    const giant = nth(await ethers.getSigners(), 9);
    await market.registerPile(giant, giant, giant, 2n ** 32n - 1n);
    expect((await delivery.meterOf(market, 3, 0)).energyPerFrameWh).to.equal(MAX_UINT24);
    expect((await delivery.meterOf(market, 1, 0)).key).to.equal(a.address);
  });

  it("plans, 24 bits a total: the largest totals are refused as more than anybody asked for", async () => {
    const s = await setting();
    const { book, horizon } = await opened(s);
    await expect(s.rounds.scorePlan(book, plan(horizon, [MAX_UINT24])))
      .to.be.revertedWithCustomError(s.rounds, "PlanNotAllottable")
      .withArgs(0, true, MAX_UINT24, 4_000n);
    await expect(s.rounds.scorePlan(book, plan(horizon, [], [0n, MAX_UINT24])))
      .to.be.revertedWithCustomError(s.rounds, "PlanNotAllottable")
      .withArgs(1, false, MAX_UINT24, 0n);
    // Too long a plan, and one of half a frame.
    for (const bytes of [`0x${"00".repeat(6 * 49)}`, `0x${"00".repeat(6 * horizon - 3)}`]) {
      await expect(s.rounds.scorePlan(book, bytes))
        .to.be.revertedWithCustomError(s.rounds, "WrongHorizon")
        .withArgs((bytes.length - 2) / 2, horizon);
    }
  });
});
