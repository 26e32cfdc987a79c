import type { RawProvider } from "../../chain/clock";
import { type Receipt, TRANSACTION_GAS_CAP } from "../../chain/transactor";

/** An operation by its receipts. */
export interface Measured {
  /** Median gas of the receipts, net of refunds. */
  gas: number;
  /** The same transaction before refunds. */
  grossGas: number;
  samples: number;
  /** Calldata of the transaction in the middle. */
  data: string;
}

/** Receipts by kind of operation. */
export class ReceiptLog {
  private readonly receipts = new Map<string, Receipt[]>();

  constructor(private readonly provider: RawProvider) {}

  /** Keeps a receipt. */
  note(kind: string, receipt: Receipt): Receipt {
    const list = this.receipts.get(kind) ?? [];
    list.push(receipt);
    this.receipts.set(kind, list);
    return receipt;
  }

  /** The median of a kind; the transaction in the middle is traced for what refunds hide. */
  async median(kind: string): Promise<Measured> {
    const receipts = [...(this.receipts.get(kind) ?? [])].sort((a, b) => Number(a.gasUsed - b.gasUsed));
    const middle = receipts[receipts.length >> 1];
    if (middle === undefined) throw new Error(`bench: no ${kind} was measured`);
    return {
      gas: Number(middle.gasUsed),
      grossGas: await this.grossGas(middle.hash),
      samples: receipts.length,
      data: await this.calldataOf(middle),
    };
  }

  /** Calldata of a transaction. */
  async calldataOf({ hash }: Receipt): Promise<string> {
    const { input } = (await this.provider.send("eth_getTransactionByHash", [hash])) as { input: string };
    return input;
  }

  /** Gas of a transaction before refunds: what its last step had left, from what it was given. */
  private async grossGas(hash: string): Promise<number> {
    const options = { disableMemory: true, disableStack: true, disableStorage: true };
    const { structLogs } = (await this.provider.send("debug_traceTransaction", [hash, options])) as {
      structLogs: { gas: number; gasCost: number }[];
    };
    const last = structLogs[structLogs.length - 1]!;
    return Number(TRANSACTION_GAS_CAP) - (last.gas - last.gasCost);
  }
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
