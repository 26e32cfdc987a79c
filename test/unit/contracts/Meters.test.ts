import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { currentFrame, goTo } from "../../helpers/market";
import { hashWords, packFill, packPublication, pokeRecord, signReading } from "./deliveryFixtures";
import { deployDirect, fields, nth, stranger } from "./fixtures";

const READING_SECONDS = 3600;
const F = 1800;

describe("Meters", () => {
  async function fixture() {
    const d = await deployDirect(2, { readingSeconds: READING_SECONDS });
    const [, , , , key, another] = await ethers.getSigners();
    if (key === undefined || another === undefined) throw new Error("no signers");
    // Away from the edge of a frame.
    await goTo((await currentFrame()) + 2, 10);
    await d.market.setEntryPaused(false);
    const frame = await currentFrame();
    const publication = packPublication(frame, 1n, 1n, 0n);
    /** Lets a frame have fills of pile 1 to settle. */
    const open = async (of: number) =>
      pokeRecord(d.market, of, hashWords([publication, packFill({ sell: 0, buy: 1, energyWh: 5n, price: 0n })]));
    const accepts = async (signer: typeof key, of: number): Promise<boolean> => {
      const signed = await signReading(d.delivery, d.market, signer, {
        pile: 1,
        frame: of,
        consumedWh: 1n,
        producedWh: 0n,
      });
      return (await d.delivery.submit.staticCall(d.market, [signed])) === 1n;
    };
    // From when on a change counts.
    const notice = 1 + d.parameters.leadFrames;
    return { ...d, key, another, frame, notice, first: frame + notice, open, accepts };
  }

  it("are registered by their markets, once, for piles that can have one", async () => {
    const { market, delivery, admin, key } = await loadFixture(fixture);
    // A stranger registers for itself alone.
    await expect(delivery.registerMeter(1, key, admin, 2n ** 40n))
      .to.emit(delivery, "MeterRegistered")
      .withArgs(
        admin,
        1n,
        key,
        BigInt(ethers.keccak256(ethers.zeroPadValue(admin.address, 32))) >> 208n,
        2n ** 24n - 1n,
      );
    await expect(delivery.registerMeter(1, key, admin, 5n))
      .to.be.revertedWithCustomError(delivery, "MeterExists")
      .withArgs(admin, 1n);
    for (const [pile, energyWh] of [
      [0n, 5n],
      [65_536n, 5n],
      [7n, 0n],
    ] as const) {
      await expect(delivery.registerMeter(pile, key, admin, energyWh))
        .to.be.revertedWithCustomError(delivery, "MeterOutOfRange")
        .withArgs(pile, energyWh);
    }
    expect((await delivery.meterOf(market, 1, 0)).key).not.to.equal(key.address);
    expect((await delivery.meterOf(market, 3, 0)).energyPerFrameWh).to.equal(0n);
  });

  it("change their keys for later frames only", async () => {
    const { market, delivery, key, first, open, accepts, piles } = await loadFixture(fixture);
    const old = nth(piles, 0);
    await expect(delivery.setMeterKey(market, 1, key))
      .to.emit(delivery, "MeterKeyChanged")
      .withArgs(market, 1n, key, first);
    expect((await delivery.meterOf(market, 1, first - 1)).key).to.equal(old.address);
    expect((await delivery.meterOf(market, 1, first)).key).to.equal(key.address);
    for (const frame of [first - 1, first]) await open(frame);
    await goTo(first + 1, 1);
    await market.setEntryPaused(false);
    expect([await accepts(old, first - 1), await accepts(key, first - 1)]).to.deep.equal([true, false]);
    expect([await accepts(old, first), await accepts(key, first)]).to.deep.equal([false, true]);
  });

  it("change a frame later once the gate of the next frame has closed", async () => {
    const { market, delivery, key, another, frame, first } = await loadFixture(fixture);
    await goTo(frame + 1, -601);
    await expect(delivery.setMeterKey(market, 1, key))
      .to.emit(delivery, "MeterKeyChanged")
      .withArgs(market, 1n, key, first);
    await goTo(frame + 1, -600);
    await expect(delivery.setMeterKey(market, 2, another))
      .to.emit(delivery, "MeterKeyChanged")
      .withArgs(market, 2n, another, first + 1);
  });

  it("change again before the first change counts, and once nobody waits for what was before it", async () => {
    const { market, delivery, key, another, first, notice } = await loadFixture(fixture);
    await delivery.setMeterKey(market, 1, key);
    // For the same frame: the weather factor joins the change, another key replaces it.
    await delivery.setWeatherFactor(market, 1, 2_999n);
    await delivery.setMeterKey(market, 1, another);
    const { key: next, weatherBps, energyPerFrameWh } = await delivery.meterOf(market, 1, first);
    expect([next, weatherBps, energyPerFrameWh]).to.deep.equal([another.address, 2_999n, 3_500n]);
    expect((await delivery.meterOf(market, 1, first - 1)).weatherBps).to.equal(0n);
    const over = first * F + READING_SECONDS;
    await goTo(first, READING_SECONDS - 1);
    await expect(delivery.setMeterKey(market, 1, key))
      .to.be.revertedWithCustomError(delivery, "MeterChangedRecently")
      .withArgs(1n, over);
    await goTo(first, READING_SECONDS);
    await delivery.setMeterKey(market, 1, key);
    const later = Math.floor(over / F) + notice;
    expect((await delivery.meterOf(market, 1, later - 1)).key).to.equal(another.address);
    expect((await delivery.meterOf(market, 1, later - 1)).weatherBps).to.equal(2_999n);
    expect((await delivery.meterOf(market, 1, later)).key).to.equal(key.address);
  });

  it("take a change over on the way once nobody waits for what was before it", async () => {
    const { market, delivery, key, frame, first, open, piles } = await loadFixture(fixture);
    await delivery.setMeterKey(market, 1, key);
    const settled = first + 3;
    await open(settled);
    await goTo(settled + 1, READING_SECONDS);
    const reading = { pile: 1, frame: settled, consumedWh: 1n, producedWh: 0n };
    const forged = await signReading(delivery, market, nth(piles, 0), reading);
    await expect(delivery.submit(market, [forged])).to.emit(delivery, "ReadingRefused");
    // From now on the new key stands for every frame, without a second slot.
    expect((await delivery.meterOf(market, 1, frame)).key).to.equal(key.address);
    await delivery.submit(market, [await signReading(delivery, market, key, reading)]);
    expect((await delivery.readingOf(market, 1, settled)).stored).to.equal(true);
  });

  it("are the market's registrar's alone", async () => {
    const { market, delivery } = await loadFixture(fixture);
    const nobody = await stranger();
    const attributes = { capacity: 1, renewable: 2, position: 3, stability: 4 };
    for (const act of [
      async () => delivery.connect(nobody).setMeterKey(market, 1, nobody),
      async () => delivery.connect(nobody).setWeatherFactor(market, 1, 1),
      async () => delivery.connect(nobody).setAttributes(market, 1, attributes),
    ]) {
      await expect(act()).to.be.revertedWithCustomError(delivery, "NotRegistrar").withArgs(market, nobody);
    }
  });

  it("are refused for piles that are none, and out of range", async () => {
    const { market, delivery, key } = await loadFixture(fixture);
    const attributes = { capacity: 1000, renewable: 0, position: 1000, stability: 7 };
    for (const pile of [0, 3, 65_536]) {
      for (const act of [
        async () => delivery.setMeterKey(market, pile, key),
        async () => delivery.setAttributes(market, pile, attributes),
      ]) {
        await expect(act()).to.be.revertedWithCustomError(delivery, "UnknownMeter").withArgs(market, pile);
      }
    }
    await expect(delivery.setWeatherFactor(market, 1, 3_000n))
      .to.be.revertedWithCustomError(delivery, "WeatherOutOfRange")
      .withArgs(3_000n);
    for (const field of Object.keys(attributes)) {
      await expect(delivery.setAttributes(market, 1, { ...attributes, [field]: 1001 }))
        .to.be.revertedWithCustomError(delivery, "AttributeOutOfRange")
        .withArgs(1001n);
    }
  });

  it("keep the attributes of neighbours apart", async () => {
    const { market, delivery } = await loadFixture(fixture);
    const one = { capacity: 1000n, renewable: 0n, position: 999n, stability: 1n };
    const two = { capacity: 0n, renewable: 1000n, position: 1n, stability: 1000n };
    await expect(delivery.setAttributes(market, 1, one)).to.emit(delivery, "AttributesChanged");
    await delivery.setAttributes(market, 2, two);
    expect(fields(await delivery.attributesOf(market, 1))).to.deep.equal(one);
    expect(fields(await delivery.attributesOf(market, 2))).to.deep.equal(two);
    await delivery.setAttributes(market, 1, two);
    expect(fields(await delivery.attributesOf(market, 1))).to.deep.equal(two);
    expect(fields(await delivery.attributesOf(market, 2))).to.deep.equal(two);
  });
});
