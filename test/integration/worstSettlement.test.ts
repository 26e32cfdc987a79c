import {
  setNextBlockBaseFeePerGas,
  type SnapshotRestorer,
  takeSnapshot,
  time,
} from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { GRID, type PackedFill } from "../../scripts/chain/packedWords";
import { DEFAULT_PARAMETERS } from "../../scripts/market/defaults";
import type { Delivery, Market } from "../../typechain-types";
import { goTo } from "../helpers/market";
import { hashWords, packFill, packPublication, pokeRecord, signReading } from "../unit/contracts/deliveryFixtures";
import { deployFor, overwrite, slotOf } from "../unit/contracts/fixtures";

/** What a transaction may use on every live network (EIP-7825). */
const TRANSACTION_GAS = 16_777_216;
/** Piles of a market with meters whose frame can always be settled, even if every one of them ends in debt. */
const METERED_CAP = 512;
/** Most piles of any market: {MarketBase}. */
const PILE_CAP = 1024;
const READINGS_PER_CALL = 128;
const IMPORT = 200_000n;
const PRICE = 140_000n;

// Every fill, of the match or of the round, uses up what at least one order displays in the frame: a frame has no more
// fills than piles.

/** Every pile buys from the grid. */
const fromGrid = (piles: number): PackedFill[] =>
  Array.from({ length: piles }, (_, i) => ({ sell: GRID, buy: 1 + i, energyWh: 500n, price: IMPORT }));

/** Every seller sells to two buyers, every buyer buys from two sellers. */
const fromPiles = (piles: number): PackedFill[] =>
  Array.from({ length: piles }, (_, i) => ({
    sell: piles / 2 + 1 + (i >> 1),
    buy: 1 + (((i + 1) >> 1) % (piles / 2)),
    energyWh: 400n + BigInt(i),
    price: PRICE + BigInt(i),
  }));

const FAMILIES = { "from the grid": fromGrid, "from each other": fromPiles } as const;
const READINGS = ["stored", "silent", "as agreed"] as const;

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
    const parameters = { ...DEFAULT_PARAMETERS, pileCap: piles, wheelingCap: 10n ** 6n, bondPrice: 7n };
    const { market, delivery } = await deployFor(token, { ...parameters, readingSeconds: metered ? 3600 : 0 });
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

  /** Settles a frame. With meters nobody has money: buyers take all they can and end in debt. */
  async function gasOf(family: keyof typeof FAMILIES, piles: number, how: (typeof READINGS)[number]): Promise<number> {
    const metered = how !== "as agreed";
    const bench = benches.get(metered) ?? deployBench(metered, piles);
    benches.set(metered, bench);
    const { market, delivery, frame } = await bench;
    const snapshot = await takeSnapshot();
    try {
      const publication = packPublication(frame, IMPORT, 50_000n, 10_000n);
      const words = FAMILIES[family](piles).map(packFill);
      await pokeRecord(market, frame, hashWords([publication, ...words]));
      await goTo(frame + 1, 10);
      const sellersFrom = family === "from the grid" ? piles : piles / 2;
      for (let from = 0; how === "stored" && from < piles; from += READINGS_PER_CALL) {
        const readings = wallets.slice(from, Math.min(piles, from + READINGS_PER_CALL)).map(async (wallet, i) => {
          const consumedWh = from + i < sellersFrom ? 11_000n : 0n;
          return signReading(delivery, market, wallet, { pile: from + i + 1, frame, consumedWh, producedWh: 0n });
        });
        await delivery.submit(market, await Promise.all(readings));
      }
      if (how === "silent") await goTo(frame + 1, 3601);
      await setNextBlockBaseFeePerGas(0);
      const send = { gasLimit: TRANSACTION_GAS, gasPrice: 0 };
      const settling = await delivery.settle(market, frame, publication, words, words.length, [], send);
      return Number((await settling.wait())!.gasUsed);
    } finally {
      await snapshot.restore();
    }
  }

  for (const how of READINGS) {
    const piles = how === "as agreed" ? PILE_CAP : METERED_CAP;
    for (const family of Object.keys(FAMILIES) as (keyof typeof FAMILIES)[]) {
      it(`of ${piles} piles that buy ${family}, ${how}`, async function () {
        const gas = await gasOf(family, piles, how);
        this.test!.title += `: ${number(gas)} gas`;
        expect(gas).to.be.below(TRANSACTION_GAS);
      }).timeout(120_000);
    }
  }
});
