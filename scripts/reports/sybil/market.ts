import type { ChainClock, RawProvider } from "../../chain/clock";
import { decodeFrozenBook } from "../../chain/frozenBook";
import type { ClearedFrame, MarketClient } from "../../chain/marketClient";
import type { Transactor } from "../../chain/transactor";
import type { DeploymentParameters } from "../../core/parameters";
import type { FrozenBook } from "../../model/benefit";
import type { Random } from "../../core/random";

/** The market of the experiment: everything flexible, and plans look eight frames ahead. */
export const SYBIL_MARKET: Partial<DeploymentParameters> = {
  settlement: "benefit",
  maxHorizon: 8,
  icebergThresholdWh: 0n,
  icebergPeakWh: 3_500n,
  capacityW: 60_000n,
};

const PENNY = 10_000n;
const TARIFFS = { importPricePerKwh: 20n * PENNY, exportPricePerKwh: 5n * PENNY, wheelingPricePerKwh: 0n };
const PILES = 8;
const RATED_W = 7_000n;
const BALANCE = 1_000_000_000n;
const HORIZON = 8;

/** A market of {@link SYBIL_MARKET} on a development chain, and who acts on it. */
export interface SybilChain {
  client: MarketClient;
  clock: ChainClock;
  provider: RawProvider;
  /** Grid operator, registrar, clearer and whoever finalises in one. */
  sender: Transactor;
  /** A funded account of its own by its name. */
  accountOf: (name: string) => Promise<Transactor>;
}

/** A round that was just opened, ready for commitments. */
export interface OpenedRound {
  words: readonly bigint[];
  book: FrozenBook;
  match: ClearedFrame;
}

/** The experiment's market between rounds. Everything that happens in {@link undone} is taken back. */
export class SybilMarket {
  private readonly piles: Transactor[] = [];

  private constructor(readonly chain: SybilChain) {}

  /** Registers piles and admits proposers. @param proposers Names of all that will ever propose. */
  static async begin(chain: SybilChain, proposers: readonly string[]): Promise<SybilMarket> {
    const market = new SybilMarket(chain);
    const { client, sender, accountOf } = chain;
    await client.drawFromFaucet(sender, BigInt(PILES) * BALANCE);
    for (let i = 0; i < PILES; i++) {
      const pile = await accountOf(`sybil pile ${i}`);
      const { address } = pile;
      await client.register(sender, { account: address, operator: address, meterKey: address, ratedW: RATED_W });
      await client.deposit(sender, address, BALANCE);
      market.piles.push(pile);
    }
    for (const name of proposers) await client.admitProposer(sender, (await accountOf(name)).address);
    return market;
  }

  /** Does something and takes it back. */
  async undone<T>(act: () => Promise<T>): Promise<T> {
    const { provider } = this.chain;
    const snapshot = await provider.send("evm_snapshot", []);
    try {
      return await act();
    } finally {
      await provider.send("evm_revert", [snapshot]);
    }
  }

  /** Publishes a random base load, fills the book at random and clears the next frame, which opens its round. */
  async openRound(random: Random): Promise<OpenedRound> {
    const { client, clock, sender } = this.chain;
    const { frameSeconds, auctionSeconds, leadFrames, tickSize } = client.parameters;
    const begins = Math.floor((await clock.now()) / frameSeconds) + leadFrames + 2;
    const frame = begins + 1;
    const publications = Array.from({ length: HORIZON + 1 }, () => ({
      ...TARIFFS,
      baseLoadW: BigInt(random.integer(15_000, 40_000)),
    }));
    await client.publish(sender, frame, publications);
    await clock.reach(begins * frameSeconds);
    for (const pile of this.piles) {
      const energyWh = BigInt(random.integer(2_000, 12_000));
      const frames = Math.max(Math.ceil(Number(energyWh) / 3_500), random.integer(2, HORIZON));
      await client.place(pile, {
        ...{ side: "charge", price: 30n * PENNY, energyWh, peakWh: 0n },
        expiryFrame: frame + frames - 1,
      });
    }
    await clock.reach(frame * frameSeconds - auctionSeconds);
    const { receipt, cleared } = await client.clear(sender, frame);
    const words = client.rounds().openedBook(receipt);
    if (words === undefined) throw new Error(`frame ${frame}: the clearing opened no round`);
    return { words, match: cleared, book: decodeFrozenBook(words, { tickSize, pileName: String }) };
  }
}
