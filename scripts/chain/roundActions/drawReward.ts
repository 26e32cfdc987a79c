import type { Receipt, Transactor } from "../transactor";
import type { RoundContracts } from "./roundContracts";

/**
 * Draws the reward of the latest finalised round among the proposers of its best plan.
 *
 * @throws ContractRefusal where the contract refuses
 * @example
 * await drawReward(rounds, anyone);
 */
export async function drawReward(on: RoundContracts, sender: Transactor): Promise<Receipt> {
  return on.toRounds.send(sender, "drawReward", [on.market]);
}
