import { MARKET_BOUNDS, marketProblem, ratedProblem } from "../core/bounds";
import type { DeploymentParameters } from "../core/parameters";
import { KEEPER } from "../core/keeper";
import { MarketModel, MarketRefusal } from "../model/model";
import type { FlexibleOrder, FrozenBook, Proposal } from "../model/benefit";
import type { FrameSettlement, Reading } from "../core/settlement";
import type { FrameOutcome, MarketParameters, Publication } from "../core/types";
import { InputError } from "../core/errors";
import type {
  Action,
  ActionResult,
  BalanceSheet,
  BookOrder,
  MeteredPort,
  PileRegistration,
  RoundOutcome,
  RoundPort,
} from "../core/ports";

/** Frame 0 of the simulation in the model's count, so that what is set up earlier has a time, too. */
const ORIGIN_FRAMES = 1_000;
/** More than any pile can spend, money units. */
const AMPLE_BALANCE = 10n ** 12n;

/** A {@link MeteredPort} over the reference model: a day in memory, without a chain. */
export class ModelPort implements MeteredPort {
  readonly rounds: RoundPort = {
    frozenBook: async (frame) => this.frozenBook(frame),
    hold: async (frame, proposals) => this.holdRound(frame, proposals),
  };
  readonly parameters: Readonly<MarketParameters>;
  /** The model itself, for what a port does not show. */
  readonly model: MarketModel;

  /** @throws InputError where no contract would take the parameters */
  constructor(private readonly asked: MarketParameters & Partial<DeploymentParameters>) {
    const problem = marketProblem(asked);
    if (problem !== undefined) throw new InputError("market", problem);
    this.model = new MarketModel(asked);
    this.parameters = this.model.parameters;
  }

  /** @throws InputError naming the pile that no contract would register */
  async register(piles: readonly PileRegistration[]): Promise<void> {
    const { pileCap = Number(MARKET_BOUNDS.pileCap.most), frameSeconds } = this.asked;
    if (piles.length > pileCap) {
      throw new InputError(
        "market",
        `${piles.length} piles; a market takes ${pileCap} at most, so spread them over feeders`,
      );
    }
    for (const { pile, ratedW } of piles) {
      const problem = ratedProblem(ratedW, frameSeconds);
      if (problem !== undefined) throw new InputError(`pile ${pile}`, problem);
    }
    for (const { pile, ratedW } of piles) this.model.registerPile(pile, ratedW, { balance: AMPLE_BALANCE });
  }

  async depositGrid(amount: bigint): Promise<void> {
    this.model.depositGrid(amount);
  }

  async setAside(amount: bigint): Promise<void> {
    this.model.depositGrid(amount);
    this.model.setMatchingFund(amount);
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
    return { ...this.model.clear(ORIGIN_FRAMES + frame, opens, KEEPER), frame };
  }

  private frozenBook(frame: number): FrozenBook | undefined {
    const book = this.model.openRound()?.book;
    if (book?.frame !== ORIGIN_FRAMES + frame) return undefined;
    const moved = (order: FlexibleOrder) => ({ ...order, expiryFrame: order.expiryFrame - ORIGIN_FRAMES });
    return { ...book, frame, bids: book.bids.map(moved), asks: book.asks.map(moved) };
  }

  /** Reveals at the beginning of the reveal phase and executes as soon as it is over. */
  private holdRound(frame: number, proposals: readonly Proposal[]): RoundOutcome {
    const { auctionSeconds, roundSeconds } = this.parameters;
    const matchedAt = this.begins(frame) - auctionSeconds;
    const refused: RoundOutcome["refused"] = [];
    for (const { proposer, plan } of proposals) {
      try {
        this.model.propose(ORIGIN_FRAMES + frame, proposer, plan, matchedAt + roundSeconds);
      } catch (error) {
        if (!(error instanceof MarketRefusal)) throw error;
        refused.push({ proposer, error: error.code });
      }
    }
    const { best, fallback } = this.model.openRound()!;
    const finalisedAt = matchedAt + 2 * roundSeconds;
    const outcome = this.model.executePlan(ORIGIN_FRAMES + frame, best?.plan ?? "fallback", finalisedAt, KEEPER);
    return { outcome: { ...outcome, frame }, winner: best?.proposer, score: best?.score ?? fallback, refused };
  }

  async settle(frame: number): Promise<void> {
    this.model.settle(ORIGIN_FRAMES + frame, this.begins(frame + 1), undefined, KEEPER);
  }

  async settleMetered(frame: number, readings: ReadonlyMap<string, Reading>, now: number): Promise<FrameSettlement> {
    return { ...this.model.settle(ORIGIN_FRAMES + frame, this.begins(now), readings, KEEPER), frame };
  }

  async balanceSheet(): Promise<BalanceSheet> {
    const { model } = this;
    const ofPiles = model.pileIds.reduce((sum, pile) => sum + model.totalBalance(pile), 0n);
    const held = ofPiles + model.inDelivery + model.gridBalance + model.matchingFund + model.withdrawn;
    return { deposited: model.deposited, held };
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
