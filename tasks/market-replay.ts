import { task } from "hardhat/config";

import { guarded } from "./support/guarded";
import { readText } from "./support/files";
import { oneOf } from "./support/flags";
import { compileQuietly } from "./support/network";
import { kW, kWh, pence, printHeading, printTable } from "./support/output";
import { deployForScenario } from "./support/scenarioChain";

interface Arguments {
  file: string;
  on: string;
  json: boolean;
}

task("market:replay", "Plays a scenario file on a fresh market and prints what the market made of it")
  .addParam("file", "scenario, JSON (its format is told in docs/scenarios.md)")
  .addOptionalParam("on", "what to play it on: chain (the contracts, in process) or model (TypeScript)", "chain")
  .addFlag("json", "print the result as JSON and nothing else")
  .setAction(
    guarded(async ({ file, on, json }: Arguments, hre) => {
      const where = oneOf("on", on, ["chain", "model"]);
      const { parseScenario } = await import("../scripts/scenario/parse");
      const { toJson } = await import("../scripts/scenario/result");
      const scenario = parseScenario(await readText("file", file), file);
      let result;
      if (where === "model") {
        const { replayOnModel } = await import("../scripts/scenario/replayOnModel");
        result = replayOnModel(scenario);
      } else {
        await compileQuietly(hre);
        const { replayOnChain } = await import("../scripts/chain/replayOnChain");
        const { chain } = await deployForScenario(hre, scenario, "replay");
        result = await replayOnChain(scenario, chain);
      }
      if (json) {
        console.log(JSON.stringify(toJson(result), undefined, 2));
        return;
      }
      printHeading(`${file}: frames 1 to ${scenario.frames - 1}`);
      printTable(
        ["frame", "load", "trades and grid fills"],
        result.frames.map(({ frame, loadW, trades, grid }) => [
          String(frame),
          kW(loadW),
          [
            ...trades.map((t) => `${t.sell} → ${t.buy} ${kWh(t.energyWh, 2)} at ${pence(t.price)}`),
            ...grid.map((g) => `grid → ${g.pile} ${kWh(g.energyWh, 2)} at ${pence(g.price)}`),
          ].join("; ") || "none",
        ]),
      );
      console.log(`\nPower fluctuation level: ${kW(result.pflW)}`);
      for (const { pile, side, price, remainingWh } of result.open) {
        console.log(`Still open: ${pile} ${side} ${kWh(remainingWh, 2)} at ${pence(price)}`);
      }
      for (const { frame, pile, error } of result.rejected) {
        console.log(`Refused in frame ${frame}: ${pile}: ${error} (docs/errors.md says why)`);
      }
    }),
  );
