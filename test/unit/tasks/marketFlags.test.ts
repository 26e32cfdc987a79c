import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import hre from "hardhat";

import { MarketMoney, unitFor } from "../../../scripts/chain/token";
import { readPileList } from "../../../scripts/chain/pileList";
import { PublicationReader, publishableFrames } from "../../../scripts/chain/publications";
import { DEFAULT_PARAMETERS } from "../../../scripts/core/parameters";
import { differences, flagText, readMarketFlags } from "../../../tasks/support/marketFlags";
import { readAmount } from "../../../tasks/support/moneyFlags";

describe("flags of a market", () => {
  const folder = mkdtempSync(join(tmpdir(), "adbev-"));
  const failure = async (work: Promise<unknown>) => work.then(() => "nothing").catch((error: Error) => error.message);

  it("are one for every parameter there is", async () => {
    const known = Object.keys(hre.tasks["market:deploy"]!.paramDefinitions);
    for (const name of Object.keys(DEFAULT_PARAMETERS) as (keyof typeof DEFAULT_PARAMETERS)[]) {
      const flag = flagText(name)
        .slice(2)
        .replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
      expect(known).to.include(flag);
      const value = String(DEFAULT_PARAMETERS[name]);
      expect(await readMarketFlags({ [flag]: value })).to.deep.equal({ [name]: DEFAULT_PARAMETERS[name] });
    }
  });

  it("take what a market takes and no more", async () => {
    expect(await readMarketFlags({ capacity: "2147483647" })).to.deep.equal({ capacityW: 2_147_483_647n });
    expect(await failure(readMarketFlags({ capacity: "2147483648" }))).to.equal(
      '--capacity: expected a whole number of W, 0 to 2147483647, found "2147483648"',
    );
    expect(await failure(readMarketFlags({ maxHorizon: "9", horizon: "9".repeat(84) }))).to.include(
      "--horizon: expected",
    );
    expect(await failure(readMarketFlags({ breach: "nobody" }))).to.equal(
      '--breach: expected one of defaulter, counterparty, found "nobody"',
    );
  });

  it("go before a file of parameters, which is checked alike", async () => {
    const file = join(folder, "north.json");
    writeFileSync(file, '{ "frameSeconds": 900, "capacityW": 1, "matching": "credit" }');
    expect(await readMarketFlags({ file, capacity: "2" })).to.deep.equal({
      ...{ frameSeconds: 900, capacityW: 2n, matching: "credit" },
    });
    writeFileSync(file, '{ "capacity": 1 }');
    expect(await failure(readMarketFlags({ file }))).to.match(
      /expected an object of market parameters.*found "capacity"$/,
    );
    writeFileSync(file, '{ "unit": 9007199254740993 }');
    expect(await readMarketFlags({ file })).to.deep.equal({ unit: 9_007_199_254_740_993n });
    writeFileSync(file, '{ "capacityW": 1,');
    expect(await failure(readMarketFlags({ file }))).to.match(
      /north\.json:1:18: not valid JSON: expected .*found its end/,
    );
    writeFileSync(file, '{ "capacityW": 1, "capacityW": 2 }');
    expect(await failure(readMarketFlags({ file }))).to.match(/north\.json:1:\d+: .*capacityW/);
    writeFileSync(file, '{ "capacityW": -1 }');
    expect(await failure(readMarketFlags({ file }))).to.include("capacityW: expected a whole number of W, 0 to");
  });

  it("are named where a deployed market has others", () => {
    const deployed = { ...DEFAULT_PARAMETERS, capacityW: 400_000n };
    expect(differences({ capacityW: 250_000n, priceWeight: 10 }, deployed)).to.deep.equal([
      "--capacity is 400000 there, not 250000",
    ]);
  });
});

describe("amounts of a market's token", () => {
  const money = (decimals: number, symbol = "USDC") => {
    const token = { address: "0x", symbol, decimals };
    return new MarketMoney(token, unitFor(token));
  };

  it("are exact with 0, 6, 8 and 18 decimals, in its symbol", () => {
    expect([0, 6, 8, 18].map((decimals) => unitFor({ decimals }))).to.deep.equal([1n, 1n, 100n, 10n ** 12n]);
    expect([6, 8, 18].map((decimals) => money(decimals).parse("12.5"))).to.deep.equal(Array(3).fill(12_500_000n));
    expect([money(0).parse("12"), money(0).parse("12.5")]).to.deep.equal([12n, undefined]);
    expect(money(6).parse("0.0000001")).to.equal(undefined);
    expect([money(18).amount(12_500_000n), money(0).amount(12n)]).to.deep.equal(["12.50 USDC", "12 USDC"]);
    expect([money(6).price(140_000n), money(6, "tGBP").price(140_000n)]).to.deep.equal(["0.14 USDC", "14.00 p"]);
    expect(money(6).parseHundredths("14.25")).to.equal(142_500n);
    expect([money(0).parseHundredths("14"), money(0).parseHundredths("200")]).to.deep.equal([undefined, 2n]);
  });

  it("have the bounds of a balance, and one flag", () => {
    expect(readAmount(money(6), { tokens: "1" })).to.equal(1_000_000n);
    expect(readAmount(money(6), { amount: "7" })).to.equal(7n);
    for (const [flags, said] of [
      [{}, "--tokens: expected an amount of USDC"],
      [{ tokens: "1", amount: "1" }, "--tokens: expected an amount of USDC"],
      [{ amount: "9".repeat(84) }, "--amount: expected a whole number of money units from 1 to 4503599627370495"],
      [{ tokens: "9".repeat(20) }, "--tokens: expected USDC from 0.000001 USDC"],
      [{ tokens: "0" }, "--tokens: expected USDC"],
    ] as const) {
      expect(() => readAmount(money(6), flags)).to.throw(said);
    }
  });

  it("stand in files of publications and piles, whose errors name the line", () => {
    const reader = new PublicationReader("f.csv", 1_800, money(6));
    const lines = ["time,load,import,export", "1970-01-01T01:00:00Z,-5,24.5,6", "", "1970-01-01T01:00:01Z,1,1,1"];
    const [, row] = lines.slice(0, 3).map((line) => reader.read(line));
    expect(row).to.deep.equal({
      ...{ frame: 2, baseLoadW: -5n, importPricePerKwh: 245_000n, exportPricePerKwh: 60_000n, wheelingPricePerKwh: 0n },
    });
    expect(() => reader.read(lines[3]!)).to.throw("f.csv:4: time: expected the beginning of a frame");
    const expecting = (line: string) => {
      const of = new PublicationReader("e.csv", 1_800, money(6));
      of.read("frame,load,import,export,expected,lags");
      return of.read(`9,1,20,5,${line}`);
    };
    const lagFrames = [0, 0, 1, 2, 3, 4, 5, 6, 254, 255];
    expect(expecting("-700,0 0 1 2 3 4 5 6 254 255")!.expectedLoad).to.deep.equal({ loadW: -700n, lagFrames });
    expect(() => expecting("8388608,0 0 0 0 0 0 0 0 0 0")).to.throw(
      "e.csv:2: expected: expected a whole number of W from -8388608 to 8388607",
    );
    for (const lags of ["0 0 0", "0 0 0 0 0 0 0 0 0 256", "0 0 0 0 0 0 0 0 0 -1"]) {
      expect(() => expecting(`5,${lags}`)).to.throw("e.csv:2: lags: expected ten numbers of frames from 0 to 255");
    }
    const quoted = new PublicationReader("q.csv", 1_800, money(6));
    quoted.read("frame,load,import,export");
    expect(() => quoted.read('9,1,20,"5')).to.throw("q.csv:2: expected one line of CSV, its quotes closed");
    const twice = new PublicationReader("t.csv", 1_800, money(6));
    expect(() => twice.read("frame,load,import,export,load")).to.throw("t.csv:1: expected columns");
    const half = new PublicationReader("h.csv", 1_800, money(6));
    expect(() => half.read("frame,load,import,export,expected")).to.throw("and expected (W) with lags (ten numbers)");
    const rules = { frameSeconds: 1_800, auctionSeconds: 600, leadFrames: 2 };
    expect(publishableFrames(rules, 1_200)).to.deep.equal({ first: 3, last: 96 });
    expect(publishableFrames(rules, 1_201)).to.deep.equal({ first: 4, last: 96 });

    const account = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
    const list = readPileList(`account,ratedW,tokens\n${account},7000,10\n`, "p.csv");
    expect(list).to.deep.equal([
      { account, operator: account, meterKey: account, ratedW: 7_000n, tokens: "10", line: 2 },
    ]);
    expect(() => readPileList(`account,ratedW\n${account},0\n`, "p.csv")).to.throw("p.csv:2: ratedW: expected a whole");
    expect(() => readPileList(`account,ratedW\n${account},1\n${account},1\n`, "p.csv")).to.throw(
      "p.csv:3: account: expected each once",
    );
    expect(() => readPileList("account,ratedW\n", "p.csv")).to.throw("p.csv: has no piles below the names");
    expect(() => readPileList("account,power\n", "p.csv")).to.throw("p.csv:1: expected columns account and ratedW");
  });
});
