import { Interface } from "ethers";

// By their own files: the generated index would load every contract's bytecode at each start.
import { IERC20Errors__factory } from "../../typechain-types/factories/@openzeppelin/contracts/interfaces/draft-IERC6093.sol/IERC20Errors__factory";
import { Delivery__factory } from "../../typechain-types/factories/contracts/delivery/Delivery__factory";
import { IMarketFactory__factory } from "../../typechain-types/factories/contracts/interfaces/IMarketFactory__factory";
import { IOcmfVerifier__factory } from "../../typechain-types/factories/contracts/interfaces/IOcmfVerifier__factory";
import { ISelectiveMechanism__factory } from "../../typechain-types/factories/contracts/interfaces/ISelectiveMechanism__factory";
import { Market__factory } from "../../typechain-types/factories/contracts/market/Market__factory";
import { IBenefitRounds__factory } from "../../typechain-types/factories/contracts/interfaces/IBenefitRounds__factory";

// Plain interfaces decode logs whose events are known by name alone; calls are typed by ContractCalls.
/** The market's own interface; decodes events and errors. */
export const MARKET_INTERFACE: Interface = Market__factory.createInterface();
/** Interface of the contract that meters and settles a market's frames. */
export const DELIVERY_INTERFACE: Interface = Delivery__factory.createInterface();
/** The rounds' own interface; decodes events and errors. */
export const ROUNDS_INTERFACE: Interface = IBenefitRounds__factory.createInterface();

/** Interfaces whose custom errors a transaction to a market can end in. */
export const ERROR_INTERFACES: readonly Interface[] = [
  MARKET_INTERFACE,
  DELIVERY_INTERFACE,
  ROUNDS_INTERFACE,
  new Interface(IMarketFactory__factory.abi),
  new Interface(ISelectiveMechanism__factory.abi),
  new Interface(IERC20Errors__factory.abi),
  new Interface(IOcmfVerifier__factory.abi),
];
