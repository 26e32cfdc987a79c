import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { goTo, PILE_BALANCE } from "../helpers/market";
import { bid, clear, expectSolvent, nth, PENNY } from "../unit/contracts/fixtures";
import { metered, REACH_WH, READING_SECONDS } from "./metered";

describe("Attack: a meter key that reaches back", () => {
  /** The victim bought 1 kWh from the grid in `frame`, unsettled; the registrar has set a key of its own from `since` on. */
  async function taken() {
    const d = await metered(2);
    const { market, delivery, admin, start, parameters } = d;
    const frame = start + 1;
    const victim = nth(d.piles, 0);
    await market.connect(victim).place(bid(25n * PENNY, 1_000n, frame));
    const { words } = await clear(market, frame);
    const publication = await market.publication(frame);
    const since = frame + 1 + parameters.leadFrames;
    await goTo(frame, 1);
    await expect(delivery.setMeterKey(market, 1, admin))
      .to.emit(delivery, "MeterKeyChanged")
      .withArgs(market, 1n, admin, since);
    return { ...d, frame, words, publication, since, victim };
  }

  it("judges no frame from before it, however long the registrar waits: 999 600 000 stay the pile's", async () => {
    const t = await loadFixture(taken);
    await t.market.connect(t.victim).withdraw(t.victim, 400_000n - 200_000n);
    const forged = await t.read(1, t.frame, REACH_WH, 0n, t.admin);
    const refusal = t.delivery.interface.encodeErrorResult("WrongMeterKey", [1n, t.admin.address]);
    // As the change begins to count, once its readings are due, and days later.
    const late = t.since * 1800 + READING_SECONDS - (t.frame + 1) * 1800;
    for (const offset of [late - READING_SECONDS, late + 1, late + 7 * 86_400]) {
      await t.undone(async () => {
        await goTo(t.frame + 1, offset);
        await expect(t.delivery.submit(t.market, [forged]))
          .to.emit(t.delivery, "ReadingRefused")
          .withArgs(t.market, 0n, refusal);
        await expect(t.settle(t.frame, t.words, [forged], { offset: offset + 1, publication: t.publication }))
          .to.be.revertedWithCustomError(t.delivery, "WrongMeterKey")
          .withArgs(1n, t.admin);
        expect((await t.delivery.meterOf(t.market, 1, t.frame)).key).to.equal(t.victim.address);
        const honest = await t.read(1, t.frame, 1_000n, 0n);
        await t.settle(t.frame, t.words, [honest], { offset: offset + 2, publication: t.publication });
        expect(await t.market.freeBalanceOf(t.victim)).to.equal(999_600_000n);
        await expectSolvent(t.market, t.token, t.parameters);
      });
    }
  });

  it("is not forgotten by another change: that is refused until every frame before the first is settled", async () => {
    const t = await loadFixture(taken);
    const { market, delivery, frame, since } = t;
    const other = nth(t.piles, 1);
    const refused = async (open: bigint) => {
      await expect(delivery.setMeterKey(market, 1, other))
        .to.be.revertedWithCustomError(delivery, "FramesUnsettled")
        .withArgs(market, since, open);
      await expect(delivery.setWeatherFactor(market, 1, 100n))
        .to.be.revertedWithCustomError(delivery, "FramesUnsettled")
        .withArgs(market, since, open);
    };
    // While a frame before it may still be cleared, and while one is unsettled.
    await goTo(frame + 1, 1);
    await refused(0n);
    await goTo(since + 1, 1);
    await refused(1n);
    const honest = await t.read(1, frame, 1_000n, 0n);
    await delivery.settle(market, frame, t.publication, [...t.words], t.words.length, [honest]);
    await expect(delivery.setMeterKey(market, 1, other)).to.emit(delivery, "MeterKeyChanged");
  });

  it("of two changes each judges its own frames: one between them is settled by the first key after the second counts", async () => {
    const t = await loadFixture(taken);
    const { market, delivery, since } = t;
    await t.settle(t.frame, t.words, [await t.read(1, t.frame, 1_000n, 0n)], { publication: t.publication });
    await market.connect(t.victim).place(bid(25n * PENNY, 1_000n, since));
    const { words } = await clear(market, since);
    const publication = await market.publication(since);
    await goTo(since + 1, 1);
    await delivery.setMeterKey(market, 1, nth(t.piles, 1));
    const offset = 9 * 1800;
    for (const key of [t.victim, nth(t.piles, 1)]) {
      const forged = await t.read(1, since, REACH_WH, 0n, key);
      await expect(t.settle(since, words, [forged], { offset: offset - 2, publication }))
        .to.be.revertedWithCustomError(delivery, "WrongMeterKey")
        .withArgs(1n, key);
    }
    await t.settle(since, words, [await t.read(1, since, 1_000n, 0n, t.admin)], { offset, publication });
    expect(await market.freeBalanceOf(t.victim)).to.equal(PILE_BALANCE - 2n * 200_000n);
  });
});
