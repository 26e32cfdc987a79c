import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { currentFrame, goTo } from "../../helpers/market";
import { digestOf, packFill, packPublication, pokeRecord, signReading } from "./deliveryFixtures";
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
    const publication = packPublication(frame, 0n, 0n, 0n);
    const fills = [packFill({ sell: 0, buy: 1, energyWh: 5n, price: 0n })];
    /** Lets a frame have fills of pile 1 to settle. */
    const open = async (of: number) => pokeRecord(d.market, of, await digestOf(d.market, of, publication, fills));
    const settle = async (of: number, readings: Awaited<ReturnType<typeof signReading>>[]) =>
      d.delivery.settle(d.market, of, publication, fills, 1, readings);
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
    return { ...d, key, another, frame, notice, first: frame + notice, open, accepts, settle };
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

  it("change again before the first change counts, for the same frame", async () => {
    const { market, delivery, key, another, first } = await loadFixture(fixture);
    await delivery.setMeterKey(market, 1, key);
    // The weather factor joins the change, another key replaces it.
    await delivery.setWeatherFactor(market, 1, 2_999n);
    await delivery.setMeterKey(market, 1, another);
    const { key: next, weatherBps, energyPerFrameWh } = await delivery.meterOf(market, 1, first);
    expect([next, weatherBps, energyPerFrameWh]).to.deep.equal([another.address, 2_999n, 3_500n]);
    expect((await delivery.meterOf(market, 1, first - 1)).weatherBps).to.equal(0n);
  });

  it("do not change again while a frame before the first change can still be cleared, or is not settled", async () => {
    const { market, delivery, key, another, frame, first, notice, open, settle, piles } = await loadFixture(fixture);
    const old = nth(piles, 0);
    await delivery.setMeterKey(market, 1, key);
    await open(frame);
    const refused = async (openFrames: bigint) =>
      expect(delivery.setMeterKey(market, 1, another))
        .to.be.revertedWithCustomError(delivery, "FramesUnsettled")
        .withArgs(market, first, openFrames);
    await goTo(first - 1, -1);
    await refused(0n);
    await goTo(first - 1);
    await refused(1n);
    // However late, and however often the registrar tries: the frame's own key judges it.
    await goTo(first + 90, READING_SECONDS);
    await refused(1n);
    const reading = { pile: 1, frame, consumedWh: 1n, producedWh: 0n };
    await expect(settle(frame, [await signReading(delivery, market, key, reading)]))
      .to.be.revertedWithCustomError(delivery, "WrongMeterKey")
      .withArgs(1n, key);
    await settle(frame, [await signReading(delivery, market, old, reading)]);
    // Frames from the change on may be open: the change judges them before and after.
    const since = first + 89;
    await open(since);
    await delivery.setMeterKey(market, 1, another);
    const later = Math.floor((await time.latest()) / F) + notice;
    expect((await delivery.meterOf(market, 1, since)).key).to.equal(key.address);
    expect((await delivery.meterOf(market, 1, later)).key).to.equal(another.address);
  });

  it("never reach back: a reading of an old frame is judged by the key of that frame, whoever comes first", async () => {
    const { market, delivery, key, frame, first, open, accepts, piles } = await loadFixture(fixture);
    await delivery.setMeterKey(market, 1, key);
    for (const open_ of [frame, first + 3]) await open(open_);
    await goTo(first + 4, READING_SECONDS);
    const forged = await signReading(delivery, market, nth(piles, 0), {
      ...{ pile: 1, frame: first + 3, consumedWh: 1n, producedWh: 0n },
    });
    await expect(delivery.submit(market, [forged])).to.emit(delivery, "ReadingRefused");
    expect((await delivery.meterOf(market, 1, frame)).key).to.equal(nth(piles, 0).address);
    expect([await accepts(nth(piles, 0), frame), await accepts(key, frame)]).to.deep.equal([true, false]);
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
