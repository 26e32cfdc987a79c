import { InputError } from "../scripts/core/errors";
import { addressOf, pileAccount } from "./support/accounts";
import { type PileArguments, pileTask } from "./support/feederTask";
import { wholeNumber } from "./support/flags";
import { frameText } from "./support/frameText";
import { guarded } from "./support/guarded";
import { clockOf, compileQuietly, connectFeeder, transactorOf } from "./support/network";
import { kWh, printSent, SENT_AS_JSON } from "./support/output";

interface ReadArguments extends PileArguments {
  frame?: string;
  consumed: string;
  produced: string;
  sender: string;
  key?: string;
}

pileTask("meter:read", "Signs what a pile's meter read in a frame that is over, and stores it for the settlement")
  .addOptionalParam("frame", "the frame (default: the last one that was cleared)")
  .addOptionalParam("consumed", "energy that the pile took, Wh", "0")
  .addOptionalParam("produced", "energy that the pile gave, Wh", "0")
  .addOptionalParam("key", "account of the meter's key, by number or address (default: the pile's)")
  .addOptionalParam("sender", "account that pays for it; anybody may submit a reading", "0")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async (args: ReadArguments, hre) => {
      const consumedWh = BigInt(wholeNumber("consumed", args.consumed, 0, 2 ** 24 - 1));
      const producedWh = BigInt(wholeNumber("produced", args.produced, 0, 2 ** 24 - 1));
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, args.feeder);
      const { frameSeconds, readingSeconds } = client.parameters;
      if (readingSeconds === 0) {
        throw new InputError(
          `feeder ${args.feeder}`,
          "its market has no meters: everything counts as delivered as agreed; deploy one with `market:deploy --readings 3600`",
        );
      }
      const { lastFrame } = await client.marketTotals();
      const frame = args.frame === undefined ? lastFrame : wholeNumber("frame", args.frame, 1, 2 ** 32 - 1);
      const address = await addressOf(hre, "account", await pileAccount(hre, args.account));
      const key = await addressOf(hre, "key", args.key ?? address);
      const pile = await client.pileOf(address);
      if (pile === 0) throw new InputError("--account", `${address} is no pile of feeder ${args.feeder}`);
      await (await clockOf(hre)).reach((frame + 1) * frameSeconds);
      const reading = { pile, frame, consumedWh, producedWh };
      const signed = await client.signReading(await hre.ethers.getSigner(key), reading);
      const receipt = await client.submitReadings(await transactorOf(hre, args.sender), [signed]);
      printSent(
        args.json,
        receipt,
        reading,
        `Pile ${pile} consumed ${kWh(consumedWh, 2)} and produced ${kWh(producedWh, 2)} in ${frameText(frame, client.parameters)}`,
      );
    }),
  );
