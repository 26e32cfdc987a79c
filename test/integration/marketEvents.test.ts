import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import hre, { ethers } from "hardhat";

import { readEvents, concerns, eventNames, type MarketEvent } from "../../scripts/chain/marketEvents";
import { MarketClient } from "../../scripts/chain/marketClient";
import { replayOnChain } from "../../scripts/chain/replayOnChain";
import { moneyOf } from "../../scripts/chain/token";
import { parseScenario } from "../../scripts/scenario/parse";
import { eventText } from "../../tasks/support/eventText";
import { deployForScenario } from "../../tasks/support/scenarioChain";

describe("scripts/chain/marketEvents", function () {
  this.timeout(60_000);

  it("tells what happened to whom, packed words opened, and no more than the blocks asked for", async () => {
    const file = join(__dirname, "../../docs/scenarios/first-trades.json");
    const scenario = parseScenario(readFileSync(file, "utf8"), file);
    const { chain, addresses } = await deployForScenario(hre, scenario, "events");
    const before = await ethers.provider.getBlockNumber();
    await replayOnChain(scenario, chain);
    const blocks = (await ethers.provider.getBlockNumber()) - before;
    const events = await readEvents(ethers.provider, addresses.market, blocks);

    const ofB = events.filter((event) => concerns(event, 2));
    expect(ofB.map(({ event }) => event)).to.deep.equal(["PileRegistered", "Deposited", "OrderPlaced", "FrameCleared"]);
    const [registered, , placed, cleared] = ofB;
    expect(registered!.args["ratedW"]).to.equal(7000n);
    expect(placed!.args["state"]).to.include({ remainingWh: 2600n, priceTicks: 250_000n, charge: true });
    expect(cleared!.args["fills"]).to.deep.equal([{ sell: 0, buy: 2, energyWh: 2600n, price: 200_000n }]);
    const client = await MarketClient.connect(addresses.market, ethers.provider);
    const units = { ...client.parameters, money: await moneyOf(client, ethers.provider) };
    const said = (event: MarketEvent | undefined) => eventText(event!, units);
    const frame = String.raw`\d+ \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)`;
    expect(said(cleared)).to.match(
      new RegExp(`^frame ${frame}, load 38\\.200 kW, pfl [\\d.]+ kW, fills grid → 2 2\\.600 kWh at 20\\.00 p$`),
    );
    expect(said(registered)).to.match(/^pile 2, account 0x\w+, operator 0x\w+, rated 7\.000 kW$/);
    expect(said(ofB[1])).to.match(/^pile 2, from 0x\w+, amount £[\d.]+, balance £[\d.]+$/);
    expect(said(placed)).to.match(
      /^pile 2, state \(bid of 2\.600 kWh at 25\.00 p, frames? .* UTC\); free £[\d.]+, credit 50\.00 points .*\)$/,
    );
    const named = (name: string) => said(events.find(({ event }) => event === name));
    expect(named("FramePublished")).to.match(
      /^frame [^,]* UTC\), publication \(base load 33\.000 kW, import 20\.00 p, export 5\.00 p/,
    );
    expect(named("FrameSettled")).to.match(/^frame .*, grid balance £[\d.]+, rest none, postings pile \d agreed /);
    expect(events.every((event) => !/\b(?:1970|Ticks|undefined|NaN)\b/.test(said(event)))).to.equal(true);
    expect(eventNames()).to.include.members([...new Set(events.map(({ event }) => event))]);

    const last = await readEvents(ethers.provider, addresses.market, 1);
    expect(last.length).to.be.lessThan(events.length);
    expect(events.slice(events.length - last.length)).to.deep.equal(last);
  });
});
