import { hexlify, randomBytes } from "ethers";

import { askPlanner } from "../../answers/ask";
import { decodeFrozenBook } from "../../chain/frozenBook";
import type { RoundsClient, RoundState } from "../../chain/roundsClient";
import type { Plan } from "../../core/rounds";
import type { BookPlanner } from "../../planners/book/planners";
import type { DurableTransactor } from "../send/accounts";
import type { Duty, KeptMarket } from "./duty";

/** Part of a commit phase that a planner may take. */
const PLANNING_SHARE = 0.5;
const KEPT_FRAMES = 200;

/** A proposer's account, and who makes its plans. */
export interface Proposer {
  account: DurableTransactor;
  planner: BookPlanner;
}

/** Takes part in benefit rounds with a planner, where there is one, and finalises them. */
export class Rounds implements Duty {
  readonly name = "round";
  private readonly rounds: RoundsClient;
  private book: { frame: number; words: bigint[] } | undefined;

  constructor(
    private readonly market: KeptMarket,
    private readonly proposer: Proposer | undefined,
  ) {
    this.rounds = market.client.rounds();
  }

  async attend(now: number): Promise<number> {
    const { marginSeconds } = this.market;
    const state = await this.rounds.state();
    if (state.frame === 0 || state.executed || now > state.begins - marginSeconds) return 0;
    const words = await this.frozen(state);
    if (words === undefined) return 0;
    if (now < state.commitUntil) return this.proposer === undefined ? 0 : this.commit(this.proposer, state, words, now);
    if (now < state.revealUntil) return this.proposer === undefined ? 0 : this.reveal(this.proposer, state, words);
    return this.finalise(state, words, now);
  }

  private async frozen(state: RoundState): Promise<bigint[] | undefined> {
    if (this.book?.frame === state.frame) return this.book.words;
    const words = await this.rounds.frozenBook(state, this.market.client.parameters.auctionSeconds);
    this.book = words && { frame: state.frame, words };
    return words;
  }

  private async commit(
    { account, planner }: Proposer,
    state: RoundState,
    words: bigint[],
    now: number,
  ): Promise<number> {
    const { client, log, store, marginSeconds } = this.market;
    const { frame, commitUntil } = state;
    const noted = this.noted(frame);
    if (noted !== undefined && noted.state !== "made") return 0;
    if (now > commitUntil - marginSeconds) return 0;
    const made = noted ?? (await this.make(planner, frame, words, (commitUntil - now) * PLANNING_SHARE));
    const receipt = await this.rounds.commit(account, frame, made.plan, made.salt);
    store.run("UPDATE plans SET state = 'committed' WHERE market = ? AND frame = ?", client.address, frame);
    log.info({ frame, planner: planner.name, tx: receipt.hash }, "plan committed");
    return 1;
  }

  /** Makes a plan and keeps it with its salt before anybody is told of it: without them it could not be revealed. */
  private async make(planner: BookPlanner, frame: number, words: bigint[], seconds: number): Promise<NotedPlan> {
    const { client, store } = this.market;
    const book = decodeFrozenBook(words, { tickSize: client.parameters.tickSize, pileName: String });
    const plan = await askPlanner(planner, book, seconds);
    const salt = hexlify(randomBytes(32));
    const text = JSON.stringify(plan, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
    store.atomically(() => {
      store.run(
        "INSERT INTO plans (market, frame, plan, salt, state) VALUES (?, ?, ?, ?, 'made')",
        ...[client.address, frame, text, salt],
      );
      store.run("DELETE FROM plans WHERE market = ? AND frame < ?", client.address, frame - KEPT_FRAMES);
    });
    return { plan, salt, state: "made" };
  }

  private async reveal({ account, planner }: Proposer, { frame }: RoundState, words: bigint[]): Promise<number> {
    const { client, log, store } = this.market;
    const noted = this.noted(frame);
    if (noted?.state !== "committed") return 0;
    const receipt = await this.rounds.reveal(account, words, noted.plan, noted.salt);
    store.run("UPDATE plans SET state = 'revealed' WHERE market = ? AND frame = ?", client.address, frame);
    log.info({ frame, planner: planner.name, tx: receipt.hash }, "plan revealed");
    return 1;
  }

  private async finalise(state: RoundState, words: bigint[], now: number): Promise<number> {
    const { keeper, log } = this.market;
    const { winner, winnerUntil, frame } = state;
    const plan = winner !== undefined && now < winnerUntil ? await this.rounds.revealedPlan(state, winner) : undefined;
    // Until then nothing but the winning plan can be executed, and nobody here knows it.
    if (plan === undefined && winner !== undefined && now < winnerUntil) return 0;
    const { receipt, executed } = await this.rounds.finalise(keeper, words, plan);
    const by = plan === undefined ? "fallback" : "winner";
    log.info({ frame, by, fills: executed.fills.length, tx: receipt.hash }, "round finalised");
    return 1;
  }

  private noted(frame: number): NotedPlan | undefined {
    const { client, store } = this.market;
    const row = store.get("SELECT * FROM plans WHERE market = ? AND frame = ?", client.address, frame);
    if (row === undefined) return undefined;
    const figures = Object.entries(JSON.parse(String(row["plan"])) as Record<string, string[]>);
    const plan = Object.fromEntries(figures.map(([name, list]) => [name, list.map(BigInt)])) as unknown as Plan;
    return { plan, salt: String(row["salt"]), state: String(row["state"]) };
  }
}

interface NotedPlan {
  plan: Plan;
  salt: string;
  state: string;
}
