import { task } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { ContractRefusal } from "../scripts/chain/refusal";
import { type DeploymentParameters, withDefaults } from "../scripts/core/parameters";
import { InputError } from "../scripts/core/errors";
import { addressOf } from "./support/accounts";
import { deployOnNode, type FeederAddresses, type FirstHolders, knownFeeder } from "./support/deployments";
import { guarded } from "./support/guarded";
import { feederName, refuseTogether } from "./support/flags";
import { differences, parameterFlag, readMarketFlags, withMarketFlags } from "./support/marketFlags";
import { compileQuietly, deployFeeders } from "./support/network";
import { printTable, toJsonText } from "./support/output";
import { type GivenMechanism, MECHANISM_HELP, readMechanism } from "./support/ownMechanism";

interface DeployArguments {
  feeder: string;
  account: string;
  token?: string;
  admin?: string;
  gridOperator?: string;
  registrar?: string;
  guardian?: string;
  mechanism?: string;
  matching?: string;
  json: boolean;
}

const HOLDERS = ["admin", "gridOperator", "registrar", "guardian"] as const satisfies readonly (keyof FirstHolders)[];

withMarketFlags(
  task("market:deploy", "Deploys a feeder's market, or finds the one that this network has already")
    .addOptionalParam("feeder", "name of the feeder, at most 31 letters, digits or underscores", "main")
    .addOptionalParam("account", "account that deploys and pays, by number or address", "0")
    .addOptionalParam("token", "address of the ERC-20 to count in (default: a 6-decimal test token is deployed)")
    .addOptionalParam("admin", "who grants and revokes the roles, by number or address (default: the deployer)")
    .addOptionalParam("gridOperator", "who publishes base load and tariffs (default: the deployer)")
    .addOptionalParam("registrar", "who registers piles (default: the deployer)")
    .addOptionalParam("guardian", "who may pause entry (default: the deployer)")
    .addOptionalParam("mechanism", `${MECHANISM_HELP.replace(" (", ", or the address of one that stands (")}`),
)
  .addFlag("json", "print the addresses as JSON and nothing else")
  .setAction(
    guarded(async (args: DeployArguments, hre) => {
      const feeder = feederName(args.feeder);
      await compileQuietly(hre);
      refuseTogether(args, "mechanism", "matching", "a mechanism is a rule of your own");
      const overrides = await readMarketFlags(args);
      const mechanism =
        args.mechanism === undefined ? undefined : await readMechanism(hre, args.mechanism, { standing: true });
      if (mechanism !== undefined) overrides.matching = "own";
      const holders = await readHolders(hre, args);
      const token = args.token === undefined ? undefined : await readTokenFlag(hre, args.token, overrides);
      requireSound(overrides);
      const addresses = await deployOrFind(hre, args, overrides, holders, token, mechanism).catch((error: unknown) => {
        throw inWords(error);
      });
      if (hre.network.name === "hardhat") {
        console.error("This chain ends with the command; `npx hardhat node` and --network localhost keep one");
      }
      if (args.json) {
        console.log(toJsonText(addresses));
        return;
      }
      console.log(`Feeder ${feeder} on network ${hre.network.name}:`);
      printTable(["contract", "address"], Object.entries(addresses));
    }),
  );

async function deployOrFind(
  hre: HardhatRuntimeEnvironment,
  { feeder, account }: DeployArguments,
  overrides: Partial<DeploymentParameters>,
  holders: FirstHolders,
  token: string | undefined,
  mechanism: GivenMechanism | undefined,
): Promise<FeederAddresses> {
  // The in-process chain ends with the command: there is nothing to find.
  if (hre.network.name === "hardhat") {
    return (await deployFeeders(hre, [feeder], overrides, token, holders, mechanism))[0]!;
  }
  const known = await knownFeeder(hre, feeder);
  const request = { feeder, account, overrides, holders, tokenAddress: token, mechanism };
  const addresses = known ?? (await deployOnNode(hre, request));
  await requireAsAsked(hre, feeder, addresses, overrides, holders, token, mechanism);
  return addresses;
}

/** @throws InputError naming what the feeder's market has otherwise than asked */
async function requireAsAsked(
  hre: HardhatRuntimeEnvironment,
  feeder: string,
  { market, token }: FeederAddresses,
  overrides: Partial<DeploymentParameters>,
  holders: FirstHolders,
  tokenAsked: string | undefined,
  mechanism: GivenMechanism | undefined,
): Promise<void> {
  const { MarketClient } = await import("../scripts/chain/marketClient");
  const { parameters, firstHolders, mechanismAddress } = await MarketClient.connect(market, hre.ethers.provider);
  const other = differences(overrides, parameters);
  if (tokenAsked !== undefined && tokenAsked !== token) other.push(`--token is ${token} there, not ${tokenAsked}`);
  for (const name of HOLDERS) {
    const asked = holders[name];
    if (asked !== undefined && asked !== firstHolders[name]) {
      other.push(`the first ${name} is ${firstHolders[name]} there, not ${asked}`);
    }
  }
  if (mechanism !== undefined && !(await isMechanism(hre, mechanism, mechanismAddress))) {
    other.push(`--mechanism is another contract there, at ${mechanismAddress}`);
  }
  if (other.length === 0) return;
  throw new InputError(
    `feeder ${feeder}`,
    `its market at ${market} is deployed with other rules, and nobody can change them: ${other.join("; ")}. ` +
      "Leave these flags out, or name another --feeder",
  );
}

/** Whether a contract that stands is the one that was given; a constructor's own values are left out of account. */
async function isMechanism(hre: HardhatRuntimeEnvironment, given: GivenMechanism, address: string): Promise<boolean> {
  if (given.kind === "standing") return given.address === address;
  return given.runtime === undefined || (await hre.ethers.provider.getCode(address)) === given.runtime;
}

async function readHolders(hre: HardhatRuntimeEnvironment, args: DeployArguments): Promise<FirstHolders> {
  const holders: FirstHolders = {};
  for (const name of HOLDERS) {
    const text = args[name];
    if (text !== undefined)
      holders[name] = await addressOf(hre, name === "gridOperator" ? "grid-operator" : name, text);
  }
  return holders;
}

/** The token's address; its decimals choose the unit where no flag does. @throws InputError where it is no ERC-20 */
async function readTokenFlag(
  hre: HardhatRuntimeEnvironment,
  text: string,
  overrides: Partial<DeploymentParameters>,
): Promise<string> {
  const { MOST_DECIMALS, readToken, unitFor } = await import("../scripts/chain/token");
  const address = await addressOf(hre, "token", text);
  const token = await readToken(address, hre.ethers.provider);
  if (token === undefined) {
    throw new InputError("--token", `there is no ERC-20 at ${address} on network ${hre.network.name}`);
  }
  if (overrides.unit !== undefined) return address;
  if (token.decimals > MOST_DECIMALS) {
    throw new InputError(
      "--token",
      `${token.symbol} has ${token.decimals} decimals; at most ${MOST_DECIMALS} are taken`,
    );
  }
  overrides.unit = unitFor(token);
  return address;
}

/** A refused parameter by the flag that gave it; any other error as it is. */
function inWords(error: unknown): unknown {
  if (!(error instanceof ContractRefusal) || error.error !== "InvalidParameter") return error;
  const { name, value } = error.details;
  return new InputError(
    parameterFlag(String(name)),
    `a market takes no ${String(name)} of ${String(value)} beside its other rules; ` +
      "contracts/interfaces/IMarketParameters.sol tells the bounds. Nothing was deployed for this feeder",
  );
}

/** Says what no contract need be asked for. @throws InputError naming the flags */
function requireSound(overrides: Partial<DeploymentParameters>): void {
  const p = withDefaults(overrides);
  if (p.auctionSeconds >= p.frameSeconds) {
    throw new InputError(
      "--auction-seconds",
      `expected less than a frame's ${p.frameSeconds} s, found ${p.auctionSeconds}`,
    );
  }
}
