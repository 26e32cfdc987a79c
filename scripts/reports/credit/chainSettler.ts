import type { ChainClock } from "../../chain/clock";
import type { MarketClient } from "../../chain/marketClient";
import { type MeteredPile, settleByReadings } from "../../chain/meteredSettlement";
import { simulatedMeterKey } from "../../chain/pileKeys";
import type { Transactor } from "../../chain/transactor";
import {
  publicationOf,
  readingsOf,
  type RowFigures,
  TABLE_BALANCE,
  TABLE_MARKET,
  TABLE_OPERATOR_ACCOUNT,
  TABLE_RATED_W,
  type TableRow,
  type TableSettler,
} from "./table";

/** A market of {@link TABLE_MARKET} on a chain, and who acts on it. */
export interface TableChain {
  client: MarketClient;
  clock: ChainClock;
  /** Grid operator, registrar and clearer in one. */
  sender: Transactor;
  /** A funded account of its own by its name. */
  accountOf: (name: string) => Promise<Transactor>;
}

/** Settles the table on the contracts: orders, clearing, signed readings and settlement are all transactions. */
export class ChainSettler implements TableSettler {
  private constructor(private readonly chain: TableChain) {}

  /** Fills the grid operator's account. */
  static async begin(chain: TableChain): Promise<ChainSettler> {
    await chain.client.drawFromFaucet(chain.sender, TABLE_OPERATOR_ACCOUNT);
    await chain.client.depositGrid(chain.sender, TABLE_OPERATOR_ACCOUNT);
    return new ChainSettler(chain);
  }

  async settleRow(row: TableRow): Promise<RowFigures> {
    const { client, clock, sender } = this.chain;
    const { frameSeconds, auctionSeconds, leadFrames } = TABLE_MARKET;
    await client.drawFromFaucet(sender, 2n * TABLE_BALANCE);
    const piles = new Map<string, MeteredPile>();
    const accounts = [];
    for (const name of ["buyer", "seller"]) {
      const { account, pile } = await this.register(`${name} ${row.number}`);
      piles.set(name, pile);
      accounts.push(account);
    }
    // Published with the frames of lead that the market asks for.
    const frame = Math.floor((await clock.now()) / frameSeconds) + leadFrames + 2;
    await client.publish(sender, frame, [publicationOf(row)]);
    const order = { price: row.price, energyWh: row.agreedWh, peakWh: 0n, expiryFrame: frame };
    await clock.reach((frame - 1) * frameSeconds);
    await client.place(accounts[0]!, { ...order, side: "charge" });
    await client.place(accounts[1]!, { ...order, side: "discharge" });
    await clock.reach(frame * frameSeconds - auctionSeconds);
    const { cleared } = await client.clear(sender, frame);
    await clock.reach((frame + 1) * frameSeconds);
    const readings = new Map(Object.entries(readingsOf(row)));
    const { settlement } = await settleByReadings({ client, sender, cleared, piles, readings });
    const [bought, sold] = ["buyer", "seller"].map((name) => settlement.piles.find(({ pile }) => pile === name)!);
    return {
      buyer: bought!.owed - bought!.earned,
      seller: sold!.earned - sold!.owed,
      grid: settlement.grid,
      creditBuyer: bought!.creditAfter,
      creditSeller: sold!.creditAfter,
    };
  }

  private async register(name: string): Promise<{ account: Transactor; pile: MeteredPile }> {
    const { client, sender, accountOf } = this.chain;
    const account = await accountOf(name);
    const { address } = account;
    const meter = simulatedMeterKey(name);
    const record = { account: address, operator: address, meterKey: meter.address, ratedW: TABLE_RATED_W };
    const index = client.registeredIndex(await client.register(sender, record));
    await client.deposit(sender, address, TABLE_BALANCE);
    return { account, pile: { index, ratedW: TABLE_RATED_W, meter } };
  }
}
