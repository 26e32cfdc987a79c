import { impersonateAccount, loadFixture, setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { decodeMarketTotals, decodeFrameRecord, decodePileState } from "../../../scripts/chain/packedWords";
import { PILE_BALANCE } from "../../helpers/market";
import { hashWords, keptOf, packPosting, pokeRecord } from "./deliveryFixtures";
import { deployDirect, MAX_MONEY, nth, overwrite, slotOfEntry } from "./fixtures";

const FRAME = 1_000_000;
const DIGEST = ethers.toBeHex(hashWords([1n]), 32);
const REST = ethers.toBeHex(hashWords([3n]), 32);

describe("Settlement", () => {
  /** A market whose delivery contract the test plays; the frame was cleared. */
  async function fixture() {
    const d = await deployDirect(2);
    const address = await d.delivery.getAddress();
    await impersonateAccount(address);
    await setBalance(address, 10n ** 20n);
    await pokeRecord(d.market, FRAME, BigInt(DIGEST));
    return { ...d, bookSettlement: d.market.connect(await ethers.getSigner(address)).bookSettlement };
  }

  it("refuses frames that no clearing left open, and fills that it did not make", async () => {
    const { market, bookSettlement } = await loadFixture(fixture);
    await expect(bookSettlement(FRAME + 1, DIGEST, ethers.ZeroHash, 0n, []))
      .to.be.revertedWithCustomError(market, "NothingToSettle")
      .withArgs(FRAME + 1);
    await expect(bookSettlement(FRAME, ethers.toBeHex(hashWords([2n]), 32), ethers.ZeroHash, 0n, []))
      .to.be.revertedWithCustomError(market, "WrongFills")
      .withArgs(FRAME);
    await bookSettlement(FRAME, DIGEST, ethers.ZeroHash, 0n, []);
    await expect(bookSettlement(FRAME, DIGEST, ethers.ZeroHash, 0n, []))
      .to.be.revertedWithCustomError(market, "NothingToSettle")
      .withArgs(FRAME);
  });

  it("gives the grid what piles do not get, and never more than there is", async () => {
    const { market, piles, bookSettlement } = await loadFixture(fixture);
    await expect(
      bookSettlement(FRAME, DIGEST, ethers.ZeroHash, 999n, [packPosting(1, 1_000n)]),
    ).to.be.revertedWithPanic(0x11);
    await bookSettlement(FRAME, DIGEST, ethers.ZeroHash, 1_500n, [packPosting(1, 1_000n)]);
    expect(await market.freeBalanceOf(nth(piles, 0))).to.equal(PILE_BALANCE + 1_000n);
    expect(await market.gridBalance()).to.equal(500n);
  });

  it("keeps what is left of a frame that is settled in part, and counts the frame as open until nothing is", async () => {
    const { market, bookSettlement } = await loadFixture(fixture);
    const open = async () => decodeMarketTotals(await market.marketTotals()).openFrames;
    expect(await open()).to.equal(1);
    await bookSettlement(FRAME, DIGEST, REST, 0n, []);
    expect(await open()).to.equal(1);
    await expect(bookSettlement(FRAME, DIGEST, ethers.ZeroHash, 0n, []))
      .to.be.revertedWithCustomError(market, "WrongFills")
      .withArgs(FRAME);
    await expect(bookSettlement(FRAME, REST, ethers.ZeroHash, 0n, []))
      .to.emit(market, "FrameSettled")
      .withArgs(FRAME, 0n, ethers.ZeroHash, []);
    expect(await open()).to.equal(0);
  });

  it("keeps what is left of a frame whose record has made way for a later one", async () => {
    const { market, bookSettlement } = await loadFixture(fixture);
    const moved = FRAME - 128;
    const open = async (frame: number) => decodeFrameRecord(await market.frameRecord(frame))?.open;
    const record = await slotOfEntry("_unsettledRecords", moved);
    await overwrite(market, record, () => BigInt(moved) | keptOf(BigInt(DIGEST)));
    await expect(bookSettlement(moved, REST, ethers.ZeroHash, 0n, []))
      .to.be.revertedWithCustomError(market, "WrongFills")
      .withArgs(moved);
    await bookSettlement(moved, DIGEST, REST, 0n, []);
    expect([await open(moved), await open(FRAME)]).to.deep.equal([true, true]);
    await bookSettlement(moved, REST, ethers.ZeroHash, 0n, []);
    expect(await ethers.provider.getStorage(market, record)).to.equal(ethers.ZeroHash);
    await expect(bookSettlement(moved, REST, ethers.ZeroHash, 0n, []))
      .to.be.revertedWithCustomError(market, "NothingToSettle")
      .withArgs(moved);
  });

  it("keeps a balance within its field: what is beyond goes to the grid, and the order beside it stays", async () => {
    const { market, bookSettlement } = await loadFixture(fixture);
    const before = decodePileState(await market.pileState(1));
    const room = MAX_MONEY - PILE_BALANCE;
    await bookSettlement(FRAME, DIGEST, ethers.ZeroHash, room + 7n, [packPosting(1, room + 7n)]);
    expect(decodePileState(await market.pileState(1))).to.deep.equal({ ...before, balance: MAX_MONEY });
    expect(await market.gridBalance()).to.equal(7n);
  });
});
