import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodeFrameRecord } from "../../scripts/chain/packedWords";
import type { DeploymentParameters } from "../../scripts/core/parameters";
import type { Market } from "../../typechain-types";
import { goTo, PILE_BALANCE } from "../helpers/market";
import { hashWords, keptOf, signReading } from "../unit/contracts/deliveryFixtures";
import {
  ask,
  bid,
  clearedOf,
  deployFor,
  expectSolvent,
  nth,
  overwrite,
  PENNY,
  slotOf,
} from "../unit/contracts/fixtures";
import { bookOf, commit, flexibleFills, plan, SALT, setting } from "../unit/contracts/roundFixtures";

/** Words that somebody hands in as a frame's. */
interface Claim {
  publication: bigint;
  fills: bigint[];
  matched: number;
}

const recordSlot = async (frame: number): Promise<bigint> => (await slotOf("_records")) + BigInt(frame % 128);

/** Gives a frame of a market the record that another frame or market has. */
async function copyRecord(market: Market, frame: number, record: bigint): Promise<void> {
  await overwrite(market, await recordSlot(frame), () => ((record >> 32n) << 32n) | BigInt(frame));
}

/**
 * A frame of a benefit market in which both the match (F1: 3 900 Wh from the grid and a trade of 500 Wh) and the round
 * (F2: 3 000 Wh) moved energy; it is over.
 */
async function bothMoved(overrides: Partial<DeploymentParameters> = {}) {
  const s = await setting(overrides);
  const { market, rounds, delivery, frame: now } = s;
  const frame = now + 1;
  const orders = [
    bid(30n * PENNY, 6_000n, frame + 3),
    bid(30n * PENNY, 5_000n, frame + 2),
    bid(25n * PENNY, 3_500n, frame),
    bid(25n * PENNY, 400n, frame),
    bid(32n * PENNY, 500n, frame),
    ask(12n * PENNY, 500n, frame),
  ];
  for (const [i, order] of orders.entries()) await market.connect(nth(s.piles, i)).place(order);
  await goTo(frame, -600);
  const match = await market.clear(frame);
  const matched = clearedOf(market, await match.wait()).words;
  const inner = keptOf(await market.frameRecord(frame));
  const book = await bookOf(rounds, match);
  const bytes = plan(4, [3_000n, 3_000n, 3_000n, 2_000n]);
  await commit(s, nth(s.proposers, 0), frame, bytes);
  await goTo(frame, -480);
  await rounds.connect(nth(s.proposers, 0)).reveal(market, book, bytes, SALT);
  await goTo(frame, -360);
  const executed = await flexibleFills(market, await rounds.finalise(market, book, bytes));
  const publication = await market.publication(frame);
  const nextPublication = await market.publication(frame + 1);
  await goTo(frame + 1);
  await market.setEntryPaused(false);
  const settle = async ({ publication: word, fills, matched: count }: Claim, of: Market = market, at = frame) =>
    delivery.settle(of, at, word, fills, count, []);
  const whole: Claim = { publication, fills: [...matched, ...executed], matched: matched.length };
  return { ...s, frame, matched, executed, inner, publication, nextPublication, settle, whole };
}
type Frame = Awaited<ReturnType<typeof bothMoved>>;

/** Everything that is not the frame's publication and fills and might be taken for them. */
function forgeries({ matched, executed, inner, publication, nextPublication, whole }: Frame): Record<string, Claim> {
  const all = whole.fills;
  // The inner hash as it was before it said what it is.
  const plainInner = keptOf(hashWords([publication, ...matched]));
  return {
    "the match's hash as the publication": { publication: inner, fills: executed, matched: 0 },
    "the match's plain hash as the publication": { publication: plainInner, fills: executed, matched: 0 },
    "the match's hash as the publication of a match": {
      ...{ publication: inner, fills: executed, matched: executed.length },
    },
    "the match's hash alone": { publication: inner, fills: [], matched: 0 },
    "the match's hash as a first fill": { publication, fills: [inner, ...executed], matched: 1 },
    "the round's fills alone": { publication, fills: executed, matched: 0 },
    "the match's fills alone": { publication, fills: [...matched], matched: matched.length },
    "the publication as a first fill": { publication: 0n, fills: [publication, ...all], matched: matched.length + 1 },
    "the last fill left out": { ...whole, fills: all.slice(0, -1) },
    "the first fill left out": { ...whole, fills: all.slice(1), matched: matched.length - 1 },
    "the last fill twice": { ...whole, fills: [...all, nth(all, all.length - 1)] },
    "everything twice": { ...whole, fills: [...all, ...all] },
    "the round before the match": { publication, fills: [...executed, ...matched], matched: executed.length },
    "a fill of the round as the match's": { ...whole, matched: matched.length + 1 },
    "a fill of the match as the round's": { ...whole, matched: matched.length - 1 },
    "everything as the match's": { ...whole, matched: all.length },
    "everything as the round's": { ...whole, matched: 0 },
    "another frame's publication": { ...whole, publication: nextPublication },
    "no publication": { ...whole, publication: 0n },
    "nothing at all": { publication, fills: [], matched: 0 },
  };
}

describe("Attack: settling a frame without its matched trades", () => {
  const frame = async () => bothMoved();

  it("no inner hash, part, repetition or other division of the fills passes for the whole; 780 000 reach the grid", async () => {
    const s = await loadFixture(frame);
    const record = await s.market.frameRecord(s.frame);
    for (const [name, claim] of Object.entries(forgeries(s))) {
      await expect(s.settle(claim), name).to.be.revertedWithCustomError(s.delivery, "WrongFills").withArgs(s.frame);
    }
    await expect(s.settle({ ...s.whole, matched: s.whole.fills.length + 1 }))
      .to.be.revertedWithCustomError(s.delivery, "MatchedOutOfRange")
      .withArgs(s.whole.fills.length + 1, s.whole.fills.length);
    expect(await s.market.frameRecord(s.frame)).to.equal(record);
    await s.settle(s.whole);
    // F1 and F2 drew from the grid at 20 p; the trade of 500 Wh at 22 p is the piles' own.
    expect(await s.market.gridBalance()).to.equal(780_000n + 600_000n);
    expect(await s.market.freeBalanceOf(nth(s.piles, 5))).to.equal(PILE_BALANCE + 110_000n);
    expect(decodeFrameRecord(await s.market.frameRecord(s.frame))?.open).to.equal(false);
    await expectSolvent(s.market, s.token, s.parameters);
  });

  it("the words of one frame settle no other, not even where both have the same hash on record", async () => {
    const s = await loadFixture(frame);
    await copyRecord(s.market, s.frame - 1, await s.market.frameRecord(s.frame));
    await expect(s.settle(s.whole, s.market, s.frame - 1))
      .to.be.revertedWithCustomError(s.delivery, "WrongFills")
      .withArgs(s.frame - 1);
    for (const [name, claim] of Object.entries(forgeries(s))) {
      await expect(s.settle(claim, s.market, s.frame - 1), name).to.be.revertedWithCustomError(
        s.delivery,
        "WrongFills",
      );
    }
  });

  it("the words of one market settle no other's frame, not even where both have the same hash on record", async () => {
    const s = await loadFixture(frame);
    const { market: other, delivery } = await deployFor(s.token, s.parameters);
    await copyRecord(other, s.frame, await s.market.frameRecord(s.frame));
    for (const [name, claim] of Object.entries({ ...forgeries(s), whole: s.whole })) {
      const { publication, fills, matched } = claim;
      await expect(delivery.settle(other, s.frame, publication, fills, matched, []), name)
        .to.be.revertedWithCustomError(delivery, "WrongFills")
        .withArgs(s.frame);
    }
  });

  it("nor can it be settled twice, wholly or by what passed for a part of it", async () => {
    const s = await loadFixture(frame);
    await s.settle(s.whole);
    for (const claim of [s.whole, ...Object.values(forgeries(s))]) {
      await expect(s.settle(claim)).to.be.revertedWithCustomError(s.delivery, "NothingToSettle").withArgs(s.frame);
    }
  });
});

describe("Attack: settling a frame of a metered market without its matched trades", () => {
  /** The same frame; piles 1 to 6 have fills, pile 4 agreed to 10 Wh and took all that it can. */
  const frame = async () => {
    const s = await bothMoved({ readingSeconds: 3600 });
    const read = async (pile: number, consumedWh: bigint, producedWh: bigint) =>
      signReading(s.delivery, s.market, nth(s.piles, pile - 1), { pile, frame: s.frame, consumedWh, producedWh });
    const settleWith = async (claim: Claim, readings: Awaited<ReturnType<typeof read>>[]) =>
      s.delivery.settle(s.market, s.frame, claim.publication, claim.fills, claim.matched, readings);
    /** Settles whoever is known. @returns what is left, as the record now binds it */
    const settlePart = async (pilesLeft: readonly number[], readings: Awaited<ReturnType<typeof read>>[]) => {
      await settleWith(s.whole, readings);
      const waits = (word: bigint) =>
        pilesLeft.includes(Number(word & 0xffffn)) || pilesLeft.includes(Number((word >> 16n) & 0xffffn));
      const [matched, executed] = [s.matched.filter(waits), s.executed.filter(waits)];
      return { publication: s.publication, fills: [...matched, ...executed], matched: matched.length };
    };
    return { ...s, read, settleWith, settlePart };
  };

  it("what is left of a frame is not the whole, and the whole is not what is left", async () => {
    const s = await loadFixture(frame);
    // Piles 1 (round), 3 (match) and 6 with 5 (a trade) wait; 4 alone is known.
    const known = [await s.read(4, 400n, 0n)];
    const rest = { publication: s.publication, fills: s.matched.filter((w) => Number((w >> 16n) & 0xffffn) !== 4) };
    const early: Claim = { ...rest, fills: [...rest.fills, ...s.executed], matched: rest.fills.length };
    await expect(s.settleWith(early, known), "the rest before a part was settled")
      .to.be.revertedWithCustomError(s.delivery, "WrongFills")
      .withArgs(s.frame);
    const left = await s.settlePart([1, 2, 3, 5, 6], known);
    expect(left).to.deep.equal(early);
    const record = await s.market.frameRecord(s.frame);
    const claims: Record<string, Claim> = {
      ...forgeries(s),
      "the whole, once a part is settled": s.whole,
      "another division of the rest": { ...left, matched: left.matched - 1 },
      "the rest as the match's": { ...left, matched: left.fills.length },
      "the rest as the round's": { ...left, matched: 0 },
      "the rest without its last": { ...left, fills: left.fills.slice(0, -1) },
      "the rest without its first": { ...left, fills: left.fills.slice(1), matched: left.matched - 1 },
      "the rest twice": { ...left, fills: [...left.fills, ...left.fills] },
      "the record's hash as the publication": { ...left, publication: keptOf(record) },
      "another frame's publication": { ...left, publication: s.nextPublication },
    };
    for (const [name, claim] of Object.entries(claims)) {
      await expect(s.settleWith(claim, []), name)
        .to.be.revertedWithCustomError(s.delivery, "WrongFills")
        .withArgs(s.frame);
    }
    expect(await s.market.frameRecord(s.frame)).to.equal(record);
  });

  it("who took all that it can keeps its bill: the match cannot be left out of the settlement", async () => {
    const s = await loadFixture(frame);
    const readings = [
      ...(await Promise.all([1, 2, 3].map(async (pile) => s.read(pile, pile === 3 ? 3_500n : 3_000n, 0n)))),
      ...[await s.read(4, 3_500n, 0n), await s.read(5, 500n, 0n), await s.read(6, 0n, 500n)],
    ];
    for (const [name, claim] of Object.entries(forgeries(s))) {
      await expect(s.settleWith(claim, readings), name).to.be.revertedWithCustomError(s.delivery, "WrongFills");
    }
    await s.settleWith(s.whole, readings);
    // 3 500 Wh at 20 p, and the spread of 15 p on the 3 100 Wh that nobody agreed to.
    expect(await s.market.freeBalanceOf(nth(s.piles, 3))).to.equal(PILE_BALANCE - 700_000n - 465_000n);
    await expectSolvent(s.market, s.token, s.parameters);
  });
});
