import { gzipSync } from "node:zlib";

import { expect } from "chai";

import { checkData } from "../../../../../scripts/data/import/check";
import { readSessions, type SessionsOptions } from "../../../../../scripts/data/import/sessions";
import { fileOf, problemOf } from "./fixtures";

/** Arrival, departure and energy of each session of a file of one day, times in UTC. */
async function sessionsOf(
  content: Parameters<typeof fileOf>[0],
  options: SessionsOptions = {},
  name?: string,
): Promise<[string, string, number][]> {
  const { sessions } = await readSessions(fileOf(content, name), options);
  return sessions.map(({ arrival, departure, energyWh }) => [text(arrival), text(departure), energyWh]);
}

const text = (seconds: number) => new Date(seconds * 1000).toISOString().replace(/:00\.000Z$|\.000Z$/, "");
const HEADER = "arrival,departure,energy_kwh";
const ONE: [string, string, number][] = [["2019-03-14T08:05", "2019-03-14T12:00", 7400]];

describe("sessions file", () => {
  describe("text", () => {
    const rows = ["arrival;departure;energy_kwh;place", "2019-03-14 08:05;2019-03-14 12:00;7,4;Zürich"].join("\r\n");

    const files: Record<string, string | Uint8Array> = {
      semicolons: rows,
      tabs: rows.replaceAll(";", "\t"),
      "an Excel separator line": `sep=;\r\n${rows}`,
      "a UTF-8 byte-order mark": `\uFEFF${rows}`,
      "UTF-16 with a byte-order mark": Buffer.from(`\uFEFF${rows}`, "utf16le"),
      "big-endian UTF-16": Buffer.from(`\uFEFF${rows}`, "utf16le").swap16(),
      "UTF-16 without a mark": Buffer.from(rows, "utf16le"),
      "Latin-1": Buffer.from(rows, "latin1"),
      gzip: gzipSync(Buffer.from(rows, "latin1")),
      "blank lines and comments": `# from a portal\r\n\r\n${rows}\r\n;;;\r\n\r\n`,
      "quoted fields": rows.replace("Zürich", '"Zürich; HB ""1"""'),
      "old Mac line ends": rows.replaceAll("\r\n", "\r"),
      "separators at the ends of lines": rows.replaceAll("\r\n", ";\r\n") + ";",
    };
    for (const [name, content] of Object.entries(files)) {
      it(`reads ${name}`, async () => {
        expect(await sessionsOf(content)).to.deep.equal(ONE);
      });
    }

    it("tells which encoding it found and why", async () => {
      const { table } = await readSessions(fileOf(files["Latin-1"]!));
      expect(table.source.encoding).to.deep.equal({ label: "windows-1252", by: "statistics" });
      expect(table.columns.names).to.deep.equal(["arrival", "departure", "energy_kwh", "place"]);
      expect(table.head[0]!.cells[3]).to.equal("Zürich");
    });

    it("counts lines as an editor does, blank ones, comments and breaks within quotes included", async () => {
      const file = fileOf(
        `sep=;\r\n${HEADER.replaceAll(",", ";")};note\r\n\r\n# note\r\n2019-03-14 08:05;2019-03-14 12:00;1;"a\r\nb"\r\n2019-03-14 08:05;soon;1;x`,
      );
      expect(await problemOf(readSessions(file))).to.match(
        /^data\.csv:7: departure: expected a date and time .*found "soon"$/,
      );
    });

    it("refuses what is no text table, and says what it is", async () => {
      expect(await problemOf(readSessions(fileOf("")))).to.equal("data.csv: is empty");
      expect(await problemOf(readSessions(fileOf(HEADER)))).to.include("no rows below the names");
      expect(await problemOf(readSessions(fileOf(Buffer.from("PK\u0003\u0004..."))))).to.include("Excel workbook");
      expect(await problemOf(readSessions(fileOf(gzipSync(Buffer.from(rows)).subarray(0, 30))))).to.include(
        "cannot be unpacked",
      );
      expect(await problemOf(readSessions("/nowhere/x.csv"))).to.include("cannot be read: no such file or directory");
      expect(await problemOf(readSessions(fileOf([HEADER, '"2019-03-14T08:05,1'])))).to.include(
        "a quote is not closed",
      );
    });
  });

  describe("figures", () => {
    const energies: Record<string, [cells: string[], wh: number[], options?: SessionsOptions]> = {
      "decimal commas": [
        ["7,4", "12,25"],
        [7400, 12_250],
      ],
      "thousands of points": [["1.234,5", "2,5"], [1_234_500, 2500], { units: { energy: "Wh" } }],
      "thousands of commas": [["1,234.5", "2.5"], [1_234_500, 2500], { units: { energy: "Wh" } }],
      "thousands of blanks": [["1 234,5", "2,5"], [1_234_500, 2500], { units: { energy: "Wh" } }],
      "units in cells": [
        ["7.4 kWh", "900 Wh"],
        [7400, 900],
      ],
    };
    for (const [name, [cells, wh, options]] of Object.entries(energies)) {
      it(`reads ${name}`, async () => {
        const rows = cells.map((cell, index) => `2019-03-14T0${index}:00;2019-03-14T12:00;${cell}`);
        const scale = options?.units?.["energy"] === "Wh" ? 1000 : 1;
        const found = await sessionsOf(["arrival;departure;energy", ...rows], options);
        expect(found.map(([, , energyWh]) => energyWh)).to.deep.equal(wh.map((value) => Math.round(value / scale)));
      });
    }

    it("asks where a comma may part thousands or decimals, and takes the answer", async () => {
      const file = fileOf([HEADER, '2019-03-14T08:05,2019-03-14T12:00,"7,400"']);
      expect(await problemOf(readSessions(file))).to.include(
        'data.csv:2: "7,400" may be a figure with decimals or above a thousand; say --decimal',
      );
      expect((await readSessions(file, { decimal: "comma" })).energyWh).to.equal(7400);
    });

    it("refuses two decimal marks in one file", async () => {
      const file = fileOf([
        "arrival;departure;energy_kwh",
        "2019-03-14T08:05;2019-03-14T12:00;7,4",
        "2019-03-14T08:05;2019-03-14T12:00;7.45",
      ]);
      expect(await problemOf(readSessions(file, {}))).to.include("has a decimal comma");
    });
  });

  describe("dates", () => {
    const forms: Record<string, [from: string, to: string]> = {
      "ISO with seconds": ["2019-03-14T08:05:00", "2019-03-14T12:00:00"],
      "ISO with fractions": ["2019-03-14 08:05:00.000", "2019-03-14 12:00:00.000"],
      "UTC with a Z": ["2019-03-14T08:05:00Z", "2019-03-14T12:00:00Z"],
      "one-digit hours": ["2019-03-14 8:05", "2019-03-14 12:00"],
      "day first": ["14/03/2019 08:05", "14/03/2019 12:00"],
      "month first": ["3/14/2019 8:05", "3/14/2019 12:00"],
      "month first with AM and PM": ["3/14/2019 8:05 AM", "3/14/2019 12:00 PM"],
      "points between": ["14.03.2019 08:05", "14.3.2019 12:00"],
      "HTTP dates": ["Thu, 14 Mar 2019 08:05:00 GMT", "Thu, 14 Mar 2019 12:00:00 GMT"],
      "names of months": ["14-Mar-2019 08:05", "March 14, 2019 12:00"],
      "Unix seconds": ["1552550700", "1552564800"],
      "Unix milliseconds": ["1552550700000", "1552564800000"],
    };
    for (const [name, [from, to]] of Object.entries(forms)) {
      it(`reads ${name}`, async () => {
        expect(await sessionsOf([HEADER.replaceAll(",", ";"), `${from};${to};7.4`])).to.deep.equal(ONE);
      });
    }

    it("takes an offset at its word, and the day by the offset that all times have", async () => {
      const file = fileOf([HEADER, "2019-03-14T00:30:00+01:00,2019-03-14T02:00:00+01:00,7.4"]);
      const { sessions, date, clock } = await readSessions(file);
      expect([text(sessions[0]!.arrival), date, clock.from]).to.deep.equal([
        "2019-03-13T23:30",
        "2019-03-14",
        "offsets",
      ]);
    });

    it("asks which comes first where no date of the file says so, and takes the answer", async () => {
      const file = fileOf([HEADER, "05/03/2022 08:12,05/03/2022 09:12,1"]);
      expect(await problemOf(readSessions(file))).to.equal(
        'data.csv:2: arrival: "05/03/2022 08:12" may have the day or the month first, and no date of the file decides; say --dates day-first or --dates month-first',
      );
      expect((await readSessions(file, { dates: "day-first" })).date).to.equal("2022-03-05");
      expect((await readSessions(file, { dates: "month-first" })).date).to.equal("2022-05-03");
    });

    it("finds the date that decides, however far down it is", async () => {
      const rows = Array.from({ length: 300 }, () => "05/03/2022 08:12,05/03/2022 09:12,1");
      const { days } = await readSessions(fileOf([HEADER, ...rows, "05/03/2022 23:12,13/03/2022 09:12,1"]));
      expect([...days.keys()]).to.deep.equal(["2022-03-05"]);
    });

    it("names the line of a date against the order of the rest", async () => {
      const file = fileOf([HEADER, "14/03/2022 08:12,14/03/2022 09:12,1", "03/14/2022 08:12,14/03/2022 09:12,1"]);
      expect(await problemOf(readSessions(file))).to.match(/^data\.csv:3: arrival: .*found "03\/14\/2022 08:12"$/);
    });

    it("puts date and time of two columns together, found by itself or as told", async () => {
      const rows = ["Start Date,Start Time,End Date,End Time,Total kWh", "14/03/2019,08:05,14/03/2019,12:00,7.4"];
      expect(await sessionsOf(rows)).to.deep.equal(ONE);
      const renamed = ["day,in,out,kWh", "14/03/2019,08:05,12:00,7.4", "14/03/2019,23:00,01:00,1"];
      const columns = { arrival: "day+in", departure: "day+out" };
      expect(await sessionsOf(renamed, { columns })).to.deep.equal([
        ...ONE,
        ["2019-03-14T23:00", "2019-03-15T01:00", 1000],
      ]);
    });

    it("finds the one date of two times of day", async () => {
      const rows = ["Date,Start,End,kWh", "14/03/2019,08:05,12:00,7.4"];
      expect(await sessionsOf(rows)).to.deep.equal(ONE);
    });

    it("takes a duration where there is no departure", async () => {
      const rows = (duration: string, cell: string) => [
        `arrival,${duration},energy_kwh`,
        `2019-03-14T08:05,${cell},7.4`,
      ];
      expect(await sessionsOf(rows("duration_hours", "3.9166667"))).to.have.length(1);
      expect(await sessionsOf(rows("Total Duration (hh:mm:ss)", "3:55:00"))).to.deep.equal(ONE);
      expect(await sessionsOf(rows("duration", "235"), { units: { duration: "minutes" } })).to.deep.equal(ONE);
      expect(await problemOf(sessionsOf(rows("duration", "235")))).to.include("say --units duration=hours");
    });

    for (const cell of [
      "2019-02-30T08:00",
      "2019-13-01T08:00",
      "2019-03-14",
      "25:00",
      "2019-03-14T24:30",
      "yesterday",
      "",
    ]) {
      it(`refuses "${cell}" with line and field`, async () => {
        const file = fileOf([HEADER, "2019-03-14T08:05,2019-03-14T12:00,1", `${cell},2019-03-15T12:00,1`]);
        expect(await problemOf(readSessions(file))).to.match(/^data\.csv:3: arrival: .*expected a date and/);
      });
    }
  });

  describe("zones", () => {
    const oslo = { zone: "Europe/Oslo" };

    it("reads local times by the zone, across the switch in spring", async () => {
      const rows = [HEADER, "2019-03-31T01:30,2019-03-31T03:30,1"];
      expect(await sessionsOf(rows, oslo)).to.deep.equal([["2019-03-31T00:30", "2019-03-31T01:30", 1000]]);
      expect(await problemOf(sessionsOf([HEADER, "2019-03-31T02:30,2019-03-31T03:30,1"], oslo))).to.include(
        'arrival: "2019-03-31T02:30" is left out by the clocks of Europe/Oslo',
      );
    });

    it("takes the hour that comes twice as early as it may be, and says so", async () => {
      const file = fileOf([HEADER, "2019-10-27T02:50,2019-10-27T02:10,1"]);
      const { sessions, problems } = await readSessions(file, oslo);
      expect([text(sessions[0]!.arrival), text(sessions[0]!.departure)]).to.deep.equal([
        "2019-10-27T00:50",
        "2019-10-27T01:10",
      ]);
      expect(problems.warnings.map(({ kind, count }) => [kind, count])).to.deep.equal([
        ["times in the hour that comes twice", 2],
      ]);
    });

    it("counts days of times in UTC by the zone told", async () => {
      const file = fileOf([HEADER, "2019-03-14T23:30:00Z,2019-03-15T02:00:00Z,1"]);
      expect((await readSessions(file)).date).to.equal("2019-03-14");
      expect((await readSessions(file, oslo)).date).to.equal("2019-03-15");
      expect(await problemOf(readSessions(file, { zone: "Mars/Olympus" }))).to.include(
        "--zone: expected a zone such as Europe/Oslo",
      );
    });

    it("asks for a zone where times have several offsets, or some have none", async () => {
      const several = [HEADER, "2019-03-14T08:00+01:00,2019-04-14T08:00+02:00,1"];
      expect(await problemOf(sessionsOf(several))).to.include("several offsets from UTC; say by which clock");
      const rows = Array.from({ length: 250 }, () => "2019-03-14T08:00,2019-03-14T09:00,1");
      expect(await problemOf(sessionsOf([HEADER, ...rows, "2019-03-14T08:00Z,2019-03-14T09:00Z,1"]))).to.match(
        /^data\.csv:252: arrival: .*say by which clock/,
      );
    });

    it("reads zones of a column, by abbreviation or by name", async () => {
      const rows = ["Start Date,Start Time Zone,End Date,Energy (kWh)", "7/29/2011 20:17,PDT,7/29/2011 23:20,6.2"];
      expect(await sessionsOf(rows)).to.deep.equal([["2011-07-30T03:17", "2011-07-30T06:20", 6200]]);
    });
  });

  describe("JSON", () => {
    const item = {
      clusterID: "0039",
      connectionTime: "Thu, 14 Mar 2019 08:05:00 GMT",
      disconnectTime: "Thu, 14 Mar 2019 12:00:00 GMT",
      doneChargingTime: null,
      kWhDelivered: 7.4,
      sessionID: "2_39_79_378_2018",
      stationID: "2-39-79-378",
      timezone: "America/Los_Angeles",
      userInputs: [{ kWhRequested: 12 }],
    };

    it("reads ACN-Data as it is served, with its zone, however it is laid out", async () => {
      const served = { _meta: { end: "…", items: [1] }, _items: [item] };
      for (const json of [
        JSON.stringify(served),
        JSON.stringify(served, null, 2),
        JSON.stringify([item]),
        `${JSON.stringify(item)}\n${JSON.stringify(item)}\n`,
      ]) {
        const { sessions, clock, date } = await readSessions(fileOf(json, "acn.json"));
        expect([clock.clock.name, clock.from, date]).to.deep.equal(["America/Los_Angeles", "column", "2019-03-14"]);
        const { arrival, energyWh, pile } = sessions[0]!;
        expect([text(arrival), energyWh, pile]).to.deep.equal(["2019-03-14T08:05", 7400, "2-39-79-378"]);
      }
    });

    it("says that a file ends too early", async () => {
      for (const [cut, line] of [
        ['{"_items": [', 1],
        ['[\n{"connectionTime": "Thu, 14', 2],
        ['[{"a": 1},\n{"a": 2}\n', 3],
      ] as const) {
        const problem = await problemOf(readSessions(fileOf(cut, "data.json")));
        expect(problem).to.equal(`data.json:${line}: ends within a list, an object or a value; is it here whole?`);
      }
    });

    it("names item, line and field of what cannot be used", async () => {
      const served = { _items: [item, { ...item, kWhDelivered: "much" }] };
      const problem = await problemOf(readSessions(fileOf(JSON.stringify(served, null, 1), "acn.json")));
      expect(problem).to.match(/^acn\.json:\d+: _items\[1\]\.kWhDelivered: expected an energy in kWh.*found "much"$/);
      const line = Number(/:(\d+):/.exec(problem)![1]);
      expect(JSON.stringify(served, null, 1).split("\n")[line - 1]!.trim()).to.equal("{");
      expect(await problemOf(readSessions(fileOf('[{"arrival": 1,}]', "bad.json")))).to.match(
        /^bad\.json:1: is not JSON/,
      );
      expect(await problemOf(readSessions(fileOf("[1]", "bad.json")))).to.include("[0]: expected an object");
    });
  });

  describe("what cannot be", () => {
    const rows: Record<string, [row: string, problem: RegExp]> = {
      "Wh for kWh": [
        "2019-03-14T08:05,2019-03-14T12:00,9990,",
        /energy_kwh: 9990 kWh is more than one stay can take, 1000 kWh at most; if the figures are Wh, say --units energy=Wh/,
      ],
      "no energy": ["2019-03-14T08:05,2019-03-14T12:00,,", /energy_kwh: expected an energy in kWh, 0 or more/],
      "less than none": ["2019-03-14T08:05,2019-03-14T12:00,-1,", /energy_kwh: expected an energy/],
      "not a number": ["2019-03-14T08:05,2019-03-14T12:00,NaN,", /energy_kwh: expected an energy/],
      "W for kW": [
        "2019-03-14T08:05,2019-03-14T12:00,1,7400",
        /rated_kw: expected a power above 0 and up to 1000 kW in kW, found "7400"; if the figures are W/,
      ],
      "no rated power": ["2019-03-14T08:05,2019-03-14T12:00,1,0", /rated_kw: expected a power above 0/],
      "a stay of a year": [
        "2019-03-14T08:05,2020-03-14T12:00,1,",
        /departure: makes a stay of 366\.2 days; expected at most 31/,
      ],
      "leaving first": ["2019-03-14T08:05,2019-03-14T07:00,1,", /departure: lies before arrival/],
      "too many fields": ["2019-03-14T08:05,2019-03-14T12:00,1,7,8", /has 5 fields, and the table 4 columns/],
    };
    for (const [name, [row, problem]] of Object.entries(rows)) {
      it(`refuses ${name}, and leaves it out when told to`, async () => {
        const good = "2019-03-14T08:05,2019-03-14T12:00,7.4,7.4";
        const file = fileOf([`${HEADER},rated_kw`, good, row]);
        const message = await problemOf(readSessions(file));
        expect(message).to.match(problem);
        expect(message).to.match(/^data\.csv:3: /);
        const { sessions, problems } = await readSessions(file, { rows: "skip" });
        expect([sessions.length, problems.errorCount]).to.deep.equal([1, 1]);
      });
    }

    it("names what no stay could take, and keeps it", async () => {
      const file = fileOf([HEADER, "2019-03-14T08:00,2019-03-14T08:30,30"]);
      const { problems, energyWh } = await readSessions(file);
      expect(energyWh).to.equal(30_000);
      expect(problems.warnings[0]!.first).to.deep.equal([
        { line: 2, field: "energy_kwh", problem: "30 kWh in 0.50 h need 60.0 kW; its rated power is 7 kW" },
      ]);
    });

    it("guesses a unit that no name tells from the figures, and asks in between", async () => {
      const unit = async (energy: string) =>
        (await readSessions(fileOf(["arrival,departure,energy", `2019-03-14T08:00,2019-03-14T18:00,${energy}`])))
          .energyUnit;
      expect(await unit("7.4")).to.deep.equal({ unit: "kWh", by: "figures" });
      expect(await unit("7400")).to.deep.equal({ unit: "Wh", by: "figures" });
      expect(await problemOf(unit("200"))).to.include("may be in Wh or in kWh");
    });

    it("counts all that is wrong, and names the first", async () => {
      const file = fileOf([HEADER, ...Array.from({ length: 30 }, () => "x,y,z")]);
      expect(await problemOf(readSessions(file))).to.match(
        /^data\.csv:2: arrival.* \(and 29 more: data:check lists them/,
      );
      expect(await problemOf(readSessions(file, { rows: "skip" }))).to.include("(none of its 30 rows can be used)");
    });
  });

  describe("columns", () => {
    it("says why no row can be used, to data:check as well", async () => {
      const file = fileOf([HEADER, "2019-03-14 08:05,2019-03-14 12:00,-1", "2019-03-14 08:05,2019-03-13 12:00,1"]);
      const expected = /^data\.csv:2: energy_kwh: expected an energy.*found "-1" \(none of its 2 rows can be used\)$/;
      expect(await problemOf(readSessions(file, { rows: "skip" }))).to.match(expected);
      expect(await problemOf(checkData(file, {}, undefined))).to.match(expected);
      const one = fileOf([HEADER, "2019-03-14 08:05,2019-03-13 12:00,1"]);
      expect(await problemOf(checkData(one, {}, undefined))).to.equal(
        "data.csv:2: departure: lies before arrival (its only row cannot be used)",
      );
    });

    it("says that the day asked for is not there, when checking, too", async () => {
      const file = fileOf([HEADER, "2019-03-14 08:05,2019-03-14 12:00,1"]);
      expect(await problemOf(checkData(file, {}, "2019-03-15"))).to.equal(
        "--date: data.csv has no session that begins on 2019-03-15; it has one day, 2019-03-14",
      );
    });

    it("refuses two columns of one name where the name decides", async () => {
      const row = "2019-03-14 08:05,2019-03-14 12:00,1,9,x";
      expect(await problemOf(readSessions(fileOf([`${HEADER},energy_kwh,note`, row])))).to.equal(
        'data.csv: has several columns named "energy_kwh" (3 and 4); rename all but one',
      );
      expect(await sessionsOf([`${HEADER},note,note`, row])).to.have.length(1);
    });

    it("finds the columns of rows too broken to agree, and says what is wrong with them", async () => {
      const file = fileOf([HEADER, "2019-03-14 08:05,2019-03-14 12:00,1,2,3", "2019-03-14 08:05"]);
      expect(await problemOf(readSessions(file))).to.match(/^data\.csv:2: has 5 fields, and the table 3 columns/);
    });

    it("refuses names that the file lacks, and roles that there are not", async () => {
      const file = fileOf([HEADER, "2019-03-14T08:05,2019-03-14T12:00,7.4"]);
      expect(await problemOf(readSessions(file, { columns: { pile: "statoin" } }))).to.equal(
        '--columns: pile: data.csv has no column "statoin"; it has arrival, departure, energy_kwh',
      );
      expect(await problemOf(readSessions(file, { columns: { colour: "arrival" } }))).to.include('found "colour"');
    });

    it("says what is missing, and what there is", async () => {
      expect(
        await problemOf(readSessions(fileOf(["arrival,departure", "2019-03-14T08:05,2019-03-14T12:00"]))),
      ).to.equal(
        "data.csv: has no column that looks like the energy; its columns are arrival, departure; say --columns energy=NAME",
      );
      expect(await problemOf(readSessions(fileOf(["2019-03-14T08:05,2019-03-14T12:00,1"])))).to.include(
        "expected a first line that names the columns",
      );
    });

    it("keeps to the rows asked for", async () => {
      const rows = [
        `${HEADER},garage`,
        "2019-03-14T08:05,2019-03-14T12:00,7.4,A",
        "2019-03-14T08:05,2019-03-14T12:00,1,B",
      ];
      expect(await sessionsOf(rows, { only: { garage: "A" } })).to.deep.equal(ONE);
      expect(await problemOf(sessionsOf(rows, { only: { garage: "C" } }))).to.include(
        "has no row that --only asks for",
      );
      expect(await problemOf(sessionsOf(rows, { only: { street: "C" } }))).to.include('has no column "street"');
    });
  });

  describe("days", () => {
    const rows = [
      HEADER,
      ...["13", "14", "14", "15", "16", "18"].map((day) => `2019-03-${day}T08:00,2019-03-${day}T12:00,2`),
    ];

    it("counts sessions and energy of all, and keeps those of the day asked for and its neighbours", async () => {
      const { days, sessions, count } = await readSessions(fileOf(rows), {}, "2019-03-14");
      expect(count).to.equal(6);
      expect(days.get("2019-03-14")).to.deep.equal({ sessions: 2, energyWh: 4000 });
      expect(sessions.map(({ line }) => line)).to.deep.equal([2, 3, 4, 5]);
    });

    it("keeps none where it is not said which of several", async () => {
      const { date, sessions } = await readSessions(fileOf(rows));
      expect([date, sessions]).to.deep.equal([undefined, []]);
    });

    it("tells how far it is", async () => {
      const shares: number[] = [];
      await readSessions(fileOf(rows), {}, undefined, (share) => shares.push(share));
      expect(shares.at(-1)).to.equal(1);
      expect(shares).to.deep.equal([...shares].sort((a, b) => a - b));
    });
  });
});
