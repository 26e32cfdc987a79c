import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { bid, clear, expectSolvent, PENNY, settle, sign } from "../unit/contracts/fixtures";
import { bystanders, F } from "./bystanders";

describe("Attack: the guardian's pause as a trap", () => {
  it("leaves every way out open: clear, cancel, settle, withdraw, also by signature and also suspended", async () => {
    const { market, token, parameters, admin, start, a, b, m, n } = await loadFixture(bystanders);
    await market.connect(m).place(bid(13n * PENNY, 1000n, start + 5));
    await market.connect(n).place(bid(25n * PENNY, 1500n, start + 5));
    await market.setEntryPaused(true);
    await market.setSuspended(m, true);

    const { words } = await clear(market, start + 1);
    await expect(market.connect(a).cancel()).to.emit(market, "OrderCancelled");
    await settle(market, start + 1, words);
    const signedSkip = await sign(market, b, {
      action: "cancel",
      charge: false,
      price: 0n,
      energyWh: 0n,
      peakWh: 0n,
      expiryFrame: 0,
      nonce: 0n,
      deadline: (start + 9) * F,
    });
    await expect(market.submit(signedSkip)).to.be.revertedWithCustomError(market, "NoLiveOrder").withArgs(2n);
    for (const pile of [a, b, m, n]) {
      await market.connect(pile).withdraw(pile, await market.freeBalanceOf(pile));
      await expectSolvent(market, token, parameters);
    }
    await market.withdrawGrid(admin, 10n * PENNY);
    expect(await token.balanceOf(market)).to.equal(0n);
  });
});
