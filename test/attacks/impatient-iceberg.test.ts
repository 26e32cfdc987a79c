import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodePileState } from "../../scripts/chain/packedWords";
import { decodeRoundTerms } from "../../scripts/chain/roundWords";
import { goTo } from "../helpers/market";
import { ask, bid, clear, deployDirect, fill, freshFrame, nth, PENNY } from "../unit/contracts/fixtures";
import { bookOf, setting } from "../unit/contracts/roundFixtures";

describe("Attack: an iceberg whose last frame is its first, filled at once past maxWaitFrames", () => {
  const adbev = async () => {
    const d = await deployDirect(3);
    return { ...d, start: await freshFrame(d.market, d.parameters) };
  };

  it("is a normal order: no iceberg is filled from the grid before it has waited or is in its last frame of several", async () => {
    const { market, start, piles } = await loadFixture(adbev);
    await market.connect(nth(piles, 0)).place(bid(25n * PENNY, 6_000n, start + 1));
    await market.connect(nth(piles, 1)).place(bid(25n * PENNY, 6_000n, start + 2));
    await market.connect(nth(piles, 2)).place(bid(25n * PENNY, 1_000n, start + 1, 400n));
    const kinds = await Promise.all([1, 2, 3].map(async (pile) => decodePileState(await market.pileState(pile))));
    expect(kinds.map(({ iceberg, peakWh }) => [iceberg, peakWh])).to.deep.equal([
      [false, 2_000n],
      [true, 2_000n],
      [false, 400n],
    ]);
    // As every normal order it pays r at once, for what it displays and no more; the patient one waits.
    const { fills } = await clear(market, start + 1);
    expect(fills).to.have.deep.members([fill(0, 1, 2_000n, 20n * PENNY), fill(0, 3, 400n, 20n * PENNY)]);
  });

  it("has no plan wait for it, and no place among what plans move", async () => {
    const s = await setting();
    const round = s.frame + 1;
    await s.market.connect(nth(s.piles, 0)).place(bid(25n * PENNY, 6_000n, round));
    await s.market.connect(nth(s.piles, 1)).place(bid(25n * PENNY, 6_000n, round + 2));
    await s.market.connect(nth(s.piles, 2)).place(ask(40n * PENNY, 6_000n, round));
    await goTo(round, -600);
    const book = await bookOf(s.rounds, await s.market.clear(round));
    const terms = decodeRoundTerms(nth(book, 0));
    expect([terms.horizon, terms.matchedWh]).to.deep.equal([3, 2_000n]);
    const flexible = book.slice(1 + terms.horizon).map((word) => word & 0xffffn);
    expect(flexible).to.deep.equal([2n, 3n]);
  });
});
