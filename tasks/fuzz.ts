import { task } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";
import pc from "picocolors";

import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { compileAll } from "./support/network";
import { grouped, printHeading, printTable, toJsonText } from "./support/output";
import type { Counters, HandlerTally } from "../scripts/quality/invariant/tally";

interface Arguments {
  calls: string;
  full: boolean;
  seed: string;
  threads: string;
  json: boolean;
}

task("fuzz:invariants", "Fuzzes the compiled market with forge, holding SECURITY.md's invariants after every call")
  .addOptionalParam("calls", "calls to make at least; 24 000 unless told otherwise", "")
  .addFlag("full", "1 000 000 calls")
  .addOptionalParam("seed", "what the random calls follow from, hexadecimal; fixed unless told otherwise", "")
  .addOptionalParam("threads", "campaigns at a time, 1 to 4", "2")
  .addFlag("json", "print the tally as JSON and nothing else")
  .setAction(
    guarded(async ({ calls, full, seed, threads, json }: Arguments, hre) => {
      const { effortOf, FULL_CALLS, minimaOf, SEED, SHORT_CALLS } =
        await import("../scripts/quality/invariant/efforts");
      const { forgeIn, runCampaigns } = await import("../scripts/quality/invariant/forge");
      const { addUp, faults } = await import("../scripts/quality/invariant/tally");
      const wanted = calls === "" ? (full ? FULL_CALLS : SHORT_CALLS) : wholeNumber("calls", calls, 1, 1e9);
      const effort = effortOf(wanted, wholeNumber("threads", threads, 1, 4), seed === "" ? SEED : seed);
      const root = hre.config.paths.root;
      forgeIn(root);
      await compileAll(hre);
      const began = Date.now();
      const { campaigns, counters } = await runCampaigns(root, effort);
      const seconds = (Date.now() - began) / 1000;
      const handlers = addUp(campaigns);
      const wrong = faults(campaigns, counters, minimaOf(wanted), await stateChangingFunctions(hre));
      if (json) console.log(toJsonText({ effort, seconds, campaigns, counters, faults: wrong }));
      else print(handlers, counters, `${effort.runs} runs of ${effort.depth} calls, seed ${effort.seed}, ${seconds} s`);
      for (const fault of wrong) console.error(`${pc.red("Error:")} ${fault}`);
      if (wrong.length !== 0) process.exitCode = 1;
    }),
  );

/** External functions that change state, by contract, as the ABIs name them. */
async function stateChangingFunctions(hre: HardhatRuntimeEnvironment): Promise<Record<string, string[]>> {
  const { HANDLERS_OF } = await import("../scripts/quality/invariant/tally");
  const functions: Record<string, string[]> = {};
  for (const contract of Object.keys(HANDLERS_OF)) {
    const { abi } = await hre.artifacts.readArtifact(contract);
    functions[contract] = (abi as { type: string; name?: string; stateMutability?: string }[])
      .filter(({ type, stateMutability }) => type === "function" && /payable/.test(stateMutability ?? ""))
      .map(({ name }) => name ?? "");
  }
  return functions;
}

function print(handlers: readonly HandlerTally[], counters: Counters, how: string): void {
  const row = (name: string, calls: number, succeeded: number, reverted: number) => [
    name,
    grouped(calls),
    grouped(succeeded),
    grouped(reverted),
  ];
  const sum = (figure: (handler: HandlerTally) => number) => handlers.reduce((total, h) => total + figure(h), 0);
  const calls = sum((h) => h.calls);
  const succeeded = sum((h) => h.succeeded);
  printHeading(`Handlers: ${how}`);
  printTable(
    ["handler", "calls", "succeeded", "reverted"],
    [
      ...handlers.map((h) => row(`${h.contract}.${h.name}`, h.calls, h.succeeded, h.reverted)),
      row("all", calls, succeeded, calls - succeeded),
    ],
  );
  console.log(`not reverting: ${((100 * succeeded) / calls).toFixed(1)} %`);
  printHeading("What happened in the markets");
  printTable(
    ["", "times"],
    Object.entries(counters).map(([name, count]) => [LABELS[name as keyof Counters], grouped(count)]),
  );
}

const LABELS: Readonly<Record<keyof Counters, string>> = {
  clearings: "clearings",
  clearingsWithTrades: "clearings with trades",
  clearingsFull: "clearings at the cap on piles",
  trades: "trades",
  gridFills: "fills from and to the grid",
  pricesOfLoad: "frames with a premium of the load",
  pricesAboveCap: "frames whose dearest ask was above the most premium",
  exportFills: "rounds that sold to the grid",
  roundsOpened: "rounds opened",
  plansRevealed: "plans revealed",
  plansExecuted: "plans executed",
  fallbacksExecuted: "fallbacks executed",
  settlements: "frames settled",
  readingsStored: "readings stored",
  silentPostings: "piles settled without a reading",
  settledInPart: "frames settled in part",
  framesOfBoth: "frames filled by match and round",
  claims: "claims made",
  cancelFees: "orders that paid for leaving",
  ordersPlaced: "orders placed",
  suspendedLeft: "orders of suspended piles that left",
  maxClearingGas: "most gas of a clearing",
};
