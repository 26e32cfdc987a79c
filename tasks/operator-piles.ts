import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { MarketClient } from "../scripts/chain/marketClient";
import type { ListedPile } from "../scripts/chain/pileList";
import type { Call, Receipt, Transactor } from "../scripts/chain/transactor";
import { InputError } from "../scripts/core/errors";
import { feederTask, type FeederArguments } from "./support/feederTask";
import { readText } from "./support/files";
import { guarded } from "./support/guarded";
import { compileQuietly, connectFeeder, transactorOf } from "./support/network";
import { grouped, toJsonText } from "./support/output";
import { progressBar } from "./support/progress";

interface PilesArguments extends FeederArguments {
  file: string;
  registrar: string;
  from: string;
  json: boolean;
}

feederTask(
  "operator:piles",
  "Registers and funds the piles of a file, many transactions at a time; goes on where it was",
)
  .addParam("file", "CSV with columns account and ratedW, and any of operator, meterKey and tokens (docs/operating.md)")
  .addOptionalParam("registrar", "account with the registrar's role, by number or address", "0")
  .addOptionalParam("from", "account whose tokens are deposited, by number or address", "0")
  .addFlag("json", "print what was done as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, file, registrar, from, json }: PilesArguments, hre) => {
      const text = await readText("file", file);
      await compileQuietly(hre);
      const { readPileList } = await import("../scripts/chain/pileList");
      const { moneyOf } = await import("../scripts/chain/token");
      const piles = readPileList(text, file);
      const { client } = await connectFeeder(hre, feeder);
      const money = await moneyOf(client, hre.ethers.provider);
      const amounts = piles.map(({ tokens, line }) => {
        const units = tokens === undefined ? 0n : money.parse(tokens);
        if (units !== undefined && units < 2n ** 52n) return units;
        throw new InputError(
          `${file}:${line}`,
          `tokens: expected ${money.token.symbol} such as 12.50, found "${tokens}"`,
        );
      });
      const work = new PileWork(hre, client, json);
      const registered = await work.register(await transactorOf(hre, registrar), piles);
      const funded = await work.fund(await transactorOf(hre, from), piles, amounts);
      if (json) {
        console.log(toJsonText({ registered, funded, transactions: work.transactions, gas: work.gas }));
        return;
      }
      console.log(
        `Registered ${grouped(registered)} and funded ${grouped(funded)} of ${grouped(piles.length)} piles ` +
          `(${grouped(work.transactions)} transactions, gas ${grouped(work.gas)}); the others were done before`,
      );
    }),
  );

/** Registers and funds piles that are not yet. */
class PileWork {
  transactions = 0;
  gas = 0n;

  constructor(
    private readonly hre: HardhatRuntimeEnvironment,
    private readonly client: MarketClient,
    private readonly json: boolean,
  ) {}

  /** @returns how many were not registered before */
  async register(sender: Transactor, piles: readonly ListedPile[]): Promise<number> {
    const { inBatches } = await import("../scripts/quality/audit/inBatches");
    const numbers = await inBatches(piles, async ({ account }) => this.client.pileOf(account));
    const calls = piles.filter((_, index) => numbers[index] === 0).map((pile) => this.client.registration(pile));
    await this.sendAll(sender, calls, "piles registered");
    return calls.length;
  }

  /** Funds the piles that never got a deposit. @returns how many */
  async fund(sender: Transactor, piles: readonly ListedPile[], amounts: readonly bigint[]): Promise<number> {
    const { inBatches } = await import("../scripts/quality/audit/inBatches");
    const { provideTokens } = await import("../scripts/chain/token");
    const states = await inBatches(piles, async ({ account }) => {
      const pile = await this.client.pileOf(account);
      return this.client.pileState(pile);
    });
    const open = piles
      .map(({ account }, index) => ({ account, amount: amounts[index]!, state: states[index]! }))
      .filter(({ amount, state }) => amount > 0n && state.balance === 0n && state.remainingWh === 0n);
    if (open.length === 0) return 0;
    const sum = open.reduce((total, { amount }) => total + amount, 0n);
    for (const receipt of await provideTokens(this.client, this.hre.ethers.provider, sender, sum)) this.count(receipt);
    const calls = open.map(({ account, amount }) => this.client.depositCall(account, amount));
    await this.sendAll(sender, calls, "piles funded");
    return calls.length;
  }

  private async sendAll(sender: Transactor, calls: readonly Call[], unit: string): Promise<void> {
    if (calls.length === 0) return;
    const { sendMany } = await import("../scripts/chain/sendMany");
    const bar = progressBar(calls.length, unit, this.json);
    try {
      await sendMany(sender, calls, (receipt) => {
        this.count(receipt);
        bar?.increment();
      });
    } finally {
      bar?.stop();
    }
  }

  private count({ gasUsed }: Receipt): void {
    this.transactions++;
    this.gas += gasUsed;
  }
}
