import { type BaseWallet, Transaction, type TransactionLike } from "ethers";

import type { RawProvider } from "../../chain/clock";
import type { SignedTransaction } from "../store/journal";

/** A node answers with the id of another chain than the gateway began with. */
export class WrongChain extends Error {
  override readonly name = "WrongChain";

  constructor(
    readonly expected: bigint,
    readonly found: bigint,
  ) {
    super(`the node answers for chain ${found}, and this gateway works on chain ${expected}; nothing is sent`);
  }
}

/** Parts of a {@link SigningProvider}. */
interface SigningOptions {
  node: RawProvider;
  wallet: BaseWallet;
  chainId: bigint;
  /** Told what was signed, before it is sent. */
  onSigned: (signed: SignedTransaction) => void;
}

/** A node that signs for one more account: the key stays in this process, and what is signed is told before it is sent. */
export class SigningProvider implements RawProvider {
  constructor(private readonly options: SigningOptions) {}

  async send(method: string, params: unknown[]): Promise<unknown> {
    const { node, wallet, onSigned } = this.options;
    if (method !== "eth_sendTransaction") return node.send(method, params);
    await this.checkChain();
    const asked = params[0] as Record<string, string | undefined>;
    const terms: TransactionLike = {
      chainId: this.options.chainId,
      nonce: Number(asked["nonce"]),
      gasLimit: BigInt(asked["gas"]!),
      data: asked["data"] ?? "0x",
      to: asked["to"] ?? null,
      ...("gasPrice" in asked
        ? { type: 0, gasPrice: BigInt(asked["gasPrice"]!) }
        : {
            type: 2,
            maxFeePerGas: BigInt(asked["maxFeePerGas"]!),
            maxPriorityFeePerGas: BigInt(asked["maxPriorityFeePerGas"]!),
          }),
    };
    const raw = await wallet.signTransaction(terms);
    const { hash } = Transaction.from(raw);
    onSigned({ nonce: terms.nonce!, hash: hash!, raw });
    try {
      await node.send("eth_sendRawTransaction", [raw]);
    } catch (error) {
      // It may have been handed over before, by a resumption or with an answer that was lost.
      const known: unknown = await node.send("eth_getTransactionByHash", [hash]).catch(() => null);
      if (known === null) throw error;
    }
    return hash;
  }

  private async checkChain(): Promise<void> {
    const { node, chainId } = this.options;
    const found = BigInt((await node.send("eth_chainId", [])) as string);
    if (found !== chainId) throw new WrongChain(chainId, found);
  }
}
