import type { LogDescription } from "ethers";

import { topicOf } from "../../chain/frameLogs";
import { MARKET_INTERFACE } from "../../chain/interfaces";
import { decodeFill } from "../../chain/packedWords";
import { readLogs } from "../../chain/readLogs";
import type { Duty } from "../keeper/duty";
import type { FillView, MarketDesk } from "./marketDesk";

/** Topics to listen to. */
export const TOPICS = ["book", "frames", "trades", "fills"] as const;

/** One of {@link TOPICS}: the live orders; what became of frames; all fills; one account's fills. */
export type Topic = (typeof TOPICS)[number];

/** News for a listener. */
export interface Told {
  topic: Topic;
  /** Whose fills they are; of topic `fills` alone. */
  account?: string;
  message: Record<string, unknown>;
}

/** Whoever passes on what a {@link Feed} reads. */
export interface Listeners {
  /** Topics that anybody listens to. */
  wanted(market: string): ReadonlySet<Topic>;
  /** Accounts whose fills are listened to, in small letters. */
  accounts(market: string): ReadonlySet<string>;
  tell(market: string, told: Told): void;
}

/** Events of frames, and what they are called to a listener. */
const BY: Readonly<Record<string, string>> = {
  FrameCleared: "clearing",
  FlexibleFilled: "round",
  FrameSettled: "settlement",
};

/** Reads what is new on the chain for whoever listens; asks nothing where nobody does. As of the latest block. */
export class Feed implements Duty {
  readonly name = "feed";
  private lastBlock: number | undefined;
  private lastBook = "";

  constructor(
    private readonly desk: MarketDesk,
    private readonly listeners: Listeners,
  ) {}

  /** Tells what came since the last time. */
  async attend(): Promise<number> {
    const { name, client, provider } = this.desk.options.market;
    const wanted = this.listeners.wanted(name);
    if (wanted.size === 0) {
      // Whoever comes later is told of what comes later.
      this.lastBlock = undefined;
      this.lastBook = "";
      return 0;
    }
    const block = await provider.getBlockNumber();
    const from = this.lastBlock === undefined ? block : Math.min(this.lastBlock, block) + 1;
    if (wanted.has("book")) await this.tellBook(block);
    if (from <= block) {
      const topics = [Object.keys(BY).map((event) => topicOf(MARKET_INTERFACE, event))];
      const logs = await readLogs(provider, [{ address: client.address, topics }], { fromBlock: from, toBlock: block });
      for (const log of logs) {
        const event = MARKET_INTERFACE.parseLog(log);
        if (event !== null) this.tellFrame(event);
      }
    }
    this.lastBlock = block;
    return 0;
  }

  private async tellBook(block: number): Promise<void> {
    const { name } = this.desk.options.market;
    const orders = await this.desk.liveBook();
    const text = JSON.stringify(orders);
    if (text === this.lastBook) return;
    this.lastBook = text;
    this.listeners.tell(name, { topic: "book", message: { type: "book", market: name, block, orders } });
  }

  private tellFrame({ name: event, args }: LogDescription): void {
    const { name: market } = this.desk.options.market;
    const frame = Number(args.getValue("frame"));
    const by = BY[event]!;
    const about = { market, frame, by };
    const load = event === "FrameSettled" ? {} : { loadW: Number(args.getValue("loadW")) };
    this.listeners.tell(market, { topic: "frames", message: { type: "frame", ...about, ...load } });
    if (event === "FrameSettled") return;
    const fills = (args.getValue("fills") as readonly bigint[]).map((word) => this.desk.fillView(decodeFill(word), by));
    if (fills.length === 0) return;
    this.listeners.tell(market, { topic: "trades", message: { type: "trades", ...about, fills } });
    for (const account of this.listeners.accounts(market)) {
      const own = fills.filter((fill) => isOf(fill, account));
      if (own.length === 0) continue;
      const message = { type: "fills", ...about, account, fills: own };
      this.listeners.tell(market, { topic: "fills", account, message });
    }
  }
}

function isOf({ seller, buyer }: FillView, account: string): boolean {
  return seller.toLowerCase() === account || buyer.toLowerCase() === account;
}
