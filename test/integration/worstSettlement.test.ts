import {
  setNextBlockBaseFeePerGas,
  type SnapshotRestorer,
  takeSnapshot,
  time,
} from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { GRID, type PackedFill } from "../../scripts/chain/packedWords";
import { withDefaults } from "../../scripts/core/parameters";
import type { Delivery, Market } from "../../typechain-types";
import { ALL_CASES } from "../helpers/cases";
import { goTo } from "../helpers/market";
import {
  digestOf,
  LEVEL,
  packFill,
  packPublication,
  pokeRecord,
  signReading,
} from "../unit/contracts/deliveryFixtures";
import { deployFor, overwrite, slotOf } from "../unit/contracts/fixtures";

/** Most gas that a transaction may use on every live network (EIP-7825). */
const TRANSACTION_GAS = 16_777_216;
/** Most piles of a market with meters: {MarketBase}. */
const METERED_CAP = 512;
/** Most piles of any market: {MarketBase}. */
const PILE_CAP = 1024;
const READINGS_PER_CALL = 128;
const IMPORT = 200_000n;
const EXPORT = 50_000n;
const PRICE = 140_000n;
/** Energy that a pile's 22 kW move in a frame, Wh. */
const REACH_WH = 11_000n;

// Every fill, of the match or of the round, uses up what at least one order displays in the frame: a frame has no more
// fills than piles.

/** A frame's fills and on which side each pile is. */
interface Frame {
  fills: PackedFill[];
  /** Piles from this one on sell. */
  firstSeller: number;
}

/** Who trades with whom. */
const FAMILIES = {
  "buy from the grid": (piles: number): Frame => ({
    fills: Array.from({ length: piles }, (_, i) => ({ sell: GRID, buy: 1 + i, energyWh: 500n, price: IMPORT })),
    firstSeller: piles + 1,
  }),
  "sell to the grid": (piles: number): Frame => ({
    fills: Array.from({ length: piles }, (_, i) => ({ sell: 1 + i, buy: GRID, energyWh: 500n, price: EXPORT })),
    firstSeller: 1,
  }),
  /** Every seller sells to two buyers, every buyer buys from two sellers. */
  "trade with each other": (piles: number): Frame => ({
    fills: Array.from({ length: piles }, (_, i) => ({
      sell: piles / 2 + 1 + (i >> 1),
      buy: 1 + (((i + 1) >> 1) % (piles / 2)),
      energyWh: 400n + BigInt(i),
      price: PRICE + BigInt(i),
    })),
    firstSeller: piles / 2 + 1,
  }),
  "all sell to one": (piles: number): Frame => ({
    fills: Array.from({ length: piles - 1 }, (_, i) => ({
      ...{ sell: 2 + i, buy: 1 },
      ...{ energyWh: 20n, price: PRICE + BigInt(i) },
    })),
    firstSeller: 2,
  }),
} as const;

/** Readings of the energy that they moved; undefined where everybody is silent. */
const READINGS = {
  "all take all that they can": () => ({ consumedWh: REACH_WH, producedWh: 0n }),
  "all sellers produce more than the operator can pay": (sells: boolean, agreedWh: bigint) =>
    sells ? { consumedWh: 0n, producedWh: REACH_WH } : { consumedWh: agreedWh, producedWh: 0n },
  /** So the frame is settled in parts. */
  "all produce more than the operator can pay, and one says nothing yet": (sells: boolean, agreedWh: bigint) =>
    sells ? { consumedWh: 0n, producedWh: REACH_WH } : { consumedWh: agreedWh, producedWh: 0n },
  "all are silent": undefined,
  "all is as agreed": undefined,
} as const;

type Family = keyof typeof FAMILIES;
type How = keyof typeof READINGS;

/** The family whose settlement costs most, as all of them together show; a quick run tries it alone. */
const DEAREST: Record<How, Family> = {
  "all take all that they can": "all sell to one",
  "all sellers produce more than the operator can pay": "all sell to one",
  "all produce more than the operator can pay, and one says nothing yet": "sell to the grid",
  "all are silent": "all sell to one",
  "all is as agreed": "all sell to one",
};

describe("The worst settlement fits into one transaction", () => {
  const wallets = Array.from({ length: PILE_CAP }, (_, i) => new ethers.Wallet(ethers.toBeHex(0xbd000 + i, 32)));
  const number = (value: number): string => value.toLocaleString("en").replaceAll(",", " ");

  interface Bench {
    market: Market;
    delivery: Delivery;
    frame: number;
  }

  /** Markets with meters and without: their piles take longer to register than to settle. */
  const benches = new Map<boolean, Promise<Bench>>();
  let untouched: SnapshotRestorer;
  before(async () => {
    untouched = await takeSnapshot();
  });
  after(() => untouched.restore());

  /** A market of `piles` piles, all of whose meters have a change on record and all of whose slots hold the dead rest of an order. */
  async function deployBench(metered: boolean, piles: number): Promise<Bench> {
    const token = await ethers.deployContract("TestToken", [6]);
    const parameters = withDefaults({
      ...{ pileCap: piles, wheelingCapPerKwh: 10n ** 6n, keeperReward: 1n, readingSeconds: metered ? 3600 : 0 },
      ...(metered ? {} : { bondPricePerKwh: 7n }),
    });
    const { market, delivery } = await deployFor(token, parameters);
    const some = wallets.slice(0, piles);
    for (const { address } of some) await market.registerPile(address, address, address, 22_000);
    for (const [i, { address }] of some.entries()) await delivery.setMeterKey(market, i + 1, address);
    // The changes count.
    const frame = Math.floor((await time.latest()) / 1800) + parameters.leadFrames + 3;
    const states = await slotOf("_states");
    const rest = (1n << 52n) | (1n << 76n) | (1n << 100n) | (BigInt(frame) << 120n) | (1n << 159n);
    for (let pile = 1n; pile <= piles; pile++) await overwrite(market, states + pile, (word) => word | rest);
    await token.faucet(market, 10n ** 12n);
    return { market, delivery, frame };
  }

  /** Stores what all meters say, in as many transactions as it takes. */
  async function store({ market, delivery, frame }: Bench, { fills, firstSeller }: Frame, how: How): Promise<void> {
    const saying = READINGS[how];
    if (saying === undefined) return;
    const agreedWh = new Map<number, bigint>();
    for (const { sell, buy, energyWh } of fills) {
      for (const pile of [sell, buy]) agreedWh.set(pile, (agreedWh.get(pile) ?? 0n) + energyWh);
    }
    agreedWh.delete(GRID);
    // The first that is filled waits, where one does: in the families whose piles trade with the grid alone.
    const piles = [...agreedWh.keys()].slice(how.endsWith("nothing yet") ? 1 : 0);
    for (let from = 0; from < piles.length; from += READINGS_PER_CALL) {
      const readings = piles.slice(from, from + READINGS_PER_CALL).map(async (pile) => {
        const reading = saying(pile >= firstSeller, agreedWh.get(pile)!);
        return signReading(delivery, market, wallets[pile - 1]!, { pile, frame, ...reading });
      });
      await delivery.submit(market, await Promise.all(readings));
    }
  }

  /** Settles a frame while the operator's account is empty. @returns gas; infinite where it does not fit */
  async function gasOf(family: Family, piles: number, how: How): Promise<number> {
    const metered = how !== "all is as agreed";
    const bench = benches.get(metered) ?? deployBench(metered, piles);
    benches.set(metered, bench);
    const { market, delivery, frame } = await bench;
    const snapshot = await takeSnapshot();
    try {
      const publication = packPublication(frame, IMPORT, EXPORT, 10_000n);
      const cleared = FAMILIES[family](piles);
      const words = cleared.fills.map(packFill);
      // Fills to the grid are a round's; with none of the match.
      const matched = family === "sell to the grid" ? 0 : words.length;
      const level = matched === 0 ? LEVEL.round : LEVEL.match;
      await pokeRecord(market, frame, await digestOf(market, frame, publication, words, level));
      await goTo(frame + 1, 10);
      await store(await bench, cleared, how);
      if (how === "all are silent") await goTo(frame + 1, 3601);
      await setNextBlockBaseFeePerGas(0);
      const send = { gasLimit: TRANSACTION_GAS, gasPrice: 0 };
      const settling = await delivery.settle(market, frame, publication, words, matched, [], send);
      return Number((await settling.wait())!.gasUsed);
    } catch (error) {
      // A call within that runs out of gas has no reason.
      if (!/out of gas|without a reason/.test(String(error))) throw error;
      return Infinity;
    } finally {
      await snapshot.restore();
    }
  }

  const most = new Map<How, { family: Family; gas: number }>();
  for (const how of Object.keys(READINGS) as How[]) {
    const piles = how === "all is as agreed" ? PILE_CAP : METERED_CAP;
    for (const family of Object.keys(FAMILIES) as Family[]) {
      // Piles that all trade with each other wait together.
      if (how.endsWith("nothing yet") && !family.endsWith("the grid")) continue;
      if (!ALL_CASES && family !== DEAREST[how]) continue;
      it(`of ${piles} piles that ${family}, where ${how}`, async function () {
        const gas = await gasOf(family, piles, how);
        this.test!.title += `: ${number(gas)} gas`;
        expect(gas).to.be.below(TRANSACTION_GAS);
        if (gas > (most.get(how)?.gas ?? 0)) most.set(how, { family, gas });
      }).timeout(120_000);
    }
    it(`of ${piles} piles where ${how} is known`, () => {
      expect(most.get(how)?.family).to.equal(DEAREST[how]);
    });
  }
});
