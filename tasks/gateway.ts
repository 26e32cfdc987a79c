import { task, types } from "hardhat/config";

import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { compileQuietly } from "./support/installation";
import { loadPlanner } from "./support/ownFiles";
import { printHeading, printTable, toJsonText } from "./support/output";

interface RunArguments {
  settings: string;
  level: string;
}

interface FloodArguments {
  forged: string;
  replayed: string;
  piles: string;
  rate: string;
  json: boolean;
}

task(
  "gateway:run",
  "Runs the service that keeps markets going and takes signed orders, until it is stopped (docs/gateway.md)",
)
  .addParam("settings", "JSON file: node, markets, keys, where to listen", undefined, types.string)
  .addOptionalParam("level", "what is logged: debug, info, warn or error", "info")
  .setAction(
    guarded(async ({ settings: file, level }: RunArguments, hre) => {
      await compileQuietly(hre);
      const { readConfig } = await import("../scripts/gateway/config");
      const { runGateway } = await import("../scripts/gateway/service");
      const { oneOf } = await import("./support/flags");
      const { default: pino } = await import("pino");
      const config = await readConfig(file);
      const log = pino({ level: oneOf("level", level, ["debug", "info", "warn", "error"]) });
      const gateway = await runGateway({ config, log, loadPlanner });
      await new Promise<void>((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
      });
      await gateway.stop();
    }),
  );

task(
  "gateway:flood",
  "Floods a gateway of its own with forged, replayed and honest orders, on this machine alone, and counts",
)
  .addOptionalParam("forged", "how many forged orders, at most 200 000", "20000")
  .addOptionalParam("replayed", "how many repetitions of honest orders, at most 100 000", "5000")
  .addOptionalParam("piles", "how many honest piles, each with an order, 1 to 100", "20")
  .addOptionalParam("rate", "orders offered a second, at most 10 000", "2500")
  .addFlag("json", "print the figures as JSON and nothing else")
  .setAction(
    guarded(async (args: FloodArguments, hre) => {
      const forged = wholeNumber("forged", args.forged, 0, 200_000);
      const replayed = wholeNumber("replayed", args.replayed, 0, 100_000);
      const piles = wholeNumber("piles", args.piles, 1, 100);
      const perSecond = wholeNumber("rate", args.rate, 1, 10_000);
      await compileQuietly(hre);
      const { gatewayOnNode } = await import("./support/gatewayNode");
      const { flood } = await import("../scripts/gateway/load/flood");
      const result = await gatewayOnNode(hre, { piles, blockSeconds: 1 }, async (at) =>
        flood({ ...at, forged, replayed, perSecond }),
      );
      if (args.json) {
        console.log(toJsonText(result));
        return;
      }
      printHeading(`${result.offered} orders in ${result.seconds.toFixed(1)} s over loopback`);
      printTable(
        ["answer", "orders"],
        Object.entries(result.answers).map(([answer, count]) => [answer, String(count)]),
      );
      printTable(
        ["", ""],
        [
          ["refused a second", result.refusedPerSecond.toFixed(0)],
          ["refused per second of the gateway's processor time", result.refusedPerCpuSecond.toFixed(0)],
          ["answered within, ms (median, 99 of 100)", `${result.medianMs.toFixed(1)}, ${result.p99Ms.toFixed(1)}`],
          ["gateway's memory before and after, MB", `${result.beforeMB.toFixed(0)}, ${result.afterMB.toFixed(0)}`],
          ["honest orders sent, and on chain", `${result.honest}, ${result.onChain}`],
        ],
      );
    }),
  );
