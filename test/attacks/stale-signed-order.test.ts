import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodePileState } from "../../scripts/chain/packedWords";
import { goTo, PILE_BALANCE } from "../helpers/market";
import { bid, deployDirect, freshFrame, nth, PENNY, sign, stranger } from "../unit/contracts/fixtures";
import { F } from "./bystanders";

describe("Attack: a refused signed order that is submitted much later", () => {
  /** Pile 1 signed a bid for 2 kWh at 25 p that was refused, since it had withdrawn its money; it has it again. */
  const fixture = async () => {
    const d = await deployDirect(1);
    const { market } = d;
    const start = await freshFrame(market, d.parameters);
    const a = nth(d.piles, 0);
    const stale = await sign(market, a, {
      ...{ action: "place", charge: true, price: 25n * PENNY, energyWh: 2_000n, peakWh: 0n },
      ...{ expiryFrame: start + 20, nonce: 0n, deadline: (start + 20) * F },
    });
    await market.connect(a).withdraw(a, PILE_BALANCE);
    await expect(market.submit(stale)).to.be.revertedWithCustomError(market, "InsufficientBalance");
    await market.deposit(a, PILE_BALANCE);
    const thief = await stranger();
    /** A stranger submits it a few frames later. */
    const submitted = async (next: bigint) => {
      await goTo(start + 8, 1);
      await expect(market.connect(thief).submit(stale))
        .to.be.revertedWithCustomError(market, "InvalidNonce")
        .withArgs(0n, next);
      await expect(market.connect(thief).submitBatch([stale])).to.emit(market, "OrderRefused");
      const { remainingWh, priceTicks } = decodePileState(await market.pileState(1));
      return remainingWh === 0n ? 0n : priceTicks;
    };
    return { ...d, start, a, stale, submitted };
  };

  it("is void once its pile has placed another itself", async () => {
    const { market, start, a, submitted } = await loadFixture(fixture);
    await market.connect(a).place(bid(14n * PENNY, 1_000n, start + 9));
    expect(await submitted(1n)).to.equal(14n * PENNY);
  });

  it("is void once its pile has placed and cancelled, or replaced", async () => {
    const { market, start, a, submitted } = await loadFixture(fixture);
    await market.connect(a).place(bid(14n * PENNY, 1_000n, start + 9));
    await market.connect(a).replace(bid(15n * PENNY, 1_000n, start + 9));
    await market.connect(a).cancel();
    expect(await submitted(3n)).to.equal(0n);
    expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
  });

  it("stands while its pile does nothing: that is what it signed, until it takes it back", async () => {
    const { market, a, stale } = await loadFixture(fixture);
    await market.submit(stale);
    expect(decodePileState(await market.pileState(1))).to.deep.include({ remainingWh: 2_000n, nonce: 1n });
    await market.connect(a).cancel();
  });
});
