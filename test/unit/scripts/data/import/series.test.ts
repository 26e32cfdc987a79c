import { expect } from "chai";

import { byFrame } from "../../../../../scripts/data/import/byFrame";
import { readLoad } from "../../../../../scripts/data/import/load";
import { readPrices } from "../../../../../scripts/data/import/prices";
import type { SeriesOptions } from "../../../../../scripts/data/import/series";
import { DayCalendar } from "../../../../../scripts/data/calendar";
import { fileOf, problemOf } from "./fixtures";

const FRAME = { frameSeconds: 1800, bounds: [-(2 ** 31) + 1, 2 ** 31 - 1] as const };
const TARIFF = { ...FRAME, bounds: [0, 2 ** 24 - 1] as const };

/** Loads of the frames of a day that may be any, W. */
async function anyDay(rows: readonly string[], options: SeriesOptions = {}): Promise<number[]> {
  const file = fileOf(rows);
  const { profile } = await readLoad(file, options);
  const load = byFrame(profile, { ...FRAME, file, calendar: undefined });
  return Array.from({ length: 48 }, (_, frame) => load(frame));
}

/** Loads of the frames of a date, W. */
async function ofDate(rows: readonly string[], date: string, options: SeriesOptions = {}): Promise<number[]> {
  const file = fileOf(rows);
  const { profile, series } = await readLoad(file, options, date);
  const calendar = new DayCalendar(series.clock.clock, date, 1800);
  const load = byFrame(profile, { ...FRAME, file, calendar });
  const { first, count } = calendar.measured;
  return Array.from({ length: count }, (_, index) => load(first + index));
}

const numbers = (count: number, figure: (index: number) => number | string) =>
  Array.from({ length: count }, (_, index) => String(figure(index)));
const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const stamp = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16);

describe("load profile", () => {
  it("takes the mean of what is finer than a frame, and repeats what is coarser", async () => {
    const alternating = await anyDay(["load_kw", ...numbers(96, (i) => (i % 2 === 0 ? 10 : 30))]);
    expect(alternating).to.deep.equal(Array<number>(48).fill(20_000));
    const spike = await anyDay(["base_load_w", ...numbers(96, (i) => (i === 73 ? 9000 : 1000))]);
    expect(spike.filter((load) => load !== 1000)).to.deep.equal([5000]);
    expect(spike[36]).to.equal(5000);
    const minutes = await anyDay(["load_w", ...numbers(1440, (i) => i % 30)]);
    expect(minutes).to.deep.equal(Array<number>(48).fill(15));
    const hours = await anyDay(["load_w", ...numbers(24, (i) => i)]);
    expect(hours).to.deep.equal(Array.from({ length: 48 }, (_, frame) => Math.floor(frame / 2)));
    const five = await anyDay(["load_w", ...numbers(288, (i) => (i % 6) * 100)]);
    expect(five).to.deep.equal(Array<number>(48).fill(250));
  });

  it("takes kW, kWh a step, W and MW, by name or as told", async () => {
    const first = async (name: string, figure: string, options: SeriesOptions = {}) =>
      (await anyDay([name, ...numbers(96, () => figure)], options))[0];
    expect(await first("Load (kW)", "12.5")).to.equal(12_500);
    expect(await first("consumption_kWh", "3")).to.equal(12_000);
    expect(await first("energy Wh", "3000", { columns: { load: "energy Wh" } })).to.equal(12_000);
    expect(await first("mean_load_MW", "0.012")).to.equal(12_000);
    expect(await first("load", "12,5", { units: { load: "kW" } })).to.equal(12_500);
    expect(await problemOf(anyDay(["load", ...numbers(48, (i) => i)]))).to.equal(
      "data.csv: the column load does not say its unit (figures from 0 to 47); say --units load=Wh|kWh|MWh|W|kW|MW",
    );
  });

  it("reads a list of figures without a name, once told its unit", async () => {
    const loads = await anyDay(
      numbers(48, () => "0,5"),
      { units: { load: "kW" } },
    );
    expect(loads).to.deep.equal(Array<number>(48).fill(500));
  });

  it("counts lines as an editor does", async () => {
    const rows = ["base_load_w", "", "1", "# note", "x", ...numbers(46, () => 1)];
    expect(await problemOf(anyDay(rows))).to.equal('data.csv:5: base_load_w: expected a figure, found "x"');
  });

  it("refuses other numbers of figures, and says which it takes", async () => {
    expect(await problemOf(anyDay(["load_w", ...numbers(47, () => 1)]))).to.match(
      /expected a day of 24, 48, 96.*; found 47$/,
    );
  });

  it("takes times of day at the beginnings of steps, and at their ends", async () => {
    const begins = numbers(48, (i) => `${clock(30 * i)},${i}`);
    const ends = numbers(48, (i) => `${clock((30 * (i + 1)) % 1440)},${i}`);
    const expected = Array.from({ length: 48 }, (_, frame) => frame);
    expect(await anyDay(["Time,load_w", ...begins])).to.deep.equal(expected);
    expect(await anyDay(["Time,load_w", ...ends])).to.deep.equal(expected);
    expect(await anyDay(["Time,load_w", ...ends.slice(0, 47), "24:00,47"])).to.deep.equal(expected);
    expect(await anyDay(["hour,load_w", ...numbers(24, (i) => `${i},${i}`)])).to.have.length(48);
  });

  it("picks rows and columns of a table of many days", async () => {
    const rows = ["winter", "summer"].flatMap((season, s) =>
      numbers(96, (i) => `${season},${clock(15 * i)},${s},${i}`),
    );
    const table = ["season,timestamp,watts,n", ...rows];
    const summer = { only: { season: "summer" }, columns: { load: "watts" } };
    expect(await anyDay(table, summer)).to.deep.equal(Array<number>(48).fill(1));
    expect(await problemOf(anyDay(table, { columns: { load: "watts" } }))).to.match(
      /^data\.csv:98: timestamp: is not later than the time before it; choose the rows of one day with --only/,
    );
    expect(
      await problemOf(
        anyDay(
          table.map((row) => row.replace("watts", "a")),
          { only: { season: "summer" } },
        ),
      ),
    ).to.include("several columns of figures that may be the load: a, n; say --columns load=NAME");
  });

  for (const [hours, date] of [
    [23, "2019-03-31"],
    [25, "2019-10-27"],
  ] as const) {
    for (const [name, perHour] of [
      ["hours", 1],
      ["half-hours", 2],
      ["quarters", 4],
      ["minutes", 60],
    ] as const) {
      it(`takes the ${hours * perHour} ${name} of a day on which clocks are switched`, async () => {
        const rows = ["load_w", ...numbers(hours * perHour, (i) => Math.floor(i / perHour))];
        const loads = await ofDate(rows, date, { zone: "Europe/Oslo" });
        expect(loads).to.deep.equal(Array.from({ length: 2 * hours }, (_, frame) => Math.floor(frame / 2)));
        expect(await problemOf(ofDate(rows, date))).to.include(
          `a day of ${hours} hours on which clocks are switched; say which`,
        );
        expect(await problemOf(ofDate(rows, "2019-03-14", { zone: "Europe/Oslo" }))).to.include(
          "2019-03-14 has 24 hours in Europe/Oslo",
        );
      });
    }
  }

  it("reads a day of 48 on a day of 46 and of 50 by what clocks show", async () => {
    const rows = ["load_w", ...numbers(48, (i) => i)];
    const zone = { zone: "Europe/Oslo" };
    expect((await ofDate(rows, "2019-03-31", zone)).slice(2, 6)).to.deep.equal([2, 3, 6, 7]);
    expect((await ofDate(rows, "2019-10-27", zone)).slice(3, 9)).to.deep.equal([3, 4, 5, 4, 5, 6]);
  });

  for (const [count, perDay] of [
    [8760, 24],
    [17_520, 48],
    [35_040, 96],
  ] as const) {
    it(`takes the ${count} figures of a year, and the day of the date`, async () => {
      const rows = ["load_w", ...numbers(count, (i) => Math.floor(i / perDay))];
      expect(await ofDate(rows, "2019-02-01")).to.deep.equal(Array<number>(48).fill(31));
      expect(await problemOf(ofDate(rows, "2020-02-01"))).to.include("a year of 365 days, and 2020 has 366");
      expect(await problemOf(anyDay(rows))).to.include("say which day, such as --date 2019-03-14");
    });
  }

  it("takes dated figures: of the date, the mean; of a gap, an error with the time", async () => {
    const begin = Date.UTC(2019, 2, 13) / 1000;
    const rows = numbers(96 * 3, (i) => `${stamp(begin + 900 * i)},${Math.floor(i / 96)}${i % 2 === 0 ? "10" : "30"}`);
    const table = ["timestamp,load_w", ...rows];
    expect(await ofDate(table, "2019-03-14")).to.deep.equal(Array<number>(48).fill(120));
    expect(await problemOf(ofDate(table, "2019-03-16"))).to.equal(
      "data.csv: has no figure for 00:00 on 2019-03-16; it has the days from 2019-03-13 to 2019-03-15",
    );
    const gap = table.filter((row) => !row.startsWith("2019-03-14T05:15"));
    expect(await problemOf(ofDate(gap, "2019-03-14"))).to.include("has no figure for 05:00 on 2019-03-14");
    const odd = table.map((row) => row.replace("2019-03-14T05:15", "2019-03-14T05:16"));
    expect(await problemOf(ofDate(odd, "2019-03-14"))).to.match(/^data\.csv:119: timestamp: is 960 s later/);
  });

  it("tells the hour that comes twice by the order of the rows", async () => {
    const begin = Date.UTC(2019, 9, 26, 22) / 1000;
    const local = (seconds: number) => stamp(seconds + (seconds < Date.UTC(2019, 9, 27, 1) / 1000 ? 7200 : 3600));
    const rows = ["time,load_w", ...numbers(50, (i) => `${local(begin + 1800 * i)},${i}`)];
    const loads = await ofDate(rows, "2019-10-27", { zone: "Europe/Oslo" });
    expect(loads).to.deep.equal(Array.from({ length: 50 }, (_, frame) => frame));
    expect(await problemOf(ofDate(rows, "2019-10-27"))).to.include("if clocks go back there, say --zone");
  });
});

describe("prices", () => {
  const ofDay = async (rows: readonly string[], options: SeriesOptions = {}, date?: string) => {
    const file = fileOf(rows);
    const { profile, series } = await readPrices(file, options, date);
    const calendar = date === undefined ? undefined : new DayCalendar(series.clock.clock, date, 1800);
    return { price: byFrame(profile, { ...TARIFF, file, calendar }), calendar };
  };

  it("become money units per kWh, a cent or penny being 10 000", async () => {
    const rows = (name: string, figure: string) => [name, ...numbers(24, () => figure)];
    expect((await ofDay(rows("price_eur_mwh", "48.38"))).price(0)).to.equal(48_380);
    expect((await ofDay(rows("Price (EUR/kWh)", "0.14"))).price(0)).to.equal(140_000);
    expect((await ofDay(rows("price p/kWh", "14.25"))).price(0)).to.equal(142_500);
    expect((await ofDay(rows("price", "14"), { units: { prices: "pence-per-kWh" } })).price(0)).to.equal(140_000);
    expect(await problemOf(ofDay(rows("price", "14")))).to.include("say --units prices=per-MWh|per-kWh|pence-per-kWh");
  });

  it("below zero are refused with the time of the first", async () => {
    const rows = ["price_eur_mwh", ...numbers(24, (i) => (i === 13 ? -5.2 : 40))];
    expect(await problemOf(ofDay(rows))).to.equal(
      "data.csv: has a mean of -5200 at 13:00, and a market takes 0 to 16777215",
    );
    const begin = Date.UTC(2019, 2, 14) / 1000;
    const dated = ["time,price_eur_mwh", ...numbers(24, (i) => `${stamp(begin + 3600 * i)},${i === 13 ? -5.2 : 40}`)];
    expect(await problemOf(ofDay(dated, {}, "2019-03-14"))).to.include("a mean of -5200 at 13:00 on 2019-03-14");
  });

  it("are read by date and settlement period, 46 of them where clocks go forward", async () => {
    const rows = ["30/03/2018", "31/03/2018"].flatMap((day) => numbers(48, (i) => `${day},${i + 1},10`));
    const switched = numbers(46, (i) => `25/03/2018,${i + 1},${i}`);
    const table = ["settlement_date,settlement_period,ssp_gbp_mwh", ...switched, ...rows];
    const { price, calendar } = await ofDay(table, { zone: "Europe/London" }, "2018-03-25");
    const { first, count } = calendar!.measured;
    expect(count).to.equal(46);
    expect(Array.from({ length: 46 }, (_, index) => price(first + index))).to.deep.equal(
      Array.from({ length: 46 }, (_, index) => 1000 * index),
    );
  });
});
