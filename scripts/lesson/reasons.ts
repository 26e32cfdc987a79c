import { type Verdict, VERDICT_WORDS } from "../chain/verdicts";
import type { GridFill, MarketParameters, Publication, Trade } from "../core/types";
import { kWh, pence } from "../core/text";
import type { RoundResult } from "../scenario/result";
import type { BookView, GridFillView, OrderLine, TradeView, UnfilledView } from "./lessonView";

/** Parameters of a market that the reasons speak of. */
type Rules = Pick<MarketParameters, "priceWeight" | "timeWeight" | "maxWaitFrames" | "matching">;

/**
 * Says why each fill of a frame came about, following the clearing of SPEC 3 through the book that it found: which order
 * was first, where the two limits met, what was left of either.
 */
export class Reasons {
  /** Energy that each order still displays as the fills are gone through. */
  private readonly leftWh: Map<string, bigint>;
  private readonly lines: Map<string, OrderLine>;

  constructor(
    private readonly book: BookView,
    private readonly rules: Rules,
    private readonly publication: Publication | undefined,
    /** The round that decided what icebergs and asks exchange with the grid; none where the clearing did. */
    private readonly round?: Pick<RoundResult, "winner">,
    /** Words for a price; pence unless told. */
    private readonly price: (price: bigint) => string = pence,
  ) {
    this.lines = new Map([...book.bids, ...book.asks].map((line) => [line.pile, line]));
    this.leftWh = new Map([...this.lines].map(([pile, { displayedWh }]) => [pile, displayedWh]));
  }

  /** The trade that comes next, with its reason. */
  trade(trade: Trade): TradeView {
    const bid = this.line(trade.buy);
    const ask = this.line(trade.sell);
    const bidLeft = this.left(trade.buy);
    const askLeft = this.left(trade.sell);
    this.take(trade.buy, trade.energyWh);
    this.take(trade.sell, trade.energyWh);
    const size =
      bidLeft === askLeft
        ? `all that both display, ${kWh(bidLeft, 2)}`
        : `the smaller of what both have left to show, ${kWh(bidLeft, 2)} and ${kWh(askLeft, 2)}`;
    const why =
      `bid of ${trade.buy} (${this.rank(bid)}) meets ask of ${trade.sell} (${this.rank(ask)}): ` +
      `${this.price(bid.price)} is not below ${this.price(ask.price)}; ${this.priceOf(trade)}, the quantity ${size}`;
    return { ...trade, why };
  }

  /** The grid fill that comes next, with its reason. */
  gridFill(fill: GridFill): GridFillView {
    const line = this.line(fill.pile);
    const left = this.left(fill.pile);
    this.take(fill.pile, fill.energyWh);
    const winner = this.round?.winner;
    if (winner !== undefined && (fill.side === "discharge" || line.iceberg)) {
      const tariff = fill.side === "discharge" ? "export" : "import";
      const way = fill.side === "discharge" ? "to the grid" : "from the grid";
      return {
        ...fill,
        why: `the plan of ${winner} won the round and has it flow ${way} now, at the ${tariff} tariff`,
      };
    }
    const noAsk = this.book.asks.some(({ price }) => price <= line.price)
      ? "every ask at or below its limit is used up"
      : "no ask is at or below its limit";
    const turn = line.iceberg
      ? line.expiryFrame === this.book.frame
        ? "it is the last frame of this iceberg"
        : `this iceberg has waited ${line.waitedFrames} frames, the most being ${this.rules.maxWaitFrames}`
      : "a normal bid does not wait";
    if (this.rules.matching === "congestion") {
      const price = this.price(fill.price + (fill.premium ?? 0n));
      return {
        ...fill,
        why: `${turn}, and its limit ${this.price(line.price)} is not below the price at this load, ${price}`,
      };
    }
    const tariff = `its limit ${this.price(line.price)} is not below the import tariff ${this.price(fill.price)}`;
    const room =
      fill.energyWh < left ? `; of the ${kWh(left, 2)} shown, only so much fits under the transformer's capacity` : "";
    return { ...fill, why: `${noAsk}; ${turn}, and ${tariff}${room}` };
  }

  /** An order that is left, with its reason; undefined where nothing of what it shows is. */
  unfilled(pile: string, verdict: Verdict): UnfilledView | undefined {
    const line = this.line(pile);
    const leftWh = this.left(pile);
    if (leftWh === 0n) return undefined;
    return { pile, side: line.side, verdict, leftWh, why: this.whyLeft(line, verdict) };
  }

  private whyLeft(line: OrderLine, verdict: Verdict): string {
    const winner = this.round?.winner;
    if (winner !== undefined && (line.side === "discharge" || line.iceberg)) {
      return `the plan of ${winner}, which won the round, leaves it for later frames`;
    }
    const words = verdict === "PartlyFilled" ? this.whyRestLeft(line) : VERDICT_WORDS[verdict];
    const others = line.side === "charge" ? this.book.asks : this.book.bids;
    const prices = others.map(({ price }) => price).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const best = line.side === "charge" ? prices[0] : prices[prices.length - 1];
    const bestIs =
      best === undefined ? "" : `the best ${line.side === "charge" ? "ask is at" : "bid is at"} ${this.price(best)}`;
    const tariff =
      this.publication === undefined ? "" : `import tariff ${this.price(this.publication.importPricePerKwh)}`;
    const figures: Partial<Record<Verdict, string>> = {
      PriceDoesNotCross: `${bestIs}, its limit is ${this.price(line.price)}`,
      LimitBelowTariff: `limit ${this.price(line.price)}, ${tariff}`,
      IcebergWaits: `waited ${line.waitedFrames} of ${this.rules.maxWaitFrames} frames, last frame ${line.expiryFrame}`,
    };
    const earlier = verdict === "BehindOthers" ? this.earlierWithSameRank(line) : undefined;
    if (earlier !== undefined) {
      return `every order that meets its limit is taken; ${earlier} has the same f = ${line.priority} and was placed before`;
    }
    const figure = figures[verdict];
    return figure === undefined ? words : `${words} (${figure})`;
  }

  /** Whose order of the same side and rank goes before: equal ranks go by placement. */
  private earlierWithSameRank({ pile, side, priority }: OrderLine): string | undefined {
    const own = side === "charge" ? this.book.bids : this.book.asks;
    const place = own.findIndex((line) => line.pile === pile);
    return own.slice(0, place).find((line) => line.priority === priority)?.pile;
  }

  /** Why the rest of an order that is filled in part is not. */
  private whyRestLeft({ side, price, iceberg, waitedFrames, expiryFrame }: OrderLine): string {
    if (side === "discharge") return "no bid that meets its limit has anything left to buy";
    const { publication, book, rules } = this;
    const turn = !iceberg || waitedFrames >= rules.maxWaitFrames || expiryFrame === book.frame;
    const grid =
      publication === undefined
        ? "nothing is published for the frame, so the grid fills nothing"
        : price < publication.importPricePerKwh
          ? `its limit ${this.price(price)} is below the import tariff ${this.price(publication.importPricePerKwh)}`
          : turn
            ? "the transformer has no room left at its limit"
            : "an iceberg is filled from the grid only after its wait or in its last frame";
    return `no ask that meets its limit has anything left, and ${grid}`;
  }

  private rank({ priority, priceRank, timeRank }: OrderLine): string {
    const { priceWeight, timeWeight, matching } = this.rules;
    if (matching === "credit") return `ranked by credit`;
    if (matching !== "adbev") return `f = ${priority}`;
    return `f = ${priceWeight} × ${priceRank} + ${timeWeight} × ${timeRank} = ${priority}`;
  }

  /** Prices that a trade's sides pay and get, and the reason. */
  private priceOf({ price, premium = 0n, subsidy = 0n }: Trade): string {
    const { matching } = this.rules;
    if (matching === "adbev" || matching === "credit") return "the price is their mean";
    const pays =
      premium + subsidy === 0n
        ? ""
        : `; the buyer pays ${this.price(price + premium)}, the seller gets ${this.price(price + subsidy)}`;
    return `the price is ${this.price(price)} by the rule ${matching}${pays}`;
  }

  private line(pile: string): OrderLine {
    const line = this.lines.get(pile);
    if (line === undefined) throw new Error(`pile ${pile} is filled but not in the book`);
    return line;
  }

  private left(pile: string): bigint {
    return this.leftWh.get(pile) ?? 0n;
  }

  private take(pile: string, energyWh: bigint): void {
    this.leftWh.set(pile, this.left(pile) - energyWh);
  }
}
