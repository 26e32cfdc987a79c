import { keccak256, type Log, type Provider, ZeroHash, zeroPadValue } from "ethers";

import type { BenefitRounds } from "../../typechain-types/contracts/rounds/BenefitRounds";
// By its own file: the generated index would load every contract's bytecode at each start.
import { BenefitRounds__factory } from "../../typechain-types/factories/contracts/rounds/BenefitRounds__factory";
import type { Score } from "../model/benefit";
import type { ClearedFrame } from "./clearedFrame";
import { ContractCalls } from "./contractCalls";
import { logsBetween, numberTopic, topicOf } from "./frameLogs";
import { MARKET_INTERFACE, ROUNDS_INTERFACE } from "./interfaces";
import { decodeFill } from "./packedWords";
import { encodePlan } from "./roundWords";
import type { Plan } from "../core/rounds";
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

/** The benefit rounds of one market on a chain. SPEC 4. */
export class RoundsClient {
  private readonly rounds: BenefitRounds;
  private readonly toRounds: ContractCalls<BenefitRounds>;

  constructor(
    readonly address: string,
    private readonly market: string,
    private readonly provider: Provider,
  ) {
    this.rounds = BenefitRounds__factory.connect(address, provider);
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

  /** Where the market's latest round stands. */
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

  /** What clearing alone would do with a frozen book. */
  async scoreFallback(book: readonly bigint[]): Promise<Score> {
    const [unservedWh, squaredStepsW2] = await this.rounds.scoreFallback([...book]);
    return { unservedWh, squaredStepsW2 };
  }

  /** Commits a proposer to a plan. */
  async commit(proposer: Transactor, frame: number, plan: Plan, salt: string): Promise<Receipt> {
    const commitment = await this.rounds.commitmentOf(this.market, frame, proposer.address, encodePlan(plan), salt);
    return this.toRounds.send(proposer, "commit", [this.market, commitment]);
  }

  /** Reveals what a proposer committed to. */
  async reveal(proposer: Transactor, book: readonly bigint[], plan: Plan, salt: string): Promise<Receipt> {
    return this.toRounds.send(proposer, "reveal", [this.market, book, encodePlan(plan), salt]);
  }

  /** Executes the winning plan's bytes, or the fallback where there are none. @returns what it filled */
  async finalise(
    sender: Transactor,
    book: readonly bigint[],
    plan: string | undefined,
  ): Promise<{ receipt: Receipt; executed: Omit<ClearedFrame, "matched"> }> {
    const receipt = await this.toRounds.send(sender, "finalise", [this.market, book, plan ?? "0x"]);
    for (const log of receipt.logs) {
      const parsed = MARKET_INTERFACE.parseLog({ topics: [...log.topics], data: log.data });
      if (parsed?.name !== "FlexibleFilled") continue;
      const { frame, loadW, pflW, fills } = parsed.args.toObject() as {
        frame: bigint;
        loadW: bigint;
        pflW: bigint;
        fills: readonly bigint[];
      };
      const packed = [...fills];
      return { receipt, executed: { frame: Number(frame), loadW, pflW, packed, fills: packed.map(decodeFill) } };
    }
    throw new Error("a finalised round without the market's event");
  }

  /** Sets what each frame that a plan wins is worth, smallest token units. */
  async setReward(operator: Transactor, tokenAmount: bigint): Promise<Receipt> {
    return this.toRounds.send(operator, "setReward", [this.market, tokenAmount]);
  }

  /** Pays into the pot of rewards, smallest token units that the rounds may take of the sender. */
  async fundReward(sender: Transactor, tokenAmount: bigint): Promise<Receipt> {
    return this.toRounds.send(sender, "fundReward", [this.market, tokenAmount]);
  }

  /** Draws the reward of the latest finalised round. */
  async drawReward(sender: Transactor): Promise<Receipt> {
    return this.toRounds.send(sender, "drawReward", [this.market]);
  }

  /** Pays the sender what was drawn for it in a token. */
  async claimReward(proposer: Transactor, token: string, to: string): Promise<Receipt> {
    return this.toRounds.send(proposer, "claimReward", [token, to]);
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
