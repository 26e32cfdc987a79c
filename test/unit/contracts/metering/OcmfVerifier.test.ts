import { expect } from "chai";
import hre, { ethers } from "hardhat";

import { CURVES, type Curve } from "../../../../scripts/metering/recordText";
import {
  packRecord,
  type PackedRecord,
  packRecordMeter,
  type PackedRecordMeter,
} from "../../../../scripts/metering/recordMeter";
import { newMeter, recordTime, signPayload, signRecord } from "../../../../scripts/metering/signRecord";
import type { OcmfVerifier } from "../../../../typechain-types";
import { chainWithoutPrecompile } from "../../../../tasks/support/olderChain";
import { ALL_CASES } from "../../../helpers/cases";
import { deployVerifier, METERS } from "../../../helpers/ocmf";
import { GOOD, packRaw, payloadOf, TIME } from "./rawRecords";

const ORDER = {
  secp256r1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp256k1: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
};

const BEGIN = { time: TIME, clock: "I", cause: "B", importWh: 1_234_567n };
const END = { time: TIME + 60, cause: "E", importWh: 1_234_600n };

/** Changes one byte of a hexadecimal text. */
function flipped(hex: string, index: number, by: number): string {
  const bytes = ethers.getBytes(hex);
  bytes[index] = bytes[index]! ^ by;
  return ethers.hexlify(bytes);
}

describe("OcmfVerifier", () => {
  let verifier: OcmfVerifier;
  const meter = METERS.secp256r1;
  const packed = packRecordMeter(meter.description);
  before(async () => {
    verifier = await deployVerifier();
  });

  const refuses = async (record: PackedRecord, error: string, by: PackedRecordMeter = packed) =>
    expect(verifier.readRecord(by, record), error).to.be.revertedWithCustomError(verifier, error);

  for (const curve of Object.keys(CURVES) as Curve[]) {
    describe(curve, () => {
      const own = METERS[curve];
      const described = packRecordMeter(own.description);
      const record = packRecord(own.description, signRecord(own, 46_699, [BEGIN, END]));

      it("reads page, times, registers, states", async () => {
        const [page, readings] = await verifier.readRecord(described, record);
        expect(page).to.equal(46_699n);
        expect(readings.map((reading) => [...(reading as unknown as unknown[])].map(String))).to.deep.equal([
          [TIME, true, "0x49", "0x42", false, 1_234_567, "0x47", false].map(String),
          [TIME + 60, true, "0x53", "0x45", false, 1_234_600, "0x47", false].map(String),
        ]);
      });

      it("takes s and n - s, and nothing else for s", async () => {
        const other = ethers.toBeHex(ORDER[curve] - BigInt(record.s), 32);
        expect((await verifier.readRecord(described, { ...record, s: other })).page).to.equal(46_699n);
        for (const s of [0n, ORDER[curve], 2n ** 256n - 1n]) {
          await refuses({ ...record, s: ethers.toBeHex(s, 32) }, "RecordNotSigned", described);
        }
      });

      it("fails for any byte of payload, signature, key, description or hints that is another", async () => {
        const tried = async (changed: PackedRecord, by: PackedRecordMeter, what: string) => {
          const passed = await verifier.readRecord(by, changed).then(
            () => true,
            () => false,
          );
          expect(passed, what).to.equal(false);
        };
        const length = ethers.dataLength(record.payload);
        // A quick run tries every seventh byte.
        for (let i = 0; i < length; i += ALL_CASES ? 1 : 7) {
          const by = 1 + ((i * 37) % 255);
          await tried({ ...record, payload: flipped(record.payload, i, by) }, described, `payload ${i}`);
        }
        for (let i = 0; i < 32; i += ALL_CASES ? 1 : 7) {
          await tried({ ...record, r: flipped(record.r, i, 1 << (i % 8)) }, described, `r ${i}`);
          await tried({ ...record, s: flipped(record.s, i, 1 << (i % 8)) }, described, `s ${i}`);
          for (const field of ["x", "y", "serial"] as const) {
            await tried(record, { ...described, [field]: flipped(described[field], i, 1 << (i % 8)) }, `${field} ${i}`);
          }
        }
        await tried(record, { ...described, curve: 3 - described.curve }, "curve");
        for (let bit = 0n; bit < 48n; bit += ALL_CASES ? 1n : 5n) {
          await tried({ ...record, hints: record.hints ^ (1n << bit) }, described, `hint ${bit}`);
        }
        for (const cut of [1, length - 1, length]) {
          await tried(
            { ...record, payload: ethers.dataSlice(record.payload, 0, length - cut) },
            described,
            `cut ${cut}`,
          );
        }
      });

      it("refuses another key's record", async () => {
        const { x, y } = newMeter(curve).description;
        await refuses(record, "RecordNotSigned", { ...described, x, y });
      });
    });
  }

  it("reads what makers write differently: spaces, numbers as texts, other members, other registers, no time", async () => {
    const text = payloadOf(
      meter,
      `[ {"TM" : "2021-10-26T10:20:52,999+0200 R", "UC":{"UN":"a}\\"","UI":[2,{}]},"TX" : "B","RV" : "       9.038","RI" : "1-0:1.8.0",\n"RU" : "kWh","RT":"AC","EF" : "","ST" : "G", "XV":null } ,` +
        `{"RV":-3e5,"RI":"1-0:99.7.0","RU":"A"},{"RV":12.0005678,"RI":"1-0:1.8.0","RU":"kWh","ST":"E","EF":"Et"},` +
        `{"TM":"2024-02-29T00:00:00,000-0130 S","RV":7753,"RI":"1-0:1.8.0","RU":"Wh","ST":"G"}]`,
      { page: ' "F28"' },
    );
    const [page, readings] = await verifier.readRecord(packed, packRecord(meter.description, signPayload(meter, text)));
    expect(page).to.equal(28n);
    const first = Date.UTC(2021, 9, 26, 8, 20, 52) / 1000;
    expect(readings.map((reading) => [...(reading as unknown as unknown[])].map(String))).to.deep.equal([
      [first, true, "0x52", "0x42", false, 9_038, "0x47", false].map(String),
      [first, false, "0x52", "0x00", false, 12_000, "0x45", true].map(String),
      [Date.UTC(2024, 1, 29, 1, 30) / 1000, true, "0x53", "0x00", false, 7_753, "0x47", false].map(String),
    ]);
  });

  it("tells import from export by their codes", async () => {
    const both = newMeter("secp256r1", { exportRegister: "1-0:2.8.0" });
    const record = signRecord(both, 1, [{ time: TIME, importWh: 5n, exportWh: 7n }]);
    const [, readings] = await verifier.readRecord(
      packRecordMeter(both.description),
      packRecord(both.description, record),
    );
    expect(readings.map(({ exported, registerWh }) => [exported, registerWh])).to.deep.equal([
      [false, 5n],
      [true, 7n],
    ]);
  });

  it("refuses curves that it does not check", async () => {
    const record = packRecord(meter.description, signRecord(meter, 1, [BEGIN]));
    for (const curve of [0, 3, 255]) await refuses(record, "UnknownCurve", { ...packed, curve });
  });

  it("is not led to a key that a driver wrote into a text", async () => {
    const forged = `{"ID":",\\"PG\\":\\"F9\\",","MS":"ADB0001","PG":"F5","RD":[${GOOD}]}`;
    const record = packRaw(meter, forged);
    const inText = BigInt(forged.indexOf('\\"PG') + 1);
    await refuses({ ...record, hints: (record.hints & ~0xffff0000n) | (inText << 16n) }, "FieldNotThere");
  });

  it("refuses what is not as the format says, each by its own error", async () => {
    const t = recordTime(TIME);
    const cases: [error: string, payload: string][] = [
      ["WrongSerial", payloadOf(meter, `[${GOOD}]`, { serial: '"ADB00011"' })],
      ["WrongSerial", payloadOf(meter, `[${GOOD}]`, { serial: '"ADB000"' })],
      ["MalformedPage", payloadOf(meter, `[${GOOD}]`, { page: '"T5"' })],
      ["MalformedPage", payloadOf(meter, `[${GOOD}]`, { page: '"F"' })],
      ["MalformedPage", payloadOf(meter, `[${GOOD}]`, { page: '"F5x"' })],
      ["MalformedPage", payloadOf(meter, `[${GOOD}]`, { page: '"F1234567890123"' })],
      ["MalformedRecord", payloadOf(meter, "[]")],
      ["MalformedRecord", payloadOf(meter, `{${GOOD}}`)],
      ["MalformedRecord", payloadOf(meter, `[${GOOD} ${GOOD}]`)],
      ["MalformedRecord", payloadOf(meter, `[${GOOD},]`)],
      ["MalformedRecord", `{"MS":"ADB0001","PG":"F5","RD":[${GOOD}`],
      ["MalformedRecord", payloadOf(meter, `[${GOOD.replace('"TX":"B"', '"RV":1')}]`)],
      ["MalformedRecord", payloadOf(meter, `[${GOOD.replace('"G"', '"GG"')}]`)],
      ["MalformedTime", payloadOf(meter, `[${GOOD.replace("-11-27", "-11-31")}]`)],
      ["MalformedTime", payloadOf(meter, `[${GOOD.replace("2026-11-27", "2026-02-29")}]`)],
      ["MalformedTime", payloadOf(meter, `[${GOOD.replace("T10:", "T24:")}]`)],
      ["MalformedTime", payloadOf(meter, `[${GOOD.replace(",000", ".000")}]`)],
      ["MalformedTime", payloadOf(meter, `[${GOOD.replace("2026-", "1969-")}]`)],
      ["MalformedTime", payloadOf(meter, `[${GOOD.replace(t, "1970-01-01T00:30:00,000+0100 S")}]`)],
      ["MalformedRegister", payloadOf(meter, `[${GOOD.replace("1.5", "1e3")}]`)],
      ["MalformedRegister", payloadOf(meter, `[${GOOD.replace("1.5", "-1.5")}]`)],
      ["MalformedRegister", payloadOf(meter, `[${GOOD.replace("1.5", '"1,5"')}]`)],
      ["MalformedRegister", payloadOf(meter, `[${GOOD.replace("1.5", "1.")}]`)],
      ["MalformedRegister", payloadOf(meter, `[${GOOD.replace("1.5", "1234567890123456")}]`)],
      ["UnknownUnit", payloadOf(meter, `[${GOOD.replace("kWh", "MWh")}]`)],
      ["UnknownUnit", payloadOf(meter, `[${GOOD.replace("kWh", "kW")}]`)],
      ["FieldMissing", payloadOf(meter, `[${GOOD.replace('"RU":"kWh",', "")}]`)],
      ["FieldMissing", payloadOf(meter, `[${GOOD.replace('"RV":1.5,', "")}]`)],
      ["FieldMissing", payloadOf(meter, `[${GOOD.replace(`"TM":"${t}",`, "")}]`)],
    ];
    for (const [error, payload] of cases) await refuses(packRaw(meter, payload), error);
  });

  it("refuses a description that is none", async () => {
    const record = packRecord(meter.description, signRecord(meter, 1, [BEGIN]));
    const long = `0x${"41".repeat(32)}`;
    for (const text of [ethers.ZeroHash, long, `0x4100${"41".repeat(30)}`]) {
      await refuses(record, "MalformedMeter", { ...packed, serial: text });
      await refuses(record, "MalformedMeter", { ...packed, importRegister: text });
      if (text !== ethers.ZeroHash) await refuses(record, "MalformedMeter", { ...packed, exportRegister: text });
    }
  });

  it("checks the same where a chain has no precompile", async () => {
    const elsewhere = await deployVerifier(await chainWithoutPrecompile(hre));
    for (let page = 1; page <= 4; page++) {
      const record = packRecord(meter.description, signRecord(meter, page, [BEGIN]));
      expect((await elsewhere.readRecord(packed, record)).page).to.equal(BigInt(page));
      const other = ethers.toBeHex(ORDER.secp256r1 - BigInt(record.s), 32);
      expect((await elsewhere.readRecord(packed, { ...record, s: other })).page).to.equal(BigInt(page));
      const changed = { ...record, payload: flipped(record.payload, 20, 1) };
      await expect(elsewhere.readRecord(packed, changed)).to.be.revertedWithCustomError(elsewhere, "RecordNotSigned");
    }
  });
});
