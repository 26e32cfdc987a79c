import type { Interface } from "ethers";

import type { RawProvider } from "./clock";
import { isTransportFailure } from "./nodeFailures";
import { ContractRefusal, refusalOf } from "./refusal";
import type { PendingTransaction, TransactionJournal } from "./transactionJournal";
import type { Receipt } from "./transactor";

/** How long a transaction is waited for, ms. */
export interface Patience {
  /** Before its hash is told. */
  tellAfterMs: number;
  /** Before each offer of more for its gas. */
  bumpAfterMs: number;
  /** Most such offers. */
  bumps: number;
  /** Before the command gives up; the transaction itself stays with the node. */
  timeoutMs: number;
}

/** A minute for a block, then more for gas, five minutes in all. */
export const DEFAULT_PATIENCE: Readonly<Patience> = {
  ...{ tellAfterMs: 3_000, bumpAfterMs: 60_000, bumps: 3, timeoutMs: 300_000 },
};

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 2_000;
/** Looks in which another transaction with the nonce is mined and none of these is, before that is believed. */
const LOOKS_AT_REPLACEMENT = 3;

/** Sent, and not mined while it was waited for. */
export class NotMined extends Error {
  override readonly name = "NotMined";

  constructor(
    /** Of its latest version; undefined where the node's answer was lost. */
    readonly hash: string | undefined,
    readonly nonce: number,
    readonly seconds: number,
    /** The node's last answer, if it could not be asked. */
    readonly lastFailure: unknown,
  ) {
    super(`transaction ${hash ?? `with nonce ${nonce}`} was not mined within ${seconds} s`);
  }
}

/** Another transaction of the account took the nonce. */
export class Replaced extends Error {
  override readonly name = "Replaced";

  constructor(
    readonly hash: string | undefined,
    readonly nonce: number,
  ) {
    super(`transaction ${hash ?? ""} was replaced by another one with nonce ${nonce}`);
  }
}

/** Parts of an {@link Inclusion}. */
export interface InclusionOptions {
  provider: RawProvider;
  address: string;
  interfaces: readonly Interface[];
  journal: TransactionJournal;
  patience: Patience;
  entry: PendingTransaction;
  /** Gas and fees of the transaction's next versions; undefined where its terms are not known. */
  resend: ((times: number) => Record<string, string>) | undefined;
  say: (text: string) => void;
}

interface RawReceipt {
  transactionHash: string;
  gasUsed: string;
  status?: string;
  contractAddress?: string | null;
  blockNumber: string;
  logs: Receipt["logs"];
}

/** A transaction on its way into a block. */
export class Inclusion {
  private readonly begun = Date.now();
  private replacedLooks = 0;

  constructor(private readonly options: InclusionOptions) {}

  /**
   * @throws ContractRefusal where it failed in its block
   * @throws NotMined where it took too long
   * @throws Replaced where another transaction has its nonce
   */
  async receipt(): Promise<Receipt> {
    const { entry, patience, say } = this.options;
    let [told, bumps, pauseMs] = [false, 0, FIRST_PAUSE_MS];
    let failure: unknown;
    for (;;) {
      try {
        const found = await this.look();
        failure = undefined;
        if (found !== undefined) return await this.ended(found);
      } catch (error) {
        if (!isTransportFailure(error)) throw error;
        failure = error;
      }
      const waitedMs = Date.now() - this.begun;
      const hash = entry.hashes.at(-1);
      if (waitedMs >= patience.timeoutMs) {
        throw new NotMined(hash, entry.nonce, Math.round(waitedMs / 1000), failure);
      }
      if (!told && waitedMs >= patience.tellAfterMs) {
        say(`Waiting for transaction ${hash ?? `with nonce ${entry.nonce}, whose answer was lost`}`);
        told = true;
      }
      if (bumps < patience.bumps && waitedMs >= patience.bumpAfterMs * (bumps + 1)) await this.offerMore(++bumps);
      await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, patience.timeoutMs - waitedMs)));
      pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
    }
  }

  /** The receipt of a transaction that another process sent; undefined where the node does not know it. */
  async receiptOfResumed(): Promise<Receipt | undefined> {
    const { provider, entry } = this.options;
    const found = await this.look();
    if (found !== undefined) return this.ended(found);
    const known = await Promise.all(
      entry.hashes.map(async (hash) => provider.send("eth_getTransactionByHash", [hash])),
    );
    if (known.some((one) => one !== null)) return this.receipt();
    await this.forget();
    return undefined;
  }

  /** The receipt of any version. */
  private async look(): Promise<RawReceipt | undefined> {
    const { provider, address, entry } = this.options;
    for (const hash of entry.hashes) {
      const receipt = (await provider.send("eth_getTransactionReceipt", [hash])) as RawReceipt | null;
      if (receipt !== null) return receipt;
    }
    const mined = Number(await provider.send("eth_getTransactionCount", [address, "latest"]));
    if (mined <= entry.nonce) return undefined;
    const lost = await this.findByNonce();
    if (lost !== undefined) return lost;
    if (++this.replacedLooks < LOOKS_AT_REPLACEMENT) return undefined;
    await this.forget();
    throw new Replaced(entry.hashes.at(-1), entry.nonce);
  }

  /** The transaction with this nonce and this call, in the blocks since it was sent. */
  private async findByNonce(): Promise<RawReceipt | undefined> {
    const { provider, address, entry } = this.options;
    const latest = Number(await provider.send("eth_blockNumber", []));
    for (let number = entry.block; number <= latest; number++) {
      const block = (await provider.send("eth_getBlockByNumber", [`0x${number.toString(16)}`, true])) as {
        transactions: { hash: string; from: string; to: string | null; nonce: string; input: string }[];
      } | null;
      const found = block?.transactions.find(
        ({ from, nonce }) => from.toLowerCase() === address.toLowerCase() && Number(nonce) === entry.nonce,
      );
      if (found === undefined) continue;
      if (found.input !== entry.data || (found.to ?? "").toLowerCase() !== (entry.to ?? "").toLowerCase()) return;
      return (await provider.send("eth_getTransactionReceipt", [found.hash])) as RawReceipt;
    }
    return undefined;
  }

  private async ended(raw: RawReceipt): Promise<Receipt> {
    await this.forget();
    const { transactionHash: hash, gasUsed, status, logs, contractAddress } = raw;
    if (status !== undefined && Number(status) === 0) throw await this.failed(raw);
    return { hash, gasUsed: BigInt(gasUsed), logs, ...(contractAddress ? { created: contractAddress } : {}) };
  }

  /** Why a transaction failed in its block, as far as calling it once more tells. */
  private async failed({ transactionHash, blockNumber }: RawReceipt): Promise<Error> {
    const { provider, address, interfaces, entry } = this.options;
    const { to, data } = entry;
    const call = { from: address, ...(to === undefined ? {} : { to }), data };
    const refusal = await provider.send("eth_call", [call, blockNumber]).then(
      () => undefined,
      (error: unknown) => refusalOf(error, interfaces),
    );
    return refusal ?? new ContractRefusal("TransactionFailed", { hash: transactionHash });
  }

  private async offerMore(times: number): Promise<void> {
    const { provider, address, entry, resend, journal, say } = this.options;
    const fees = resend?.(times);
    if (fees === undefined || entry.hashes.length === 0) return;
    const { to, data, nonce } = entry;
    const transaction = { from: address, ...(to === undefined ? {} : { to }), data, nonce: `0x${nonce.toString(16)}` };
    try {
      const hash = (await provider.send("eth_sendTransaction", [{ ...transaction, ...fees }])) as string;
      if (entry.hashes.includes(hash)) return;
      entry.hashes.push(hash);
      say(`Not mined yet; offering more for gas, transaction ${hash}`);
      await journal.exclusively(async (entries) => {
        const kept = entries.find((one) => one.nonce === nonce);
        if (kept !== undefined && !kept.hashes.includes(hash)) kept.hashes.push(hash);
      });
    } catch {
      // Mined meanwhile, or not enough more for this node: the next look tells.
    }
  }

  private async forget(): Promise<void> {
    const { journal, entry } = this.options;
    await journal.exclusively(async (entries) => {
      const at = entries.findIndex(({ nonce }) => nonce === entry.nonce);
      if (at >= 0) entries.splice(at, 1);
    });
  }
}
