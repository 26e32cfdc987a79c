import { impersonateAccount, loadFixture, setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { decodePileState } from "../../../scripts/chain/packedWords";
import { PILE_BALANCE } from "../../helpers/market";
import { hashWords, packPosting, pokeRecord } from "./deliveryFixtures";
import { deployDirect, MAX_MONEY, overwrite, slotOf } from "./fixtures";

const FRAME = 1_000_000;
const DIGEST = ethers.toBeHex(hashWords([1n]), 32);
const MAX_DEBT = 2n ** 64n - 1n;

describe("Settlement", () => {
  /** A market whose delivery contract the test plays; the frame was cleared. */
  async function fixture() {
    const d = await deployDirect(2);
    const address = await d.delivery.getAddress();
    await impersonateAccount(address);
    await setBalance(address, 10n ** 20n);
    await pokeRecord(d.market, FRAME, BigInt(DIGEST));
    return { ...d, post: d.market.connect(await ethers.getSigner(address)).post };
  }

  it("refuses frames that no clearing left open, and fills that it did not make", async () => {
    const { market, post } = await loadFixture(fixture);
    await expect(post(FRAME + 1, DIGEST, 0n, []))
      .to.be.revertedWithCustomError(market, "NothingToSettle")
      .withArgs(FRAME + 1);
    await expect(post(FRAME, ethers.toBeHex(hashWords([2n]), 32), 0n, []))
      .to.be.revertedWithCustomError(market, "WrongFills")
      .withArgs(FRAME);
    await post(FRAME, DIGEST, 0n, []);
    await expect(post(FRAME, DIGEST, 0n, []))
      .to.be.revertedWithCustomError(market, "NothingToSettle")
      .withArgs(FRAME);
  });

  it("gives the grid what piles do not get, and never more than there is", async () => {
    const { market, post } = await loadFixture(fixture);
    await expect(post(FRAME, DIGEST, 999n, [packPosting(1, 1_000n)])).to.be.revertedWithPanic(0x01);
    await post(FRAME, DIGEST, 1_500n, [packPosting(1, 1_000n)]);
    expect(await market.freeBalanceOfPile(1)).to.equal(PILE_BALANCE + 1_000n);
    expect(await market.gridBalance()).to.equal(500n);
  });

  it("lets a debt grow to its field's end and no further", async () => {
    const { market, post } = await loadFixture(fixture);
    // Four debts share a word; pile 1 has the second lane.
    const debts = await slotOf("_debts");
    await overwrite(market, debts, () => (MAX_DEBT - 10n) << 64n);
    await overwrite(market, (await slotOf("_states")) + 1n, (word) => word | (1n << 254n));
    expect(await market.debtOf(1)).to.equal(MAX_DEBT - 10n);
    await expect(post(FRAME, DIGEST, 0n, [packPosting(1, -PILE_BALANCE - 11n)]))
      .to.emit(market, "DebtChanged")
      .withArgs(1n, MAX_DEBT);
    expect([await market.freeBalanceOfPile(1), await market.debtOf(2)]).to.deep.equal([0n, 0n]);
  });

  it("keeps a balance within its field: what is beyond goes to the grid, and the order beside it stays", async () => {
    const { market, post } = await loadFixture(fixture);
    const before = decodePileState(await market.pileState(1));
    const room = MAX_MONEY - PILE_BALANCE;
    await post(FRAME, DIGEST, room + 7n, [packPosting(1, room + 7n)]);
    expect(decodePileState(await market.pileState(1))).to.deep.equal({ ...before, balance: MAX_MONEY });
    expect(await market.gridBalance()).to.equal(7n);
  });
});
