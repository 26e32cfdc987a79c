import { feederTask, type FeederArguments } from "./support/feederTask";
import { guarded } from "./support/guarded";
import { connectMarket } from "./support/market";
import { compileQuietly } from "./support/network";
import { printTable, toJsonText } from "./support/output";

interface VerifyArguments extends FeederArguments {
  market?: string;
  submit: boolean;
  json: boolean;
}

feederTask("market:verify", "Tells what block explorers ask of a market's source: contract, constructor arguments")
  .addOptionalParam("market", "address of a market, instead of a feeder that was deployed from here (default: none)")
  .addFlag("submit", "hand the sources to the explorer that hardhat-verify is configured for")
  .addFlag("json", "print it as JSON and nothing else")
  .setAction(
    guarded(async (args: VerifyArguments, hre) => {
      await compileQuietly(hre);
      const client = await connectMarket(hre, args);
      const { Market__factory } = await import("../typechain-types/factories/contracts/market/Market__factory");
      const parameters = await Market__factory.connect(client.address, hre.ethers.provider).parameters();
      const encoded = Market__factory.createInterface().encodeDeploy([parameters]);
      const contracts = [
        {
          contract: "contracts/market/Market.sol:Market",
          address: client.address,
          constructorArguments: [[...parameters]],
          encoded,
        },
        {
          contract: "contracts/delivery/Delivery.sol:Delivery",
          address: client.deliveryAddress,
          constructorArguments: [],
          encoded: "0x",
        },
        ...(client.roundsAddress === undefined
          ? []
          : [
              {
                contract: "contracts/rounds/BenefitRounds.sol:BenefitRounds",
                address: client.roundsAddress,
                constructorArguments: [],
                encoded: "0x",
              },
            ]),
      ];
      if (args.submit) {
        for (const { contract, address, constructorArguments } of contracts) {
          await hre.run("verify:verify", { contract, address, constructorArguments });
        }
        return;
      }
      if (args.json) {
        console.log(
          toJsonText(
            contracts.map(({ contract, address, encoded: text }) => ({
              contract,
              address,
              constructorArguments: text,
            })),
          ),
        );
        return;
      }
      printTable(
        ["contract", "address"],
        contracts.map(({ contract, address }) => [contract, address]),
      );
      for (const { contract, encoded: text } of contracts) {
        console.log(`\nConstructor arguments of ${contract}, ABI-encoded:\n${text === "0x" ? "none" : text.slice(2)}`);
      }
    }),
  );
