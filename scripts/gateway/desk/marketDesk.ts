import type { Logger } from "pino";

import type { RawProvider } from "../../chain/clock";
import type { DecidedFrame } from "../../chain/decidedFrame";
import { decidedFrame } from "../../chain/decidedFrame";
import { orderOf } from "../../chain/marketClient";
import { decodeFill, GRID, type PackedFill } from "../../chain/packedWords";
import type { KeptMarket } from "../keeper/duty";
import type { Metrics } from "../metrics";
import { type DeskAnswer, Filter, type Submission } from "./filter";
import type { DeskOrder, OrderStore } from "./orderStore";
import { Rates } from "./rates";
import { Registry } from "./registry";
import { OrderSignatures } from "./signature";

/** Parts of a {@link MarketDesk}. */
interface MarketDeskOptions {
  market: KeptMarket;
  node: RawProvider;
  orders: OrderStore;
  metrics: Metrics;
  /** The chain's time as it was last known, s. */
  now: () => number;
  log: Logger;
}

/** Orders that a pile may have judged by the node. */
const PILE_RATE = { perSecond: 1, burst: 5 };
/** Least time between an order's arrival and its deadline, s. */
const DEADLINE_MARGIN_SECONDS = 5;

/** One market's order desk: judges, answers, and tells what is public. */
export class MarketDesk {
  readonly registry: Registry;
  private book: { block: number; lines: BookLine[] } | undefined;

  private constructor(
    readonly options: MarketDeskOptions,
    private readonly filter: Filter,
    registry: Registry,
  ) {
    this.registry = registry;
  }

  static async open(options: MarketDeskOptions): Promise<MarketDesk> {
    const { market, node, orders, now } = options;
    const { client } = market;
    const registry = new Registry(client);
    await registry.update();
    const signatures = new OrderSignatures(await client.orderDomain());
    const pileRates = new Rates(PILE_RATE);
    const rules = { now, deadlineMarginSeconds: DEADLINE_MARGIN_SECONDS };
    const filter = new Filter({ client, node, registry, signatures, orders, pileRates, ...rules });
    return new MarketDesk(options, filter, registry);
  }

  /** Judges an order, keeps it where it is good, and counts the answer. */
  async submit(submission: Submission): Promise<DeskAnswer> {
    const { metrics, market } = this.options;
    const begun = performance.now();
    const answer = await this.filter.judge(submission);
    metrics.judging.observe(performance.now() - begun);
    const word = answer.accepted ? (answer.again ? "again" : "accepted") : answer.refusal.error;
    metrics.answers.inc({ market: market.name, answer: word });
    return answer;
  }

  /** An order that the desk answers for. */
  order(id: string): DeskOrder | undefined {
    return this.options.orders.get(id);
  }

  /** The live orders as of the latest block. */
  async liveBook(): Promise<BookLine[]> {
    const { client, provider } = this.options.market;
    const block = await provider.getBlockNumber();
    if (this.book?.block === block) return this.book.lines;
    const lines = (await client.liveStates()).map(({ pile, state }) => {
      const { side, price, remainingWh, iceberg, firstFrame, expiryFrame } = orderOf(state, client.parameters.tickSize);
      const sizes = { energyWh: Number(remainingWh), displayedWh: Number(iceberg ? state.peakWh : remainingWh) };
      return {
        pile,
        account: this.registry.at(pile)?.account ?? "",
        side,
        price: Number(price),
        ...sizes,
        firstFrame,
        expiryFrame,
      };
    });
    this.book = { block, lines };
    return lines;
  }

  /** Decisions about a frame; undefined where nobody cleared it. */
  async frame(frame: number): Promise<FrameView | undefined> {
    const { client, provider } = this.options.market;
    const decided = await decidedFrame(client, provider, frame);
    if (decided === undefined) return undefined;
    const record = await client.frameRecord(frame);
    return { frame, settled: record?.open !== true, loadW: Number(record?.loadW ?? 0n), fills: this.fillsOf(decided) };
  }

  /** A fill with the accounts that it is between. */
  fillView({ sell, buy, energyWh, price }: PackedFill, by: string): FillView {
    const name = (pile: number) => (pile === GRID ? "grid" : (this.registry.at(pile)?.account ?? String(pile)));
    return { seller: name(sell), buyer: name(buy), energyWh: Number(energyWh), price: Number(price), by };
  }

  private fillsOf({ packed, matched }: DecidedFrame): FillView[] {
    return packed.map((word, index) => this.fillView(decodeFill(word), index < matched ? "clearing" : "round"));
  }
}

/** A line of the public book; prices in money units per kWh. */
export interface BookLine {
  pile: number;
  account: string;
  side: string;
  price: number;
  energyWh: number;
  displayedWh: number;
  firstFrame: number;
  expiryFrame: number;
}

/** A fill of a frame. */
export interface FillView {
  seller: string;
  buyer: string;
  energyWh: number;
  price: number;
  by: string;
}

/** Decisions about a frame. */
export interface FrameView {
  frame: number;
  settled: boolean;
  loadW: number;
  fills: FillView[];
}
