import type { AuditResult } from "../scripts/quality/audit/audit";
import type { Difference, EventPlace } from "../scripts/quality/audit/auditEvent";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { InputError } from "../scripts/core/errors";
import { feederTask, type FeederArguments } from "./support/feederTask";
import { guarded } from "./support/guarded";
import { wholeNumber } from "./support/flags";
import { connectMarket } from "./support/market";
import { compileQuietly } from "./support/network";
import { grouped, printHeading, printTable, toJsonText } from "./support/output";
import { progressBar } from "./support/progress";

interface AuditArguments extends FeederArguments {
  market?: string;
  fromBlock?: string;
  toBlock?: string;
  json: boolean;
}

/** More blocks than any chain has. */
const MOST_BLOCKS = 2 ** 40;

feederTask(
  "audit:rebuild",
  "Rebuilds a market from events alone and says the first figure that its contract has otherwise",
)
  .addOptionalParam("market", "address of a market, instead of a feeder that was deployed from here (default: none)")
  .addOptionalParam("fromBlock", "number of the first block to read (default: the one that deployed the market)")
  .addOptionalParam("toBlock", "number of the last block to read, at which views are compared (default: the latest)")
  .addFlag("json", "print the result as JSON and nothing else")
  .setAction(
    guarded(async (args: AuditArguments, hre) => {
      const asked = {
        from: args.fromBlock === undefined ? undefined : wholeNumber("from-block", args.fromBlock, 0, MOST_BLOCKS),
        to: args.toBlock === undefined ? undefined : wholeNumber("to-block", args.toBlock, 0, MOST_BLOCKS),
      };
      await compileQuietly(hre);
      const { auditMarket } = await import("../scripts/quality/audit/audit");
      const { deploymentBlock } = await import("../scripts/chain/blocks");
      const { provider } = hre.ethers;
      const latest = await provider.getBlockNumber();
      const toBlock = asked.to ?? latest;
      if (toBlock > latest) throw new InputError("--to-block", `the latest block is ${latest}, found ${toBlock}`);
      const client = await connectMarket(hre, args);
      await requireState(hre, client.address, toBlock);
      const fromBlock = asked.from ?? (await deploymentBlock(provider, client.address, toBlock));
      if (fromBlock > toBlock) {
        throw new InputError("--from-block", `expected at most ${toBlock}, the last block to read, found ${fromBlock}`);
      }
      const bar = progressBar(toBlock - fromBlock + 1, "blocks", args.json);
      let result: AuditResult;
      try {
        result = await auditMarket(client, provider, { fromBlock, toBlock }, (blocks) => bar?.increment(blocks));
      } finally {
        bar?.stop();
      }
      if (args.json) console.log(toJsonText({ agrees: result.difference === undefined, ...result }));
      else printAudit(result);
      if (result.difference !== undefined) process.exitCode = 1;
    }),
  );

/** @throws InputError where the node has forgotten the state at a block, or there was no market yet */
async function requireState({ ethers }: HardhatRuntimeEnvironment, market: string, toBlock: number): Promise<void> {
  const code = await ethers.provider.getCode(market, toBlock).catch(() => {
    throw new InputError(
      "--to-block",
      `the node has no state at block ${toBlock}; ask an archive node, or leave it out`,
    );
  });
  if (code === "0x") throw new InputError("--to-block", `the market was not there at block ${toBlock}`);
}

function printAudit({ market, fromBlock, toBlock, events, compared, money, difference }: AuditResult): void {
  printHeading(`Market ${market}, blocks ${grouped(fromBlock)} to ${grouped(toBlock)}`);
  const all = Object.values(events).reduce((sum, count) => sum + count, 0);
  const names = Object.entries(events).sort(([a], [b]) => a.localeCompare(b));
  printTable(["event", "read"], [...names.map(([name, count]) => [name, grouped(count)]), ["in all", grouped(all)]]);
  if (compared !== undefined) {
    printHeading(
      difference === undefined ? "Compared with the contracts' views" : "Compared up to the first difference",
    );
    printTable(
      ["", ""],
      [
        ["piles", grouped(compared.piles)],
        ["live orders", grouped(compared.orders)],
        ["frames", grouped(compared.frames)],
        ["roles and their holders", grouped(compared.roles)],
        ["figures in all", grouped(compared.fields)],
        ["money in, money units", grouped(money.deposited)],
        ["money out", grouped(money.withdrawn)],
        ["claims of piles, grid operator and unsettled frames", grouped(money.claims)],
      ],
    );
  }
  console.log();
  if (difference === undefined)
    console.log(`Everything agrees: the state rebuilt from ${grouped(all)} events is the contract's`);
  else printDifference(difference);
}

function printDifference({ subject, field, rebuilt, contract, lastEvent, contradictedBy }: Difference): void {
  const place = ({ name, block, transaction }: EventPlace) =>
    `${name} in block ${grouped(block)}, transaction ${transaction}`;
  console.log(`First difference: ${subject}, ${field}`);
  printTable(
    ["", ""],
    [
      ["as the events give it", String(rebuilt)],
      [contradictedBy === undefined ? "as the contract has it" : "as a later event tells it", String(contract)],
      ...(contradictedBy === undefined ? [] : [["that event", place(contradictedBy)]]),
      ["the last event that touched it", lastEvent === undefined ? "none was read" : place(lastEvent)],
    ],
  );
}
