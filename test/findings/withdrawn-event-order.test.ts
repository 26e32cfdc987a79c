import { expect } from "chai";
import { ethers } from "hardhat";

import { decodePileState } from "../../scripts/chain/packedWords";
import { DEFAULT_PARAMETERS } from "../../scripts/core/parameters";
import { bid, deployFor, freshFrame, nth, PENNY } from "../unit/contracts/fixtures";

/**
 * Found: `withdraw` and `withdrawGrid` paid first and emitted last. A token that calls back (ERC-777 and the like, or simply
 * one with hooks) lets the receiver place an order in between, and `OrderPlaced` then precedes a `Withdrawn` whose
 * `balance` is from before the order. No money is lost: the slot is right. But whoever rebuilds the market from its
 * events takes the stale balance for the last word, which DESIGN's rule 4 (events are enough to rebuild the state)
 * promises they may. The event now comes before the transfer.
 */
describe("Finding: Withdrawn after a re-entry tells a balance that is no longer so", () => {
  async function fixture() {
    const token = await ethers.deployContract("ReentrantToken");
    const { market } = await deployFor(token, DEFAULT_PARAMETERS);
    const payer = nth(await ethers.getSigners(), 1);
    // The token itself is pile 1.
    await market.registerPile(token, token, token, 7000);
    await token.faucet(payer, 1_000_000n);
    await token.connect(payer).approve(market, 1_000_000n);
    await market.connect(payer).deposit(token, 1_000_000n);
    const start = await freshFrame(market, DEFAULT_PARAMETERS);
    return { market, token, start };
  }

  it("the last event that names a balance names the one that is stored", async () => {
    const { market, token, start } = await fixture();
    const place = market.interface.encodeFunctionData("place", [bid(14n * PENNY, 1000n, start + 5)]);
    await token.arm(market, place, false);
    const tx = await token.act(market, market.interface.encodeFunctionData("withdraw", [await token.getAddress(), 1n]));
    const receipt = await tx.wait();
    let told: bigint | undefined;
    for (const log of receipt?.logs ?? []) {
      const parsed = market.interface.parseLog(log);
      if (parsed?.name === "OrderPlaced") told = decodePileState(parsed.args.getValue("state") as bigint).balance;
      if (parsed?.name === "Withdrawn") told = parsed.args.getValue("balance") as bigint;
    }
    expect(told).to.equal(decodePileState(await market.pileState(1)).balance);
  });
});
