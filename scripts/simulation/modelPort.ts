import { MarketModel, MarketRefusal } from "../market/model";
import type { FrameSettlement, Reading } from "../market/settlement";
import type { FrameOutcome, MarketParameters, Publication } from "../market/types";
import type { Action, ActionResult, BalanceSheet, BookOrder, MeteredPort, PileRegistration } from "./marketPort";

/** Frame 0 of the simulation in the model's count, so that what is set up earlier has a time, too. */
const ORIGIN_FRAMES = 1_000;
/** More than any pile can spend, money units. */
const AMPLE_BALANCE = 10n ** 12n;

/** A {@link MeteredPort} over the reference model: a day in memory, without a chain. */
export class ModelPort implements MeteredPort {
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

  async settleMetered(frame: number, readings: ReadonlyMap<string, Reading>, now: number): Promise<FrameSettlement> {
    return { ...this.model.settle(ORIGIN_FRAMES + frame, this.begins(now), readings), frame };
  }

  async balanceSheet(): Promise<BalanceSheet> {
    const { model } = this;
    const ofPiles = model.pileIds.reduce((sum, pile) => sum + model.totalBalance(pile), 0n);
    return { deposited: model.deposited, held: ofPiles + model.inDelivery + model.gridBalance + model.withdrawn };
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
