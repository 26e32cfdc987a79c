import type { Call, Receipt, Transactor } from "./transactor";

/** A transactor that can send the next transaction before the last one is in a block. */
export interface PipelinedTransactor extends Transactor {
  submit(call: Call): Promise<{ receipt: Promise<Receipt> }>;
}

/** Transactions of one account that nodes keep in waiting; more are dropped by some. */
const MOST_IN_FLIGHT = 16;

function isPipelined(sender: Transactor): sender is PipelinedTransactor {
  return "submit" in sender;
}

/**
 * Sends calls in their order, many before the first is in a block.
 *
 * @param onReceipt told of each as it is mined, with its place
 * @throws what the first that failed was refused with; those sent before it are waited for
 */
export async function sendMany(
  sender: Transactor,
  calls: readonly Call[],
  onReceipt: (receipt: Receipt, index: number) => void,
): Promise<void> {
  if (!isPipelined(sender)) {
    for (const [index, call] of calls.entries()) onReceipt(await sender.send(call), index);
    return;
  }
  const waiting: Promise<void>[] = [];
  try {
    for (const [index, call] of calls.entries()) {
      if (waiting.length >= MOST_IN_FLIGHT) await waiting.shift();
      const { receipt } = await sender.submit(call);
      const told = receipt.then((one) => onReceipt(one, index));
      // Awaited in its turn; until then its failure is nobody's surprise.
      told.catch(() => undefined);
      waiting.push(told);
    }
  } finally {
    await Promise.allSettled(waiting);
  }
  await Promise.all(waiting);
}
