import type { FramePublication } from "../../chain/publications";
import { type MarketClient, orderOf } from "../../chain/marketClient";
import { decodePublication } from "../../chain/packedWords";
import type { Moment, PublicView } from "../../piles/agent";
import { GuidePrice } from "../../piles/guidePrice";
import { Random } from "../../core/random";
import { agentMarket, PublicRecord } from "../../simulation/publicView";
import type { Registry } from "../desk/registry";

const A_WEEK = 7 * 86_400;
/** Publications of a day past, which tell of the days to come, and of those ahead. */
const [FRAMES_BACK, FRAMES_AHEAD] = [48, 96];
const START_PRICE = 200_000;

/** Agents' view of a market on a chain: the same as in a simulation, frames counted from the week's beginning. */
export class ChainView {
  private readonly published = new Map<number, FramePublication>();

  constructor(
    private readonly client: MarketClient,
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
    const actions = orders.map(({ pile, side, price, remainingWh: energyWh, peakWh, expiryFrame }) => ({
      ...{ pile, kind: "place" as const, order: { side, price, energyWh, peakWh, expiryFrame } },
    }));
    record.onSubmitted(
      frame - base,
      actions,
      actions.map(() => ({ accepted: true as const })),
    );
    return record.view(frame - base, moment, orders);
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
