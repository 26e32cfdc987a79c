import type { Plan } from "../../core/rounds";
import { encodePlan } from "../roundWords";
import type { Receipt, Transactor } from "../transactor";
import type { RoundContracts } from "./roundContracts";

/**
 * Reveals the plan that a proposer committed to, in the reveal phase of a round: the contract verifies and scores it.
 *
 * @param book words of the round's frozen book
 * @param salt the commitment's own
 * @throws ContractRefusal where the contract refuses, a plan that cannot be carried out included
 * @example
 * await reveal(rounds, proposer, book, plan, salt);
 */
export async function reveal(
  on: RoundContracts,
  proposer: Transactor,
  book: readonly bigint[],
  plan: Plan,
  salt: string,
): Promise<Receipt> {
  return on.toRounds.send(proposer, "reveal", [on.market, book, encodePlan(plan), salt]);
}
