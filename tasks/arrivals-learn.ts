import { InputError } from "../scripts/core/errors";
import { feederTask, type FeederArguments } from "./support/feederTask";
import { checkWritable, writeText } from "./support/files";
import { wholeNumber } from "./support/flags";
import { frameTime } from "./support/frameText";
import { guarded } from "./support/guarded";
import { compileQuietly, connectFeeder } from "./support/network";
import { grouped, printTable, toJsonText } from "./support/output";

interface LearnArguments extends FeederArguments {
  days: string;
  share?: string;
  out?: string;
  json: boolean;
}

feederTask(
  "arrivals:learn",
  "Works out of a market's past days what load to expect of orders, for frame:publish --expected",
)
  .addOptionalParam("days", "how many of the latest whole days to learn from; fewer where it is younger", "7")
  .addOptionalParam("share", "share of the past load to expect, % (default: 50)")
  .addOptionalParam("out", "file to write the expectation to, JSON (default: none)")
  .addFlag("json", "print the result as JSON and nothing else")
  .setAction(
    guarded(async (args: LearnArguments, hre) => {
      const wanted = wholeNumber("days", args.days, 1, 366);
      const { EXPECTED_SHARE } = await import("../scripts/planners/expectedLoad");
      const share = args.share === undefined ? EXPECTED_SHARE : wholeNumber("share", args.share, 1, 1_000) / 100;
      if (args.out !== undefined) await checkWritable("out", args.out);
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, args.feeder);
      const { deploymentBlock } = await import("../scripts/chain/blocks");
      const { profileText } = await import("../scripts/chain/expectedProfile");
      const { learnFromChain } = await import("../scripts/chain/learnFromChain");
      const { provider } = hre.ethers;
      const toBlock = await provider.getBlockNumber();
      const fromBlock = await deploymentBlock(provider, client.address, toBlock);
      const learnt = await learnFromChain(provider, client, { fromBlock, toBlock }, { days: wanted, share });
      if (learnt === undefined) {
        throw new InputError("market", "has not cleared a whole day yet; an expectation is learnt from whole days");
      }
      const { frameSeconds } = client.parameters;
      const span = learnt.lastFrame - learnt.firstFrame + 1;
      if (learnt.unknownFrames > span / 2) {
        const known = `${span - learnt.unknownFrames} of the ${span} frames of its latest days`;
        throw new InputError(
          "market",
          `has cleared and published ${known}; an expectation is learnt from at least half`,
        );
      }
      if (args.out !== undefined) await writeText("out", args.out, profileText(learnt.profile, frameSeconds));
      if (args.json) {
        console.log(toJsonText({ frameSeconds, share, ...learnt }));
        return;
      }
      const { days, frames, cameWh, expectedWh } = learnt;
      const watts = (value: number) => grouped(BigInt(Math.round(value)));
      printTable(
        ["UTC", "came, W", "sd, W", "had been expected, W", "to expect, W", "frames since the orders' first, 10 parts"],
        frames.map(({ cameW, deviationW, expectedW }, index) => {
          const { loadW = 0n, lagFrames = [] } = learnt.profile[index] ?? {};
          return [
            frameTime(index, frameSeconds).slice(11),
            watts(cameW),
            watts(deviationW),
            watts(expectedW),
            grouped(loadW),
            lagFrames.join(" "),
          ];
        }),
      );
      const kWh = (wh: number) => `${(wh / 1000).toFixed(1)} kWh`;
      console.log(
        `\n${days === 1 ? "One day" : `Means of ${days} days`}: ${kWh(cameWh)} came a day, ${kWh(expectedWh)} had been ` +
          `expected. To expect is ${Math.round(100 * share)} % of what came.` +
          (learnt.unknownFrames === 0 ? "" : ` ${learnt.unknownFrames} frames were not cleared or not published.`),
      );
    }),
  );
