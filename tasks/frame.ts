import { task } from "hardhat/config";

import { InputError } from "../scripts/scenario/inputError";
import { feederTask, type SendingArguments } from "./support/feederTask";
import { guarded } from "./support/guarded";
import { pencePerKWh, wholeNumber } from "./support/flags";
import { compileQuietly, connectFeeder, isDevelopmentChain, latestTime, transactorOf } from "./support/network";
import { grouped, kW, kWh, pence, printSent, printTable, SENT_AS_JSON, toJsonText } from "./support/output";

interface FrameArguments extends SendingArguments {
  frame?: string;
}

interface PublishArguments extends SendingArguments {
  frames: string;
  load: string;
  import: string;
  export: string;
}

feederTask("frame:publish", "Publishes base load and tariffs of the next frames that may still be published")
  .addOptionalParam("account", "account with the grid operator's role", "0")
  .addOptionalParam("frames", "how many frames, 1 to 48", "48")
  .addOptionalParam("load", "base load of every frame, W", "33000")
  .addOptionalParam("import", "import tariff, pence per kWh", "20")
  .addOptionalParam("export", "export tariff, pence per kWh", "5")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async (args: PublishArguments, hre) => {
      const count = wholeNumber("frames", args.frames, 1, 48);
      const baseLoadW = BigInt(wholeNumber("load", args.load, -(2 ** 31), 2 ** 31 - 1));
      const importPrice = pencePerKWh("import", args.import);
      const exportPrice = pencePerKWh("export", args.export);
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, args.feeder);
      const { frameSeconds, auctionSeconds, leadFrames } = client.parameters;
      const now = await latestTime(hre);
      let first = Math.ceil((now + 1 + auctionSeconds) / frameSeconds) + leadFrames;
      while ((await client.publication(first)) !== 0n) first += 1;
      const last = Math.min(first + count - 1, Math.floor(now / frameSeconds) + 96);
      if (last < first) throw new InputError("--frames", "everything that may be published by now is published");
      const publications = Array.from({ length: last - first + 1 }, () => ({
        baseLoadW,
        importPrice,
        exportPrice,
        wheelingPrice: 0n,
      }));
      const receipt = await client.publish(await transactorOf(hre, args.account), first, publications);
      const said = `Published frames ${first} to ${last}`;
      printSent(args.json, receipt, { firstFrame: first, lastFrame: last }, said);
    }),
  );

feederTask("frame:clear", "Clears the frame whose auction window is open; on a development chain, goes there first")
  .addOptionalParam("account", "account that pays for it; anybody may clear", "0")
  .addFlag("json", "print what was decided as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, account, json }: FrameArguments, hre) => {
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, feeder);
      const { DevelopmentClock } = await import("../scripts/chain/clock");
      const { GRID } = await import("../scripts/chain/packedWords");
      const { frameSeconds, auctionSeconds } = client.parameters;
      let frame = Math.floor((await latestTime(hre)) / frameSeconds) + 1;
      if ((await client.chronicle()).lastFrame >= frame) frame += 1;
      if (await isDevelopmentChain(hre)) {
        await new DevelopmentClock(hre.network.provider).reach(frame * frameSeconds - auctionSeconds);
      }
      const { receipt, cleared } = await client.clear(await transactorOf(hre, account), frame);
      if (json) {
        console.log(toJsonText({ ...cleared, gas: receipt.gasUsed }));
        return;
      }
      console.log(
        `Frame ${frame}: load ${kW(cleared.loadW)}, fluctuation level ${kW(cleared.pflW)} (gas ${grouped(receipt.gasUsed)})`,
      );
      if (cleared.fills.length === 0) {
        console.log("Nothing was traded");
        return;
      }
      printTable(
        ["from pile", "to pile", "energy", "price"],
        cleared.fills.map(({ sell, buy, energyWh, price }) => [
          sell === GRID ? "grid" : String(sell),
          String(buy),
          kWh(energyWh, 2),
          pence(price),
        ]),
      );
    }),
  );

feederTask("frame:settle", "Pays sellers and grid for a frame that is over; on a development chain, goes there first")
  .addOptionalParam("account", "account that pays for it; anybody may settle", "0")
  .addOptionalParam("frame", "the frame (default: the last one that was cleared)")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async ({ feeder, account, frame: text, json }: FrameArguments, hre) => {
      await compileQuietly(hre);
      const { client, addresses } = await connectFeeder(hre, feeder);
      const { Market__factory } = await import("../typechain-types/factories/contracts/Market__factory");
      const { DevelopmentClock } = await import("../scripts/chain/clock");
      const frame =
        text === undefined ? (await client.chronicle()).lastFrame : wholeNumber("frame", text, 1, 2 ** 32 - 1);
      const market = Market__factory.connect(addresses.market, hre.ethers.provider);
      const [event] = await market.queryFilter(market.filters.FrameCleared(frame));
      if (event === undefined) throw new InputError("--frame", `frame ${frame} was never cleared`);
      if (await isDevelopmentChain(hre)) {
        await new DevelopmentClock(hre.network.provider).reach((frame + 1) * client.parameters.frameSeconds);
      }
      // Not from the market, which forgets after 128 frames: a late settlement must find it, too.
      const [published] = await market.queryFilter(market.filters.FramePublished(frame));
      const publication = published?.args.publication ?? 0n;
      const [round] = await market.queryFilter(market.filters.FlexibleFilled(frame));
      const packed = [...event.args.fills, ...(round?.args.fills ?? [])];
      const settled = { frame, packed, matched: event.args.fills.length };
      const receipt = await client.settle(await transactorOf(hre, account), settled, publication);
      const fills = settled.packed.length;
      printSent(json, receipt, { frame, fills }, `Frame ${frame} is settled, ${fills} fills`);
    }),
  );

task("chain:travel", "Sets a development chain's time to the beginning of a later frame")
  .addOptionalParam("feeder", "name of the feeder whose frames count", "main")
  .addOptionalParam("frames", "how many frames ahead", "1")
  .addFlag("json", "print the frame and its time, s, as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, frames, json }: { feeder: string; frames: string; json: boolean }, hre) => {
      const ahead = wholeNumber("frames", frames, 1, 1_000);
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, feeder);
      if (!(await isDevelopmentChain(hre))) {
        throw new InputError(`network ${hre.network.name}`, "only a development chain's time can be set");
      }
      const { DevelopmentClock } = await import("../scripts/chain/clock");
      const { frameSeconds } = client.parameters;
      const frame = Math.floor((await latestTime(hre)) / frameSeconds) + ahead;
      await new DevelopmentClock(hre.network.provider).reach(frame * frameSeconds);
      if (json) console.log(toJsonText({ frame, beginsAt: frame * frameSeconds }));
      else console.log(`It is now the beginning of frame ${frame}`);
    }),
  );
