import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";

import { Market__factory } from "../../typechain-types/factories/contracts/market/Market__factory";

const DATA = "contracts/periphery/StoredCode.sol:StoredCode";

/** Contracts that all feeders of a network share: the factory with the market's creation code, rounds, delivery and the lens. */
export default buildModule("Platform", (m) => {
  const { factory, delivery } = parts(m);
  const lens = m.contract("contracts/periphery/MarketLens.sol:MarketLens", [], { id: "MarketLens" });
  const rounds = m.contract("contracts/rounds/BenefitRounds.sol:BenefitRounds", [], { id: "BenefitRounds" });
  return { factory, lens, rounds, delivery };
});

/** Those of them that a market cannot do without where no plans compete, for a chain that ends with the command. */
export const Essentials = buildModule("Essentials", parts);

function parts(m: IgnitionModuleBuilder) {
  const code = Market__factory.bytecode;
  const half = 2 + Math.ceil((code.length - 2) / 4) * 2;
  const codeHead = m.contract(DATA, [code.slice(0, half)], { id: "CodeHead" });
  const codeTail = m.contract(DATA, [`0x${code.slice(half)}`], { id: "CodeTail" });
  const factory = m.contract("contracts/periphery/MarketFactory.sol:MarketFactory", [codeHead, codeTail], {
    id: "MarketFactory",
  });
  const delivery = m.contract("contracts/delivery/Delivery.sol:Delivery", [], { id: "Delivery" });
  return { factory, delivery };
}
