import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import hre, { ethers } from "hardhat";

import { readEvents, concerns, eventNames, eventText } from "../../scripts/chain/marketEvents";
import { replayOnChain } from "../../scripts/chain/replayOnChain";
import { parseScenario } from "../../scripts/scenario/parse";
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
    expect(eventText(cleared!)).to.match(/^frame \d+, loadW 38200, pflW \d+, fills grid → 2 2600 Wh at 200000$/);
    expect(eventNames()).to.include.members([...new Set(events.map(({ event }) => event))]);

    const last = await readEvents(ethers.provider, addresses.market, 1);
    expect(last.length).to.be.lessThan(events.length);
    expect(events.slice(events.length - last.length)).to.deep.equal(last);
  });
});
