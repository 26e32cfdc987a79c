import type { Interface, Log } from "ethers";

import type { RawProvider } from "./clock";
import { refusalOf } from "./refusal";

/** A call of a contract, or the creation of one. */
export interface Call {
  /** The contract; none where `data` creates one. */
  to?: string | undefined;
  data: string;
}

/** Outcome of a transaction. */
export interface Receipt {
  hash: string;
  gasUsed: bigint;
  logs: readonly Pick<Log, "address" | "topics" | "data">[];
  /** The contract that was created, if one was. */
  created?: string;
}

/** Sends transactions of one account and waits for them. */
export interface Transactor {
  readonly address: string;
  /**
   * @throws ContractRefusal where the contract refused with a custom error
   */
  send(call: Call): Promise<Receipt>;
}

/** Most gas that the network lets a transaction use (EIP-7825). */
export const TRANSACTION_GAS_CAP = 16_777_216n;

/**
 * Sends from an account that the node itself signs for, straight over RPC: a development chain mines at once, and the
 * fewer requests a transaction takes, the faster a simulated day runs.
 */
export class UnlockedTransactor implements Transactor {
  constructor(
    private readonly provider: RawProvider,
    readonly address: string,
    private readonly interfaces: readonly Interface[],
  ) {}

  async send({ to, data }: Call): Promise<Receipt> {
    try {
      const gas = `0x${TRANSACTION_GAS_CAP.toString(16)}`;
      const hash = (await this.provider.send("eth_sendTransaction", [{ from: this.address, to, data, gas }])) as string;
      const receipt = (await this.provider.send("eth_getTransactionReceipt", [hash])) as {
        gasUsed: string;
        logs: Receipt["logs"];
        contractAddress?: string | null;
      };
      const { gasUsed, logs, contractAddress: created } = receipt;
      return { hash, gasUsed: BigInt(gasUsed), logs, ...(created ? { created } : {}) };
    } catch (error) {
      const refusal = refusalOf(error, this.interfaces);
      if (refusal === undefined) throw error;
      const { transactionHash } = error as { transactionHash?: unknown };
      if (typeof transactionHash === "string") {
        const mined = await this.provider.send("eth_getTransactionReceipt", [transactionHash]);
        if (mined !== null) refusal.gasUsed = BigInt((mined as { gasUsed: string }).gasUsed);
      }
      throw refusal;
    }
  }
}
