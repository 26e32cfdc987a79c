import type { Plan } from "../../core/rounds";
import { encodePlan } from "../roundWords";
import type { Receipt, Transactor } from "../transactor";
import type { RoundContracts } from "./roundContracts";

/**
 * Commits a proposer to a plan, in the commit phase of a round; a later commitment replaces an earlier one.
 *
 * @param salt 32 bytes, hexadecimal, that hide the plan until it is revealed
 * @throws ContractRefusal where the contract refuses
 * @example
 * await commit(rounds, proposer, frame, { drawWh: [2_000n, 0n], dischargeWh: [0n, 0n] }, salt);
 */
export async function commit(
  on: RoundContracts,
  proposer: Transactor,
  frame: number,
  plan: Plan,
  salt: string,
): Promise<Receipt> {
  const commitment = await on.rounds.commitmentOf(on.market, frame, proposer.address, encodePlan(plan), salt);
  return on.toRounds.send(proposer, "commit", [on.market, commitment]);
}
