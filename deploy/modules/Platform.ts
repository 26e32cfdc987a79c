import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { Market__factory } from "../../typechain-types/factories/contracts/Market__factory";

/** What all feeders of a network share: the factory with the market's creation code, rounds, delivery and the lens. */
export default buildModule("Platform", (m) => {
  const code = Market__factory.bytecode;
  const half = 2 + Math.ceil((code.length - 2) / 4) * 2;
  const codeHead = m.contract("DataContract", [code.slice(0, half)], { id: "CodeHead" });
  const codeTail = m.contract("DataContract", [`0x${code.slice(half)}`], { id: "CodeTail" });
  const factory = m.contract("MarketFactory", [codeHead, codeTail]);
  const lens = m.contract("MarketLens");
  const rounds = m.contract("BenefitRounds");
  const delivery = m.contract("Delivery");
  return { factory, lens, rounds, delivery };
});
