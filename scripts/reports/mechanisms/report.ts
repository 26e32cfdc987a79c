import { MATCHINGS, type NamedMatching } from "../../core/matching";
import { type DeploymentParameters, withDefaults } from "../../core/parameters";
import type { BookOrder, MarketPort } from "../../core/ports";
import { Random } from "../../core/random";
import type { Side, Trade } from "../../core/types";
import { recordBooks } from "../../simulation/bookRecorder";
import { AMPLE_FUND, runDay } from "../../simulation/day";
import { defaultDay } from "../../simulation/defaults";
import { ModelPort } from "../../simulation/modelPort";
import { type AuctionBook, mostWelfare, randomAuctionBook, type Setting, tradesOn, welfareOf } from "./auctionBook";
import { type ClearingGas, clearingGas, gasBook } from "./gas";
import { addLies, type Lies, noLies } from "./lies";

/** The rules that are compared; ranking by credit needs meters and credits that somebody earned. */
export const COMPARED: readonly NamedMatching[] = MATCHINGS.filter(
  (matching) => matching !== "credit" && matching !== "gridOnly" && matching !== "congestion",
);

/** Figures of a rule on some books. Energies Wh, prices money units per kWh. */
export interface RuleFigures {
  books: number;
  orders: number;
  tradedWh: number;
  /** Of the most that the books' trades can be worth at the orders' own limits, 0 to 1. */
  welfareShare: number;
  /** Mean of what passes from buyer to seller, by energy, and its standard deviation. */
  meanPrice: number;
  priceDeviation: number;
  /** The operator's premiums less its subsidies, money units for each kWh traded. */
  operatorPerKWh: number;
  lies: Record<Side, { orders: number; gainingShare: number; gainPerKWh: number }>;
}

/** A rule on both kinds of books. */
export interface RuleReport {
  matching: NamedMatching;
  /** On the books of a day that the rule itself decided. */
  day: RuleFigures & { pflW: number };
  random: RuleFigures;
  /** Of clearing the same book on the contracts; undefined where no chain was given. */
  clearing?: ClearingGas;
}

/** Books and rules to compare. */
export interface MechanismsOptions {
  seed: number;
  /** Random books, and most orders of a side of one. */
  books: number;
  mostOrders: number;
  /** Books of the day on which lies are tried, evenly over those with both sides. */
  lieBooks: number;
  /** A market of its own on a chain for a rule; without it no gas is measured. */
  openChain?: (rules: DeploymentParameters) => Promise<MarketPort>;
  onRule?: (matching: NamedMatching) => void;
}

/** Each rule on the default day, played in the model, and on the same random books. */
export async function compareMechanisms(options: MechanismsOptions): Promise<RuleReport[]> {
  const { seed, books, mostOrders, lieBooks, openChain, onRule } = options;
  const random = new Random(seed).stream("mechanisms");
  const drawn = Array.from({ length: books }, () => randomAuctionBook(random, mostOrders));
  const measuredBook = gasBook(new Random(seed).stream("gas"));
  const reports: RuleReport[] = [];
  for (const matching of COMPARED) {
    const setting: Setting = { market: withDefaults({ matching }), fund: AMPLE_FUND };
    const port = new ModelPort(setting.market);
    const recorded = new Map<number, readonly BookOrder[]>();
    const day = defaultDay({ seed });
    const { loads } = await runDay(day, recordBooks(port, recorded));
    const { first, count } = day.measured;
    const ofDay = [...recorded]
      .filter(([frame]) => frame >= first && frame < first + count)
      .map(([frame, orders]) => takingPart(frame, orders));
    const both = ofDay.filter(({ orders }) => new Set(orders.map(({ order }) => order.side)).size === 2);
    const every = Math.max(1, Math.ceil(both.length / lieBooks));
    reports.push({
      matching,
      day: {
        ...figuresOf(
          setting,
          ofDay,
          both.filter((_, i) => i % every === 0),
        ),
        pflW: loads.market.absoluteStepsW,
      },
      random: figuresOf(setting, drawn, drawn.slice(0, lieBooks)),
      ...(openChain === undefined
        ? {}
        : { clearing: await clearingGas(await openChain(withDefaults({ matching })), measuredBook) }),
    });
    onRule?.(matching);
  }
  return reports;
}

/** The orders of a recorded book that take part in its frame. */
function takingPart(frame: number, orders: readonly BookOrder[]): AuctionBook {
  return {
    frame,
    orders: orders
      .filter(({ firstFrame, expiryFrame }) => firstFrame <= frame && frame <= expiryFrame)
      .map(({ pile, ...order }) => ({ pile, order })),
  };
}

function figuresOf(setting: Setting, books: readonly AuctionBook[], lieBooks: readonly AuctionBook[]): RuleFigures {
  const trades: Trade[] = [];
  let welfare = 0n;
  let most = 0n;
  for (const book of books) {
    const made = tradesOn(setting, book);
    trades.push(...made);
    welfare += welfareOf(book, made);
    most += mostWelfare(book);
  }
  const lies = noLies();
  for (const book of lieBooks) addLies(lies, setting, book);
  const energyWh = trades.reduce((sum, trade) => sum + Number(trade.energyWh), 0);
  const weighted = (of: (trade: Trade) => number) =>
    energyWh === 0 ? 0 : trades.reduce((sum, trade) => sum + of(trade) * Number(trade.energyWh), 0) / energyWh;
  const meanPrice = weighted(({ price }) => Number(price));
  return {
    books: books.length,
    orders: books.reduce((sum, { orders }) => sum + orders.length, 0),
    tradedWh: energyWh,
    welfareShare: most === 0n ? 1 : Number(welfare) / Number(most),
    meanPrice,
    priceDeviation: Math.sqrt(weighted(({ price }) => (Number(price) - meanPrice) ** 2)),
    operatorPerKWh: weighted(({ premium = 0n, subsidy = 0n }) => Number(premium - subsidy)),
    lies: { charge: lieFigures(lies.charge), discharge: lieFigures(lies.discharge) },
  };
}

function lieFigures({ orders, gain, gained, tradedWh }: Lies) {
  return {
    orders,
    gainingShare: orders === 0 ? 0 : gain / orders,
    gainPerKWh: tradedWh === 0n ? 0 : Number(gained) / Number(tradedWh),
  };
}
