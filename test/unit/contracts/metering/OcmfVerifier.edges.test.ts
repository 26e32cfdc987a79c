import { expect } from "chai";
import { ethers } from "hardhat";

import { packRecord, type PackedRecord, packRecordMeter } from "../../../../scripts/metering/recordMeter";
import { newMeter, recordTime, signPayload, signRecord } from "../../../../scripts/metering/signRecord";
import type { OcmfVerifier } from "../../../../typechain-types";
import { deployVerifier, METERS } from "../../../helpers/ocmf";
import { GOOD, packRaw, payloadOf, TIME } from "./rawRecords";

const [START, END] = [TIME, TIME + 1_800];

describe("OcmfVerifier at the edges of the format", () => {
  let verifier: OcmfVerifier;
  const meter = METERS.secp256r1;
  const packed = packRecordMeter(meter.description);
  before(async () => {
    verifier = await deployVerifier();
  });

  const refuses = async (record: PackedRecord, error: string, why: string) =>
    expect(verifier.readRecord(packed, record), why).to.be.revertedWithCustomError(verifier, error);
  const reads = async (readings: string) => {
    const text = signPayload(meter, payloadOf(meter, readings));
    return (await verifier.readRecord(packed, packRecord(meter.description, text))).readings;
  };
  const changed = (from: string, to: string): string => {
    expect(GOOD).to.include(from);
    return `[${GOOD.replace(from, to)}]`;
  };

  it("refuses a reading that is no JSON, wherever it breaks", async () => {
    for (const [from, to] of [
      ['"G"}', '"G"]'],
      ['"TM"', "TM"],
      ['"RI":"', '"RI":'],
      ['"ST":"G"', '"ST":xG"'],
      ['"ST":"G"', '"ST":"\\\\"'],
      ['"ST"', '"XV" 1,"ST"'],
      ['"ST"', '"XV":,"ST"'],
      ['"ST"', '"XV":{\u0001},"ST"'],
      ['"ST"', '"XV":[1,"ST"'],
      ['"ST":"G"}', '"XV":"abc}'],
      ['"ST":"G"}', '"XV":'],
    ] as const) {
      await refuses(packRaw(meter, payloadOf(meter, changed(from, to))), "MalformedRecord", to);
    }
  });

  it("refuses a time whose digits, marks, sign, zone, date or hour are none", async () => {
    const t = recordTime(TIME);
    for (const wrong of [
      t.replace("2026", "202A"),
      t.replace("2026", "20:6"),
      t.replace("2026-", "2026/"),
      t.replace("+0000", "x0000"),
      t.replace("+0000", "+0060"),
      t.replace("-11-", "-13-"),
      t.replace("-11-", "-00-"),
      t.replace("-27T", "-00T"),
      t.replace(":30:", ":60:"),
      t.replace(":00,", ":60,"),
      t.replace("2026-11-27", "2100-02-29"),
    ]) {
      await refuses(packRaw(meter, payloadOf(meter, changed(t, wrong))), "MalformedTime", wrong);
    }
    await refuses(packRaw(meter, payloadOf(meter, changed(`"${t}`, `'${t}`))), "MalformedTime", "no quote");
    const [leap] = await reads(changed(t, t.replace("2026-11-27", "2000-02-29")));
    expect(leap!.time).to.equal(BigInt(Date.UTC(2000, 1, 29, 10, 30) / 1_000));
  });

  it("takes spaces after colons and lines of their own, and skips a value that a line ends", async () => {
    const [reading] = await reads(changed('"ST":', '"XV":12\n,"ST": '));
    expect([reading!.status, reading!.registerWh]).to.deep.equal(["0x47", 1_500n]);
    const spaced = payloadOf(meter, `[${GOOD}]`).replace('{"MS"', '{ \n"MS"');
    expect((await verifier.readRecord(packed, packRaw(meter, spaced))).page).to.equal(5n);
  });

  it("refuses hints that point to nothing: no place, beyond the end, to a key without a value, to no structure", async () => {
    const good = packRaw(meter, payloadOf(meter, `[${GOOD}]`));
    const page = (hint: bigint) => ({ ...good, hints: (good.hints & ~0xffff0000n) | (hint << 16n) });
    for (const hint of [0n, 1n, 65_535n]) await refuses(page(hint), "FieldNotThere", `hint ${hint}`);
    for (const payload of [
      `{"MS":"ADB0001","PG" "F5","RD":[${GOOD}]}`,
      `{"MS":"ADB0001","RD":[${GOOD}],"PG":`,
      `"PG":"F5","MS":"ADB0001","RD":[${GOOD}]`,
      `   "PG":"F5","MS":"ADB0001","RD":[${GOOD}]`,
    ]) {
      await refuses(packRaw(meter, payload), "FieldNotThere", payload.slice(0, 40));
    }
  });

  it("reads nothing beyond the payload, whatever bytes a caller puts there", async () => {
    // The payload is the call's last word: behind it stands padding, which nothing signs.
    const call = (payload: string, beyond: string): string => {
      const record = packRaw(meter, payload);
      const whole = `0x${Buffer.from(payload + beyond).toString("hex")}`;
      const data = verifier.interface.encodeFunctionData("readRecord", [packed, { ...record, payload: whole }]);
      const length = (bytes: number) => bytes.toString(16).padStart(64, "0");
      const [signed, all] = [payload, payload + beyond].map((text) => length(Buffer.byteLength(text)));
      const place = data.lastIndexOf(all!);
      expect(place % 64, "a word of the call").to.equal(10);
      return data.slice(0, place) + signed! + data.slice(place + 64);
    };
    const to = await verifier.getAddress();
    const answer = async (data: string) =>
      ethers.provider.call({ to, data }).catch((error: { data: string }) => error.data);
    const errorOf = async (payload: string, beyond: string) =>
      verifier.interface.parseError(await answer(call(payload, beyond)))?.name;
    const whole = payloadOf(meter, `[${GOOD}]`);
    expect(await answer(call(whole, " "))).to.not.equal("0x");
    expect(await errorOf(whole.slice(0, -2), "]}")).to.equal("MalformedRecord");
    const serialLast = `{"PG":"F5","RD":[${GOOD}],"MS":"ADB0001`;
    expect(await errorOf(serialLast, '"}')).to.equal("WrongSerial");
    const pageLast = `{"MS":"ADB0001","RD":[${GOOD}],"PG":"F5`;
    expect(await errorOf(pageLast, '"}')).to.equal("MalformedPage");
  });

  describe("between two times", () => {
    const both = newMeter("secp256r1", { exportRegister: "1-0:2.8.0" });
    const between = async (texts: string[], by = both) =>
      verifier.energyBetween(
        packRecordMeter(by.description),
        texts.map((text) => packRecord(by.description, text)),
        START,
        END,
      );
    const fails = async (texts: string[], error: string, by = both) =>
      expect(between(texts, by), error).to.be.revertedWithCustomError(verifier, error);
    const at = (page: number, time: number, importWh: bigint, exportWh: bigint) =>
      signRecord(both, page, [{ time, importWh, exportWh }]);

    it("passes registers over that are not the pile's", async () => {
      const other = `{"RV":77,"RI":"1-0:99.8.0","RU":"kWh","ST":"G"}`;
      const text = (page: number, time: number, kwh: string) =>
        signPayload(
          meter,
          payloadOf(meter, `[${GOOD.replace(recordTime(TIME), recordTime(time)).replace("1.5", kwh)},${other}]`, {
            page: `"F${page}"`,
          }),
        );
      const [consumedWh, producedWh] = await between([text(1, START, "1.5"), text(2, END, "2.25")], meter);
      expect([consumedWh, producedWh]).to.deep.equal([750n, 0n]);
    });

    it("wants both registers of each point, and neither of them to fall", async () => {
      expect((await between([at(1, START, 5n, 7n), at(2, END, 6n, 9n)])).slice(0, 2)).to.deep.equal([1n, 2n]);
      await fails([at(1, START, 5n, 7n), at(2, END, 5n, 6n)], "RegisterFell");
      await fails([at(1, START, 5n, 7n), at(2, END, 4n, 7n)], "RegisterFell");
      const exportOnly = (text: string) =>
        signPayload(both, text.split("|")[1]!.replace(/\{"TM"(.*?)\},\{/, '{"TM":"'.concat(recordTime(START), '",')));
      await fails([exportOnly(at(1, START, 5n, 7n)), at(2, END, 6n, 9n)], "PointIncomplete");
    });

    it("wants a point at both ends", async () => {
      await fails([at(1, START, 5n, 7n), at(2, END - 60, 6n, 9n)], "FrameNotCovered");
      await fails([at(1, START + 60, 5n, 7n), at(2, END, 6n, 9n)], "FrameNotCovered");
      await fails([at(1, START - 120, 5n, 7n), at(2, START - 60, 6n, 9n)], "FrameNotCovered");
    });
  });
});
