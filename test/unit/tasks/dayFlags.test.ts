import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { type DayArguments, readDay } from "../../../tasks/support/dayFlags";

const GIVEN: DayArguments = {
  ...{ setting: "chapter4", seed: "1", seeds: "1", feeders: "1", settlement: "adbev", on: "model", json: false },
  ...{ import: "20", export: "5", threshold: "4000", priceWeight: "10", timeWeight: "1" },
};

async function errorOf(args: Partial<DayArguments>): Promise<string> {
  return readDay({ ...GIVEN, ...args }).then(
    () => "nothing was refused",
    (error: Error) => error.message,
  );
}

describe("flags of a simulated day", () => {
  it("say the day of the thesis by themselves", async () => {
    const day = await readDay(GIVEN);
    expect(day.evs).to.deep.equal([100]);
    expect(day.settings.policy!.name).to.equal("waterline");
    expect(day.market).to.deep.include({ icebergPeakWh: 2_000n, icebergThresholdWh: 4_000n, pileCap: 1_024 });
  });

  it("share EVs out to the feeders, every one of them", async () => {
    expect((await readDay({ ...GIVEN, evs: "100", feeders: "3" })).evs).to.deep.equal([34, 33, 33]);
  });

  for (const [what, args, message] of [
    ["a tranche of nothing", { peak: "0" }, '--peak: expected a whole number of Wh, 1 to 1048575, found "0"'],
    [
      "a capacity beyond its field",
      { capacity: "99999999999" },
      "--capacity: expected a whole number of W, 0 to 2147483647",
    ],
    ["a tariff beyond its field", { import: "2000" }, "--import: expected at most 1677.7215 pence per kWh"],
    [
      "an export tariff above the import tariff",
      { import: "0.2" },
      '--export: expected at most the import tariff, 0.2 p, found "5"',
    ],
    ["fewer EVs than feeders", { evs: "2", feeders: "3" }, "--evs: expected at least one for each of 3 feeders"],
    ["a page of several days", { seeds: "2", html: "x.html" }, "--html: draws one day; leave out --seeds"],
    ["EVs beside sessions", { sessions: "x.csv", evs: "5" }, "--sessions: does not go with --evs"],
    ["sessions on two feeders", { sessions: "x.csv", feeders: "2" }, "--sessions: does not go with --feeders"],
    ["a mechanism on the model", { mechanism: "x.sol", on: "model" }, "--mechanism: only its contract knows the rule"],
    [
      "a mechanism beside a rule",
      { mechanism: "x.sol", matching: "uniform" },
      "--mechanism: does not go with --matching",
    ],
    ["a rule that there is not", { matching: "fair" }, "--matching: expected one of adbev"],
    ["credit that nothing moves", { matching: "credit" }, "--matching: credit goes with --meters"],
    ["an agent beside a policy", { agent: "x.ts", policy: "valley" }, "--agent: does not go with --policy"],
    ["homes beside a load", { load: "x.csv", homes: "5" }, "--load: does not go with --homes"],
    ["an overlap without sessions", { overlap: "queue" }, "--overlap: only goes with --sessions"],
    ["rows of no file", { rows: "skip" }, "--rows: only goes with --sessions"],
    ["a rated power without sessions", { rated: "22000" }, "--rated: only goes with --sessions"],
    ["a date without sessions", { date: "2019-03-14" }, "--date: only goes with --sessions, --load or --prices"],
    [
      "a tranche where plans give whole rates",
      { settlement: "benefit", allotment: "laxity", peak: "5" },
      "--peak: does not go with --allotment laxity",
    ],
  ] as const) {
    it(`refuse ${what}`, async () => expect(await errorOf(args)).to.include(message));
  }
});

describe("flags of recorded sessions", () => {
  const sessions = join(mkdtempSync(join(tmpdir(), "adbev-")), "sessions.csv");
  const lines = ["plugin,departure,kwh", "2019-03-14T18:00,2019-03-15T07:00,9", "2019-03-15T09:00,2019-03-15T15:00,5"];
  writeFileSync(sessions, lines.join("\n"));
  const columns = "arrival=plugin,energy=kwh";

  it("ask which day, of those that the file has", async () => {
    expect(await errorOf({ sessions, columns })).to.include(
      "sessions.csv: has sessions on the days 2019-03-14, 2019-03-15; say which day, such as --date 2019-03-14 (1 session)",
    );
    expect(await errorOf({ sessions, columns, date: "2019-03-16" })).to.include(
      "sessions.csv has no session that begins on 2019-03-16; it has the days 2019-03-14, 2019-03-15",
    );
    expect(await errorOf({ sessions, columns, date: "2019-02-30" })).to.include("expected a date such as 2019-03-14");
  });

  it("put the day asked for after a day of warm-up", async () => {
    const { settings, evs } = await readDay({ ...GIVEN, sessions, columns, date: "2019-03-15" });
    expect(evs).to.equal(undefined);
    const stays = settings.population!({ days: 3, frameSeconds: 1_800 } as Parameters<
      typeof settings.population & object
    >[0]);
    expect(stays.map(({ arrivalFrame }) => arrivalFrame)).to.deep.equal([36, 48 + 18]);
  });

  it("name the columns that can be named", async () => {
    expect(await errorOf({ sessions, columns: "energie=kwh" }))
      .to.match(/^--columns: expected names for .*\benergy, pile, rated, side\b/)
      .and.include('found "energie"');
    expect(await errorOf({ sessions, columns: "energy" })).to.equal(
      '--columns: expected pairs such as arrival=plugin, found "energy"',
    );
    expect(await errorOf({ sessions, columns: "arrival=plugin,energy=a=b" })).to.include('no column "a=b"');
  });

  it("say of a load and of prices what each frame has", async () => {
    const load = join(tmpdir(), `adbev-load-${process.pid}.csv`);
    writeFileSync(load, ["load_kw", ...Array.from({ length: 96 }, (_, i) => (i % 2 === 0 ? "10" : "30"))].join("\n"));
    const { settings, notes } = await readDay({ ...GIVEN, load });
    expect(notes).to.deep.equal([]);
    expect((settings.baseLoadW as (frame: number) => number)(60)).to.equal(20_000);
  });
});
