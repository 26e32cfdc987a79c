import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { encodeBytes32String, ZeroAddress } from "ethers";
import hre, { ethers } from "hardhat";

import Platform from "../../deploy/modules/Platform";
import { contractParameters } from "../../scripts/chain/contractParameters";
import { DEFAULT_PARAMETERS } from "../../scripts/core/parameters";
import { type Delivery, Market__factory, type MarketFactory } from "../../typechain-types";
import { fields, nth, stranger } from "../unit/contracts/fixtures";

const NORTH = encodeBytes32String("north");

describe("Attack: front-running of a market's creation", () => {
  async function fixture() {
    const { factory, delivery } = (await hre.ignition.deploy(Platform)) as unknown as {
      factory: MarketFactory;
      delivery: Delivery;
    };
    const token = await ethers.deployContract("TestToken", [6]);
    const owner = nth(await ethers.getSigners(), 1);
    const parametersOf = async (admin: string) =>
      contractParameters(
        DEFAULT_PARAMETERS,
        {
          ...{ admin, gridOperator: admin, registrar: admin, guardian: admin },
          ...{ token: await token.getAddress(), rounds: ZeroAddress, delivery: await delivery.getAddress() },
        },
        ZeroAddress,
      );
    return { factory, token, owner, thief: await stranger(), parametersOf };
  }

  it("a feeder's name taken first by somebody else is that one's own name: the owner gets its market all the same", async () => {
    const { factory, owner, thief, parametersOf } = await loadFixture(fixture);
    await factory.connect(thief).createMarket(NORTH, await parametersOf(thief.address));
    await factory.connect(owner).createMarket(NORTH, await parametersOf(owner.address));
    const [mine, other] = [await factory.marketOf(owner, NORTH), await factory.marketOf(thief, NORTH)];
    expect(mine).not.to.equal(other);
    const market = Market__factory.connect(mine, owner);
    expect(await market.hasRole(ethers.ZeroHash, owner)).to.equal(true);
    expect(await market.hasRole(ethers.ZeroHash, thief)).to.equal(false);
  });

  it("the same parameters copied out of the pool make a market whose roles are the owner's, not the thief's", async () => {
    const { factory, owner, thief, parametersOf } = await loadFixture(fixture);
    const parameters = await parametersOf(owner.address);
    await factory.connect(thief).createMarket(NORTH, parameters);
    const market = Market__factory.connect(await factory.marketOf(thief, NORTH), thief);
    for (const role of [
      ethers.ZeroHash,
      await market.GRID_OPERATOR_ROLE(),
      await market.REGISTRAR_ROLE(),
      await market.GUARDIAN_ROLE(),
    ]) {
      expect([await market.hasRole(role, owner), await market.hasRole(role, thief)]).to.deep.equal([true, false]);
    }
    expect(fields(await market.parameters())["admin"]).to.equal(owner.address);
  });
});
