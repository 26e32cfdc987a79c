import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { getBytes } from "ethers";

import { decodePublication } from "../../../scripts/chain/packedWords";
import { currentFrame, goTo } from "../../helpers/market";
import { MAX_UINT24, nth, PENNY, publish, TARIFFS, deployDirect } from "./fixtures";
import { NOTHING_EXPECTED } from "../../helpers/expectedLoad";

/** An import tariff off the tick wants an export tariff below it. */
const lower = (name: string) => (name === "importPricePerKwh" ? { exportPricePerKwh: 0n } : {});

describe("GridTariffs", () => {
  const F = 1800;
  /** Two frames of notice and the window of ten minutes, s. */
  const NOTICE = 2 * F + 600;

  async function fixture() {
    const d = await deployDirect(1, { wheelingCapPerKwh: 3n * PENNY });
    return { ...d, now: await currentFrame() };
  }
  async function coarse() {
    const d = await deployDirect(0, {
      tickSize: 1000n,
      wheelingCapPerKwh: 2n ** 40n - 1n,
      importCapPerKwh: 2n ** 40n - 1n,
    });
    return { ...d, now: await currentFrame() };
  }

  it("publishes frames in one transaction and shows each as it was given", async () => {
    const { market, now } = await loadFixture(fixture);
    const frame = now + 4;
    const frames = [
      {
        frame,
        baseLoadW: 33_000n,
        importPricePerKwh: 200_000n,
        exportPricePerKwh: 50_000n,
        wheelingPricePerKwh: 30_000n,
        expectedLoadW: -1n,
        arrivalLags: "0x00010203040506070809",
      },
      {
        frame: frame + 1,
        baseLoadW: -(2n ** 31n),
        importPricePerKwh: 0n,
        exportPricePerKwh: 0n,
        wheelingPricePerKwh: 0n,
        expectedLoadW: -(2n ** 23n),
        arrivalLags: `0x${"ff".repeat(10)}`,
      },
      {
        frame: frame + 2,
        baseLoadW: 2n ** 31n - 1n,
        importPricePerKwh: 1_000_000n,
        exportPricePerKwh: 1_000_000n,
        wheelingPricePerKwh: 1n,
        expectedLoadW: 2n ** 23n - 1n,
        arrivalLags: "0xff000000000000000001",
      },
    ];
    const tx = await market.publish(frames);
    for (const given of frames) {
      const word = await market.publication(given.frame);
      await expect(tx).to.emit(market, "FramePublished").withArgs(given.frame, word);
      expect(decodePublication(word)).to.deep.equal({
        frame: given.frame,
        baseLoadW: given.baseLoadW,
        importTicks: given.importPricePerKwh,
        exportTicks: given.exportPricePerKwh,
        wheelingTicks: given.wheelingPricePerKwh,
        expectedLoadW: given.expectedLoadW,
        lagFrames: [...getBytes(given.arrivalLags)],
      });
    }
    expect(await market.publication(frame + 3)).to.equal(0n);
  });

  it("accepts an empty list, which publishes nothing", async () => {
    const { market } = await loadFixture(fixture);
    await expect(market.publish([])).not.to.emit(market, "FramePublished");
  });

  it("publishes all or none", async () => {
    const { market, now } = await loadFixture(fixture);
    const good = { frame: now + 4, ...TARIFFS, ...NOTHING_EXPECTED };
    await expect(market.publish([good, good]))
      .to.be.revertedWithCustomError(market, "FrameAlreadyPublished")
      .withArgs(now + 4);
    expect(await market.publication(now + 4)).to.equal(0n);
  });

  it("never changes what is published", async () => {
    const { market, now } = await loadFixture(fixture);
    await publish(market, now + 4);
    const word = await market.publication(now + 4);
    await expect(publish(market, now + 4, 1, { importPricePerKwh: 1n }))
      .to.be.revertedWithCustomError(market, "FrameAlreadyPublished")
      .withArgs(now + 4);
    expect(await market.publication(now + 4)).to.equal(word);
  });

  it("wants two frames of notice before the window opens, to the second", async () => {
    const { market, now } = await loadFixture(fixture);
    const frame = now + 6;
    await goTo(frame, -NOTICE + 1);
    await expect(publish(market, frame))
      .to.be.revertedWithCustomError(market, "PublishedTooLate")
      .withArgs(frame, frame * F - NOTICE);
    await goTo(frame + 1, -NOTICE);
    await publish(market, frame + 1);
    expect(await market.publication(frame + 1)).not.to.equal(0n);
  });

  it("refuses the past, down to the first frames of the epoch", async () => {
    const { market, now } = await loadFixture(fixture);
    await expect(publish(market, now))
      .to.be.revertedWithCustomError(market, "PublishedTooLate")
      .withArgs(now, now * F - NOTICE);
    // Earlier than the notice itself: the deadline is shown as 0.
    await expect(publish(market, 1)).to.be.revertedWithCustomError(market, "PublishedTooLate").withArgs(1, 0);
  });

  it("looks 96 frames ahead and no further", async () => {
    const { market, now } = await loadFixture(fixture);
    await time.increaseTo((now + 2) * F - 3);
    await goTo(now + 2, -1);
    await expect(publish(market, now + 1 + 97))
      .to.be.revertedWithCustomError(market, "PublishedTooEarly")
      .withArgs(now + 98, now + 97);
    await goTo(now + 2);
    await publish(market, now + 98);
    expect(await market.publication(now + 98)).not.to.equal(0n);
    await expect(publish(market, 2 ** 32 - 1))
      .to.be.revertedWithCustomError(market, "PublishedTooEarly")
      .withArgs(2 ** 32 - 1, now + 98);
  });

  it("refuses tariffs off the tick, each of the three by itself", async () => {
    const { market, now } = await loadFixture(coarse);
    for (const name of ["importPricePerKwh", "exportPricePerKwh", "wheelingPricePerKwh"] as const) {
      await expect(publish(market, now + 4, 1, { importPricePerKwh: 200_000n, [name]: 1999n, ...lower(name) }), name)
        .to.be.revertedWithCustomError(market, "TariffOffTick")
        .withArgs(1999n, 1000n);
    }
  });

  it("accepts the largest tariff that fits and refuses the next one", async () => {
    const { market, now } = await loadFixture(coarse);
    const highest = MAX_UINT24 * 1000n;
    for (const name of ["importPricePerKwh", "exportPricePerKwh", "wheelingPricePerKwh"] as const) {
      const others = { importPricePerKwh: highest, exportPricePerKwh: 0n };
      const tariffs = { ...others, [name]: highest + 1000n };
      if (name === "exportPricePerKwh") tariffs.importPricePerKwh = highest + 1000n;
      await expect(publish(market, now + 4, 1, tariffs), name)
        .to.be.revertedWithCustomError(market, "TariffOutOfRange")
        .withArgs(highest + 1000n, highest);
    }
    await publish(market, now + 4, 1, {
      importPricePerKwh: highest,
      exportPricePerKwh: highest,
      wheelingPricePerKwh: highest,
    });
    const published = decodePublication(await market.publication(now + 4));
    expect([published?.importTicks, published?.exportTicks, published?.wheelingTicks]).to.deep.equal([
      MAX_UINT24,
      MAX_UINT24,
      MAX_UINT24,
    ]);
  });

  it("refuses a wheeling charge above what bids lock for it, by one unit", async () => {
    const { market, now } = await loadFixture(fixture);
    await expect(publish(market, now + 4, 1, { wheelingPricePerKwh: 3n * PENNY + 1n }))
      .to.be.revertedWithCustomError(market, "WheelingAboveCap")
      .withArgs(3n * PENNY + 1n, 3n * PENNY);
    await publish(market, now + 4, 1, { wheelingPricePerKwh: 3n * PENNY });
  });

  it("refuses an import tariff above its cap, by one unit", async () => {
    const { market, now } = await loadFixture(fixture);
    await expect(publish(market, now + 4, 1, { importPricePerKwh: 1_000_001n }))
      .to.be.revertedWithCustomError(market, "ImportAboveCap")
      .withArgs(1_000_001n, 1_000_000n);
    await publish(market, now + 4, 1, { importPricePerKwh: 1_000_000n });
  });

  it("refuses an export tariff above the import tariff, by one unit: two piles would pump the operator's account", async () => {
    const { market, now } = await loadFixture(fixture);
    await expect(publish(market, now + 4, 1, { importPricePerKwh: 70_000n, exportPricePerKwh: 70_001n }))
      .to.be.revertedWithCustomError(market, "ExportAboveImport")
      .withArgs(70_001n, 70_000n);
    await publish(market, now + 4, 1, { importPricePerKwh: 70_000n, exportPricePerKwh: 70_000n });
  });

  it("forgets a frame once a later one needs its place, and never takes one for the other", async () => {
    const { market, now } = await loadFixture(fixture);
    const frame = now + 4;
    await publish(market, frame);
    await time.increaseTo((frame + 32) * F);
    await publish(market, frame + 128, 1, { baseLoadW: 1n });
    expect(await market.publication(frame)).to.equal(0n);
    expect(decodePublication(await market.publication(frame + 128))?.baseLoadW).to.equal(1n);
    expect(await market.publication(frame + 256)).to.equal(0n);
    // Forgotten is not unpublished: its time is over.
    await expect(publish(market, frame))
      .to.be.revertedWithCustomError(market, "PublishedTooLate")
      .withArgs(frame, frame * F - NOTICE);
  });

  it("shows nothing for frame numbers beyond 32 bits", async () => {
    const { market, now } = await loadFixture(fixture);
    await publish(market, now + 4);
    expect(await market.publication(BigInt(now + 4) + 2n ** 32n)).to.equal(0n);
  });

  it("is the grid operator's alone", async () => {
    const { market, piles, now } = await loadFixture(fixture);
    const pile = nth(piles, 0);
    await expect(publish(market.connect(pile), now + 4))
      .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
      .withArgs(pile, await market.GRID_OPERATOR_ROLE());
  });
});
