import type { LogDescription, Provider } from "ethers";

import { logsBetween, topicOf } from "../../chain/frameLogs";
import { MARKET_INTERFACE } from "../../chain/interfaces";
import type { FramePublication } from "../../chain/publications";
import { type MarketClient, orderOf, outcomeOf } from "../../chain/marketClient";
import { decodeFill, decodePileState, decodePublication } from "../../chain/packedWords";
import type { Moment, PublicView } from "../../piles/agent";
import { GuidePrice } from "../../piles/guidePrice";
import { Random } from "../../core/random";
import { agentMarket, PublicRecord } from "../../simulation/publicView";
import type { Registry } from "../desk/registry";

const A_WEEK = 7 * 86_400;
/** Publications of a day past, which tell of the days to come, and of those ahead. */
const [FRAMES_BACK, FRAMES_AHEAD] = [48, 96];
const START_PRICE = 200_000;
/** Events of the market's log that tell what piles need and what they were given. */
const LOGGED = ["OrderPlaced", "OrderCancelled", "FrameCleared", "FlexibleFilled"];
/** Frames of the log that are read: no order stands longer. */
const LOGGED_FRAMES = 96;

/** Agents' view of a market on a chain: the same as in a simulation, frames counted from the week's beginning. */
export class ChainView {
  private readonly published = new Map<number, FramePublication>();

  constructor(
    private readonly client: MarketClient,
    private readonly provider: Provider,
    private readonly registry: Registry,
  ) {}

  /** The frame that agents' frame 0 is at a time, s. */
  base(now: number): number {
    const { frameSeconds } = this.client.parameters;
    return Math.floor((Math.floor(now / A_WEEK) * A_WEEK) / frameSeconds) - FRAMES_BACK;
  }

  /** Everybody's view at a moment of the running frame. */
  async at(now: number, moment: Moment): Promise<PublicView> {
    const { client, registry } = this;
    const { frameSeconds, tickSize } = client.parameters;
    const frame = Math.floor(now / frameSeconds);
    const base = this.base(now);
    const states = await client.liveStates();
    const ratedW = new Map<string, number>();
    for (let pile = 1; pile <= registry.size; pile++) ratedW.set(String(pile), Number(registry.at(pile)!.ratedW));
    const guide = new GuidePrice({ startPrice: START_PRICE, frameSeconds }, new Random(1).stream(client.address));
    const record = new PublicRecord(agentMarket(client.parameters), ratedW, guide);
    for (const publication of await this.publications(frame))
      record.onPublished(publication.frame - base, [publication]);
    const orders = states.map(({ pile, state }) => {
      const order = orderOf(state, tickSize);
      const relative = { firstFrame: order.firstFrame - base, expiryFrame: order.expiryFrame - base };
      return { ...order, ...relative, pile: String(pile) };
    });
    const span = { from: (frame - LOGGED_FRAMES) * frameSeconds, until: now };
    const filter = { address: client.address, topics: [LOGGED.map((name) => topicOf(MARKET_INTERFACE, name))] };
    for (const log of await logsBetween(this.provider, filter, span)) {
      const event = MARKET_INTERFACE.parseLog(log);
      if (event !== null) this.replay(record, event, base);
    }
    return record.view(frame - base, moment, orders);
  }

  /** Lets a record know what the chain logged. Without it a pile between two slices of its need would be forgotten. */
  private replay(record: PublicRecord, { name, args }: LogDescription, base: number): void {
    const { tickSize } = this.client.parameters;
    if (name === "OrderPlaced" || name === "OrderCancelled") {
      const pile = String(args.getValue("pile"));
      if (name === "OrderCancelled") {
        record.onSubmitted(0, [{ kind: "cancel", pile }], [{ accepted: true }]);
        return;
      }
      const order = orderOf(decodePileState(args.getValue("state") as bigint), tickSize);
      const { side, price, remainingWh: energyWh, peakWh, firstFrame } = order;
      const placed = { side, price, energyWh, peakWh, expiryFrame: order.expiryFrame - base };
      record.onSubmitted(firstFrame - 1 - base, [{ kind: "place", pile, order: placed }], [{ accepted: true }]);
      return;
    }
    const packed = args.getValue("fills") as readonly bigint[];
    const frame = Number(args.getValue("frame")) - base;
    const [loadW, pflW] = ["loadW", "pflW"].map((key) => args.getValue(key) as bigint) as [bigint, bigint];
    const fills = packed.map(decodeFill);
    record.onCleared(outcomeOf({ frame, fills, loadW, pflW, packed, matched: fills.length }, String));
  }

  private async publications(frame: number): Promise<FramePublication[]> {
    const { tickSize } = this.client.parameters;
    for (let at = frame - FRAMES_BACK; at <= frame + FRAMES_AHEAD; at++) {
      if (this.published.has(at)) continue;
      const word = decodePublication(await this.client.publication(at));
      // Frames are published in order: beyond an unpublished one there is nothing.
      if (word?.frame !== at) {
        if (at > frame + 1) break;
        continue;
      }
      const { baseLoadW, importTicks, exportTicks, wheelingTicks } = word;
      const tariffs = { importPricePerKwh: importTicks * tickSize, exportPricePerKwh: exportTicks * tickSize };
      this.published.set(at, { frame: at, baseLoadW, ...tariffs, wheelingPricePerKwh: wheelingTicks * tickSize });
    }
    for (const at of this.published.keys()) if (at < frame - FRAMES_BACK) this.published.delete(at);
    return [...this.published.values()].sort((a, b) => a.frame - b.frame);
  }
}
