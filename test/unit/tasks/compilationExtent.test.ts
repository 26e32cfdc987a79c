import { expect } from "chai";

import { belongsTo, covering, EXTENTS } from "../../../tasks/support/compilationExtent";

const MARKET = "contracts/market/Market.sol";
const ROUNDS = "contracts/rounds/BenefitRounds.sol";
const HARNESS = "contracts/test/FloorHarness.sol";

describe("extents of what is compiled", () => {
  it("are each within the next", () => {
    for (const name of [
      MARKET,
      ROUNDS,
      HARNESS,
      "contracts/test/TestToken.sol",
      "contracts/mechanisms/AdbevMechanism.sol",
      "contracts/mechanisms/CreditMechanism.sol",
      "contracts/mechanisms/UniformMechanism.sol",
      "contracts/mechanisms/lib/Mechanism.sol",
      "contracts/mechanisms/lib/GridSupply.sol",
    ]) {
      const within = EXTENTS.map((extent) => belongsTo(extent, name));
      expect(within, name).to.deep.equal([...within].sort());
    }
  });

  it("leave a day without plans no more than what it deploys", () => {
    expect([MARKET, ROUNDS, HARNESS].map((name) => belongsTo("day", name))).to.deep.equal([true, false, false]);
    expect([MARKET, ROUNDS, HARNESS].map((name) => belongsTo("market", name))).to.deep.equal([true, true, false]);
  });

  it("grow with what was compiled before", () => {
    expect(covering("day", [MARKET])).to.equal("day");
    expect(covering("day", [MARKET, ROUNDS])).to.equal("market");
    expect(covering("market", [MARKET])).to.equal("market");
    expect(covering("day", [HARNESS])).to.equal("all");
  });
});
