import { MarketModel } from "../../model/model";
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

/** Frames from one row to the next: one is delivered, one settled. */
const FRAMES_A_ROW = 2;

/** Settles the table on the reference model. */
export class ModelSettler implements TableSettler {
  private readonly model = new MarketModel(TABLE_MARKET);
  /** The frame in which the next row is delivered. */
  private frame = TABLE_MARKET.leadFrames + FRAMES_A_ROW;

  constructor() {
    this.model.depositGrid(TABLE_OPERATOR_ACCOUNT);
  }

  async settleRow(row: TableRow): Promise<RowFigures> {
    const { model, frame } = this;
    const beginsAt = frame * TABLE_MARKET.frameSeconds;
    const [buyer, seller] = [`buyer ${row.number}`, `seller ${row.number}`];
    const order = { price: row.price, energyWh: row.agreedWh, peakWh: 0n, expiryFrame: frame };
    const placedAt = beginsAt - TABLE_MARKET.frameSeconds;
    model.publish(frame, publicationOf(row), placedAt - TABLE_MARKET.leadFrames * TABLE_MARKET.frameSeconds);
    for (const pile of [buyer, seller]) model.registerPile(pile, TABLE_RATED_W, { balance: TABLE_BALANCE });
    model.place(buyer, { ...order, side: "charge" }, placedAt);
    model.place(seller, { ...order, side: "discharge" }, placedAt);
    model.clear(frame, beginsAt - TABLE_MARKET.auctionSeconds);

    const readings = readingsOf(row);
    const { piles, grid } = model.settle(
      frame,
      beginsAt + TABLE_MARKET.frameSeconds,
      new Map([
        [buyer, readings.buyer],
        [seller, readings.seller],
      ]),
    );
    this.frame += TABLE_MARKET.leadFrames + FRAMES_A_ROW;
    const [bought, sold] = [buyer, seller].map((id) => piles.find(({ pile }) => pile === id)!);
    return {
      buyer: bought!.owed - bought!.earned,
      seller: sold!.earned - sold!.owed,
      grid,
      creditBuyer: bought!.creditAfter,
      creditSeller: sold!.creditAfter,
    };
  }
}
