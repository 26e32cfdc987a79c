import { expect } from "chai";
import { ethers } from "hardhat";

import { decodePileState } from "../../scripts/chain/packedWords";
import { DEFAULT_PARAMETERS } from "../../scripts/core/parameters";
import { bid, deployFor, freshFrame, MAX_MONEY, nth } from "../unit/contracts/fixtures";

/**
 * Found: a deposit is bounded by what the market holds, on the ground that claims never exceed it. With a token whose
 * balances can shrink (rebasing, confiscating, or lying) they can, and then a pile's balance grows beyond its field:
 * `withBalance` does not mask, so the carry lands in the price of the pile's own order (one tick), and as many units of
 * the pile's claim as the field counts are gone. Only the pile itself is hurt, only with such a token, and only with more
 * units in circulation than the field counts. A second check on the balance itself mended it.
 */
describe("Finding: a shrinking token carries a balance beyond its field", () => {
  it("refuses a deposit that the pile's field cannot hold, and leaves its order's price alone", async () => {
    const token = await ethers.deployContract("LyingToken");
    const { market } = await deployFor(token, DEFAULT_PARAMETERS);
    const a = nth(await ethers.getSigners(), 1);
    await market.registerPile(a, a, a, 7000);
    await token.faucet(a, 2n * MAX_MONEY);
    await token.connect(a).approve(market, 2n * MAX_MONEY);
    await market.connect(a).deposit(a, MAX_MONEY);
    const start = await freshFrame(market, DEFAULT_PARAMETERS);
    await market.connect(a).place(bid(2n, 1000n, start + 5));
    const before = await market.pileState(1);
    await token.misstate(market, -MAX_MONEY);
    await expect(market.connect(a).deposit(a, 2n ** 51n)).to.be.revertedWithCustomError(market, "TooMuchMoney");
    expect(decodePileState(await market.pileState(1)).priceTicks).to.equal(2n);
    expect(await market.pileState(1)).to.equal(before);
  });
});
