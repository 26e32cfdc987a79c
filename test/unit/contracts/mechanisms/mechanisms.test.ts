import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { ethers } from "hardhat";

import { MECHANISM_CONTRACTS } from "../../../../scripts/chain/mechanisms";
import { decodeFill, GRID } from "../../../../scripts/chain/packedWords";
import { withDefaults } from "../../../../scripts/core/parameters";
import { fillFromGrid, match, matchWithGrid, mayNotWait } from "../../../../scripts/model/clearing";
import { chargingRoomWh } from "../../../../scripts/model/load";
import { type Placed, type Ranked, rankSide } from "../../../../scripts/model/ranking";
import { type Matching, MATCHINGS } from "../../../../scripts/core/matching";
import type { MarketParameters } from "../../../../scripts/core/types";
import { Random } from "../../../../scripts/core/random";
import type { IMechanism } from "../../../../typechain-types";
import { mechanismFor } from "../../../helpers/mechanisms";
import { runs, skipWhereInstrumented } from "../../../helpers/coverage";

const FRAME = 1_000;
const BASE_LOAD_W = 10_000n;

/** A frame's book with what its proposal depends on. */
interface Case {
  market: MarketParameters;
  placed: Placed[];
  /** Undefined where nothing is published. */
  importTicks: bigint | undefined;
  roundFollows: boolean;
  fund: bigint;
}

/** How the grid's price rises with the load. */
function randomCurve(random: Random) {
  return {
    congestionFromW: BigInt(random.pick([0, 9_000, 10_000, 10_100, 14_000])),
    congestionPricePerKwhPerKw: BigInt(random.pick([0, 1, 3, 40, 5_000])),
    chargeEfficiencyBps: BigInt(random.pick([9_300, 10_000, 10_501])),
  };
}

function randomCase(random: Random, matching: Matching): Case {
  const span = random.pick([3, 10, 40]);
  const largest = random.pick([2, 300, 4_000]);
  const market = withDefaults({
    ...{ matching, tickSize: BigInt(random.pick([1, 7])), maxWaitFrames: random.integer(0, 4) },
    ...{ priceWeight: random.pick([0, 1, 10]), timeWeight: random.pick([0, 1, 65_535]) },
    thetaBps: BigInt(random.integer(0, 10_000)),
    capacityW: BASE_LOAD_W + BigInt(random.pick([0, 50, 5_000, 900_000])),
    ...(matching === "congestion" ? randomCurve(random) : {}),
  });
  const count = random.integer(0, 14);
  const placed = random.shuffle(Array.from({ length: count }, (_, i) => i)).map((sequence, i): Placed => {
    const waited = random.integer(0, 5);
    return {
      pile: String(i + 1),
      order: {
        side: random.chance(0.5) ? "charge" : "discharge",
        price: BigInt(random.integer(1, span)) * market.tickSize,
        remainingWh: BigInt(random.integer(1, largest)),
        peakWh: BigInt(random.integer(1, largest)),
        iceberg: random.chance(0.4),
        firstFrame: FRAME - waited,
        expiryFrame: FRAME + random.integer(0, 3),
        sequence: BigInt(sequence),
      },
    };
  });
  return {
    ...{ market, placed, importTicks: random.chance(0.15) ? undefined : BigInt(random.integer(1, span)) },
    roundFollows: matching !== "congestion" && random.chance(0.3),
    fund: BigInt(random.pick([0, 3, 10_000])),
  };
}

/** The slot of an order, tagged with its pile, as `types/PileState.sol` draws it. */
function slotOf({ pile, order }: Placed, tickSize: bigint): bigint {
  const { side, price, remainingWh, peakWh, firstFrame, expiryFrame, iceberg, sequence } = order;
  return [
    [BigInt(pile), 0],
    [price / tickSize, 52],
    [remainingWh, 76],
    [peakWh, 100],
    [BigInt(firstFrame), 120],
    [BigInt(expiryFrame - firstFrame), 152],
    [side === "charge" ? 1n : 0n, 159],
    [iceberg ? 1n : 0n, 160],
    [sequence, 162],
  ].reduce((word, [value, shift]) => word | ((value as bigint) << BigInt(shift as number)), 1n << 255n);
}

/** The model's decision, as the contract would say it. */
function expectedOf({ market, placed, importTicks, roundFollows, fund }: Case) {
  const side = (which: "charge" | "discharge") =>
    rankSide(
      market,
      FRAME,
      placed.filter(({ order }) => order.side === which),
    );
  const [bids, asks] = [side("charge"), side("discharge")];
  const importPricePerKwh = (importTicks ?? 0n) * market.tickSize;
  const publication =
    importTicks === undefined
      ? undefined
      : { baseLoadW: BASE_LOAD_W, importPricePerKwh, exportPricePerKwh: 0n, wheelingPricePerKwh: 0n };
  const joint = matchWithGrid(market, FRAME, bids, asks, publication);
  const { trades, leftWh } = joint ?? match(market, bids, asks, fund);
  const mayFill = (bid: Ranked) => (roundFollows ? !bid.order.iceberg : mayNotWait(market, FRAME, bid));
  const grid = joint?.grid ?? fillFromGrid(market, bids, leftWh, publication, mayFill);
  return {
    fills: [
      ...trades.map(({ sell, buy, ...of }) => ({ sell: Number(sell), buy: Number(buy), ...of })),
      ...grid.map(({ pile, energyWh, price, premium }) => ({
        ...{ sell: GRID, buy: Number(pile), energyWh, price },
        ...(premium === undefined ? {} : { premium }),
      })),
    ],
    ranked: roundFollows ? [...bids, ...asks].map(({ pile, priority }) => [Number(pile), priority]) : [],
  };
}

/** The market's rules as `types/MatchingRules.sol` draws them. */
function rulesOf({
  tickSize,
  maxWaitFrames,
  icebergThresholdWh,
  priceWeight,
  timeWeight,
  thetaBps,
  congestionFromW,
  congestionPricePerKwhPerKw,
  chargeEfficiencyBps,
  frameSeconds,
}: MarketParameters): bigint {
  const scaled = (value: number, shift: bigint) => BigInt(value) << shift;
  const weights = scaled(priceWeight, 64n) | scaled(timeWeight, 80n) | (thetaBps << 96n);
  const curve = (congestionFromW << 112n) | (congestionPricePerKwhPerKw << 144n) | (chargeEfficiencyBps << 176n);
  const frame = scaled(frameSeconds, 192n);
  return tickSize | scaled(maxWaitFrames, 16n) | (icebergThresholdWh << 32n) | weights | curve | frame;
}

/** The contract's proposal. */
async function proposedOf(mechanism: IMechanism, { market, placed, importTicks, roundFollows, fund }: Case) {
  const terms = {
    ...{ market: ZeroAddress, delivery: ZeroAddress, frame: FRAME },
    published: importTicks === undefined ? 0n : BigInt(FRAME) | (BASE_LOAD_W << 32n) | (importTicks << 64n),
    roomWh: importTicks === undefined ? 0n : chargingRoomWh(market, BASE_LOAD_W),
    ...{ roundFollows, previousKnown: false, previousLoadW: 0n, fund, rules: rulesOf(market) },
  };
  const orders = placed.map((one) => slotOf(one, market.tickSize));
  const [fills, ranked] = await mechanism.propose(terms, orders);
  return {
    fills: fills.map(decodeFill),
    ranked: ranked.map((word) => [Number(word & 0xffffn), Number(word >> 224n)]),
  };
}

const asText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "bigint"
      ? part.toString()
      : typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a.localeCompare(b)))
        : part,
  );

describe("mechanisms beside their twins in TypeScript", () => {
  for (const matching of MATCHINGS.filter((one) => one !== "credit")) {
    it(`${matching}: the same fills and the same order of priority on random books`, async () => {
      const mechanism = await ethers.getContractAt("IMechanism", await mechanismFor(matching));
      const random = new Random(`mechanisms/${matching}`);
      const seen = { trades: 0, gridFills: 0, premiums: 0, subsidies: 0 };
      for (let i = 0; i < runs(1_000); i++) {
        const one = randomCase(random, matching);
        const [proposed, expected] = [await proposedOf(mechanism, one), expectedOf(one)];
        if (asText(proposed) !== asText(expected)) expect(proposed, `book ${i}`).to.deep.equal(expected);
        for (const { sell, premium, subsidy } of expected.fills as ReturnType<typeof decodeFill>[]) {
          seen[sell === GRID ? "gridFills" : "trades"]++;
          seen.premiums += Number(premium !== undefined);
          seen.subsidies += Number(subsidy !== undefined);
        }
      }
      if (matching === "gridOnly") expect(seen.trades).to.equal(0);
      else expect(seen.trades).to.be.above(runs(1_000) / 2);
      expect(seen.gridFills).to.be.above(runs(1_000) / 10);
      expect(seen.premiums > 0, "premiums").to.equal(["mcafee", "vickrey", "congestion"].includes(matching));
      expect(seen.subsidies > 0, "subsidies").to.equal(matching === "vickrey");
    }).timeout(120_000);
  }

  it("every mechanism has the name that deployments know it by", async () => {
    for (const matching of MATCHINGS) {
      const mechanism = await ethers.getContractAt("IMechanism", await mechanismFor(matching));
      expect(ethers.decodeBytes32String(await mechanism.name())).to.equal(matching);
    }
  });

  it("every mechanism is small", async function () {
    skipWhereInstrumented(this);
    for (const matching of MATCHINGS) {
      const code = await ethers.provider.getCode(await mechanismFor(matching));
      expect((code.length - 2) / 2, MECHANISM_CONTRACTS[matching]).to.be.below(8_192);
    }
  });
});
