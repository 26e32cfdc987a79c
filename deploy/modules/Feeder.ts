import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { ArgumentType } from "@nomicfoundation/ignition-core";
import { encodeBytes32String, ZeroAddress } from "ethers";

import { contractParameters } from "../../scripts/chain/contractParameters";
import { type DeploymentParameters, withDefaults } from "../../scripts/core/parameters";
import { requireNamed } from "../../scripts/core/matching";
import { mechanismModule, type OwnMechanism, ownMechanismModule } from "./Mechanism";
import Platform from "./Platform";
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
    const deployer = m.getAccount(0);
    const created = m.call(factory, "createMarket", [
      encodeBytes32String(feeder),
      contractParameters<ArgumentType>(
        p,
        {
          admin: m.getParameter("admin", deployer),
          gridOperator: m.getParameter("gridOperator", deployer),
          registrar: m.getParameter("registrar", deployer),
          guardian: m.getParameter("guardian", deployer),
          token,
          rounds,
          delivery,
          mechanism,
        },
        ZeroAddress,
      ),
    ]);
    const address = m.readEventArgument(created, "MarketCreated", "market");
    const market = m.contractAt("contracts/market/Market.sol:Market", address, { id: "Market" });
    return { market, token, factory, lens, rounds, delivery, mechanism };
  });
}

export default feederModule("main");
