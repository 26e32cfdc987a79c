import { expect } from "chai";
import { ethers } from "hardhat";

import { ask, bid, clear, deployDirect, expectSolvent, freshFrame, PENNY, stranger } from "../unit/contracts/fixtures";

describe("Attack: filling the pile cap", () => {
  it("only the registrar fills the cap; a full market works on for those in it", async () => {
    const { market, token, parameters } = await deployDirect(2, { pileCap: 3 });
    const nobody = await stranger();
    const [, a, b] = await ethers.getSigners();
    if (a === undefined || b === undefined) throw new Error("no signers");
    for (const caller of [nobody, a]) {
      await expect(market.connect(caller).registerPile(nobody, nobody, nobody, 7000))
        .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
        .withArgs(caller, await market.REGISTRAR_ROLE());
    }
    await market.registerPile(nobody, nobody, nobody, 7000);
    await expect(market.registerPile(market, market, market, 7000))
      .to.be.revertedWithCustomError(market, "PileCapReached")
      .withArgs(3n);
    const start = await freshFrame(market, parameters);
    await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
    await market.connect(b).place(ask(12n * PENNY, 1000n, start + 5));
    expect((await clear(market, start + 1)).fills).to.have.length(1);
    await expectSolvent(market, token, parameters);
  });
});
