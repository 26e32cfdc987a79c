import { expect } from "chai";
import { ethers } from "hardhat";

import { decodeFrozenBook, encodeFrozenBook } from "../../../../scripts/chain/frozenBook";
import { refusalOf } from "../../../../scripts/chain/refusal";
import { encodePlan } from "../../../../scripts/chain/roundWords";
import { MarketRefusal } from "../../../../scripts/model/model";
import {
  Allotment,
  type FlexibleOrder,
  type FrozenBook,
  leftAtMatch,
  type Plan,
  projectFallback,
  scoreCourse,
  scorePlan,
} from "../../../../scripts/model/benefit";
import { Random } from "../../../../scripts/core/random";
import type { BenefitRounds } from "../../../../typechain-types";
import { runs } from "../../../helpers/coverage";

const SEED = Number(process.env.BENEFIT_SEED ?? 1);
const BOOKS = Number(process.env.BENEFIT_BOOKS ?? Math.max(40, runs(400)));

const TICK = 7n;
const TARIFFS = [0n, 1n, 5n, 9n, 10n, 11n, 20n, 2n ** 24n - 1n];

/** A number that is often at an end of its range. */
function edgy(random: Random, low: number, high: number): bigint {
  const pick = random.integer(0, 9);
  return BigInt(pick === 0 ? low : pick === 1 ? high : random.integer(low, high));
}

/** Any frozen book that a market could open a round over. */
function randomBook(random: Random): FrozenBook {
  const frame = random.integer(1_000, 2 ** 31);
  const maxHorizon = random.pick([1, 2, 5, 24, 48]);
  const wide = random.integer(0, 3) === 0;
  const order = (side: "charge" | "discharge", pile: number): FlexibleOrder => {
    const peakWh = edgy(random, 1, wide ? 2 ** 20 - 1 : 2_000);
    const remainingWh = edgy(random, 1, wide ? 2 ** 24 - 1 : 9_000);
    const most = peakWh < remainingWh ? peakWh : remainingWh;
    return {
      pile: String(pile),
      side,
      price: random.pick(TARIFFS) * TICK,
      remainingWh,
      displayedWh: edgy(random, 0, Number(most)),
      peakWh,
      expiryFrame: frame + random.integer(0, random.pick([0, 3, 30, 96])),
      waitedFrames: random.integer(0, 96),
    };
  };
  const count = random.integer(0, 12);
  const bids = Array.from({ length: count }, (_, i) => order("charge", i + 1));
  const asks = Array.from({ length: random.integer(count === 0 ? 1 : 0, 6) }, (_, i) => order("discharge", i + 101));
  const last = Math.max(...[...bids, ...asks].map(({ expiryFrame }) => expiryFrame));
  const horizon = Math.min(maxHorizon, last - frame + random.integer(1, 2));
  const publications = Array.from({ length: horizon }, (_, offset) =>
    offset !== 0 && random.integer(0, 9) === 0
      ? undefined
      : {
          baseLoadW: edgy(random, -20_000, wide ? 2 ** 31 - 1 : 40_000),
          importPricePerKwh: random.pick(TARIFFS) * TICK,
          exportPricePerKwh: random.pick(TARIFFS) * TICK,
          wheelingPricePerKwh: 3n * TICK,
        },
  );
  const expects = random.integer(0, 2) === 0;
  return {
    frame,
    horizon,
    bids,
    asks,
    publications,
    expectedLoadsW: publications.map((published, offset) =>
      expects && published !== undefined && offset !== 0 ? edgy(random, -(2 ** 23), 2 ** 23 - 1) : 0n,
    ),
    previousLoadW: random.integer(0, 4) === 0 ? undefined : edgy(random, -50_000, 50_000),
    matchedGridWh: edgy(random, 0, 9_000),
    capacityW: edgy(random, 0, wide ? 2 ** 31 - 1 : 60_000),
    lossAllowanceW: 0n,
    frameSeconds: random.pick([1_800, 900, 1_700, 86_400]),
    maxWaitFrames: random.pick([0, 1, 12, 65_535]),
    allotment: random.pick(["expiry", "laxity"]),
    chargeEfficiencyBps: random.pick([10_000n, 9_500n, 1n, 20_000n]),
    dischargeEfficiencyBps: random.pick([10_000n, 9_300n, 1n, 20_000n]),
    exportBudgetTicks: random.pick([2n ** 49n - 1n, 2n ** 49n - 1n, 2n ** 30n, edgy(random, 0, 200)]),
    tickSize: TICK,
  };
}

/** A plan that asks for what can be had in most frames, and for a little too much in some books. */
function randomPlan(book: FrozenBook, random: Random): Plan {
  if (book.allotment === "laxity") return randomLevels(book, random);
  const allotment = new Allotment(book);
  const left = leftAtMatch(book);
  const greedy = random.integer(0, 3) === 0;
  const totals = (side: "charge" | "discharge") =>
    Array.from({ length: book.horizon }, (_, offset) => {
      const most = Number(greedy ? 3_000n : side === "charge" ? 4_000n : 500n);
      const wished = random.integer(0, 3) === 0 ? 0n : BigInt(random.integer(0, most));
      let given = 0n;
      try {
        for (const { energyWh } of allotment.allot(offset, side, wished, new Map(left))) given += energyWh;
        given = wished;
      } catch (error) {
        if (!(error instanceof MarketRefusal)) throw error;
        const { allottedWh } = error.details as { allottedWh?: bigint };
        given = allottedWh ?? 0n;
      }
      if (given !== 0n) allotment.allot(offset, side, given, left);
      return greedy && random.integer(0, book.horizon) === 0 ? wished : given;
    });
  return { drawWh: totals("charge"), dischargeWh: totals("discharge") };
}

/** Levels of all sizes, often of whole frames, and often none. */
function randomLevels(book: FrozenBook, random: Random): Plan {
  const highest = random.pick([2 ** 17, 2 ** 18, 2 ** 20, 2 ** 24 - 1]);
  const level = () => {
    const kind = random.integer(0, 3);
    if (kind === 0) return 0n;
    return kind === 1 ? BigInt(random.integer(1, 127)) << 17n : BigInt(random.integer(0, highest));
  };
  const levels = () => Array.from({ length: book.horizon }, level);
  return { drawLevel: levels(), dischargeLevel: random.integer(0, 1) === 0 ? levels() : levels().map(() => 0n) };
}

describe("BenefitScore", () => {
  let rounds: BenefitRounds;
  before(async () => {
    rounds = await ethers.deployContract("BenefitRounds");
  });

  const words = (book: FrozenBook) => encodeFrozenBook(book, { tickSize: TICK, pileNumber: Number });

  /** Score or refusal of the contract, as text. */
  async function onChain(book: FrozenBook, plan: Plan): Promise<string> {
    try {
      const [unservedWh, squaredStepsW2] = await rounds.scorePlan(words(book), encodePlan(plan));
      return `${unservedWh.toString()} ${squaredStepsW2.toString()}`;
    } catch (error) {
      const refusal = refusalOf(error, [rounds.interface]);
      if (refusal === undefined) throw error;
      return refusal.error;
    }
  }

  /** The same of the model. */
  function inModel(book: FrozenBook, plan: Plan): string {
    try {
      const { unservedWh, squaredStepsW2 } = scorePlan(book, plan);
      return `${unservedWh.toString()} ${squaredStepsW2.toString()}`;
    } catch (error) {
      if (!(error instanceof MarketRefusal)) throw error;
      return error.code;
    }
  }

  it("reads what a frozen book's words say", () => {
    const random = new Random(SEED);
    for (let i = 0; i < 50; i++) {
      const book = randomBook(random);
      expect(decodeFrozenBook(words(book), { tickSize: TICK, pileName: String })).to.deep.equal(book);
    }
  });

  it(`scores plans and refuses them as the model does, on ${BOOKS} random books`, async function () {
    const random = new Random(SEED).stream("plans");
    const seen = new Map<string, number>();
    for (let i = 0; i < BOOKS; i++) {
      const book = randomBook(random);
      const plan = randomPlan(book, random);
      const expected = inModel(book, plan);
      expect(await onChain(book, plan), `book ${i} of seed ${SEED}`).to.equal(expected);
      const kind = /^[A-Z]/.test(expected) ? expected : "scored";
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    this.test!.title += `: ${[...seen].map(([kind, count]) => `${count} ${kind}`).join(", ")}`;
    expect(seen.get("scored")).to.be.above(BOOKS / 4);
    for (const refusal of ["PlanNotAllottable", "PlanOverCapacity", "PlanExportsUnfunded"])
      expect(seen.get(refusal)).to.be.above(0);
  }).timeout(120_000);

  it(`projects the fallback as the model does, on ${BOOKS} random books`, async () => {
    const random = new Random(SEED).stream("fallback");
    for (let i = 0; i < BOOKS; i++) {
      const book = randomBook(random);
      const { unservedWh, squaredStepsW2 } = scoreCourse(book, projectFallback(book));
      expect(await rounds.scoreFallback(words(book)), `book ${i} of seed ${SEED}`).to.deep.equal([
        unservedWh,
        squaredStepsW2,
      ]);
    }
  }).timeout(120_000);
});
