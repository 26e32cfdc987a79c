import type { BaseWallet } from "ethers";

import { askAgent } from "../../answers/ask";
import { decidedFrame } from "../../chain/decidedFrame";
import { decodeFill, type SignedTerms } from "../../chain/packedWords";
import type { Decision, Moment, OrderPolicy, PublicView } from "../../piles/agent";
import { Random } from "../../core/random";
import type { Side } from "../../core/types";
import type { MarketDesk } from "../desk/marketDesk";
import type { Duty, KeptMarket } from "../keeper/duty";
import type { ReadingStore } from "../store/readings";
import { ChainView } from "./chainView";
import { FrameMetering, type MeteredStation } from "./frameMetering";
import type { Session } from "./sessionStore";
import type { Station } from "./station";

/** A station, the pile that it is with the key that signs its orders, and its meter. */
export interface StationPile extends MeteredStation {
  pile: BaseWallet;
  ratedW: number;
}

/** Parts of a {@link Bridge}. */
interface BridgeOptions {
  market: KeptMarket;
  desk: MarketDesk;
  readings: ReadingStore;
  stations: readonly StationPile[];
  policy: OrderPolicy;
  /** Seconds before the batch of a window at which agents decide for the last time. */
  closeSeconds: number;
}

/** Most frames that an order may stand. */
const MOST_FRAMES = 96;
/** Time that a signed order has, in frames. */
const DEADLINE_FRAMES = 2;
/** Share by which a meter may exceed a limit before its station is said to ignore it, and a bit in Wh for rounding. */
const [TOLERATED_SHARE, TOLERATED_WH] = [1.1, 50];

/** Makes stations piles: their cars order, their fills become limits, their meters' registers readings. */
export class Bridge implements Duty {
  readonly name = "stations";
  private readonly view: ChainView;
  private readonly metering: FrameMetering;
  /** Moments at which a station's agent has decided. */
  private readonly decided = new Map<string, string>();
  private readonly limited = new Map<string, number>();
  /** Stations that drew more than they were allowed. */
  private readonly ignoring = new Set<string>();

  constructor(private readonly options: BridgeOptions) {
    const { market, desk, readings, stations } = options;
    this.view = new ChainView(market.client, market.provider, desk.registry);
    this.metering = new FrameMetering(market, desk.registry, readings, stations);
  }

  async attend(now: number): Promise<number> {
    await this.allow(now);
    try {
      return await this.read(now);
    } finally {
      // Cars order though a meter's records cannot be handed in.
      await this.order(now);
    }
  }

  private async order(now: number): Promise<void> {
    const { market, stations, closeSeconds } = this.options;
    const { frameSeconds, auctionSeconds } = market.client.parameters;
    const frame = Math.floor(now / frameSeconds);
    const opens = (frame + 1) * frameSeconds - auctionSeconds;
    if (now >= opens) return;
    const moment: Moment = now >= opens - closeSeconds ? "close" : "open";
    const word = `${frame} ${moment}`;
    const deciding = stations.filter(
      ({ station }) => this.decided.get(station.id) !== word && station.sessions.current() !== undefined,
    );
    if (deciding.length === 0) return;
    const view = await this.view.at(now, moment);
    for (const one of deciding) {
      // One station's trouble is not the others'.
      await this.decide(one, view, now).catch((error: Error) => {
        market.log.error({ station: one.station.id, error: error.message.slice(0, 200) }, "no order for this station");
      });
      this.decided.set(one.station.id, word);
    }
  }

  private async decide(one: StationPile, view: PublicView, now: number): Promise<void> {
    const { frameSeconds } = this.options.market.client.parameters;
    const session = one.station.sessions.current();
    const pile = this.options.desk.registry.of(one.pile.address);
    // An order that waits for its batch stands: nobody sees it on the chain yet, the agent included.
    if (session === undefined || pile === undefined || this.options.desk.options.orders.isWaiting(pile.index)) return;
    const base = this.view.base(now);
    const name = String(pile.index);
    const order = view.book.find((line) => line.pile === name);
    const departureFrame = Math.floor(session.departureAt / frameSeconds) - 1 - base;
    const remainingWh = session.energyWh - Math.max(session.boughtWh, this.movedWh(one.station, session, now));
    if (departureFrame <= view.frame || remainingWh < view.market.minEnergyWh) return;
    const { side } = session;
    const [initialSoc, targetSoc] = side === "charge" ? [0, 1] : [1, 0];
    const stay = {
      ...{ pile: name, side, departureFrame, ratedW: one.ratedW, batteryWh: session.energyWh },
      ...{ initialSoc, targetSoc, arrivalFrame: Math.floor(session.startedAt / frameSeconds) - base },
    };
    const random = new Random(1).stream(`${one.station.id} ${session.id}`);
    const own = { stay, remainingWh, order, limitPrice: session.limitPrice };
    const decision =
      side === "charge" && this.ignoring.has(one.station.id)
        ? this.wholeFrame(one, session, remainingWh)
        : askAgent(this.options.policy, own, view, random);
    const place = { side, live: order !== undefined, departure: departureFrame + base };
    await this.submit(one, decision, place, now);
  }

  /** Order for a station that draws all it can, whatever it is allowed: a frame at full power, so that it is paid for. */
  private wholeFrame({ ratedW }: StationPile, { limitPrice }: Session, remainingWh: number): Decision {
    const { frameSeconds } = this.options.market.client.parameters;
    return { price: limitPrice, energyWh: Math.min(remainingWh, Math.floor((ratedW * frameSeconds) / 3_600)) };
  }

  private async submit(
    { station, pile: wallet }: StationPile,
    decision: Decision,
    { side, live, departure }: { side: Side; live: boolean; departure: number },
    now: number,
  ): Promise<void> {
    if (decision === undefined || (decision === "cancel" && !live)) return;
    const { market, desk } = this.options;
    const { client, log } = market;
    const { tickSize, frameSeconds } = client.parameters;
    const { nonce } = await client.pileState(desk.registry.of(wallet.address)!.index);
    const next = Math.floor(now / frameSeconds) + 1;
    const common = { nonce, charge: side === "charge", deadline: Math.floor(now) + DEADLINE_FRAMES * frameSeconds };
    const terms: SignedTerms =
      decision === "cancel"
        ? { ...common, action: "cancel", price: 0n, energyWh: 0n, peakWh: 0n, expiryFrame: 0 }
        : {
            ...{ ...common, action: live ? "replace" : "place" },
            price: BigInt(Math.floor(decision.price / Number(tickSize))) * tickSize,
            energyWh: BigInt(Math.round(decision.energyWh)),
            peakWh: BigInt(Math.round(decision.peakWh ?? 0)),
            expiryFrame: Math.min(departure, next + MOST_FRAMES),
          };
    const answer = await desk.submit({ account: wallet.address, ...(await client.sign(wallet, terms)) });
    if (!answer.accepted) log.warn({ station: station.id, ...answer.refusal }, "a station's order was refused");
  }

  /** Tells stations what the frame that was cleared last allows them to draw, or has them feed in. */
  private async allow(now: number): Promise<void> {
    const { market, stations, desk } = this.options;
    const { client, log, provider } = market;
    const { frameSeconds } = client.parameters;
    const { lastFrame: frame, roundOpen } = await client.marketTotals();
    if (frame === 0 || roundOpen || now >= (frame + 1) * frameSeconds) return;
    const waiting = stations.filter(
      ({ station }) => station.limit !== undefined && this.limited.get(station.id) !== frame,
    );
    if (waiting.length === 0) return;
    const fills = ((await decidedFrame(client, provider, frame))?.packed ?? []).map(decodeFill);
    for (const { station, pile: wallet } of waiting) {
      const pile = desk.registry.of(wallet.address);
      const session = station.sessions.current();
      if (pile === undefined || station.limit === undefined) continue;
      const sumOf = (of: "buy" | "sell") =>
        fills.filter((fill) => fill[of] === pile.index).reduce((sum, fill) => sum + Number(fill.energyWh), 0);
      const [boughtWh, soldWh] = [sumOf("buy"), sumOf("sell")];
      if (session !== undefined) {
        station.sessions.bought(session.id, frame, session.side === "charge" ? boughtWh : soldWh);
      }
      // Rounded to what is bought at most, and to what is sold at least.
      const limitW = Math.floor(((boughtWh - soldWh) * 3_600) / frameSeconds);
      this.limited.set(station.id, frame);
      const kind = await station
        .limit({ frame, limitW, from: frame * frameSeconds, seconds: frameSeconds })
        .catch((error: Error) => error.message.slice(0, 100));
      log.info({ station: station.id, frame, limitW, profile: kind }, "limit set");
    }
  }

  /** Lets meters tell what was drawn; a station that drew more than its limit is ordered for accordingly. */
  private async read(now: number): Promise<number> {
    const { log } = this.options.market;
    const { draws, sent } = await this.metering.read(now);
    for (const draw of draws) {
      log.info(draw, "frame metered");
      if (draw.drewWh <= draw.agreedWh * TOLERATED_SHARE + TOLERATED_WH) this.ignoring.delete(draw.station);
      else {
        log.warn(draw, "the station ignores its limit");
        this.ignoring.add(draw.station);
      }
    }
    return sent;
  }

  /** Energy that a session has drawn, or fed in where it sells, by its registers, Wh. */
  private movedWh({ sessions }: Station, { startedAt, side }: Session, now: number): number {
    const samples = sessions.samples(startedAt, now);
    const register = side === "charge" ? "importWh" : "exportWh";
    const [first, last] = [samples.find(({ at }) => at >= startedAt), samples.at(-1)];
    return first === undefined || last === undefined ? 0 : Math.max(0, last[register] - first[register]);
  }
}
