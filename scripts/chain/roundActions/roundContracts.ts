import type { IBenefitRounds } from "../../../typechain-types/contracts/interfaces/IBenefitRounds";
import type { ContractCalls } from "../contractCalls";

/** The rounds contract that an action works on, and the market whose rounds they are. */
export interface RoundContracts {
  /** The market's address. */
  readonly market: string;
  /** Reads and pure functions of the rounds contract. */
  readonly rounds: Pick<IBenefitRounds, "commitmentOf">;
  /** State-changing calls of the rounds contract. */
  readonly toRounds: ContractCalls<IBenefitRounds>;
}
