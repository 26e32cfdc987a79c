import { expect } from "chai";
import hre, { ethers } from "hardhat";

import { feederModule } from "../../deploy/modules/Feeder";
import { DevelopmentClock } from "../../scripts/chain/clock";
import { ERROR_INTERFACES } from "../../scripts/chain/interfaces";
import { MarketClient } from "../../scripts/chain/marketClient";
import { UnlockedTransactor } from "../../scripts/chain/transactor";
import { ChainSettler } from "../../scripts/reports/credit/chainSettler";
import { compareTable } from "../../scripts/reports/credit/compare";
import { ModelSettler } from "../../scripts/reports/credit/modelSettler";
import { TABLE_MARKET } from "../../scripts/reports/credit/table";
import { namedAccount } from "../../tasks/support/network";

describe("the credit paper's Table 2 on the contracts", () => {
  it("comes out as on the model, in every figure", async () => {
    const { market } = await hre.ignition.deploy(feederModule("creditTable", TABLE_MARKET));
    const [sender] = await ethers.getSigners();
    const settler = await ChainSettler.begin({
      client: await MarketClient.connect(await market.getAddress(), ethers.provider),
      clock: new DevelopmentClock(hre.network.provider),
      sender: new UnlockedTransactor(hre.network.provider, sender!.address, ERROR_INTERFACES),
      accountOf: async (name) => namedAccount(hre, `creditTable ${name}`),
    });
    expect(await compareTable(settler)).to.deep.equal(await compareTable(new ModelSettler()));
  }).timeout(60_000);
});
