import type { Receipt, Transactor } from "../transactor";
import type { RoundContracts } from "./roundContracts";

/**
 * Sets the reward of each frame that a plan wins in a round that opens from now on. Grid operator only.
 *
 * @param tokenAmount smallest token units; 0 for none
 * @throws ContractRefusal where the contract refuses
 * @example
 * await setReward(rounds, operator, 1_000_000n);
 */
export async function setReward(on: RoundContracts, operator: Transactor, tokenAmount: bigint): Promise<Receipt> {
  return on.toRounds.send(operator, "setReward", [on.market, tokenAmount]);
}
