import { type Interface, type Provider } from "ethers";

import { DELIVERY_INTERFACE, MARKET_INTERFACE, ROUNDS_INTERFACE } from "../chain/interfaces";
import type { TapeLine } from "./protocol";

/**
 * A transaction in words.
 *
 * @param lines Those of the tape that it wrote.
 * @returns undefined where the node does not know it
 */
export async function transactionFacts(
  provider: Provider,
  hash: string,
  lines: readonly TapeLine[],
): Promise<Record<string, unknown> | undefined> {
  const [transaction, receipt] = await Promise.all([
    provider.getTransaction(hash),
    provider.getTransactionReceipt(hash),
  ]);
  if (transaction === null || receipt === null) return undefined;
  const { from, to, data } = transaction;
  const known: Interface[] = [MARKET_INTERFACE, DELIVERY_INTERFACE, ROUNDS_INTERFACE];
  const call = known.map((abi) => abi.parseTransaction({ data })).find((parsed) => parsed !== null);
  return {
    ...{ hash, block: receipt.blockNumber, from, to, call: call?.name ?? data.slice(0, 10) },
    ...{ gas: Number(receipt.gasUsed), status: receipt.status === 1 ? "succeeded" : "reverted" },
    events: lines.map(({ text }) => text).join("; "),
  };
}
