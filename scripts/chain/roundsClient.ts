import { keccak256, type Log, type Provider, ZeroHash, zeroPadValue } from "ethers";

import type { IBenefitRounds } from "../../typechain-types/contracts/interfaces/IBenefitRounds";
// By its own file: the generated index would load every contract's bytecode at each start.
import { IBenefitRounds__factory } from "../../typechain-types/factories/contracts/interfaces/IBenefitRounds__factory";
import type { Score } from "../model/benefit";
import type { ClearedFrame } from "./clearedFrame";
import { ContractCalls } from "./contractCalls";
import { logsBetween, numberTopic, topicOf } from "./frameLogs";
import type { Plan } from "../core/rounds";
import { ROUNDS_INTERFACE } from "./interfaces";
import * as actions from "./roundActions";
import type { RoundContracts } from "./roundActions";
import type { Receipt, Transactor } from "./transactor";

/** When a round's phases end, s, and what is best in it so far. */
export interface RoundState {
  /** 0 before a market's first round. */
  frame: number;
  commitUntil: number;
  revealUntil: number;
  winnerUntil: number;
  begins: number;
  executed: boolean;
  /** Hash of the best plan; undefined where none beats the fallback so far. */
  winner: string | undefined;
  /** Of the best; undefined before the first reveal. */
  score: Score | undefined;
}

/**
 * The benefit rounds of one market on a chain. SPEC 4. The actions on them are in `roundActions`, one a file; these
 * methods are the same with the rounds filled in.
 */
export class RoundsClient implements RoundContracts {
  readonly rounds: IBenefitRounds;
  readonly toRounds: ContractCalls<IBenefitRounds>;

  constructor(
    readonly address: string,
    readonly market: string,
    private readonly provider: Provider,
  ) {
    this.rounds = IBenefitRounds__factory.connect(address, provider);
    this.toRounds = new ContractCalls(address, ROUNDS_INTERFACE);
  }

  /** The frozen book of the round that a clearing opened, as the contract wants it back; undefined where it opened none. */
  openedBook(clearing: Receipt): bigint[] | undefined {
    const opened = this.event(clearing, "RoundOpened");
    return opened && [...(opened["book"] as readonly bigint[])];
  }

  /** The frozen book of a round, found among the events of the window in which it opened. */
  async frozenBook(
    { frame, begins }: Pick<RoundState, "frame" | "begins">,
    auctionSeconds: number,
  ): Promise<bigint[] | undefined> {
    const [log] = await this.logsOf("RoundOpened", frame, { from: begins - auctionSeconds, until: begins });
    return log && [...(ROUNDS_INTERFACE.parseLog(log)!.args.getValue("book") as readonly bigint[])];
  }

  /** The plan that won a round, found among the events of its reveals by its hash. */
  async revealedPlan({ frame, commitUntil, revealUntil }: RoundState, hash: string): Promise<string | undefined> {
    const logs = await this.logsOf("PlanRevealed", frame, { from: commitUntil, until: revealUntil });
    return logs
      .map((log) => ROUNDS_INTERFACE.parseLog(log)!.args.getValue("plan") as string)
      .find((plan) => keccak256(plan) === hash);
  }

  /** State of the market's latest round. */
  async state(): Promise<RoundState> {
    const view = await this.rounds.roundOf(this.market);
    const won = view.winner !== ZeroHash;
    const scored = won || view.unservedWh !== 0n || view.squaredStepsW2 !== 0n;
    return {
      frame: Number(view.frame),
      commitUntil: Number(view.commitUntil),
      revealUntil: Number(view.revealUntil),
      winnerUntil: Number(view.winnerUntil),
      begins: Number(view.begins),
      executed: view.executed,
      winner: won ? view.winner : undefined,
      score: scored ? { unservedWh: view.unservedWh, squaredStepsW2: view.squaredStepsW2 } : undefined,
    };
  }

  /** Score of the fallback on a frozen book. */
  async scoreFallback(book: readonly bigint[]): Promise<Score> {
    const [unservedWh, squaredStepsW2] = await this.rounds.scoreFallback([...book]);
    return { unservedWh, squaredStepsW2 };
  }

  /** Commits a proposer to a plan. */
  async commit(proposer: Transactor, frame: number, plan: Plan, salt: string): Promise<Receipt> {
    return actions.commit(this, proposer, frame, plan, salt);
  }

  /** Reveals the plan that a proposer committed to. */
  async reveal(proposer: Transactor, book: readonly bigint[], plan: Plan, salt: string): Promise<Receipt> {
    return actions.reveal(this, proposer, book, plan, salt);
  }

  /** Executes the winning plan's bytes, or the fallback where there are none. @returns its fills */
  async finalise(
    sender: Transactor,
    book: readonly bigint[],
    plan: string | undefined,
  ): Promise<{ receipt: Receipt; executed: Omit<ClearedFrame, "matched"> }> {
    return actions.finalise(this, sender, book, plan);
  }

  /** Sets the reward of each frame that a plan wins, smallest token units. */
  async setReward(operator: Transactor, tokenAmount: bigint): Promise<Receipt> {
    return actions.setReward(this, operator, tokenAmount);
  }

  /** Pays into the pot of rewards, smallest token units that the rounds may take of the sender. */
  async fundReward(sender: Transactor, tokenAmount: bigint): Promise<Receipt> {
    return actions.fundReward(this, sender, tokenAmount);
  }

  /** Draws the reward of the latest finalised round. */
  async drawReward(sender: Transactor): Promise<Receipt> {
    return actions.drawReward(this, sender);
  }

  /** Pays the sender its drawn rewards in a token. */
  async claimReward(proposer: Transactor, token: string, to: string): Promise<Receipt> {
    return actions.claimReward(this, proposer, token, to);
  }

  private async logsOf(event: string, frame: number, span: { from: number; until: number }): Promise<Log[]> {
    const topics = [topicOf(ROUNDS_INTERFACE, event), zeroPadValue(this.market, 32), numberTopic(frame)];
    return logsBetween(this.provider, { address: this.address, topics }, span);
  }

  private event(receipt: Receipt, name: string): Record<string, unknown> | undefined {
    for (const log of receipt.logs) {
      if (log.address.toLowerCase() !== this.address.toLowerCase()) continue;
      const parsed = ROUNDS_INTERFACE.parseLog({ topics: [...log.topics], data: log.data });
      if (parsed?.name === name) return parsed.args.toObject();
    }
    return undefined;
  }
}
