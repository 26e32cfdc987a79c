import { task } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { SybilReport } from "../scripts/reports/sybil/experiment";
import type { SybilMarket } from "../scripts/reports/sybil/market";
import { InputError } from "../scripts/core/errors";
import { aboutRun } from "./support/about";
import { commandLine } from "./support/commandLine";
import { writeText } from "./support/files";
import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { clockOf, compileQuietly, deployFeeders, namedAccount, transactorOf } from "./support/network";
import { grouped, printHeading, printTable, toJsonText } from "./support/output";
import { progressBar } from "./support/progress";

interface Arguments {
  seed: string;
  rounds: string;
  draws: string;
  csv?: string;
  html?: string;
  json: boolean;
}

task(
  "report:sybil",
  "Accuracy of the winning plan against the share of attackers: votes as the thesis counts them, and scores verified on chain",
)
  .addOptionalParam("seed", "a whole number that repeats everything", "1")
  .addOptionalParam("rounds", "rounds that the contract decides for each share of attackers", "20")
  .addOptionalParam("draws", "rewards drawn for each number of identities of one person", "100")
  .addOptionalParam("csv", "file to write the figures to, CSV (default: none)")
  .addOptionalParam("html", "file to write a page with the charts to, HTML (default: none)")
  .addFlag("json", "print every count as JSON (shares 0 to 1) and nothing else")
  .setAction(
    guarded(async (args: Arguments, hre) => {
      const seed = wholeNumber("seed", args.seed, 0, 2 ** 31 - 1);
      const rounds = wholeNumber("rounds", args.rounds, 1, 10_000);
      const draws = wholeNumber("draws", args.draws, 1, 10_000);
      const market = await sybilMarket(hre);
      const { runSybil } = await import("../scripts/reports/sybil/experiment");
      const progress = progressBar(rounds, "rounds", args.json);
      const report = await runSybil(market, { seed, rounds, draws, onRound: () => progress?.increment() });
      progress?.stop();
      if (args.csv !== undefined || args.html !== undefined) {
        const { sybilCsv, sybilHtml } = await import("../scripts/reports/sybil/page");
        if (args.csv !== undefined) await writeText("csv", args.csv, sybilCsv(report));
        if (args.html !== undefined) {
          const command = commandLine(hre, "report:sybil", { ...args });
          const about = await aboutRun(hre, ["rounds held on the contracts"]);
          await writeText("html", args.html, sybilHtml(report, { rounds, seed }, command, about));
        }
      }
      if (args.json) console.log(toJsonText({ seed, rounds, ...report }));
      else await print(report, rounds, seed);
    }),
  );

/** The experiment's market on the in-process chain. */
async function sybilMarket(hre: HardhatRuntimeEnvironment): Promise<SybilMarket> {
  if (hre.network.name !== "hardhat") {
    throw new InputError(
      `network ${hre.network.name}`,
      "the rounds are held on the in-process chain, which is set back after each; leave out --network",
    );
  }
  await compileQuietly(hre);
  const { MarketClient } = await import("../scripts/chain/marketClient");
  const { SYBIL_MARKET, SybilMarket: Market } = await import("../scripts/reports/sybil/market");
  const { PROPOSER_NAMES } = await import("../scripts/reports/sybil/verified");
  const [addresses] = await deployFeeders(hre, ["sybil"], SYBIL_MARKET);
  const chain = {
    client: await MarketClient.connect(addresses!.market, hre.ethers.provider),
    clock: await clockOf(hre),
    provider: hre.network.provider,
    sender: await transactorOf(hre, "0"),
    accountOf: async (name: string) => namedAccount(hre, name),
  };
  return Market.begin(chain, PROPOSER_NAMES);
}

async function print({ rows, lotteries }: SybilReport, rounds: number, seed: number): Promise<void> {
  const { percent } = await import("../scripts/reports/sybil/page");
  const { REPORTED_SOURCE } = await import("../scripts/reports/sybil/reported");
  const { VALIDATORS } = await import("../scripts/reports/sybil/votes");
  const { PROPOSERS } = await import("../scripts/reports/sybil/verified");
  const { LEAD_POINTS } = await import("../scripts/reports/sybil/lottery");
  printHeading(`Accuracy of the winning plan, ${grouped(rounds)} rounds a share, seed ${seed}`);
  printTable(
    ["attackers", "votes counted", "scores verified", "fell back", "refused", "scored", "the thesis"],
    rows.map(({ share, votes, verified, thesis }) => [
      `${(100 * share).toFixed(0)} %`,
      percent(votes.accurate / votes.held),
      percent(verified.accurate / verified.held),
      grouped(verified.fallbacks),
      grouped(verified.refused),
      grouped(verified.scored),
      thesis,
    ]),
  );
  console.log(
    `\nVotes: ${VALIDATORS} validators drawn from all nodes; honest ones count for the best honest plan, attackers for ` +
      `their own.\nVerified: ${PROPOSERS} proposers on the contracts. Accurate is a round in which nobody honest brought ` +
      "better than what was executed,\nand the fallback was no better; with nobody honest it is compared with the " +
      `fallback alone.\nRefused and scored: plans of attackers. ${REPORTED_SOURCE}.`,
  );
  printHeading("What verification does not protect: the draw of a reward among identical best plans");
  printTable(
    ["identities of one person", "draws", "won by it", "expected", `expected ${LEAD_POINTS} points of credit behind`],
    lotteries.map(({ identities, draws, won, expectedShare, expectedShareBehind }) => [
      String(identities),
      grouped(draws),
      percent(won / draws),
      percent(expectedShare),
      percent(expectedShareBehind),
    ]),
  );
  console.log(
    "\nAgainst one honest proposer with the same plan, drawn by the hashes of blocks, which no seed repeats. The plan that " +
      "is executed\nis the same whoever wins; who may propose at all is the registrar's to say, and a new identity has the " +
      "market's initial credit.",
  );
}
