import { task } from "hardhat/config";

import { feederTask, type FeederArguments } from "./support/feederTask";
import { guarded } from "./support/guarded";
import { amount, oneOf, wholeNumber } from "./support/flags";
import { compileQuietly, connectFeeder, deployFeeders } from "./support/network";
import { grouped, kW, kWh, pence, printHeading, printTable, toJsonText } from "./support/output";

interface DeployArguments {
  feeder: string;
  token?: string;
  capacity: string;
  threshold: string;
  peak: string;
  wait: string;
  piles: string;
  settlement: string;
  horizon: string;
  readings: string;
  json: boolean;
}

task("market:deploy", "Deploys a feeder's market, or finds the one that this network has already")
  .addOptionalParam("feeder", "name of the feeder, at most 31 letters, digits or underscores", "main")
  .addOptionalParam("token", "address of the ERC-20 to count in (default: a 6-decimal test token is deployed)")
  .addOptionalParam("capacity", "capacity of the transformer, W", "250000")
  .addOptionalParam("threshold", "orders above this are icebergs, Wh", "4000")
  .addOptionalParam("peak", "largest tranche that an iceberg displays, Wh a frame", "2000")
  .addOptionalParam("wait", "frames after which a waiting iceberg is filled from the grid", "12")
  .addOptionalParam("piles", "most piles that may be registered", "512")
  .addOptionalParam("settlement", "adbev, or benefit: plans compete for the flexible energy in rounds", "adbev")
  .addOptionalParam("horizon", "with --settlement benefit: frames that plans look ahead at most, 1 to 48", "24")
  .addOptionalParam("readings", "how long meter readings are waited for, s; 0: no meters, all counts as agreed", "0")
  .addFlag("json", "print the addresses as JSON and nothing else")
  .setAction(
    guarded(async (args: DeployArguments, hre) => {
      const overrides = {
        capacityW: amount("capacity", args.capacity, "W"),
        icebergThresholdWh: amount("threshold", args.threshold, "Wh"),
        icebergPeakWh: amount("peak", args.peak, "Wh"),
        maxWaitFrames: wholeNumber("wait", args.wait, 0, 65_535),
        pileCap: wholeNumber("piles", args.piles, 1, 1_024),
        settlement: oneOf("settlement", args.settlement, ["adbev", "benefit"] as const),
        maxHorizon: wholeNumber("horizon", args.horizon, 1, 48),
        readingSeconds: wholeNumber("readings", args.readings, 0, 86_400),
      };
      await compileQuietly(hre);
      const [addresses] = await deployFeeders(hre, [args.feeder], overrides, args.token);
      if (args.json) {
        console.log(toJsonText(addresses));
        return;
      }
      console.log(`Feeder ${args.feeder} on network ${hre.network.name}:`);
      printTable(["contract", "address"], Object.entries(addresses!));
    }),
  );

interface BookArguments extends FeederArguments {
  json: boolean;
}

feederTask("market:book", "Shows the order book of the frame that is cleared next, as a trader would see it")
  .addFlag("json", "print the book as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, json }: BookArguments, hre) => {
      await compileQuietly(hre);
      const { addresses } = await connectFeeder(hre, feeder);
      const { LensClient } = await import("../scripts/chain/lensClient");
      const lens = new LensClient(addresses.lens, addresses.market, hre.ethers.provider);
      const { frame, bids, asks } = await lens.book(await lens.upcomingFrame());
      if (json) {
        console.log(toJsonText({ frame, bids, asks }));
        return;
      }
      for (const [title, lines] of [
        ["Bids (charging)", bids],
        ["Asks (discharging)", asks],
      ] as const) {
        printHeading(`${title}, frame ${frame}`);
        printTable(
          ["f", "price rank", "time rank", "pile", "kind", "price", "displayed", "hidden", "last frame"],
          lines.map((line) => [
            String(line.priority),
            String(line.priceRank),
            String(line.timeRank),
            String(line.pile),
            line.iceberg ? "iceberg" : "normal",
            pence(line.price),
            kWh(line.displayedWh, 2),
            kWh(line.hiddenWh, 2),
            String(line.expiryFrame),
          ]),
        );
        if (lines.length === 0) console.log("none");
      }
    }),
  );

interface HistoryArguments extends BookArguments {
  frames: string;
}

feederTask("market:history", "Shows the last frames: base load, load, tariffs, what is settled")
  .addOptionalParam("frames", "how many frames back from the next one, at most 128", "12")
  .addFlag("json", "print the frames as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, frames, json }: HistoryArguments, hre) => {
      const count = wholeNumber("frames", frames, 1, 128);
      await compileQuietly(hre);
      const { addresses, client } = await connectFeeder(hre, feeder);
      const { LensClient } = await import("../scripts/chain/lensClient");
      const lens = new LensClient(addresses.lens, addresses.market, hre.ethers.provider);
      const history = await lens.history((await lens.upcomingFrame()) - count + 1, count);
      const { pflW, gridBalance } = await client.chronicle();
      if (json) {
        console.log(toJsonText({ pflW, gridBalance, frames: history }));
        return;
      }
      printTable(
        ["frame", "base load", "load", "import", "export", "cleared", "settled"],
        history.map((h) => [
          String(h.frame),
          h.published ? kW(h.baseLoadW) : "",
          h.published || h.cleared ? kW(h.loadW) : "",
          h.published ? pence(h.importPrice) : "unpublished",
          h.published ? pence(h.exportPrice) : "",
          h.cleared ? "yes" : "no",
          h.unsettled ? "no" : "yes",
        ]),
      );
      console.log(`\nPower fluctuation level ${kW(pflW)}; paid to the grid so far ${grouped(gridBalance)} money units`);
    }),
  );
