import type { Interface } from "ethers";

import type { RawProvider } from "./clock";
import { bumped, feeFields, type Fees, quoteFees } from "./fees";
import { isNonceTaken, isRefusedConnection, isTransportFailure, isUnderpriced } from "./nodeFailures";
import { refusalOf } from "./refusal";
import {
  isOwned,
  isSameCall,
  type PendingTransaction,
  THIS_PROCESS,
  type TransactionJournal,
} from "./transactionJournal";
import { Inclusion, type Patience } from "./inclusion";
import { type Call, type Receipt, TRANSACTION_GAS_CAP, type Transactor } from "./transactor";

/** Parts of a {@link NodeTransactor}. */
export interface NodeTransactorOptions {
  provider: RawProvider;
  address: string;
  /** Interfaces whose custom errors a refusal is decoded by. */
  interfaces: readonly Interface[];
  journal: TransactionJournal;
  patience: Patience;
  /** Price of gas that the network's settings name, wei. */
  gasPrice?: bigint | undefined;
  /** Told what is waited for. */
  say?: (text: string) => void;
}

/** A quarter more gas than estimated: the book may grow before the transaction is mined. */
const GAS_MARGIN_PERCENT = 125n;
/** Others may send from the same account; so often another nonce is tried. */
const MOST_NONCES = 8;

/**
 * Sends from an account that the node, or a key in the network's settings, signs for. A journal holds each
 * transaction until its outcome is known: a nonce is given out once, whoever sends from here, and a call
 * whose answer was lost is looked for before it is sent again.
 */
export class NodeTransactor implements Transactor {
  constructor(private readonly options: NodeTransactorOptions) {}

  get address(): string {
    return this.options.address;
  }

  async send(call: Call): Promise<Receipt> {
    return (await this.submit(call)).receipt;
  }

  /**
   * Sends without waiting for the block.
   * @returns a receipt to come
   * @throws ContractRefusal where the contract would refuse
   */
  async submit(call: Call): Promise<{ receipt: Promise<Receipt> }> {
    const earlier = await this.resumable(call);
    if (earlier !== undefined) {
      this.say(`The same was sent before and its outcome is unknown (nonce ${earlier.nonce}); looking for it`);
      const receipt = await this.inclusion(earlier, await this.termsOf(earlier)).receiptOfResumed();
      if (receipt !== undefined) return { receipt: Promise.resolve(receipt) };
    }
    const gas = await this.estimate(call);
    for (let attempt = 1; ; attempt++) {
      const sent = await this.sendOnce(call, gas, attempt === MOST_NONCES);
      if (sent !== undefined) return { receipt: this.inclusion(sent.entry, sent).receipt() };
    }
  }

  /** An entry of the same call whose process has ended. */
  private async resumable(call: Call): Promise<PendingTransaction | undefined> {
    return this.options.journal.exclusively(async (entries) => {
      const found = entries.find((entry) => isSameCall(entry, call) && !isOwned(entry));
      if (found !== undefined) found.owner = THIS_PROCESS;
      return found && { ...found };
    });
  }

  /** Gas and fees of an earlier command's transaction, so that more can be offered; undefined where no node has it. */
  private async termsOf({ hashes }: PendingTransaction): Promise<{ gas: bigint; fees: Fees } | undefined> {
    for (const hash of [...hashes].reverse()) {
      const known = (await this.options.provider.send("eth_getTransactionByHash", [hash])) as RawTerms | null;
      if (known?.gas === undefined) continue;
      const { gas, gasPrice, maxFeePerGas, maxPriorityFeePerGas } = known;
      if (maxFeePerGas !== undefined && maxPriorityFeePerGas !== undefined) {
        const fees = { maxFeePerGas: BigInt(maxFeePerGas), maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas) };
        return { gas: BigInt(gas), fees };
      }
      return gasPrice === undefined ? undefined : { gas: BigInt(gas), fees: { gasPrice: BigInt(gasPrice) } };
    }
    return undefined;
  }

  private async estimate(call: Call): Promise<bigint> {
    const { provider, interfaces, address } = this.options;
    const request = { from: address, ...call };
    try {
      // At the time of the next block: that of the latest one may be hours ago.
      const estimate = await provider.send("eth_estimateGas", [request, "pending"]).catch(async (error: unknown) => {
        if (refusalOf(error, interfaces) !== undefined || isTransportFailure(error)) throw error;
        return provider.send("eth_estimateGas", [request]);
      });
      const gas = (BigInt(estimate as string) * GAS_MARGIN_PERCENT) / 100n;
      return gas < TRANSACTION_GAS_CAP ? gas : TRANSACTION_GAS_CAP;
    } catch (error) {
      throw refusalOf(error, interfaces) ?? error;
    }
  }

  /** @returns undefined where somebody else used the nonce meanwhile */
  private async sendOnce(
    call: Call,
    gas: bigint,
    last: boolean,
  ): Promise<{ entry: PendingTransaction; gas: bigint; fees: Fees } | undefined> {
    const { provider, address, journal, interfaces, gasPrice } = this.options;
    return journal.exclusively(async (entries, save) => {
      await this.forgetMined(entries);
      const fees = await quoteFees(provider, address, gas, gasPrice);
      const pending = Number(await provider.send("eth_getTransactionCount", [address, "pending"]));
      const known = entries.map(({ nonce }) => nonce + 1);
      const nonce = Math.max(pending, ...known);
      const block = Number(await provider.send("eth_blockNumber", []));
      const entry: PendingTransaction = { nonce, ...call, hashes: [], block, owner: THIS_PROCESS };
      entries.push(entry);
      await save();
      const forget = () => entries.splice(entries.indexOf(entry), 1);
      try {
        const transaction = { from: address, ...call, gas: hex(gas), nonce: hex(nonce), ...feeFields(fees) };
        entry.hashes.push((await provider.send("eth_sendTransaction", [transaction])) as string);
      } catch (error) {
        const refusal = refusalOf(error, interfaces);
        // An answer that was lost says nothing about the transaction: it is looked for by its nonce.
        if (refusal === undefined && isTransportFailure(error) && !isRefusedConnection(error)) {
          return { entry: { ...entry }, gas, fees };
        }
        forget();
        if (refusal === undefined && (isNonceTaken(error) || isUnderpriced(error)) && !last) return undefined;
        throw refusal ?? error;
      }
      return { entry: { ...entry, hashes: [...entry.hashes] }, gas, fees };
    });
  }

  /** Drops entries of ended processes that were mined, or that the node no longer knows. */
  private async forgetMined(entries: PendingTransaction[]): Promise<void> {
    const orphans = entries.filter((entry) => !isOwned(entry));
    if (orphans.length === 0) return;
    const { provider, address } = this.options;
    const mined = Number(await provider.send("eth_getTransactionCount", [address, "latest"]));
    for (const orphan of orphans) {
      const known = await Promise.all(
        orphan.hashes.map(async (hash) => provider.send("eth_getTransactionByHash", [hash])),
      );
      const waits = orphan.nonce >= mined && known.some((one) => one !== null);
      if (waits) {
        this.say(
          `Transaction ${orphan.hashes.at(-1)} of an earlier command still waits; what is sent now comes after it`,
        );
      } else entries.splice(entries.indexOf(orphan), 1);
    }
  }

  private inclusion(entry: PendingTransaction, sent: { gas: bigint; fees: Fees } | undefined): Inclusion {
    const { provider, address, journal, interfaces, patience } = this.options;
    // Where gas is free the same is sent again: the node may have restarted and forgotten it.
    const resend =
      sent === undefined
        ? undefined
        : (times: number) => {
            let { fees } = sent;
            for (let i = 0; i < times; i++) fees = bumped(fees);
            return { gas: hex(sent.gas), ...feeFields(fees) };
          };
    return new Inclusion({
      ...{ provider, address, journal, interfaces, patience, entry, resend },
      say: (text) => this.say(text),
    });
  }

  private say(text: string): void {
    this.options.say?.(text);
  }
}

/** A transaction's gas and fees as nodes tell them. */
interface RawTerms {
  gas?: string;
  gasPrice?: string;
  maxFeePerGas?: string;
  maxPriorityFeePerGas?: string;
}

function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}
