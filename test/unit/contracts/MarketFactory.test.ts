import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { encodeBytes32String, ZeroAddress } from "ethers";
import hre, { artifacts, ethers } from "hardhat";

import { feederModule } from "../../../deploy/modules/Feeder";
import Platform from "../../../deploy/modules/Platform";
import { contractParameters } from "../../../scripts/chain/contractParameters";
import { DEFAULT_PARAMETERS } from "../../../scripts/core/parameters";
import type { Delivery, MarketFactory } from "../../../typechain-types";
import { Market__factory } from "../../../typechain-types";
import { deployMarket } from "../../helpers/market";
import { mechanismFor } from "../../helpers/mechanisms";
import { ask, bid, clear, fields, freshFrame, nth, PENNY, stranger } from "./fixtures";

/** The compiler's description of a contract's immutables. */
interface Immutables {
  immutableReferences?: Record<string, { start: number; length: number }[]>;
}

describe("MarketFactory", () => {
  async function fixture() {
    const { factory, delivery } = (await hre.ignition.deploy(Platform)) as unknown as {
      factory: MarketFactory;
      delivery: Delivery;
    };
    const token = await ethers.deployContract("TestToken", [6]);
    const [admin, other] = await ethers.getSigners();
    if (admin === undefined || other === undefined) throw new Error("no signers");
    const parameters = contractParameters(
      DEFAULT_PARAMETERS,
      {
        admin: admin.address,
        gridOperator: admin.address,
        registrar: admin.address,
        guardian: admin.address,
        token: await token.getAddress(),
        rounds: ZeroAddress,
        delivery: await delivery.getAddress(),
        mechanism: await mechanismFor("adbev"),
      },
      ZeroAddress,
    );
    const direct = await ethers.deployContract("Market", [parameters]);
    return { factory, token, parameters, admin, other, direct };
  }

  const NORTH = encodeBytes32String("north");
  const SOUTH = encodeBytes32String("south");

  /** Code with the compiler's immutables blanked, and what they held. */
  async function runtime(address: string): Promise<{ code: string; immutables: string[] }> {
    const info = await artifacts.getBuildInfo("contracts/market/Market.sol:Market");
    const output = info?.output.contracts["contracts/market/Market.sol"]?.["Market"]?.evm.deployedBytecode as
      Immutables | undefined;
    let code = await ethers.provider.getCode(address);
    const immutables: string[] = [];
    for (const references of Object.values(output?.immutableReferences ?? {})) {
      for (const { start, length } of references) {
        const at = 2 + 2 * start;
        immutables.push(code.slice(at, at + 2 * length));
        code = code.slice(0, at) + "0".repeat(2 * length) + code.slice(at + 2 * length);
      }
    }
    return { code, immutables };
  }

  it("deploys a market that has exactly the code of a Market deployed directly", async () => {
    const { factory, parameters, direct, admin } = await loadFixture(fixture);
    await factory.createMarket(NORTH, parameters);
    const made = await runtime(await factory.marketOf(admin, NORTH));
    const expected = await runtime(await direct.getAddress());
    expect(made.code).to.equal(expected.code);
    expect(made.code.length).to.be.greaterThan(2 + 2 * 10_000);
    // Immutables differ only where the market's own address is hashed or held (EIP-712), and where its parameters are.
    expect(made.immutables.length).to.equal(expected.immutables.length);
    const differing = made.immutables.filter((word, i) => word !== expected.immutables[i]);
    const address = BigInt(await factory.marketOf(admin, NORTH))
      .toString(16)
      .padStart(64, "0");
    expect(differing.length).to.be.lessThanOrEqual(3);
    expect(differing).to.include(address);
  });

  it("keeps the creation code in two contracts, each behind a stop byte", async () => {
    const { factory } = await loadFixture(fixture);
    const [head, tail] = await factory.creationCode();
    const parts = await Promise.all([head, tail].map(async (part) => ethers.provider.getCode(part)));
    for (const part of parts) expect(part.slice(0, 4)).to.equal("0x00");
    expect(`0x${parts.map((part) => part.slice(4)).join("")}`).to.equal(Market__factory.bytecode);
    // Nobody can call the data.
    const nobody = await stranger();
    await nobody.sendTransaction({ to: head, data: "0x12345678" });
    expect(await ethers.provider.call({ to: tail, data: "0x" })).to.equal("0x");
  });

  it("lists what it deployed and says so", async () => {
    const { factory, parameters, admin, other } = await loadFixture(fixture);
    expect(await factory.marketCount()).to.equal(0n);
    const north = await factory.createMarket.staticCall(NORTH, parameters);
    await expect(factory.createMarket(NORTH, parameters))
      .to.emit(factory, "MarketCreated")
      .withArgs(NORTH, north, admin);
    const south = await factory.connect(other).createMarket.staticCall(SOUTH, parameters);
    await factory.connect(other).createMarket(SOUTH, parameters);
    expect(await factory.marketCount()).to.equal(2n);
    expect([await factory.marketAt(0), await factory.marketAt(1)]).to.deep.equal([north, south]);
    await expect(factory.marketAt(2)).to.be.revertedWithPanic(0x32);
    expect(await factory.marketOf(admin, SOUTH)).to.equal(ZeroAddress);
    expect(await factory.marketOf(other, SOUTH)).to.equal(south);
    expect(fields(await Market__factory.connect(north, admin).parameters())).to.deep.include({
      token: parameters.token,
      pileCap: 512n,
    });
  });

  it("gives a feeder one market; names are each creator's own, so nobody can take another's", async () => {
    const { factory, parameters, admin, other } = await loadFixture(fixture);
    await factory.createMarket(NORTH, parameters);
    const market = await factory.marketOf(admin, NORTH);
    await expect(factory.createMarket(NORTH, { ...parameters, pileCap: 1 }))
      .to.be.revertedWithCustomError(factory, "FeederTaken")
      .withArgs(NORTH, market);
    await factory.connect(other).createMarket(NORTH, parameters);
    expect(await factory.marketOf(other, NORTH)).not.to.equal(market);
    expect(await factory.marketOf(admin, NORTH)).to.equal(market);
  });

  it("lets the market's own reason through and lists nothing", async () => {
    const { factory, parameters, direct, admin } = await loadFixture(fixture);
    await expect(factory.createMarket(NORTH, { ...parameters, tickSize: 0 }))
      .to.be.revertedWithCustomError(direct, "InvalidParameter")
      .withArgs(encodeBytes32String("tickSize"), 0n);
    expect(await factory.marketCount()).to.equal(0n);
    expect(await factory.marketOf(admin, NORTH)).to.equal(ZeroAddress);
    await factory.createMarket(NORTH, parameters);
  });

  it("says CreationFailed where the constructor fails without a reason", async () => {
    const { parameters } = await loadFixture(fixture);
    const code = async (bytes: string) => ethers.deployContract("StoredCode", [bytes]);
    // INVALID, then anything.
    const factory = await ethers.deployContract("MarketFactory", [await code("0xfe"), await code("0x00")]);
    await expect(factory.createMarket(NORTH, parameters)).to.be.revertedWithCustomError(factory, "CreationFailed");
  });

  it("refuses to be deployed with an address that keeps no creation code", async () => {
    const kept = await ethers.deployContract("StoredCode", ["0xfe"]);
    const nobody = ethers.getAddress(ethers.zeroPadValue("0xaa", 20));
    const factory = await ethers.getContractFactory("MarketFactory");
    for (const [head, tail] of [
      [nobody, kept],
      [kept, nobody],
    ] as const) {
      await expect(factory.deploy(head, tail))
        .to.be.revertedWithCustomError(factory, "NoCreationCode")
        .withArgs(nobody);
    }
  });

  it("joins the parts whatever their lengths are", async () => {
    const { parameters, direct, admin } = await loadFixture(fixture);
    const whole = Market__factory.bytecode;
    const expected = await runtime(await direct.getAddress());
    for (const cut of [2 + 2 * 20_000, 2 + 2 * 20_001, 2 + 2 * 20_031]) {
      const head = await ethers.deployContract("StoredCode", [whole.slice(0, cut)]);
      const tail = await ethers.deployContract("StoredCode", [`0x${whole.slice(cut)}`]);
      const factory = await ethers.deployContract("MarketFactory", [head, tail]);
      await factory.createMarket(NORTH, parameters);
      expect((await runtime(await factory.marketOf(admin, NORTH))).code).to.equal(expected.code);
    }
  });

  it("makes markets that know nothing of each other", async () => {
    const { factory, token, parameters, admin } = await loadFixture(fixture);
    await factory.createMarket(NORTH, parameters);
    await factory.createMarket(SOUTH, parameters);
    const [north, south] = [
      Market__factory.connect(await factory.marketOf(admin, NORTH), admin),
      Market__factory.connect(await factory.marketOf(admin, SOUTH), admin),
    ];
    const [, a, b] = await ethers.getSigners();
    if (a === undefined || b === undefined) throw new Error("no signers");
    await token.faucet(admin, 10n ** 12n);
    for (const market of [north, south]) {
      await token.approve(market, 10n ** 12n);
      for (const pile of [a, b]) {
        await market.registerPile(pile, pile, pile, 7000);
        await market.deposit(pile, 10n ** 9n);
      }
    }
    const start = await freshFrame(north, { ...DEFAULT_PARAMETERS });
    const south0 = [
      await south.bookHead(),
      await south.marketTotals(),
      await south.pileState(1),
      await south.pileState(2),
    ];
    await north.connect(a).place(bid(14n * PENNY, 1500n, start + 5));
    await north.connect(b).place(ask(12n * PENNY, 1500n, start + 5));
    await north.setSuspended(b, true);
    await north.setSuspended(b, false);
    await north.setEntryPaused(true);
    expect((await clear(north, start + 1)).fills).to.have.length(1);
    await north.connect(a).withdraw(a, await north.freeBalanceOf(a));
    expect([
      await south.bookHead(),
      await south.marketTotals(),
      await south.pileState(1),
      await south.pileState(2),
    ]).to.deep.equal(south0);
    expect(await south.publication(start + 2)).to.equal(0n);
    expect(await token.balanceOf(south)).to.equal(2n * 10n ** 9n);
    await south.connect(a).withdraw(a, 10n ** 9n);
  });

  describe("StoredCode", () => {
    it("keeps nothing but what it was given, up to the size that a network accepts", async () => {
      const { parameters } = await loadFixture(fixture);
      expect(parameters.unit).to.equal(1n);
      for (const bytes of ["0xef", "0x00", `0x${"5b".repeat(24_575)}`]) {
        const part = await ethers.deployContract("StoredCode", [bytes]);
        expect(await ethers.provider.getCode(part)).to.equal(`0x00${bytes.slice(2)}`);
      }
    });

    it("refuses to keep nothing", async () => {
      const factory = await ethers.getContractFactory("StoredCode");
      await expect(factory.deploy("0x")).to.be.revertedWithCustomError(factory, "EmptyCode");
    });
  });

  describe("the deployment modules", () => {
    it("deploy through this factory, with the deployer in every role unless told otherwise", async () => {
      const { market, lens, token, parameters, admin } = await deployMarket(0, { pileCap: 7, unit: 3n });
      const { market: same } = (await hre.ignition.deploy(
        feederModule("other", { pileCap: 7, unit: 3n }),
      )) as unknown as {
        market: typeof market;
      };
      const reported = fields(await market.parameters());
      const people = { admin, gridOperator: admin, registrar: admin, guardian: admin };
      for (const role of Object.keys(people)) expect(reported[role]).to.equal(admin.address);
      expect(reported).to.deep.include({ token: await token.getAddress(), pileCap: 7n, unit: 3n });
      expect(reported["icebergPeakWh"]).to.equal(parameters.icebergPeakWh);
      expect(await same.getAddress()).not.to.equal(await market.getAddress());
      expect(await lens.upcomingFrame(market)).to.be.greaterThan(0n);
      expect(nth(await ethers.getSigners(), 0).address).to.equal(admin.address);
    });
  });
});
