import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { goTo, PILE_BALANCE } from "../helpers/market";
import { ask, bid, clear, expectSolvent, nth, PENNY } from "../unit/contracts/fixtures";
import { metered } from "./metered";

describe("Attack: an operator that empties its account before a settlement and fills it again after", () => {
  /** Pile 2 sold pile 1 1 kWh at `price`, delivered it, and the buyer took none; the operator has withdrawn everything. */
  async function emptied(price: bigint) {
    const s = await metered(2);
    const { market, admin } = s;
    const frame = s.start + 1;
    await market.depositGrid(500_000n);
    await market.connect(nth(s.piles, 0)).place(bid(price, 1_000n, frame));
    await market.connect(nth(s.piles, 1)).place(ask(price, 1_000n, frame));
    const { words } = await clear(market, frame);
    const publication = await market.publication(frame);
    await goTo(frame + 1);
    await market.withdrawGrid(admin, 500_000n);
    const readings = [await s.read(1, frame, 0n, 0n), await s.read(2, frame, 0n, 1_000n)];
    const settled = async () => s.settle(frame, words, readings, { publication, offset: 5 });
    return { ...s, settled, seller: nth(s.piles, 1) };
  }
  const below = async () => emptied(13n * PENNY);
  const at = async () => emptied(20n * PENNY);

  it("a seller at 13 p whose buyer took nothing gets all 13 p at once: the buyer's breach brings in what the grid owes", async () => {
    const s = await loadFixture(below);
    await s.settled();
    expect(await s.market.freeBalanceOf(s.seller)).to.equal(PILE_BALANCE + 13n * PENNY);
    expect(await s.delivery.claimedOf(s.market)).to.equal(0n);
    expect(await s.market.gridBalance()).to.equal(2n * PENNY);
  });

  it("what the account owes beyond that stays owed: a claim that is paid before the operator can withdraw again", async () => {
    const s = await loadFixture(at);
    const { market, delivery, seller, admin } = s;
    await s.settled();
    // 15 p from the buyer; the grid's 5 p are not there.
    expect(await market.freeBalanceOf(seller)).to.equal(PILE_BALANCE + 15n * PENNY);
    expect(await delivery.claimOf(market, seller)).to.equal(5n * PENNY);
    await expect(delivery.connect(seller).collectClaim(market, seller)).to.be.revertedWithCustomError(
      delivery,
      "NothingClaimed",
    );
    await market.depositGrid(3n * PENNY);
    await expect(market.withdrawGrid(admin, 1n))
      .to.be.revertedWithCustomError(market, "InsufficientBalance")
      .withArgs(0n, 1n);
    // In parts, as the money comes in; to whom it was owed and nobody else.
    await delivery.connect(seller).collectClaim(market, seller);
    expect(await delivery.claimOf(market, seller)).to.equal(2n * PENNY);
    await market.depositGrid(7n * PENNY);
    await expect(market.withdrawGrid(admin, 5n * PENNY + 1n))
      .to.be.revertedWithCustomError(market, "InsufficientBalance")
      .withArgs(5n * PENNY, 5n * PENNY + 1n);
    await market.withdrawGrid(admin, 5n * PENNY);
    for (const other of [admin, nth(s.piles, 0)]) {
      await expect(delivery.connect(other).collectClaim(market, other))
        .to.be.revertedWithCustomError(delivery, "NothingClaimed")
        .withArgs(market, other);
    }
    await delivery.connect(seller).collectClaim(market, seller);
    expect(await s.token.balanceOf(seller)).to.equal(5n * PENNY);
    expect(await delivery.claimedOf(market)).to.equal(0n);
    await expectSolvent(market, s.token, s.parameters);
  });

  it("the market pays claims for the delivery contract alone", async () => {
    const s = await loadFixture(at);
    await s.settled();
    await s.market.depositGrid(5n * PENNY);
    for (const caller of [s.seller, s.admin]) {
      await expect(s.market.connect(caller).payClaim(caller, 1n))
        .to.be.revertedWithCustomError(s.market, "NotDelivery")
        .withArgs(caller);
    }
  });
});
