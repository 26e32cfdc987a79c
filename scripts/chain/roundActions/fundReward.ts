import type { Receipt, Transactor } from "../transactor";
import type { RoundContracts } from "./roundContracts";

/**
 * Pays into the pot of rewards, for good; the sender has approved the rounds contract before.
 *
 * @param tokenAmount smallest token units
 * @throws ContractRefusal where the contract refuses
 * @example
 * await fundReward(rounds, operator, 50_000_000n);
 */
export async function fundReward(on: RoundContracts, sender: Transactor, tokenAmount: bigint): Promise<Receipt> {
  return on.toRounds.send(sender, "fundReward", [on.market, tokenAmount]);
}
