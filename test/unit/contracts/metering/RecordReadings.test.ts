import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { decodePosting } from "../../../../scripts/chain/packedWords";
import { refusalOf as decodedRefusal } from "../../../../scripts/chain/refusal";
import { recordMeterKey } from "../../../../scripts/metering/recordMeter";
import { newMeter, signRecord } from "../../../../scripts/metering/signRecord";
import { goTo } from "../../../helpers/market";
import { expectSolvent, nth } from "../fixtures";
import { READING_SECONDS, REGISTER_WH, withRecordMeters } from "./recordsFixture";

const refusalOf = (t: Awaited<ReturnType<typeof withRecordMeters>>, error: string, args: unknown[]): string =>
  t.delivery.interface.encodeErrorResult(error, args as never);

describe("RecordReadings", () => {
  const fixture = () => withRecordMeters();

  it("computes a pile's key as the library does, another one for every market, pile and description", async () => {
    const t = await loadFixture(fixture);
    const keys = new Set<string>();
    for (const [i, { description }] of t.meters.entries()) {
      for (const pile of [1, 2]) {
        for (const market of [t.address, t.admin.address]) {
          const key = recordMeterKey(market, pile, description);
          const packed = t.proof(i + 1, []).meter;
          expect((await t.delivery.recordMeterKey(market, pile, packed)).toLowerCase()).to.equal(key);
          keys.add(key);
        }
      }
    }
    expect(keys.size).to.equal(8);
    expect((await t.delivery.meterOf(t.market, 1, t.frame)).key.toLowerCase()).to.equal(
      recordMeterKey(t.address, 1, nth(t.meters, 0).description),
    );
  });

  it("stores what two records say of a frame, on both curves, and settle takes it like a reading", async () => {
    const t = await loadFixture(fixture);
    const proofs = [t.proof(1, t.records(1, 900n)), t.proof(2, t.records(2, 1_000n))];
    await expect(t.delivery.submitRecords(t.market, proofs))
      .to.emit(t.delivery, "ReadingsStored")
      .withArgs(
        t.market,
        [1n, 2n].map((pile) => pile | (BigInt(t.frame) << 16n) | ((pile === 1n ? 900n : 1_000n) << 48n)),
      );
    expect(await t.delivery.readingOf(t.market, 1, t.frame)).to.deep.equal([true, 900n, 0n]);
    await t.settle();
    const [settled] = await t.market.queryFilter(t.market.filters.FrameSettled(t.frame));
    expect(
      settled!.args.postings.map(decodePosting).map(({ pile, consumedWh, silent }) => [pile, consumedWh, silent]),
    ).to.deep.equal([
      [1, 900n, false],
      [2, 1_000n, false],
    ]);
    await expectSolvent(t.market, t.token, t.parameters);
  });

  it("reads production by the export register", async () => {
    const both = newMeter("secp256r1", { exportRegister: "1-0:2.8.0" });
    const t = await withRecordMeters([both]);
    const texts = [t.startsAt, t.endsAt].map((time, i) =>
      signRecord(both, i + 1, [{ time, importWh: REGISTER_WH + 50n * BigInt(i), exportWh: 700n * BigInt(i) }]),
    );
    await t.delivery.submitRecords(t.market, [t.proof(1, texts)]);
    expect(await t.delivery.readingOf(t.market, 1, t.frame)).to.deep.equal([true, 50n, 700n]);
  });

  it("refuses one proof and takes the others", async () => {
    const t = await loadFixture(fixture);
    const bad = t.proof(1, t.records(1, 900n).reverse());
    const tx = t.delivery.submitRecords(t.market, [bad, t.proof(2, t.records(2, 10n))]);
    const verifier = await ethers.getContractAt("IOcmfVerifier", await t.delivery.ocmfVerifier());
    await expect(tx)
      .to.emit(t.delivery, "ReadingRefused")
      .withArgs(t.market, 0n, verifier.interface.encodeErrorResult("PagesNotConsecutive", [8n, 7n]));
    expect((await t.delivery.readingOf(t.market, 2, t.frame)).stored).to.equal(true);
    expect((await t.delivery.readingOf(t.market, 1, t.frame)).stored).to.equal(false);
  });

  it("refuses what no reading may be: there already, of no pile, of another key, above reach, of no frame to settle", async () => {
    const t = await loadFixture(fixture);
    const good = t.proof(1, t.records(1, 900n));
    await t.delivery.submitRecords(t.market, [good]);
    const reach = t.proof(2, t.records(2, 3_501n));
    const other = { ...good, pile: 2 };
    const key = await t.delivery.recordMeterKey(t.market, 2, good.meter);
    await expect(t.delivery.submitRecords(t.market, [good, { ...good, pile: 3 }, other, reach]))
      .to.emit(t.delivery, "ReadingRefused")
      .withArgs(t.market, 0n, refusalOf(t, "ReadingExists", [1n, t.frame]))
      .and.to.emit(t.delivery, "ReadingRefused")
      .withArgs(t.market, 1n, refusalOf(t, "UnknownMeter", [t.address, 3n]))
      .and.to.emit(t.delivery, "ReadingRefused")
      .withArgs(t.market, 2n, refusalOf(t, "WrongMeterKey", [2n, key]))
      .and.to.emit(t.delivery, "ReadingRefused")
      .withArgs(t.market, 3n, refusalOf(t, "ReadingAboveReach", [2n, 3_501n, 3_500n]));
    await expect(t.delivery.submitRecords(t.market, [{ ...good, frame: t.frame + 1 }]))
      .to.emit(t.delivery, "ReadingRefused")
      .withArgs(t.market, 0n, refusalOf(t, "FrameNotOver", [t.frame + 1, t.endsAt + 1800]));
    await goTo(t.frame + 1, READING_SECONDS);
    await t.settle();
    await expect(t.delivery.submitRecords(t.market, [t.proof(2, t.records(2, 10n))]))
      .to.emit(t.delivery, "ReadingRefused")
      .withArgs(t.market, 0n, t.market.interface.encodeErrorResult("NothingToSettle", [t.frame]));
  });

  it("is for markets with meters", async () => {
    const t = await withRecordMeters([newMeter()], { readingSeconds: 0 });
    await expect(t.delivery.submitRecords(t.market, []))
      .to.be.revertedWithCustomError(t.delivery, "NoMeters")
      .withArgs(t.address);
  });

  it("does not take a call without gas for a refusal", async () => {
    const t = await loadFixture(fixture);
    const proofs = [t.proof(1, t.records(1, 900n))];
    // A call sees the last block's time.
    await ethers.provider.send("evm_mine", []);
    const gas = await t.delivery.submitRecords.estimateGas(t.market, proofs);
    const results = new Set<string>();
    for (let part = 40n; part <= 100n; part += 3n) {
      const result = await t.delivery.submitRecords
        .staticCall(t.market, proofs, { gasLimit: (gas * part) / 100n })
        .catch((error: unknown) => decodedRefusal(error, [t.delivery.interface])?.error ?? "out of gas");
      results.add(String(result));
    }
    expect([...results]).to.have.members(["RecordsNotRead", "out of gas", "1"]);
    expect((await t.delivery.readingOf(t.market, 1, t.frame)).stored).to.equal(false);
  });

  it("cannot be signed for by an account", async () => {
    const t = await loadFixture(fixture);
    const { key } = await t.delivery.meterOf(t.market, 1, t.frame);
    expect(await ethers.provider.getCode(key)).to.equal("0x");
    const reading = 1n | (BigInt(t.frame) << 16n);
    await expect(t.delivery.submit(t.market, [{ reading, r: ethers.ZeroHash, vs: ethers.ZeroHash }]))
      .to.emit(t.delivery, "ReadingRefused")
      .withArgs(t.market, 0n, refusalOf(t, "WrongMeterKey", [1n, ethers.ZeroAddress]));
  });
});
