import { expect } from "chai";
import fc from "fast-check";
import { ethers } from "hardhat";

import type { AuctionHarness } from "../../../../typechain-types";
import { runs } from "../../../helpers/coverage";
import { NONE } from "../../../helpers/libraries";

const FRAME = 1000;

/** An order as far as it matters to what can be filled. */
interface Order {
  charge: boolean;
  iceberg: boolean;
  ticks: number;
  remainingWh: number;
  peakWh: number;
  waited: number;
  framesLeft: number;
}

/** The slot that `types/PileState.sol` draws. */
function slotOf(order: Order, sequence: number): bigint {
  const { charge, iceberg, ticks, remainingWh, peakWh, waited, framesLeft } = order;
  return [
    [ticks, 52],
    [remainingWh, 76],
    [peakWh, 100],
    [FRAME - waited, 120],
    [waited + framesLeft, 152],
    [Number(charge), 159],
    [Number(iceberg), 160],
    [sequence, 162],
  ].reduce((word, [value, shift]) => word | (BigInt(value!) << BigInt(shift!)), 1n << 255n);
}

/** Fields of the entry that `types/BookEntry.sol` draws, before ranking. */
function entryOf(word: bigint) {
  const field = (shift: bigint, bits: bigint) => Number((word >> shift) & ((1n << bits) - 1n));
  return {
    pile: field(0n, 16n),
    leftWh: field(16n, 24n),
    ticks: field(40n, 24n),
    gridEligible: field(64n, 1n) === 1,
    sequence: field(184n, 40n),
    waited: field(224n, 8n),
  };
}

describe("Auction", () => {
  let harness: AuctionHarness;
  before(async () => {
    harness = await ethers.deployContract("AuctionHarness");
  });

  const order = fc.record({
    charge: fc.boolean(),
    iceberg: fc.boolean(),
    ticks: fc.integer({ min: 1, max: 12 }),
    remainingWh: fc.integer({ min: 1, max: 9000 }),
    peakWh: fc.integer({ min: 1, max: 5000 }),
    waited: fc.nat(6),
    framesLeft: fc.nat(3),
  });

  it("drops the orders that nothing can fill, no other, and makes entries of the rest", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(order, { maxLength: 12 }),
        fc.option(fc.integer({ min: 1, max: 14 })),
        fc.nat(6),
        fc.boolean(),
        async (orders, tariff, maxWaitFrames, icebergsWait) => {
          const numbered = orders.map((of, i) => ({ ...of, pile: i + 1, sequence: 7 * (i + 1) }));
          const [bids, asks] = [true, false].map((side) => numbered.filter(({ charge }) => charge === side)) as [
            typeof numbered,
            typeof numbered,
          ];
          const gridEligible = (of: Order) =>
            of.charge &&
            tariff !== null &&
            of.ticks >= tariff &&
            (!of.iceberg || (!icebergsWait && (of.waited >= maxWaitFrames || of.framesLeft === 0)));
          const bestAsk = Math.min(...asks.map(({ ticks }) => ticks));
          const bestBid = Math.max(...bids.map(({ ticks }) => ticks));
          // Where icebergs wait for a round, all of them are what it is about.
          const keptBids = bids.filter(
            (of) =>
              icebergsWait ||
              of.ticks >= bestAsk ||
              bids.some((other) => gridEligible(other) && of.ticks >= other.ticks),
          );
          const keptAsks = asks.filter(({ ticks }) => icebergsWait || ticks <= bestBid);
          const entries = (kept: typeof numbered) =>
            kept.map((of) => ({
              pile: of.pile,
              leftWh: Math.min(of.remainingWh, of.peakWh),
              ticks: of.ticks,
              gridEligible: gridEligible(of),
              sequence: of.sequence,
              waited: of.waited,
            }));
          const book = await harness.prune(
            numbered.map((of) => slotOf(of, of.sequence)),
            FRAME,
            tariff === null ? NONE : tariff,
            maxWaitFrames,
            icebergsWait,
          );
          expect(book.bids.map(entryOf)).to.deep.equal(entries(keptBids));
          expect(book.asks.map(entryOf)).to.deep.equal(entries(keptAsks));
        },
      ),
      { seed: 4_242, numRuns: runs(400) },
    );
  });
});
