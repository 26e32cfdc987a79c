import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import pino from "pino";

import { ContractRefusal } from "../../../../scripts/chain/refusal";
import { parseConfig } from "../../../../scripts/gateway/config";
import { samplesOf } from "../../../../scripts/gateway/ocpp/meterValues";
import { RecordStore } from "../../../../scripts/gateway/ocpp/recordStore";
import { sendRecords } from "../../../../scripts/gateway/ocpp/sendRecords";
import { recordsOf } from "../../../../scripts/gateway/ocpp/signedValues";
import type { KeptMarket } from "../../../../scripts/gateway/keeper/duty";
import { Database } from "../../../../scripts/gateway/store/database";
import type { FrameProof } from "../../../../scripts/metering/recordMeter";
import { MeterFile } from "../../../../scripts/metering/meterFile";
import { newMeter, signPayload, signRecord } from "../../../../scripts/metering/signRecord";

const T = 1_800 * 1_000_000;
const DAY = 86_400;

describe("scripts/gateway: meters' own records", () => {
  it("are found among meter values of both versions, however they are written", () => {
    const record = signRecord(newMeter(), 1, [{ time: T, importWh: 5_000n }]);
    const timestamp = new Date(T * 1_000).toISOString();
    const forms = [record, Buffer.from(record).toString("base64"), Buffer.from(record).toString("hex")];
    for (const text of forms) {
      const old = { timestamp, sampledValue: [{ value: text, format: "SignedData" }, { value: "5000" }] };
      const recent = { timestamp, sampledValue: [{ value: 5_000, signedMeterValue: { signedMeterData: text } }] };
      for (const value of [old, recent]) {
        expect(recordsOf([value])).to.deep.equal([record]);
        expect(samplesOf([value])).to.deep.equal([{ at: T, importWh: 5_000, exportWh: 0 }]);
      }
    }
    const strange = ["", "OCMF", "x".repeat(40_000), `OCMF|${"x".repeat(20_000)}`, "AAAA"];
    for (const text of strange) {
      expect(recordsOf([{ timestamp, sampledValue: [{ value: text, format: "SignedData" }] }])).to.deep.equal([]);
    }
    expect(recordsOf([{ timestamp, sampledValue: [{ value: record }] }])).to.deep.equal([]);
  });

  for (const curve of ["secp256r1", "secp256k1"] as const) {
    it(`are kept only if the meter signed them, on ${curve}`, () => {
      const meter = newMeter(curve);
      const store = Database.open(":memory:");
      const records = new RecordStore(store, "one", meter.description);
      const readings = [{ time: T, importWh: 5_000n }];
      const good = signRecord(meter, 1, readings);
      const changed = good.replace("AdBEV station", "AdBEV Station");
      for (const [text, why] of [
        [changed, "signature is not the meter's"],
        [signRecord({ ...newMeter(curve), description: meter.description }, 1, readings), "is not the meter's"],
        [signRecord({ ...meter, description: { ...meter.description, serial: "X" } }, 1, readings), "is of meter X"],
        [signRecord({ ...meter, description: { ...meter.description, pageKind: "T" } }, 1, readings), "page is T"],
        [
          signRecord({ ...meter, description: { ...meter.description, importRegister: "1-0:2.8.0" } }, 1, readings),
          "has no reading of 1-0:1.8.0",
        ],
        [good.replace(curve, "secp384r1"), "is signed on secp384r1"],
        [signPayload(meter, "{"), "OCMF payload"],
        ["OCMF|{}|{}", "no SD"],
      ] as const) {
        expect(() => records.keep(text), text).to.throw(why);
      }
      records.keep(good);
      // Of a page that is known the first one stays.
      records.keep(signRecord(meter, 1, [{ time: T, importWh: 9_000n }]));
      expect(store.all("SELECT record FROM records").map(({ record }) => record)).to.deep.equal([good]);
    });
  }

  it("say what a frame's energy was once all pages are there, in whatever order they come", () => {
    const meter = newMeter();
    const records = new RecordStore(Database.open(":memory:"), "one", meter.description);
    const at = (page: number, seconds: number, importWh: bigint) =>
      signRecord(meter, page, [{ time: T + seconds, importWh }]);
    const span = [T, T + 1_800] as const;
    records.keep(at(13, 1_900, 7_000n));
    expect(records.pagesBetween(...span)).to.equal(undefined);
    records.keep(at(10, -900, 5_000n));
    records.keep(at(11, -100, 5_000n));
    // Page 12 is still missing: nobody leaves out a page.
    expect(records.between(...span)).to.equal(undefined);
    records.keep(at(14, 3_600, 8_000n));
    records.keep(at(12, 1_700, 6_800n));
    // The first boundary lies between registers that are far apart.
    expect(() => records.between(...span)).to.throw("PointsTooFarApart");
    const later = new RecordStore(Database.open(":memory:"), "one", meter.description);
    [at(20, -90, 5_000n), at(22, 1_790, 6_800n), at(23, 1_810, 7_000n), at(21, 0, 5_100n)].forEach((one) =>
      later.keep(one),
    );
    const { consumedWh, producedWh, firstPage, lastPage, records: proof } = later.between(...span)!;
    expect([consumedWh, producedWh, firstPage, lastPage]).to.deep.equal([1_800n, 0n, 21, 23]);
    expect(proof).to.have.length(3);
  });

  it("are forgotten after two weeks, one station's for itself", () => {
    const meter = newMeter();
    const store = Database.open(":memory:");
    const [one, other] = ["one", "other"].map((station) => new RecordStore(store, station, meter.description));
    const record = (page: number, day: number) => signRecord(meter, page, [{ time: T + day * DAY, importWh: 1n }]);
    other!.keep(record(1, 0));
    for (let day = 0; day < 40; day++) one!.keep(record(day, day));
    const pages = store.all("SELECT page FROM records WHERE station = 'one' ORDER BY page").map(({ page }) => page);
    expect(pages).to.deep.equal(Array.from({ length: 15 }, (_, index) => 25 + index));
    expect(store.all("SELECT page FROM records WHERE station = 'other'")).to.have.length(1);
  });

  it("go on where a meter's file ends, with the same key, another page and no register that falls", () => {
    const file = join(mkdtempSync(join(tmpdir(), "adbev-")), "meter.json");
    const store = new RecordStore(
      Database.open(":memory:"),
      "one",
      MeterFile.open(file, "secp256k1", "CP-1").description,
    );
    const pages = [0, 1].map((run) => {
      const meter = MeterFile.open(file, "secp256r1", "another");
      expect(meter.description).to.deep.equal(store.meter);
      expect(meter.registerWh).to.equal(run * 700);
      const record = meter.sign(T + run * 1_800, BigInt(100 + run * 1_000));
      store.keep(record);
      store.keep(meter.sign(T + run * 1_800 + 60, 700n + BigInt(run) * 1_000n));
      return Number(/"PG":"F(\d+)"/.exec(record)![1]);
    });
    expect(pages).to.deep.equal([1, 3]);
    expect(statSync(file).mode & 0o077).to.equal(0);
    const text = join(file, "../other.json");
    writeFileSync(text, "{}");
    expect(() => MeterFile.open(text, "secp256r1", "CP-1")).to.throw("other.json: is there and is no meter's");
  });

  it("are handed in together up to what a transaction carries, and one by one where one spoils it", async () => {
    const proofOf = (pile: number, records: number) =>
      ({ pile, frame: 7, records: Array.from({ length: records }, () => ({})) }) as unknown as FrameProof;
    const calls: number[][] = [];
    const client = {
      submitRecords: async (_: unknown, proofs: FrameProof[]) => {
        calls.push(proofs.map(({ pile }) => pile));
        if (proofs.some(({ pile }) => pile === 3)) throw new ContractRefusal("RecordsNotRead", { pile: 3 });
        const refused = proofs.flatMap(({ pile }, position) =>
          pile === 5 ? [{ position, refusal: new ContractRefusal("WrongMeterKey", { pile }) }] : [],
        );
        return { receipt: { hash: "0x1" }, refused };
      },
    };
    const market = { client, keeper: {}, log: pino({ level: "silent" }) } as unknown as KeptMarket;
    const sizes = [10, 10, 4, 30, 2, 3];
    const ready = sizes.map((records, index) => ({ proof: proofOf(index + 1, records) }));
    const { stored, refused, sent } = await sendRecords(market, ready);
    expect(calls).to.deep.equal([[1, 2, 3], [1], [2], [3], [4], [5, 6]]);
    expect(stored.map(({ proof }) => proof.pile)).to.deep.equal([1, 2, 4, 6]);
    expect(refused.map(({ one, reason }) => [one.proof.pile, reason])).to.deep.equal([
      [3, "RecordsNotRead (pile 3)"],
      [5, "WrongMeterKey (pile 5)"],
    ]);
    expect(sent).to.equal(4);
    expect(await sendRecords(market, [])).to.deep.equal({ stored: [], refused: [], sent: 0 });
  });

  it("need a meter's description that is one", () => {
    const { description } = newMeter();
    const settings = (recordMeter: unknown) => ({
      ...{ rpcUrl: "http://127.0.0.1:8545", data: "d", listen: { port: 0 }, keeper: { env: "K" } },
      markets: [{ name: "main", address: `0x${"11".repeat(20)}` }],
      ocpp: {
        listen: { port: 0 },
        stations: [{ id: "CP-1", market: "main", password: "p", key: { env: "K" }, ratedW: 1, recordMeter }],
        defaults: { energyWh: 1, stayMinutes: 1, limitPrice: 1 },
      },
    });
    expect(parseConfig(settings(description), "f").ocpp?.stations[0]?.recordMeter).to.deep.equal(description);
    for (const [name, value] of [
      ["x", "0x12"],
      ["curve", "secp384r1"],
      ["serial", "é".repeat(16)],
      ["pageKind", "t"],
      ["serialField", "XX"],
    ]) {
      const wrong = { ...description, [name!]: value };
      expect(() => parseConfig(settings(wrong), "f"), name).to.throw(`f: ocpp.stations.0.recordMeter.${name!}: `);
    }
    expect(() => new RecordStore(Database.open(":memory:"), "one", { ...description, y: description.x })).to.throw(
      "expected a point of secp256r1",
    );
  });
});
