import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { ArgumentType, CallableContractFuture, IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";
import { encodeBytes32String, ZeroAddress } from "ethers";

import { contractParameters } from "../../scripts/chain/contractParameters";
import { type DeploymentParameters, withDefaults } from "../../scripts/core/parameters";
import { requireNamed } from "../../scripts/core/matching";
import { mechanismModule, type OwnMechanism, ownMechanismModule } from "./Mechanism";
import Platform, { Essentials } from "./Platform";
import Token from "./Token";

/**
 * Module of one feeder's market. Deploying it again resumes or does nothing; another name makes another market.
 *
 * @param feeder name of the feeder, at most 31 bytes
 * @param overrides parameters that differ from {@link DEFAULT_PARAMETERS}
 * @param tokenAddress an ERC-20 that exists; without it the test token is deployed
 * @param own a mechanism in place of that of the rule
 */
export function feederModule(
  feeder: string,
  overrides: Partial<DeploymentParameters> = {},
  tokenAddress?: string,
  own?: OwnMechanism,
) {
  const p = withDefaults(overrides);
  return buildModule(`Feeder_${feeder}`, (m) => {
    const { factory, lens, rounds, delivery } = m.useModule(Platform);
    const { mechanism } =
      own === undefined ? m.useModule(mechanismModule(requireNamed(p.matching))) : m.useModule(ownMechanismModule(own));
    const token =
      tokenAddress === undefined
        ? m.useModule(Token).token
        : m.contractAt("contracts/test/TestToken.sol:TestToken", tokenAddress, { id: "token" });
    const market = created(m, feeder, p, { factory, token, rounds, delivery, mechanism });
    return { market, token, factory, lens, rounds, delivery, mechanism };
  });
}

/**
 * Module of a market in which no plans compete, on a chain that ends with the command: it deploys no more than the
 * market needs, so that no more has to be compiled.
 */
export function essentialModule(feeder: string, overrides: Partial<DeploymentParameters>) {
  const p = withDefaults(overrides);
  return buildModule(`Feeder_${feeder}`, (m) => {
    const { factory, delivery } = m.useModule(Essentials);
    const { mechanism } = m.useModule(mechanismModule(requireNamed(p.matching)));
    const { token } = m.useModule(Token);
    return { market: created(m, feeder, p, { factory, token, rounds: ZeroAddress, delivery, mechanism }) };
  });
}

/** The market that a factory creates for a feeder. */
function created(
  m: IgnitionModuleBuilder,
  feeder: string,
  p: DeploymentParameters,
  {
    factory,
    ...contracts
  }: { factory: CallableContractFuture<string> } & Record<"token" | "rounds" | "delivery" | "mechanism", ArgumentType>,
) {
  const deployer = m.getAccount(0);
  const call = m.call(factory, "createMarket", [
    encodeBytes32String(feeder),
    contractParameters<ArgumentType>(
      p,
      {
        admin: m.getParameter("admin", deployer),
        gridOperator: m.getParameter("gridOperator", deployer),
        registrar: m.getParameter("registrar", deployer),
        guardian: m.getParameter("guardian", deployer),
        ...contracts,
      },
      ZeroAddress,
    ),
  ]);
  const address = m.readEventArgument(call, "MarketCreated", "market");
  return m.contractAt("contracts/market/Market.sol:Market", address, { id: "Market" });
}

export default feederModule("main");
