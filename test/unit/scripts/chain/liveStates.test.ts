import { expect } from "chai";
import { ethers } from "hardhat";

import { ERROR_INTERFACES } from "../../../../scripts/chain/interfaces";
import { MarketClient } from "../../../../scripts/chain/marketClient";
import { UnlockedTransactor } from "../../../../scripts/chain/transactor";
import { InputError } from "../../../../scripts/core/errors";
import { deployedAside } from "../../../helpers/market";

describe("live orders of a market", () => {
  const deployed = deployedAside();

  it("are told at the block to come, of which nodes tell no number, and end with the time that is given", async () => {
    const { market } = deployed();
    const [admin, account] = await ethers.getSigners();
    const client = await MarketClient.connect(await market.getAddress(), ethers.provider);
    const transactor = (address: string) => new UnlockedTransactor(ethers.provider, address, ERROR_INTERFACES);
    const { address } = account!;
    const record = { account: address, operator: address, meterKey: address, ratedW: 7_000n };
    await client.register(transactor(admin!.address), record);
    const firstFrame = await client.nextFirstFrame();
    const order = { price: 120_000n, energyWh: 1_000n, peakWh: 0n, expiryFrame: firstFrame + 1 };
    await client.place(transactor(address), { side: "discharge", ...order });

    const now = (firstFrame - 1) * client.parameters.frameSeconds;
    const live = await client.liveStates({ blockTag: "pending" }, now);
    expect(live.map(({ pile, state }) => [pile, state.remainingWh])).to.deep.equal([[1, 1_000n]]);
    const over = (firstFrame + 3) * client.parameters.frameSeconds;
    expect(await client.liveStates({ blockTag: "pending" }, over)).to.deep.equal([]);
    expect(() => client.rounds()).to.throw(InputError, "settles without benefit rounds");
  });
});
