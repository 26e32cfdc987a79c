import { task } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { GeneticRun } from "../scripts/chain/geneticClient";
import type { CostBench, CostPlan } from "../scripts/reports/computationCost/measure";
import type { CostReport, GeneticSize, Pricing } from "../scripts/reports/computationCost/types";
import { InputError } from "../scripts/core/errors";
import { aboutRun } from "./support/about";
import { guarded } from "./support/guarded";
import { writeText } from "./support/files";
import { flagNamed, wholeNumber } from "./support/flags";
import { clockOf, compileAll, deployFeeders, transactorOf } from "./support/network";
import { printHeading, printTable, toJsonText } from "./support/output";

interface Arguments {
  seed: string;
  peers?: string;
  gasPrice?: string;
  tokenPrice: string;
  full: boolean;
  quick: boolean;
  write: boolean;
  csv?: string;
  html?: string;
  json: boolean;
}

const DOCUMENT = "docs/computation-cost.md";
const PILE_BALANCE = 1_000_000_000_000n;
const MOST_PEERS = 400;

/** Peers, genetic sizes and peers with complete genetic runs. */
type Extent = Pick<CostPlan, "peers" | "sizes" | "completeAt">;

const DEFAULT_PEERS = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 400];
const SIZES: readonly GeneticSize[] = [
  { population: 20, generations: 100 },
  { population: 20, generations: 1_000 },
  { population: 50, generations: 1_000 },
];
const QUICK: Extent = {
  peers: [10, 20, 40],
  sizes: [
    { population: 10, generations: 20 },
    { population: 10, generations: 100 },
  ],
  completeAt: [10, 40],
};

task("report:gas", "Measures what a day costs in gas by number of peers: a genetic algorithm on chain, and AdBEV")
  .addOptionalParam("seed", "whole number that repeats everything", "1")
  .addOptionalParam("peers", `numbers of EVs, such as 10,20,50 (default: ${DEFAULT_PEERS.join(",")})`)
  .addOptionalParam("gasPrice", "gwei for a unit of gas, beside the examples of a mainnet and an L2")
  .addOptionalParam("tokenPrice", "money for one token of 10^18 wei", "2000")
  .addFlag("full", "run every genetic algorithm to its end; without it three sizes, the rest scaled and marked so")
  .addFlag("quick", "few peers and few generations, for continuous integration")
  .addFlag("write", `rewrite ${DOCUMENT}`)
  .addOptionalParam("csv", "file to write the figures to")
  .addOptionalParam("html", "file to write a self-contained page with the figure to")
  .addFlag("json", "print the result as JSON and nothing else")
  .setAction(
    guarded(async (args: Arguments, hre) => {
      const plan = await readPlan(args);
      await compileAll(hre);
      const { measureCosts } = await import("../scripts/reports/computationCost/measure");
      const report = await measureCosts(plan, await openBench(hre, plan.seed, args.json));
      if (args.csv !== undefined) {
        const { costCsv } = await import("../scripts/reports/computationCost/csv");
        await writeText("csv", args.csv, costCsv(report));
      }
      if (args.html !== undefined) {
        const { costHtml } = await import("../scripts/reports/computationCost/html");
        await writeText("html", args.html, costHtml(report, await aboutRun(hre, ["measured on the in-process chain"])));
      }
      if (args.write) {
        const { costMarkdown } = await import("../scripts/reports/computationCost/markdown");
        const { format } = await import("prettier");
        await writeText("write", DOCUMENT, await format(costMarkdown(report), { parser: "markdown", printWidth: 120 }));
      }
      if (args.json) console.log(toJsonText(report));
      else await print(report);
    }),
  );

async function readPlan(args: Arguments): Promise<CostPlan> {
  const { EXAMPLE_GAS_PRICES } = await import("../scripts/reports/computationCost/pricing");
  if (args.quick && args.full) throw new InputError("--quick", "does not go with --full");
  const seed = wholeNumber("seed", args.seed, 0, 2 ** 31 - 1);
  const tokenPrice = positive("token-price", args.tokenPrice);
  const own: Pricing[] =
    args.gasPrice === undefined
      ? []
      : [{ name: "as given", gasPriceGwei: positive("gas-price", args.gasPrice), tokenPrice }];
  return {
    seed,
    ...extentOf(args),
    pricings: [...own, ...EXAMPLE_GAS_PRICES.map((example) => ({ ...example, tokenPrice }))],
    command: commandOf(args),
  };
}

function extentOf(args: Arguments): Extent {
  if (args.quick && args.peers === undefined) return QUICK;
  const peers =
    args.peers === undefined
      ? DEFAULT_PEERS
      : [...new Set(args.peers.split(",").map((text) => wholeNumber("peers", text, 2, MOST_PEERS)))].sort(
          (a, b) => a - b,
        );
  if (args.full) return { peers, sizes: SIZES, completeAt: peers };
  return { peers, sizes: args.quick ? QUICK.sizes : SIZES, completeAt: threeOf(peers) };
}

/** The least, the largest, and of those between a hundred or the one nearest to the middle of their logarithms. */
function threeOf(peers: readonly number[]): number[] {
  const [least, most] = [peers[0]!, peers[peers.length - 1]!];
  const middle = least < 100 && most > 100 ? 100 : Math.sqrt(least * most);
  const [nearest] = [...peers].sort((a, b) => Math.abs(Math.log(a / middle)) - Math.abs(Math.log(b / middle)));
  return [...new Set([least, nearest!, most])];
}

/** The command without what only says where the result goes. */
function commandOf(args: Arguments): string {
  const parts = ["npx hardhat report:gas", `--seed ${args.seed}`];
  if (args.peers !== undefined) parts.push(`--peers ${args.peers}`);
  if (args.gasPrice !== undefined) parts.push(`--gas-price ${args.gasPrice}`);
  if (args.tokenPrice !== "2000") parts.push(`--token-price ${args.tokenPrice}`);
  for (const flag of ["full", "quick", "write"] as const) if (args[flag]) parts.push(`--${flag}`);
  return parts.join(" ");
}

function positive(flag: string, text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0))
    throw new InputError(flagNamed(flag), `expected a figure above 0 such as 5 or 0.01, found "${text}"`);
  return value;
}

async function openBench(hre: HardhatRuntimeEnvironment, seed: number, quiet: boolean): Promise<CostBench> {
  if (hre.network.name !== "hardhat") {
    throw new InputError(`network ${hre.network.name}`, "gas is measured on the in-process chain; leave out --network");
  }
  const { ChainPort } = await import("../scripts/chain/chainPort");
  const { GeneticClient, runGenetic } = await import("../scripts/chain/geneticClient");
  const { MarketClient } = await import("../scripts/chain/marketClient");
  const { simulatedPileKey } = await import("../scripts/chain/pileKeys");
  const { default: schedulerModule } = await import("../deploy/modules/GeneticScheduler");
  const { scheduler } = await hre.ignition.deploy(schedulerModule, { displayUi: false });
  const genetic = new GeneticClient(await scheduler.getAddress(), hre.ethers.provider);
  const sender = await transactorOf(hre, "0");
  const runs = new Map<string, Promise<GeneticRun>>();
  return {
    openMarket: async (peers, parameters) => {
      const feeder = `gas${peers}`;
      const [addresses] = await deployFeeders(hre, [feeder], parameters);
      return new ChainPort({
        client: await MarketClient.connect(addresses!.market, hre.ethers.provider),
        clock: await clockOf(hre),
        sender,
        keyOf: (pile) => simulatedPileKey(seed, feeder, pile),
        pileBalance: PILE_BALANCE,
      });
    },
    runGenetic: (problem, size) => {
      // To the contract, a run of the same problem, size and seed is the same run.
      const name = `${problem.orders.length} ${size.population} ${size.generations}`;
      const run = runs.get(name) ?? runGenetic(genetic, sender, { problem, ...size, seed });
      runs.set(name, run);
      return run;
    },
    onProgress: (what) => {
      if (!quiet && process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what} `);
    },
  };
}

async function print(report: CostReport): Promise<void> {
  const rows = await import("../scripts/reports/computationCost/rows");
  const { verdictsOf } = await import("../scripts/reports/computationCost/verdicts");
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  printHeading(`Gas of a day by number of peers (seed ${report.seed})`);
  printTable(
    rows.COST_COLUMNS,
    rows.orderedRuns(report).map((run) => rows.costRow(report, run)),
  );
  console.log(`\nreceipts: the whole run was measured; scaled: from its first generations, as ${DOCUMENT} says`);
  printHeading("Growth: gas as a power of the number of peers");
  printTable(rows.GROWTH_COLUMNS, rows.growthRows(report));
  const largest = report.peers[report.peers.length - 1]!;
  printHeading(`In money, ${largest} peers, ${report.pricings[0]?.tokenPrice ?? 0} a token (examples)`);
  printTable(rows.moneyColumns(report), rows.moneyRows(report, largest));
  printHeading("What the thesis claims");
  for (const { claim, verdict, reason } of verdictsOf(report)) console.log(`${claim} ${verdict}.\n  ${reason}`);
}
