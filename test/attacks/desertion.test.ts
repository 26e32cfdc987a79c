import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { goTo, PILE_BALANCE } from "../helpers/market";
import { ask, bid, clear, clearedOf, expectSolvent, fill, PENNY, settleNow } from "../unit/contracts/fixtures";
import { bystanders } from "./bystanders";

describe("Attack: desertion by everybody with a duty", () => {
  it("an expired order's lock is free at once: withdrawn in the very block its last frame begins", async () => {
    const { market, token, start, a } = await loadFixture(bystanders);
    await market.connect(a).replace(bid(14n * PENNY, 1000n, start + 1));
    await goTo(start + 1, -1);
    await expect(market.connect(a).withdraw(a, PILE_BALANCE))
      .to.be.revertedWithCustomError(market, "InsufficientBalance")
      .withArgs(PILE_BALANCE - 150_000n, PILE_BALANCE);
    await goTo(start + 1);
    await market.connect(a).withdraw(a, PILE_BALANCE);
    expect(await token.balanceOf(a)).to.equal(PILE_BALANCE);
  });

  it("where operator, registrar, guardian and clearers vanish, every unit of every pile can go", async () => {
    const { market, token, parameters, admin, start, a, b, m, n } = await loadFixture(bystanders);
    // One frame was cleared, with a trade and a fill from the grid; then everybody with a role leaves for ever, the
    // market paused, a pile suspended.
    await market.connect(m).place(bid(25n * PENNY, 1500n, start + 5));
    await market.connect(n).place(bid(13n * PENNY, 5000n, start + 5));
    const { words } = await clear(market, start + 1);
    const word = await market.publication(start + 1);
    await market.setEntryPaused(true);
    await market.setSuspended(n, true);
    for (const role of ["GRID_OPERATOR_ROLE", "REGISTRAR_ROLE", "GUARDIAN_ROLE", "DEFAULT_ADMIN_ROLE"] as const) {
      await market.renounceRole(await market[role](), admin);
    }

    // Five years on nobody has cleared or settled anything; a buyer settles the frame it traded in.
    await time.increase(5 * 365 * 24 * 3600);
    await settleNow(market.connect(a), start + 1, word, words);
    for (const pile of [a, b, m, n]) {
      const all = (await market.freeBalanceOf(pile)) + (await market.lockedBalanceOf(pile));
      expect(await market.freeBalanceOf(pile)).to.equal(all);
      await market.connect(pile).withdraw(pile, all);
      await expectSolvent(market, token, parameters);
    }
    // The rest is the grid's.
    expect(await token.balanceOf(market)).to.equal(await market.gridBalance());
    expect(await market.gridBalance()).to.equal(10n * PENNY);
  });

  it("where nobody settles a frame, later frames go on and its money waits", async () => {
    const { market, token, parameters, start, a, b } = await loadFixture(bystanders);
    const kept: { frame: number; words: readonly bigint[]; word: bigint }[] = [];
    for (let i = 1; i <= 4; i++) {
      const frame = start + i;
      const { words } = await clear(market, frame);
      kept.push({ frame, words, word: await market.publication(frame) });
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 9));
      await market.connect(b).place(ask(12n * PENNY, 1000n, start + 9));
    }
    await goTo(start + 6);
    await expectSolvent(market, token, parameters);
    for (const { frame, words, word } of kept.reverse()) await settleNow(market, frame, word, [...words]);
    // A fifth pair was still in the book and died uncleared or lives on; claims add up either way.
    await expectSolvent(market, token, parameters);
    expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE + 4n * 130_000n);
  });

  it("piles that wait through frames that nobody clears trade as they would have, at the next clearing", async () => {
    const played = async (frames: readonly number[]) => {
      const { market, start, a, b } = await loadFixture(bystanders);
      const fills = [];
      for (const at of frames) {
        await goTo(start + at, -600);
        fills.push(...clearedOf(market, await (await market.clear(start + at)).wait()).fills);
      }
      return { fills, buyer: await market.freeBalanceOf(a), seller: await market.freeBalanceOf(b) };
    };
    const late = await played([3]);
    expect(late).to.deep.equal(await played([1, 2, 3]));
    expect(late).to.deep.equal({
      fills: [fill(2, 1, 1000n, 13n * PENNY)],
      buyer: PILE_BALANCE - 130_000n,
      seller: PILE_BALANCE,
    });
  });
});
