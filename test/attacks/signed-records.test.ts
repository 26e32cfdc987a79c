import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { recordMeterKey } from "../../scripts/metering/recordMeter";
import { newMeter, recordTime, signPayload, signRecord } from "../../scripts/metering/signRecord";
import { goTo } from "../helpers/market";
import { bid, clear, deployDirect, nth, PENNY } from "../unit/contracts/fixtures";
import { READING_SECONDS, REGISTER_WH, withRecordMeters } from "../unit/contracts/metering/recordsFixture";

describe("Attack: records that say what suits who hands them in", () => {
  const fixture = () => withRecordMeters([newMeter(), newMeter("secp256r1", { serial: "ADB0002" })]);
  type T = Awaited<ReturnType<typeof fixture>>;

  /** Expects pile 1's records for a frame to be refused, and tells the arguments. */
  async function refused(t: T, texts: readonly string[], error: string, inFrame = t.frame): Promise<unknown[]> {
    const receipt = await (await t.delivery.submitRecords(t.market, [t.proof(1, texts, inFrame)])).wait();
    const [event] = receipt!.logs.map((log) => t.delivery.interface.parseLog(log));
    expect(event?.name).to.equal("ReadingRefused");
    const verifier = await ethers.getContractAt("IOcmfVerifier", await t.delivery.ocmfVerifier());
    const refusal = event!.args.getValue("refusal") as string;
    const parsed = verifier.interface.parseError(refusal) ?? t.delivery.interface.parseError(refusal);
    expect(parsed?.name).to.equal(error);
    expect((await t.delivery.readingOf(t.market, 1, inFrame)).stored).to.equal(false);
    return parsed!.args.toArray() as unknown[];
  }

  const point = (t: T, offset: number, energyWh: bigint) => ({
    time: t.startsAt + offset,
    importWh: REGISTER_WH + energyWh,
  });
  const record = (t: T, page: number, ...points: ReturnType<typeof point>[]): string =>
    signRecord(nth(t.meters, 0), page, points);

  it("an earlier frame's records are not this frame's", async () => {
    const t = await loadFixture(fixture);
    const old = [record(t, 1, point(t, -3600, 0n)), record(t, 2, point(t, -1800, 0n))];
    expect(await refused(t, old, "FrameNotCovered")).to.deep.equal(
      [t.startsAt, t.endsAt, t.startsAt - 3600, t.startsAt - 1800].map(BigInt),
    );
  });

  it("another pile's records are not this pile's, whatever description they come with", async () => {
    const t = await loadFixture(fixture);
    const theirs = t.records(2, 10n);
    await refused(t, theirs, "RecordNotSigned");
    const asTheirs = { ...t.proof(2, theirs), pile: 1 };
    await expect(t.delivery.submitRecords(t.market, [asTheirs])).to.emit(t.delivery, "ReadingRefused");
    expect((await t.delivery.readingOf(t.market, 1, t.frame)).stored).to.equal(false);
  });

  it("a meter of one market is none of another's: its key there is another", async () => {
    const t = await loadFixture(fixture);
    const { description } = nth(t.meters, 0);
    const copied = recordMeterKey(t.address, 1, description);
    const other = await deployDirect(0, { readingSeconds: READING_SECONDS });
    await other.market.registerPile(nth(t.piles, 0), ethers.ZeroAddress, copied, 7000);
    expect(recordMeterKey(await other.market.getAddress(), 1, description)).to.not.equal(copied);
    // Two delivery contracts, and one market that a record names in neither: the description's hash decides.
    const packed = t.proof(1, []).meter;
    expect((await other.delivery.recordMeterKey(other.market, 1, packed)).toLowerCase()).to.not.equal(copied);
  });

  it("begin and end in the other order are refused, between records and within one", async () => {
    const t = await loadFixture(fixture);
    const [begin, end] = [point(t, 0, 0n), point(t, 1800, 900n)];
    expect(await refused(t, [record(t, 2, end), record(t, 1, begin)], "PagesNotConsecutive")).to.deep.equal([2n, 1n]);
    await refused(t, [record(t, 1, end), record(t, 2, begin)], "TimeFell");
    await refused(t, [record(t, 1, end, begin)], "TimeFell");
    const swapped = [point(t, 0, 900n), point(t, 1800, 0n)];
    expect(await refused(t, [record(t, 1, ...swapped)], "RegisterFell")).to.deep.equal([
      BigInt(t.endsAt),
      REGISTER_WH + 900n,
      REGISTER_WH,
    ]);
  });

  it("a page twice, or one left out, is refused: a coarse pair would spread a frame's energy over its neighbours", async () => {
    const t = await loadFixture(fixture);
    const [before, begin, end] = [point(t, -300, 0n), point(t, 0, 0n), point(t, 1800, 3_000n)];
    await refused(t, [record(t, 1, begin), record(t, 1, end)], "PagesNotConsecutive");
    await refused(t, [record(t, 1, before), record(t, 3, end)], "PagesNotConsecutive");
  });

  it("what is drawn far from any record does not count: at most a sixth of a frame is interpolated", async () => {
    const t = await loadFixture(fixture);
    const around = (seconds: number) => [
      record(t, 1, point(t, -60, 0n)),
      record(t, 2, point(t, seconds - 60, 300n)),
      record(t, 3, point(t, 1800, 300n)),
    ];
    expect(await refused(t, around(301), "PointsTooFarApart")).to.deep.equal(
      [t.startsAt, t.startsAt - 60, t.startsAt + 241].map(BigInt),
    );
    await t.delivery.submitRecords(t.market, [t.proof(1, around(300))]);
    // A fifth of the 300 Wh was drawn before the frame.
    expect((await t.delivery.readingOf(t.market, 1, t.frame)).consumedWh).to.equal(240n);
  });

  it("a unit that lies makes another number of the same digits, and its signature says which", async () => {
    const t = await loadFixture(fixture);
    const lie = (unit: string) =>
      t.records(1, 3_000n).map((text) => {
        const payload = text.split("|")[1]!.replace('"RU":"kWh"', `"RU":"${unit}"`);
        return { signed: signPayload(nth(t.meters, 0), payload), forged: text.replace('"RU":"kWh"', `"RU":"${unit}"`) };
      });
    await refused(
      t,
      lie("Wh").map(({ forged }) => forged),
      "RecordNotSigned",
    );
    for (const unit of ["MWh", "kVAh", "J", ""])
      await refused(
        t,
        lie(unit).map(({ signed }) => signed),
        "UnknownUnit",
      );
  });

  it("registers that overflow are refused, whatever their digits", async () => {
    const t = await loadFixture(fixture);
    for (const digits of ["9".repeat(16), `${"9".repeat(40)}.5`, "1e18", `-${REGISTER_WH}`]) {
      const texts = [t.startsAt, t.endsAt].map((time, i) => {
        const value = i === 0 ? "0" : digits;
        const payload = `{"MS":"ADB0001","PG":"F${i + 1}","RD":[{"TM":"${recordTime(time)}","RV":${value},"RI":"1-0:1.8.0","RU":"kWh","ST":"G"}]}`;
        return signPayload(nth(t.meters, 0), payload);
      });
      await refused(t, texts, "MalformedRegister");
    }
    const most = "999999999999999.999999";
    const texts = [t.startsAt, t.endsAt].map((time, i) =>
      signPayload(
        nth(t.meters, 0),
        `{"MS":"ADB0001","PG":"F${i + 1}","RD":[{"TM":"${recordTime(time)}","RV":"${i === 0 ? "0" : most}","RI":"1-0:1.8.0","RU":"kWh","ST":"G"}]}`,
      ),
    );
    expect(await refused(t, texts, "ReadingAboveReach")).to.deep.equal([1n, 999_999_999_999_999_999n, 3_500n]);
  });

  it("a meter that calls itself faulty, or a clock that nobody set, does not count", async () => {
    const t = await loadFixture(fixture);
    const begin = { ...point(t, 0, 0n) };
    for (const [bad, error] of [
      [{ status: "M" }, "MeterNotGood"],
      [{ errors: "E" }, "MeterNotGood"],
      [{ clock: "U" }, "ClockNotGood"],
    ] as const) {
      const texts = [record(t, 1, begin), signRecord(nth(t.meters, 0), 2, [{ ...point(t, 1800, 0n), ...bad }])];
      await refused(t, texts, error);
    }
    const strict = await withRecordMeters([newMeter("secp256r1", { synchronised: true }), newMeter()]);
    const informative = [0, 1800].map((offset, i) =>
      signRecord(nth(strict.meters, 0), i + 1, [{ ...point(strict, offset, 0n), clock: "I" }]),
    );
    await refused(strict, informative, "ClockNotGood");
  });

  it("a clock that was set back is noticed where its pages contradict the order of frames, whoever hands in what first", async () => {
    const t = await loadFixture(fixture);
    const { market, delivery } = t;
    // A second frame with an order, settled later than the first.
    const next = t.frame + 2;
    await market.connect(nth(t.piles, 0)).place(bid(25n * PENNY, 1_000n, next));
    await clear(market, next);
    await goTo(next + 1, 5);
    const of = (frame: number, page: number, energyWh: bigint) => [
      record(t, page, { time: frame * 1800, importWh: REGISTER_WH + energyWh }),
      record(t, page + 1, { time: (frame + 1) * 1800, importWh: REGISTER_WH + energyWh + 100n }),
    ];
    const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
    await delivery.submitRecords(market, [t.proof(1, of(t.frame, 10, 0n))]);
    const earlier = [5n, 6n, BigInt(t.frame), 10n, 11n];
    expect(await refused(t, of(next, 5, 500n), "PagesNotInOrder", next)).to.deep.equal(earlier);
    await delivery.submitRecords(market, [t.proof(1, of(next, 20, 500n), next)]);
    expect((await delivery.readingOf(market, 1, next)).consumedWh).to.equal(100n);
    await ethers.provider.send("evm_revert", [snapshot]);
    await delivery.submitRecords(market, [t.proof(1, of(next, 20, 500n), next)]);
    expect(await refused(t, of(t.frame, 30, 0n), "PagesNotInOrder")).to.deep.equal([30n, 31n, BigInt(next), 20n, 21n]);
    await delivery.submitRecords(market, [t.proof(1, of(t.frame, 10, 0n))]);
    expect((await delivery.readingOf(market, 1, t.frame)).consumedWh).to.equal(100n);
  });

  it("whoever hands records in first changes nothing: more pages than are needed give the same", async () => {
    const t = await loadFixture(fixture);
    const pages = [-1800, 0, 600, 1800, 3600].map((offset, i) => record(t, i + 1, point(t, offset, BigInt(i) * 100n)));
    for (const [from, to] of [
      [0, 5],
      [1, 4],
      [0, 4],
    ] as const) {
      const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
      await t.delivery.connect(nth(t.piles, 1)).submitRecords(t.market, [t.proof(1, pages.slice(from, to))]);
      expect((await t.delivery.readingOf(t.market, 1, t.frame)).consumedWh).to.equal(200n);
      await ethers.provider.send("evm_revert", [snapshot]);
    }
    await refused(t, [pages[1]!, pages[3]!], "PagesNotConsecutive");
  });
});
