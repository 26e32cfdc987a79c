import { expect } from "chai";

import { refusalOf } from "../../../../scripts/chain/refusal";
import { energyBetween, RecordRefusal } from "../../../../scripts/metering/frameEnergy";
import { readPayload } from "../../../../scripts/metering/payload";
import { packRecord, packRecordMeter } from "../../../../scripts/metering/recordMeter";
import { parseRecordText } from "../../../../scripts/metering/recordText";
import { newMeter, recordTime, signPayload, type SigningMeter } from "../../../../scripts/metering/signRecord";
import { Random } from "../../../../scripts/core/random";
import type { OcmfVerifier } from "../../../../typechain-types";
import { runs } from "../../../helpers/coverage";
import { deployVerifier } from "../../../helpers/ocmf";

const START = Date.UTC(2026, 10, 27, 10, 30) / 1000;
const FRAME = 1800;

/** Pages of a meter around a frame; now and then something is not as it should be. */
class Pages {
  private time = START - FRAME;
  private importWh = 1_000_000n;
  private exportWh = 500_000n;

  constructor(
    private readonly meter: SigningMeter,
    private readonly random: Random,
  ) {}

  /** Texts of records that reach from before the frame to beyond it. */
  all(): string[] {
    const texts: string[] = [];
    let page = this.random.integer(0, 999);
    while (this.time < START + FRAME + 300) {
      texts.push(this.record(page));
      page += this.rarely(60) ? 2 : 1;
    }
    return this.rarely(30) ? texts.slice(1) : texts;
  }

  private record(page: number): string {
    const points = 1 + this.random.integer(0, 2);
    const readings: string[] = [];
    for (let i = 0; i < points; i++) readings.push(...this.point());
    const space = this.pick(["", "", " "]);
    const id = this.pick(["", '"ID":"a, \\"PG\\":\\"F1\\"",', '"IF":["A","B"],']);
    const { serialField, serial, pageKind } = this.meter.description;
    return signPayload(
      this.meter,
      `{"FV":"1.0",${id}"${serialField}"${space}:${space}"${serial}",${space}"PG"${space}:"${pageKind}${page}","RD"${space}:${space}[${readings.join(`${space},`)}]}`,
    );
  }

  private point(): string[] {
    const near = this.pick([START, START + FRAME]);
    // Mostly steps of some minutes, often onto a boundary, rarely back.
    const step = this.rarely(40) ? -30 : this.pick([60, 240, 300, 301, 600, 1800]);
    const onBoundary = this.random.uniform() < 0.5 && this.time < near && this.time + step >= near;
    this.time = onBoundary ? near : this.time + step;
    if (this.random.uniform() < 0.7) this.importWh += BigInt(this.random.integer(0, 999));
    if (this.random.uniform() < 0.3) this.exportWh += BigInt(this.random.integer(0, 999));
    if (this.rarely(60)) this.importWh -= 1n;
    const { importRegister, exportRegister } = this.meter.description;
    const members = [
      `"TM":"${recordTime(this.time, this.rarely(50) ? "U" : this.pick(["S", "I", "R"]))}"`,
      `"TX":"${this.pick(["B", "C", "E"])}"`,
      this.register(importRegister, this.importWh),
      `"RT":"AC"`,
      `"EF":"${this.rarely(60) ? "E" : ""}"`,
      `"UC":{"UN":"}","UI":[1,2]}`,
    ];
    const readings = [`{${this.shuffled(members).join(",")}}`];
    if (exportRegister !== undefined && !this.rarely(60))
      readings.push(`{${this.register(exportRegister, this.exportWh)}}`);
    if (this.rarely(4)) readings.push('{"RV":-1e9,"RI":"1-0:99.0.0","RU":"x"}');
    return readings;
  }

  private register(code: string, energyWh: bigint): string {
    const kilo = `${energyWh / 1000n}.${String(energyWh % 1000n).padStart(3, "0")}${this.pick(["", "9", "0000009"])}`;
    const [value, unit] = this.pick([
      [String(energyWh), "Wh"],
      [kilo, "kWh"],
      [`"   ${kilo}"`, "kWh"],
    ] as [string, string][]);
    return this.shuffled([
      `"RV":${value}`,
      `"RI":"${code}"`,
      `"RU":"${unit}"`,
      `"ST":"${this.rarely(80) ? "E" : "G"}"`,
    ]).join(",");
  }

  private rarely(oneIn: number): boolean {
    return this.random.uniform() < 1 / oneIn;
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.random.integer(0, list.length - 1)]!;
  }

  private shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list];
    return list.map(() => rest.splice(this.random.integer(0, rest.length - 1), 1)[0]!);
  }
}

describe("OcmfVerifier: random pages beside the model", () => {
  it("says the same of a frame, to the Wh and to the reason of a refusal", async function () {
    this.timeout(600_000);
    const verifier: OcmfVerifier = await deployVerifier();
    const seen = new Map<string, number>();
    for (let seed = 1; seed <= runs(400); seed++) {
      const random = new Random(seed);
      const meter = newMeter(random.uniform() < 0.8 ? "secp256r1" : "secp256k1", {
        synchronised: random.uniform() < 0.02,
        ...(random.uniform() < 0.5 ? { exportRegister: "1-0:2.8.0" } : {}),
      });
      const texts = new Pages(meter, random).all();
      const { description } = meter;
      const registers = [description.importRegister, description.exportRegister ?? description.importRegister];
      let expected: string;
      try {
        const payloads = texts.map((text) => readPayload(parseRecordText(text).payload, registers));
        const { consumedWh, producedWh, firstPage, lastPage } = energyBetween(
          description,
          payloads,
          START,
          START + FRAME,
        );
        expected = [consumedWh, producedWh, firstPage, lastPage].join();
      } catch (error) {
        if (!(error instanceof RecordRefusal)) throw error;
        expected = error.reason;
      }
      const records = texts.map((text) => packRecord(description, text));
      const found = await verifier
        .energyBetween(packRecordMeter(description), records, START, START + FRAME)
        .then((answer) => [...answer].join())
        .catch((error: unknown) => refusalOf(error, [verifier.interface])?.error ?? String(error));
      // Where several things are wrong either may be met first.
      const refused = Number.isNaN(Number(expected.split(",")[0]));
      if (refused) expect(found, `seed ${seed}, ${expected}`).to.match(/^[A-Z][A-Za-z]+$/);
      else expect(found, `seed ${seed}`).to.equal(expected);
      const kind = refused ? found : "read";
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    expect(seen.get("read") ?? 0, [...seen].join(" ")).to.be.above(0);
    expect(seen.size, [...seen].join(" ")).to.be.above(2);
  });
});
