import { MarketModel, MarketRefusal } from "../market/model";
import type { FrameOutcome, MarketParameters, Publication } from "../market/types";
import type { Action, ActionResult, BookOrder, MarketPort, PileRegistration } from "./marketPort";

/** Frame 0 of the simulation in the model's count, so that what is set up earlier has a time, too. */
const ORIGIN_FRAMES = 1_000;
/** More than any pile can spend, money units. */
const AMPLE_BALANCE = 10n ** 12n;

/** A {@link MarketPort} over the reference model: a day in memory, without a chain. */
export class ModelPort implements MarketPort {
  readonly parameters: Readonly<MarketParameters>;
  /** The model itself, for what a port does not show. */
  readonly model: MarketModel;

  constructor(parameters: MarketParameters) {
    this.model = new MarketModel(parameters);
    this.parameters = this.model.parameters;
  }

  async register(piles: readonly PileRegistration[]): Promise<void> {
    for (const { pile, ratedW } of piles) this.model.registerPile(pile, ratedW, { balance: AMPLE_BALANCE });
  }

  async publish(now: number, firstFrame: number, publications: readonly Publication[]): Promise<void> {
    publications.forEach((publication, index) =>
      this.model.publish(ORIGIN_FRAMES + firstFrame + index, publication, this.begins(now)),
    );
  }

  async submit(now: number, actions: readonly Action[]): Promise<ActionResult[]> {
    return actions.map((action): ActionResult => {
      try {
        this.act(action, this.begins(now));
        return { accepted: true };
      } catch (error) {
        if (error instanceof MarketRefusal) return { accepted: false, error: error.code };
        throw error;
      }
    });
  }

  async book(now: number): Promise<BookOrder[]> {
    return this.model.pileIds.flatMap((pile): BookOrder[] => {
      const order = this.model.order(pile, this.begins(now));
      if (order === undefined) return [];
      const { firstFrame, expiryFrame } = order;
      return [{ ...order, pile, firstFrame: firstFrame - ORIGIN_FRAMES, expiryFrame: expiryFrame - ORIGIN_FRAMES }];
    });
  }

  async clear(frame: number): Promise<FrameOutcome> {
    const opens = this.begins(frame) - this.parameters.auctionSeconds;
    return { ...this.model.clear(ORIGIN_FRAMES + frame, opens), frame };
  }

  async settle(frame: number): Promise<void> {
    this.model.settle(ORIGIN_FRAMES + frame, this.begins(frame + 1));
  }

  private act(action: Action, nowSeconds: number): void {
    if (action.kind === "cancel") return this.model.cancel(action.pile, nowSeconds);
    const request = { ...action.order, expiryFrame: ORIGIN_FRAMES + action.order.expiryFrame };
    this.model[action.kind](action.pile, request, nowSeconds);
  }

  /** When a frame begins, s. */
  private begins(frame: number): number {
    return (ORIGIN_FRAMES + frame) * this.parameters.frameSeconds;
  }
}
