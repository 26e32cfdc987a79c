import type { Receipt, Transactor } from "../transactor";
import type { RoundContracts } from "./roundContracts";

/**
 * Pays the sender its drawn rewards in a token.
 *
 * @param token address of the token
 * @param to receiver of the tokens
 * @throws ContractRefusal where the contract refuses
 * @example
 * await claimReward(rounds, proposer, token, proposer.address);
 */
export async function claimReward(
  on: Pick<RoundContracts, "toRounds">,
  proposer: Transactor,
  token: string,
  to: string,
): Promise<Receipt> {
  return on.toRounds.send(proposer, "claimReward", [token, to]);
}
