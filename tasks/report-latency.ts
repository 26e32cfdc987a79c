import { task } from "hardhat/config";

import { InputError } from "../scripts/core/errors";
import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { compileQuietly } from "./support/installation";
import { printHeading, printTable, toJsonText } from "./support/output";

interface Arguments {
  blocks: string;
  piles: string;
  frames: string;
  json: boolean;
}

/** Blocks of a window, and of the whole of a frame: short ones, since the test waits for them. */
const [WINDOW_BLOCKS, FRAME_BLOCKS, LEAST_WINDOW, LEAST_FRAME] = [4, 8, 10, 30];

task(
  "report:latency",
  "Measures how long orders take to a block and frames to their settlement, by a gateway and node of its own",
)
  .addOptionalParam("blocks", "seconds between blocks, some with commas between, 1 to 15", "1,2,12")
  .addOptionalParam("piles", "how many piles order in each frame, 1 to 50", "10")
  .addOptionalParam("frames", "how many frames, 1 to 20", "2")
  .addFlag("json", "print the figures as JSON and nothing else")
  .setAction(
    guarded(async (args: Arguments, hre) => {
      const times = args.blocks.split(",").map((text) => wholeNumber("blocks", text.trim(), 1, 15));
      if (new Set(times).size !== times.length) throw new InputError("--blocks", "expected each time once");
      const piles = wholeNumber("piles", args.piles, 1, 50);
      const frames = wholeNumber("frames", args.frames, 1, 20);
      await compileQuietly(hre);
      const { measureLatency } = await import("../scripts/gateway/load/latency");
      const { gatewayOnNode } = await import("./support/gatewayNode");
      const { quantile, REPORTED_LATENCIES } = await import("../scripts/reports/latency");
      const measured = [];
      for (const blockSeconds of times) {
        const auctionSeconds = Math.max(LEAST_WINDOW, WINDOW_BLOCKS * blockSeconds);
        const frameSeconds = Math.max(LEAST_FRAME, FRAME_BLOCKS * blockSeconds);
        const market = { frameSeconds, auctionSeconds, minEnergyWh: 10n };
        const options = { piles, blockSeconds, market, steady: true, leadSeconds: frameSeconds };
        const latency = await gatewayOnNode(hre, options, async (at) => measureLatency({ ...at, frames }));
        measured.push({ blockSeconds, frameSeconds, ...latency });
      }
      if (args.json) {
        console.log(toJsonText({ measured, reported: REPORTED_LATENCIES }));
        return;
      }
      const seconds = (value: number | undefined) => (value === undefined ? "–" : `${value.toFixed(1)} s`);
      printHeading("From an order's arrival to its block, and from a frame's end to its settlement");
      printTable(
        ["", "block time", "orders", "to a block, median", "95 of 100", "settled, median", "last"],
        [
          ...measured.map(({ blockSeconds, confirmation, settlement }) => [
            "gateway, measured",
            `${blockSeconds} s`,
            String(confirmation.length),
            seconds(quantile(confirmation, 0.5)),
            seconds(quantile(confirmation, 0.95)),
            seconds(quantile(settlement, 0.5)),
            seconds(settlement.at(-1)),
          ]),
          ...REPORTED_LATENCIES.map(({ network, blockSeconds, confirmationSeconds }) => [
            network,
            `${blockSeconds} s`,
            "",
            seconds(confirmationSeconds),
            "",
            "",
            "",
          ]),
        ],
      );
    }),
  );
