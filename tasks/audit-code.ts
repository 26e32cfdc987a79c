import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { CodeVerdict } from "../scripts/quality/audit/deployedCode";
import type { MarketClient } from "../scripts/chain/marketClient";
import { builtContract } from "./support/builtContract";
import { feederTask, type FeederArguments } from "./support/feederTask";
import { guarded } from "./support/guarded";
import { connectMarket } from "./support/market";
import { compileMechanism } from "./support/installation";
import { compileQuietly } from "./support/network";
import { printHeading, printTable, toJsonText } from "./support/output";

interface CodeArguments extends FeederArguments {
  market?: string;
  json: boolean;
}

feederTask(
  "audit:code",
  "Compares a market's code, and that of what it works with, with this build, and shows its roles",
)
  .addOptionalParam("market", "address of a market, instead of a feeder that was deployed from here (default: none)")
  .addFlag("json", "print the result as JSON and nothing else")
  .setAction(
    guarded(async (args: CodeArguments, hre) => {
      await compileQuietly(hre);
      const client = await connectMarket(hre, args);
      const { moneyOf } = await import("../scripts/chain/token");
      const { roleHolders } = await import("../scripts/chain/roles");
      const verdicts = await verdictsOf(hre, client);
      const roles = await roleHolders(client, hre.ethers.provider);
      const { token } = await moneyOf(client, hre.ethers.provider);
      const agrees = verdicts.every(({ difference }) => difference === undefined);
      const own = client.parameters.matching === "own";
      if (!agrees) process.exitCode = 1;
      if (args.json) {
        console.log(
          toJsonText({
            agrees,
            market: client.address,
            contracts: verdicts,
            ...(own ? { ownMechanism: client.mechanismAddress } : {}),
            token,
            roles,
            parameters: client.parameters,
          }),
        );
        return;
      }
      printHeading("Code");
      printTable(
        ["contract", "address", ""],
        [
          ...verdicts.map(({ contract, address, difference }) => [
            contract,
            address,
            difference ?? "as this build makes it",
          ]),
          ...(own ? [["its own mechanism", client.mechanismAddress, "not of this build: read its source"]] : []),
        ],
      );
      printHeading("Roles");
      printTable(
        ["role", "held by"],
        Object.entries(roles).map(([role, who]) => [role, who.join(", ") || "nobody"]),
      );
      printHeading("Rules");
      printTable(
        ["parameter", "value"],
        [
          ["token", `${token.address}, ${token.symbol}, ${token.decimals} decimals`],
          ...Object.entries(client.parameters).map(([name, value]) => [name, String(value)]),
        ],
      );
      const all = own ? "All code but the market's own mechanism" : "All code";
      console.log(agrees ? `\n${all} is this build's` : "\nNot all code is this build's: see above");
    }),
  );

/** The market and the contracts that are part of it. The token is anybody's. */
async function verdictsOf(hre: HardhatRuntimeEnvironment, client: MarketClient): Promise<CodeVerdict[]> {
  const { compareCode, verifierOf } = await import("../scripts/quality/audit/deployedCode");
  const { Market__factory } = await import("../typechain-types/factories/contracts/market/Market__factory");
  const { provider } = hre.ethers;
  const parameters = await Market__factory.connect(client.address, provider).parameters();
  const parts: [string, string, unknown[]][] = [
    ["contracts/market/Market.sol:Market", client.address, [[...parameters]]],
    ["contracts/delivery/Delivery.sol:Delivery", client.deliveryAddress, []],
  ];
  if (client.roundsAddress !== undefined)
    parts.push(["contracts/rounds/BenefitRounds.sol:BenefitRounds", client.roundsAddress, []]);
  // Any contract can say that it is a rule of this build.
  const { matching } = client.parameters;
  if (matching !== "own") {
    const { MECHANISM_CONTRACTS } = await import("../scripts/chain/mechanisms");
    await compileMechanism(hre, matching);
    const name = MECHANISM_CONTRACTS[matching];
    parts.push([`contracts/mechanisms/${name}.sol:${name}`, client.mechanismAddress, []]);
  }
  parts.push(["contracts/metering/OcmfVerifier.sol:OcmfVerifier", verifierOf(client.deliveryAddress), []]);
  const verdicts: CodeVerdict[] = [];
  for (const [name, address, args] of parts) {
    verdicts.push(await compareCode(provider, await builtContract(hre, name), address, args));
  }
  return verdicts;
}
