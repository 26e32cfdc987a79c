import { feederTask, type FeederArguments } from "./support/feederTask";
import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { clockOf, compileQuietly, connectFeeder, requireDevelopmentChain } from "./support/network";
import { toJsonText } from "./support/output";

interface TravelArguments extends FeederArguments {
  frames: string;
  json: boolean;
}

feederTask("chain:travel", "Sets a development chain's time to the beginning of a later frame")
  .addOptionalParam("frames", "how many frames ahead", "1")
  .addFlag("json", "print the frame and its time, s, as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, frames, json }: TravelArguments, hre) => {
      const ahead = wholeNumber("frames", frames, 1, 1_000);
      await compileQuietly(hre);
      await requireDevelopmentChain(hre, "the chain's time can be set");
      const { client } = await connectFeeder(hre, feeder);
      const { frameSeconds } = client.parameters;
      const clock = await clockOf(hre);
      const frame = Math.floor((await clock.now()) / frameSeconds) + ahead;
      await clock.reach(frame * frameSeconds);
      const at = new Date(frame * frameSeconds * 1000).toISOString();
      if (json) console.log(toJsonText({ frame, beginsAt: frame * frameSeconds }));
      else console.log(`It is now ${at}, the beginning of frame ${frame}`);
    }),
  );
