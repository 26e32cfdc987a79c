import { keccak256 } from "ethers";

import type { Proposal, Score } from "../model/benefit";
import type { ChainClock } from "./clock";
import type { ClearedFrame } from "./marketClient";
import { ContractRefusal } from "./refusal";
import type { RoundsClient } from "./roundsClient";
import { encodePlan } from "./roundWords";
import type { Receipt, Transactor } from "./transactor";

/** A round that a clearing opened, and who takes part in it. */
export interface RoundToHold {
  rounds: RoundsClient;
  clock: ChainClock;
  /** Whoever executes what won. */
  sender: Transactor;
  /** The frozen book as the clearing told it. */
  book: readonly bigint[];
  /** The clearing's decision. */
  match: ClearedFrame;
  /** In the order of the reveals. */
  proposals: readonly Proposal[];
  /** Account of a proposer that is admitted. */
  accountOf: (proposer: string) => Promise<Transactor>;
  /** Salt that hides a commitment, by the place of its proposal. */
  salt: (position: number) => string;
  /** Told of every transaction. */
  onReceipt?: (kind: "commit" | "reveal" | "finalise", receipt: Receipt) => void;
}

/** Outcome of a round on a chain. */
export interface HeldRound {
  /** The frame, its match included. */
  whole: ClearedFrame;
  /** Whose plan was executed; undefined where the fallback stood. */
  winner: string | undefined;
  /** Of what was executed. */
  score: Score;
  /** Plans that were refused, in the order of the proposals. */
  refused: { proposer: string; error: string }[];
}

/** Every proposer commits, then reveals; the winner, or the fallback, is executed as soon as the reveals are over. SPEC 4. */
export async function holdRound(round: RoundToHold): Promise<HeldRound> {
  const { rounds, clock, sender, book, match, proposals, accountOf, salt, onReceipt } = round;
  const refusals = new Map<number, string>();
  const revealed: Proposal[] = [];
  const { commitUntil, revealUntil } = await rounds.state();
  const committed: { position: number; proposal: Proposal }[] = [];
  for (const [position, proposal] of proposals.entries()) {
    const account = await accountOf(proposal.proposer);
    const receipt = await refusing(refusals, position, () =>
      rounds.commit(account, match.frame, proposal.plan, salt(position)),
    );
    if (receipt === undefined) continue;
    onReceipt?.("commit", receipt);
    committed.push({ position, proposal });
  }
  await clock.reach(commitUntil);
  for (const { position, proposal } of committed) {
    const account = await accountOf(proposal.proposer);
    const receipt = await refusing(refusals, position, () =>
      rounds.reveal(account, book, proposal.plan, salt(position)),
    );
    if (receipt === undefined) continue;
    onReceipt?.("reveal", receipt);
    revealed.push(proposal);
  }
  await clock.reach(revealUntil);
  const { winner: hash, score } = await rounds.state();
  const winner = revealed.find(({ plan }) => keccak256(encodePlan(plan)) === hash);
  const { receipt, executed } = await rounds.finalise(sender, book, winner && encodePlan(winner.plan));
  onReceipt?.("finalise", receipt);
  const whole: ClearedFrame = {
    ...executed,
    packed: [...match.packed, ...executed.packed],
    fills: [...match.fills, ...executed.fills],
    matched: match.matched,
  };
  const refused = proposals.flatMap(({ proposer }, position) => {
    const error = refusals.get(position);
    return error === undefined ? [] : [{ proposer, error }];
  });
  return { whole, winner: winner?.proposer, score: score ?? (await rounds.scoreFallback(book)), refused };
}

/** Notes a contract's refusal of the proposal at a place. @returns undefined then */
async function refusing<T>(
  refusals: Map<number, string>,
  position: number,
  act: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ContractRefusal)) throw error;
    refusals.set(position, error.error);
    return undefined;
  }
}
