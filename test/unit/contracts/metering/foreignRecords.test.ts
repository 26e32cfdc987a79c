import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { config, ethers } from "hardhat";

import { readPayload } from "../../../../scripts/metering/payload";
import { packRecord, packRecordMeter, type RecordMeter } from "../../../../scripts/metering/recordMeter";
import { type Curve, CURVES, parseRecordText } from "../../../../scripts/metering/recordText";
import type { OcmfVerifier } from "../../../../typechain-types";
import { deployVerifier } from "../../../helpers/ocmf";

/** Records of many makers; not part of the project. `ADBEV_OCMF_RECORDS` names the file. */
const FILE = process.env["ADBEV_OCMF_RECORDS"] ?? join(config.paths.root, "../shared/vectors/ocmf.json");

interface ForeignRecord {
  source: string;
  curve: string;
  valid: boolean;
  record: string;
  r: string;
  s: string;
  x: string;
  y: string;
}

/** A registrar's description of a meter, as its record has it. */
function descriptionOf({ curve, x, y, record }: ForeignRecord): RecordMeter {
  const { payload } = parseRecordText(record);
  const { serials, pageKind } = readPayload(payload, []);
  const serialField = (serials.MS ?? "") === "" ? "GS" : "MS";
  const importRegister = /"RI"\s*:\s*"([^"]+)"/.exec(payload.toString())![1]!;
  const serial = serials[serialField]!;
  const point = { x: ethers.toBeHex(x, 32), y: ethers.toBeHex(y, 32) };
  return { curve: curve as Curve, ...point, serialField, serial, pageKind, synchronised: false, importRegister };
}

describe("OcmfVerifier: records of real meters", () => {
  let records: ForeignRecord[];
  let verifier: OcmfVerifier;
  before(async function () {
    if (!existsSync(FILE)) {
      console.log(`      skipped: no records of real meters at ${FILE}; the project ships none`);
      this.skip();
    }
    ({ records } = JSON.parse(readFileSync(FILE, "utf8")) as { records: ForeignRecord[] });
    verifier = await deployVerifier();
  });

  it("reads every valid one on both curves, to the Wh as the model does", async () => {
    const valid = records.filter(({ curve, valid }) => valid && curve in CURVES);
    expect(valid.length).to.be.above(0);
    for (const foreign of valid) {
      const meter = descriptionOf(foreign);
      const { payload, r, s } = parseRecordText(foreign.record);
      expect([r, s], foreign.source).to.deep.equal([foreign.r, foreign.s]);
      const model = readPayload(payload, [meter.importRegister]);
      const [page, readings] = await verifier.readRecord(packRecordMeter(meter), packRecord(meter, foreign.record));
      expect(Number(page), foreign.source).to.equal(model.page);
      expect(readings.map(({ time, registerWh }) => [Number(time), registerWh])).to.deep.equal(
        model.readings.map(({ time, registerWh }) => [time, registerWh]),
      );
      expect(
        readings.map(({ status, clock }) => ethers.toUtf8String(status) + ethers.toUtf8String(clock)),
      ).to.deep.equal(model.readings.map(({ status, clock }) => status + clock));
    }
  });

  it("refuses every invalid one", async () => {
    const invalid = records.filter(({ curve, valid }) => !valid && curve in CURVES);
    expect(invalid.length).to.be.above(0);
    for (const foreign of invalid) {
      const meter = descriptionOf(foreign);
      await expect(
        verifier.readRecord(packRecordMeter(meter), packRecord(meter, foreign.record)),
        foreign.source,
      ).to.be.revertedWithCustomError(verifier, "RecordNotSigned");
    }
  });

  it("says of other curves that they are not checked", async () => {
    const others = records.filter(({ curve }) => !(curve in CURVES));
    expect(others.length).to.be.above(0);
    for (const foreign of others) {
      const meter = descriptionOf(foreign);
      expect(() => packRecordMeter(meter), foreign.source).to.throw(/curve: expected secp256r1 or secp256k1/);
      const packed = { ...packRecordMeter({ ...meter, curve: "secp256r1" }), curve: 3 };
      await expect(verifier.readRecord(packed, packRecord(meter, foreign.record)))
        .to.be.revertedWithCustomError(verifier, "UnknownCurve")
        .withArgs(3);
    }
  });
});
