import type { Interface, Log } from "ethers";

import type { RawProvider } from "./clock";
import { ContractRefusal, refusalOf } from "./refusal";

/** A call of a contract. */
export interface Call {
  to: string;
  data: string;
}

/** What became of a transaction. */
export interface Receipt {
  hash: string;
  gasUsed: bigint;
  logs: readonly Pick<Log, "address" | "topics" | "data">[];
}

/** Sends transactions of one account and waits for them. */
export interface Transactor {
  readonly address: string;
  /**
   * @throws ContractRefusal where the contract refused with a custom error
   */
  send(call: Call): Promise<Receipt>;
}

/** What the network lets a transaction use at most (EIP-7825). */
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
      };
      return { hash, gasUsed: BigInt(receipt.gasUsed), logs: receipt.logs };
    } catch (error) {
      throw refusalOf(error, this.interfaces) ?? error;
    }
  }
}

/** What {@link SignerTransactor} needs of an ethers signer. */
export interface SendingSigner {
  getAddress(): Promise<string>;
  sendTransaction(call: Call): Promise<{ hash: string; wait(): Promise<SignerReceipt | null> }>;
}

interface SignerReceipt {
  gasUsed: bigint;
  status: number | null;
  logs: readonly { address: string; topics: readonly string[]; data: string }[];
}

/** Sends through an ethers signer, on any network. */
export class SignerTransactor implements Transactor {
  private constructor(
    private readonly signer: SendingSigner,
    readonly address: string,
    private readonly interfaces: readonly Interface[],
  ) {}

  /** A transactor for `signer`, which decodes refusals by `interfaces`. */
  static async of(signer: SendingSigner, interfaces: readonly Interface[]): Promise<SignerTransactor> {
    return new SignerTransactor(signer, await signer.getAddress(), interfaces);
  }

  async send(call: Call): Promise<Receipt> {
    try {
      const response = await this.signer.sendTransaction(call);
      const receipt = await response.wait();
      if (receipt === null || receipt.status === 0)
        throw new ContractRefusal("TransactionFailed", { hash: response.hash });
      return {
        hash: response.hash,
        gasUsed: receipt.gasUsed,
        logs: receipt.logs.map((log) => ({ ...log, topics: [...log.topics] })),
      };
    } catch (error) {
      throw refusalOf(error, this.interfaces) ?? error;
    }
  }
}
