import { setBalance } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { type AddressLike, resolveAddress, ZeroAddress } from "ethers";
import hre, { ethers } from "hardhat";

import { feederModule } from "../../deploy/modules/Feeder";
import { contractParameters } from "../../scripts/chain/contractParameters";
import { type DeploymentParameters, withDefaults } from "../../scripts/core/parameters";
import type { BenefitRounds, Delivery, Market, MarketLens, TestToken } from "../../typechain-types";

/** The contracts of a market under test. */
export interface DeployedContracts {
  market: Market;
  lens: MarketLens;
  rounds: BenefitRounds;
  delivery: Delivery;
  token: TestToken;
}

/** A deployed market with its people, for tests. */
export interface Deployed extends DeployedContracts {
  parameters: DeploymentParameters;
  /** Admin, grid operator, registrar and guardian of test markets. */
  admin: HardhatEthersSigner;
  /** Piles 1, 2, …: registered and, where the token is the test token, funded. */
  piles: HardhatEthersSigner[];
}

/** How a test wants its market. */
export interface DeployOptions {
  /** Parameters that differ from the defaults. */
  parameters?: Partial<DeploymentParameters>;
  /** How many piles to register; 0. */
  pileCount?: number;
  /** Rated power of the piles, W; 7 000. */
  ratedW?: number;
  /** Money units that each pile is given; {@link PILE_BALANCE}. A token of the test's own gives none. */
  balance?: bigint;
  /** Token to count in; a new test token of six decimals. */
  token?: AddressLike;
  /**
   * `modules`, as every command deploys; `constructor`, without the factory, the same market a second sooner. That both
   * have the same code is tested with the factory.
   */
  through?: "modules" | "constructor";
}

/** Money units that each pile of a test market has. */
export const PILE_BALANCE = 1_000_000_000n;

/** Deploys a market for a test. The first signer holds every role. */
export async function deploy(options: DeployOptions = {}): Promise<Deployed> {
  const { pileCount = 0, ratedW = 7000, balance = PILE_BALANCE, through = "modules" } = options;
  const parameters = withDefaults(options.parameters);
  const signers = await ethers.getSigners();
  const admin = signers[0];
  if (admin === undefined) throw new Error("no signers");
  const contracts =
    through === "modules"
      ? await throughModules(options.parameters ?? {})
      : await throughConstructor(parameters, admin.address, options.token);
  const { market, token } = contracts;
  const isFunded = options.token === undefined;
  if (isFunded) {
    await token.faucet(admin, 10n ** 30n);
    await token.approve(market, ethers.MaxUint256);
  }
  const piles: HardhatEthersSigner[] = [];
  for (let i = 0; i < pileCount; i++) {
    const pile = signers[i + 1] ?? (await impersonated(i));
    await market.registerPile(pile, pile, pile, ratedW);
    if (isFunded) await market.deposit(pile, balance * parameters.unit);
    piles.push(pile);
  }
  return { ...contracts, parameters, admin, piles };
}

async function throughModules(overrides: Partial<DeploymentParameters>): Promise<DeployedContracts> {
  const { market, lens, rounds, delivery, token } = (await hre.ignition.deploy(
    feederModule("test", overrides),
  )) as unknown as DeployedContracts;
  return { market, lens, rounds, delivery, token };
}

async function throughConstructor(
  parameters: DeploymentParameters,
  admin: string,
  given: AddressLike | undefined,
): Promise<DeployedContracts> {
  const token =
    given === undefined
      ? await ethers.deployContract("TestToken", [6])
      : await ethers.getContractAt("TestToken", await resolveAddress(given));
  const lens = await ethers.deployContract("MarketLens");
  const rounds = await ethers.deployContract("BenefitRounds");
  const delivery = await ethers.deployContract("Delivery");
  const surroundings = {
    ...{ admin, gridOperator: admin, registrar: admin, guardian: admin },
    token: await token.getAddress(),
    rounds: await rounds.getAddress(),
    delivery: await delivery.getAddress(),
  };
  const market = await ethers.deployContract("Market", [contractParameters(parameters, surroundings, ZeroAddress)]);
  return { market, lens, rounds, delivery, token };
}

/** An account beyond the node's own, with ether. */
async function impersonated(index: number): Promise<HardhatEthersSigner> {
  const signer = await ethers.getImpersonatedSigner(ethers.zeroPadValue(ethers.toBeHex(0x10000 + index), 20));
  await setBalance(signer.address, 10n ** 21n);
  return signer;
}
