import type { BenefitRounds } from "../../../typechain-types/contracts/rounds/BenefitRounds";
import type { ContractCalls } from "../contractCalls";

/** The rounds contract that an action works on, and the market whose rounds they are. */
export interface RoundContracts {
  /** The market's address. */
  readonly market: string;
  /** Reads and pure functions of the rounds contract. */
  readonly rounds: Pick<BenefitRounds, "commitmentOf">;
  /** State-changing calls of the rounds contract. */
  readonly toRounds: ContractCalls<BenefitRounds>;
}
