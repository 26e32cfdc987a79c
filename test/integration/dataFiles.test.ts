import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import type { Understood } from "../../scripts/data/import/describe";
import type { DayResult } from "../../scripts/simulation/dayResult";
import { ALL_CASES } from "../helpers/cases";
import { commandInProcess } from "../helpers/commandInProcess";
import { hardhatCommand } from "../helpers/hardhatCommand";

describe("files of one's own on the command line", function () {
  this.timeout(600_000);
  const folder = mkdtempSync(join(tmpdir(), "adbev-data-"));
  const write = (name: string, rows: readonly string[]) => {
    const file = join(folder, name);
    writeFileSync(file, rows.join("\n"));
    return file;
  };
  const sessions = write("sessions.csv", [
    "Start;Ende;Energie;station",
    "14.03.2019 18:00;14.03.2019 20:00;13,0;A",
    "14.03.2019 21:00;15.03.2019 06:00;8,5;B",
    "15.03.2019 08:00;15.03.2019 09:00;2,5;B",
  ]);
  const columns = ["--columns", "arrival=Start,departure=Ende,energy=Energie,pile=station"];

  it("data:check says how a file is understood, as JSON, too", async () => {
    const { code, stdout } = await hardhatCommand("data:check", sessions, ...columns, "--json");
    expect(code).to.equal(0);
    const understood = JSON.parse(stdout) as Understood;
    expect(understood).to.deep.include({
      ...{ kind: "sessions", separator: "semicolon", decimalMark: "comma", unusedColumns: [] },
      ...{ columns: { arrival: "Start", departure: "Ende", energy: "Energie", pile: "station" } },
      ...{ units: { energy: { unit: "kWh", by: "figures" } }, zone: { name: null, by: "none" } },
    });
    expect(understood.sessions).to.deep.include({
      ...{ count: 3, energyKWh: 24, overlaps: { count: 0, first: [] } },
      days: { count: 2, first: "2019-03-14", last: "2019-03-15", busiest: { date: "2019-03-14", sessions: 2 } },
    });
    const shown = await commandInProcess("data:check", sessions, ...columns);
    expect(shown.stdout)
      .to.match(/decimal mark +comma/)
      .and.to.match(/unit of energy +kWh, from the size of the figures/);
  });

  it("data:check lists what cannot be used, and ends with 1", async () => {
    const bad = write("bad.csv", [
      "arrival,departure,energy_kwh",
      "2019-03-14T18:00,2019-03-14T20:00,9990",
      "2019-03-14T18:00,2019-03-14T20:00,5",
      "2019-02-30T18:00,2019-03-14T20:00,5",
    ]);
    const { code, stdout } = await commandInProcess("data:check", bad);
    expect(code).to.equal(1);
    expect(stdout).to.include(`${bad}:2: energy_kwh: 9990 kWh is more than one stay can take`);
    expect(stdout).to.include(`${bad}:4: arrival: expected a date and time`);
    expect((await commandInProcess("data:check", bad, "--rows", "skip")).code).to.equal(0);
  });

  (ALL_CASES ? it : it.skip)("a million rows go through a heap of 192 MB", async () => {
    const file = join(folder, "million.csv");
    writeFileSync(file, "arrival,departure,energy_kwh\n");
    // Of a file with one day all sessions are kept: a hundred days.
    const day = (number: number) => new Date(Date.UTC(2019, 0, 1 + number)).toISOString().slice(0, 10);
    for (let number = 0; number < 100; number++) {
      appendFileSync(file, `${day(number)}T18:00,${day(number + 1)}T06:00,9.5\n`.repeat(10_000));
    }
    const before = process.env["NODE_OPTIONS"];
    process.env["NODE_OPTIONS"] = "--max-old-space-size=192";
    const { code, stdout, stderr } = await hardhatCommand("data:check", file, "--json").finally(() => {
      if (before === undefined) delete process.env["NODE_OPTIONS"];
      else process.env["NODE_OPTIONS"] = before;
    });
    expect(code, stderr).to.equal(0);
    expect((JSON.parse(stdout) as Understood).sessions).to.include({ count: 1_000_000 });
  });

  it("simulate:day plays the day asked for, says which there are, and cuts no need", async () => {
    const many = await commandInProcess("simulate:day", "--on", "model", "--sessions", sessions, ...columns);
    expect(many.code).to.equal(1);
    expect(many.stderr).to.include(
      "has sessions on the days 2019-03-14, 2019-03-15; say which day, such as --date 2019-03-14",
    );
    const none = await commandInProcess(
      "simulate:day",
      "--on",
      "model",
      "--sessions",
      sessions,
      ...columns,
      "--date",
      "2019-03-13",
    );
    expect(none.stderr).to.include("has no session that begins on 2019-03-13; it has the days 2019-03-14, 2019-03-15");

    const load = write("load.csv", ["load_kw", ...Array.from({ length: 96 }, (_, i) => (i % 2 === 0 ? "10" : "30"))]);
    const day = ["--date", "2019-03-14", "--load", load, "--json"];
    const { code, stdout } = await commandInProcess(
      "simulate:day",
      "--on",
      "model",
      "--sessions",
      sessions,
      ...columns,
      ...day,
    );
    expect(code).to.equal(0);
    const { totals, frames, loads } = JSON.parse(stdout) as DayResult;
    expect(totals).to.include({
      chargingEvs: 2,
      neededWh: 21_500,
      askedWh: 14_500,
      servedWh: 14_500,
      unservedWh: 7_000,
    });
    expect(loads.market.unservedShare).to.be.closeTo(7 / 21.5, 1e-9);
    expect(frames.map(({ baseLoadW }) => baseLoadW)).to.deep.equal(Array<number>(48).fill(20_000));
  });

  it("refuses flags of a file where there is none, dates that are none and names of nothing", async () => {
    const refused: [args: string[], said: string][] = [
      [["--date", "2019-03-14"], "--date: only goes with --sessions, --load or --prices"],
      [
        ["--sessions", sessions, ...columns, "--date", "2019-02-30"],
        '--date: expected a date such as 2019-03-14, found "2019-02-30"',
      ],
      [["--sessions", sessions, "--columns", "pile=statoin"], 'has no column "statoin"'],
      [["--sessions", sessions, "--columns", "colour=Start"], 'found "colour"'],
      [["--sessions", sessions, "--units", "energy=J"], "--units: energy: expected one of Wh, kWh, MWh"],
    ];
    for (const [args, said] of refused) {
      const { code, stdout, stderr } = await commandInProcess("simulate:day", "--on", "model", ...args);
      expect([code, stdout]).to.deep.equal([1, ""]);
      expect(stderr)
        .to.include(said)
        .and.not.to.match(/\n\s+at /);
    }
  });
});
