import type { Delivery } from "../../../typechain-types/contracts/delivery/Delivery";
import type { Market } from "../../../typechain-types/contracts/market/Market";
import type { TestToken } from "../../../typechain-types/contracts/test/TestToken";
import type { DeploymentParameters } from "../../core/parameters";
import type { ContractCalls } from "../contractCalls";

/** A market and the contracts beside it, as actions call them; a `MarketClient` is one. */
export interface MarketContracts {
  readonly address: string;
  readonly parameters: Readonly<DeploymentParameters>;
  readonly toMarket: ContractCalls<Market>;
  /** The contract that meters and settles the market's frames. */
  readonly toDelivery: ContractCalls<Delivery>;
  readonly toToken: ContractCalls<TestToken>;
}
