import { expect } from "chai";
import fc from "fast-check";
import pino from "pino";

import { type MeterSample, movedBetween, samplesOf } from "../../../../scripts/gateway/ocpp/meterValues";
import { SessionStore } from "../../../../scripts/gateway/ocpp/sessionStore";
import { Station } from "../../../../scripts/gateway/ocpp/station";
import { Database } from "../../../../scripts/gateway/store/database";

const at = (seconds: number) => new Date(seconds * 1_000).toISOString();

describe("scripts/gateway/ocpp", () => {
  let now: number;
  let sessions: SessionStore;
  let station: Station;
  beforeEach(() => {
    now = 1_800_000;
    sessions = new SessionStore(Database.open(":memory:"), "A");
    const drivers = {
      alice: { energyWh: 9_000, stayMinutes: 120, limitPrice: 250_000, side: "charge" as const },
      carol: { energyWh: 6_000, stayMinutes: 120, limitPrice: 100_000, side: "discharge" as const },
    };
    const defaults = { energyWh: 5_000, stayMinutes: 60, limitPrice: 200_000 };
    station = new Station("A", sessions, { drivers, defaults }, () => now, pino({ level: "silent" }));
  });

  it("adds a session's frames up to the whole, wherever samples lie", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.nat(3_000)), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 500 }), (moves, frame) => {
        let [time, wh] = [1_000, 123.4];
        const samples: MeterSample[] = moves.map(([seconds, more]) => {
          [time, wh] = [time + seconds, wh + more / 7];
          return { at: time, importWh: wh, exportWh: 0 };
        });
        const [first, last] = [samples[0]!.at - 3, time + 1];
        let sum = 0n;
        let from = first;
        for (; from < last; from += frame) sum += movedBetween(samples, from, from + frame, true)!.consumedWh;
        expect(sum).to.equal(BigInt(Math.floor(wh)) - BigInt(Math.floor(samples[0]!.importWh)));
      }),
      { numRuns: 100 },
    );
  });

  it("knows nothing of a frame whose end no sample has seen, unless the car has gone, nor where a register fell", () => {
    const samples = [
      { at: 0, importWh: 100, exportWh: 0 },
      { at: 50, importWh: 200, exportWh: 0 },
    ];
    expect(movedBetween(samples, 0, 100, false)).to.equal(undefined);
    expect(movedBetween(samples, 0, 100, true)).to.deep.equal({ consumedWh: 100n, producedWh: 0n });
    expect(movedBetween(samples, 0, 25, false)).to.deep.equal({ consumedWh: 50n, producedWh: 0n });
    expect(movedBetween([samples[0]!, { at: 60, importWh: 7, exportWh: 0 }], 0, 60, false)).to.equal(undefined);
    expect(movedBetween([], 0, 60, true)).to.equal(undefined);
  });

  it("reads kWh and Wh, in texts and numbers, and leaves out what is no register of the whole", () => {
    const read = (...sampledValue: Parameters<typeof samplesOf>[0][number]["sampledValue"]) =>
      samplesOf([{ timestamp: at(5), sampledValue }]).map(({ importWh, exportWh }) => [importWh, exportWh]);
    expect(read({ value: "1500" })).to.deep.equal([[1_500, 0]]);
    expect(read({ value: "1.5", unit: "kWh", measurand: "Energy.Active.Import.Register" })).to.deep.equal([[1_500, 0]]);
    expect(read({ value: 15, unitOfMeasure: { unit: "kWh", multiplier: -1 } })).to.deep.equal([[1_500, 0]]);
    expect(read({ value: 7 }, { value: 3, measurand: "Energy.Active.Export.Register" })).to.deep.equal([[7, 3]]);
    for (const value of ["", "x", "-5", "1e30", "NaN"]) expect(read({ value })).to.deep.equal([]);
    expect(read({ value: "5", phase: "L1" }, { value: "7", measurand: "Voltage" })).to.deep.equal([]);
    expect(read({ value: "5", unit: "kvarh" })).to.deep.equal([]);
    expect(samplesOf([{ timestamp: "yesterday", sampledValue: [{ value: 5 }] }])).to.deep.equal([]);
  });

  it("takes a session by the driver's tag, the car's needs or the default, and a start told twice as one", () => {
    const first = station.begun("t1", "alice", at(now));
    expect(station.begun("t1", "alice", at(now))).to.equal(first);
    expect(sessions.current()).to.include({ energyWh: 9_000, departureAt: now + 7_200, limitPrice: 250_000 });
    expect(station.needs(4_000, at(now + 3_600))).to.equal(true);
    expect(sessions.current()).to.include({ energyWh: 4_000, departureAt: now + 3_600 });
    station.ended("t1", at(now + 60));
    expect(sessions.current()).to.equal(undefined);
    expect(station.needs(1, undefined)).to.equal(false);
    station.begun("t2", "a stranger's", at(now + 100));
    expect(sessions.current()).to.include({ energyWh: 5_000, departureAt: now + 3_700 });
    // One that was never told to end, ends with the next.
    station.begun("t3", "alice", at(now + 200));
    station.ended("t3", at(now + 300));
    expect(sessions.current()).to.equal(undefined);
  });

  it("sells a car's energy only where station and version discharge, and as much as its driver says", () => {
    const { settings } = station as unknown as { settings: ConstructorParameters<typeof Station>[2] };
    const log = pino({ level: "silent" });
    for (const [discharges, byVersion, energyWh] of [
      [true, true, 6_000],
      [true, false, 0],
      [false, true, 0],
    ] as const) {
      const own = new SessionStore(Database.open(":memory:"), "A");
      const one = new Station("A", own, settings, () => now, log, { discharges });
      one.begun("t", "carol", at(now), byVersion);
      expect(own.current()).to.include({ side: "discharge", energyWh });
      one.needs(8_000, at(now + 600));
      expect(own.current()).to.include({ energyWh, departureAt: now + 600 });
    }
  });

  it("counts a frame's fill once, however often it is told", () => {
    const id = station.begun("t", "alice", at(now));
    sessions.bought(id, 10, 700);
    sessions.bought(id, 10, 700);
    sessions.bought(id, 11, 300);
    expect(sessions.current()!.boughtWh).to.equal(1_000);
  });

  it("corrects a clock that is a day off, and not one that is a moment late", () => {
    station.toldNow(at(now + 86_400));
    station.metered([{ timestamp: at(now + 86_400 + 7), sampledValue: [{ value: 50 }] }]);
    station.toldNow(at(now - 5));
    station.metered([{ timestamp: at(now + 9), sampledValue: [{ value: 60 }] }]);
    // The same again, as a station sends what was not confirmed.
    station.metered([{ timestamp: at(now + 9), sampledValue: [{ value: 60 }] }]);
    expect(sessions.samples(now, now + 20).map((sample) => [sample.at - now, sample.importWh])).to.deep.equal([
      [7, 50],
      [9, 60],
    ]);
  });
});
