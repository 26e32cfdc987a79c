import { expect } from "chai";

import { type SessionsOptions, sessionsPopulation } from "../../../../scripts/piles/populations/sessions";

const read = (text: string, options: Partial<SessionsOptions> = {}) =>
  sessionsPopulation(text, { file: "sessions.csv", frameSeconds: 1800, ...options });

const HEADER = "pile,arrival,departure,energy_kwh,rated_kw,side";

describe("sessions file", () => {
  it("becomes stays in order of arrival, from the first day's midnight", () => {
    const stays = read(
      [
        HEADER,
        "B,2019-03-14T23:10,2019-03-15T06:05,12.5,11,charge",
        "A,2019-03-14 18:05,2019-03-14 20:00,3,,discharge",
      ].join("\n"),
    );
    expect(stays).to.deep.equal([
      {
        ...{ pile: "A", side: "discharge", arrivalFrame: 36, departureFrame: 39 },
        ...{ batteryWh: 3000, initialSoc: 1, targetSoc: 0, ratedW: 7000 },
      },
      {
        ...{ pile: "B", side: "charge", arrivalFrame: 46, departureFrame: 59 },
        ...{ batteryWh: 12_500, initialSoc: 0, targetSoc: 1, ratedW: 11_000 },
      },
    ]);
  });

  it("reads other column names, ignores other columns and gives out free piles", () => {
    const text = [
      "id,plugin_local,plugout_local,connected_h,energy_kwh",
      "1,2019-03-14T08:00,2019-03-14T12:00,4,5",
      "2,2019-03-14T09:00,2019-03-14T10:00,1,5",
      "3,2019-03-14T13:00,2019-03-14T15:00,2,5",
    ].join("\r\n");
    const stays = read(text, { columns: { arrival: "plugin_local", departure: "plugout_local" } });
    expect(stays.map(({ pile }) => pile)).to.deep.equal(["P001", "P002", "P001"]);
  });

  it("keeps to the days asked for and leaves out what is too short or empty", () => {
    const text = [
      "arrival,departure,energy_kwh",
      "2019-03-13T08:00,2019-03-13T12:00,5",
      "2019-03-14T08:00,2019-03-14T12:00,5",
      "2019-03-14T08:00,2019-03-14T08:40,5",
      "2019-03-14T08:00,2019-03-14T12:00,0",
      "2019-03-15T08:00,2019-03-15T12:00,5",
    ].join("\n");
    expect(read(text, { from: "2019-03-14", days: 1 }).map(({ arrivalFrame }) => arrivalFrame)).to.deep.equal([16]);
  });

  const wrong: Record<string, [line: string, message: string]> = {
    "no date": [
      "A,yesterday,2019-03-15T06:05,12.5,11,charge",
      'sessions.csv:2:1: arrival is not a date and time: "yesterday"',
    ],
    "no energy": ["A,2019-03-14T23:10,2019-03-15T06:05,,11,charge", "sessions.csv:2:1: energy_kwh is not a figure"],
    "negative energy": ["A,2019-03-14T23:10,2019-03-15T06:05,-1,11,charge", "sessions.csv:2:1: energy_kwh"],
    "no side": ["A,2019-03-14T23:10,2019-03-15T06:05,1,11,both", "neither charge nor discharge"],
    "leaves first": ["A,2019-03-14T23:10,2019-03-14T06:05,1,11,", "departure lies before arrival"],
    "missing field": ["A,2019-03-14T23:10", "sessions.csv:2:1: "],
    "impossible date": ["A,2019-02-31T23:10,2019-03-15T06:05,1,11,", "arrival is not a date"],
  };
  for (const [name, [line, message]] of Object.entries(wrong)) {
    it(`names file and line: ${name}`, () => {
      expect(() => read(`${HEADER}\n${line}`)).to.throw(message);
    });
  }

  it("names missing columns, an empty file and two sessions at a pile", () => {
    expect(() => read("pile,arrival\nA,2019-03-14T08:00")).to.throw("sessions.csv:1:1: no column departure");
    expect(() => read("")).to.throw("sessions.csv: no sessions");
    const twice = [HEADER, "A,2019-03-14T08:00,2019-03-14T12:00,1,,", "A,2019-03-14T09:00,2019-03-14T12:00,1,,"].join(
      "\n",
    );
    expect(() => read(twice)).to.throw("sessions.csv:3:1: pile A is taken by the session of line 2");
  });
});
