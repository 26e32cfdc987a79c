/** Least gas that the EVM charges, whatever a contract does (Osaka rules). */
export const EVM = {
  transaction: 21_000,
  calldataZeroByte: 4,
  calldataOtherByte: 16,
  /** Least of a transaction's calldata, whatever it does beside, by quarter of a byte that is not zero (EIP-7623). */
  calldataFloorToken: 10,
  coldStorageRead: 2_100,
  /** Of a slot that is not zero before or after, its cold read apart. */
  storageWrite: 2_900,
  freshStorageWrite: 20_000,
  /** Given back for a slot that becomes zero; never more than a fifth of the transaction. */
  storageClearRefund: 4_800,
  log: 375,
  logTopic: 375,
  logByte: 8,
  coldAccount: 2_600,
  warmAccount: 100,
  signatureRecovery: 3_000,
  create: 32_000,
  codeByte: 200,
  initCodeWord: 2,
} as const;

/** One thing that an operation cannot do without; `floorProgram.ts` turns it into instructions. */
export type Step =
  | { kind: "transaction" }
  | { kind: "calldata"; data: string }
  | { kind: "read" }
  | { kind: "rewrite" }
  | { kind: "fresh" }
  | { kind: "clear" }
  | { kind: "event"; topics: number; bytes: number }
  | { kind: "recover" }
  | { kind: "call" }
  | { kind: "create"; codeBytes: number };

/** One item of a floor. */
export interface FloorItem {
  what: string;
  step: Step;
  /** How often it happens in the transaction. */
  times: number;
}

/**
 * Least gas of an operation: state that must change, events that tell of it, calldata that carries it. It
 * leaves out loops, checks and look-ups, which a better program could save.
 */
export interface Floor {
  items: readonly FloorItem[];
  /** Operations that the items are for together: orders of a batch, or orders of a book. */
  units: number;
}

/** A floor of one operation. */
export function floorOf(...items: readonly FloorItem[]): Floor {
  return { items, units: 1 };
}

/** A floor of each of `units` operations that one transaction carries. */
export function floorOfEach(units: number, ...items: readonly FloorItem[]): Floor {
  return { items, units };
}

export const transaction: FloorItem = { what: "transaction", step: { kind: "transaction" }, times: 1 };

/** The calldata of a call. */
export function calldata(data: string): FloorItem {
  return { what: "calldata", step: { kind: "calldata", data }, times: 1 };
}

/** Slots that are read for the first time. */
export function slotRead(what: string, times = 1): FloorItem {
  return { what: `${what} read`, step: { kind: "read" }, times };
}

/** Slots that are read and rewritten, non-zero before and after. */
export function slotRewritten(what: string, times = 1): FloorItem {
  return { what, step: { kind: "rewrite" }, times };
}

/** Slots that hold something for the first time. */
export function slotFilled(what: string, times = 1): FloorItem {
  return { what: `${what}, new`, step: { kind: "fresh" }, times };
}

/** Slots that hold something no longer. */
export function slotCleared(what: string, times = 1): FloorItem {
  return { what: `${what}, cleared, net of its refund`, step: { kind: "clear" }, times };
}

/** Events with `topics` topics and `words` words of data. */
export function event(topics: number, words: number, times = 1): FloorItem {
  const what = `event of ${topics} ${topics === 1 ? "topic" : "topics"}, ${words} ${words === 1 ? "word" : "words"}`;
  return { what, step: { kind: "event", topics, bytes: 32 * words }, times };
}

/** The first call of another contract. */
export function otherContract(what: string): FloorItem {
  return { what, step: { kind: "call" }, times: 1 };
}

/** Signatures whose signer is recovered. */
export function signature(times = 1): FloorItem {
  return { what: "signature", step: { kind: "recover" }, times };
}

/** A contract that is created with `codeBytes` of code. */
export function created(what: string, codeBytes: number): FloorItem {
  return { what, step: { kind: "create", codeBytes }, times: 1 };
}

/** Bytes of the init code that {@link created} is reckoned with: the shortest that returns code of a size. */
export const SHORTEST_INIT_CODE_BYTES = 5;

/** Gas of a step by the EVM's schedule. */
export function stepGas(step: Step): number {
  switch (step.kind) {
    case "transaction":
      return EVM.transaction;
    case "calldata":
      return calldataGas(step.data);
    case "read":
      return EVM.coldStorageRead;
    case "rewrite":
      return EVM.coldStorageRead + EVM.storageWrite;
    case "fresh":
      return EVM.coldStorageRead + EVM.freshStorageWrite;
    case "clear":
      return EVM.coldStorageRead + EVM.storageWrite - EVM.storageClearRefund;
    case "event":
      return EVM.log + step.topics * EVM.logTopic + step.bytes * EVM.logByte;
    case "recover":
      return EVM.warmAccount + EVM.signatureRecovery;
    case "call":
      return EVM.coldAccount;
    case "create":
      return EVM.create + step.codeBytes * EVM.codeByte + Math.ceil(SHORTEST_INIT_CODE_BYTES / 32) * EVM.initCodeWord;
  }
}

/** Gas of an item in each of the floor's operations, by the EVM's schedule. */
export function itemGas({ step, times }: FloorItem, units: number): number {
  return (stepGas(step) * times) / units;
}

/** A floor by the EVM's schedule. */
export function scheduledGas({ items, units }: Floor): number {
  const gas = items.reduce((sum, item) => sum + itemGas(item, units), 0);
  const data = items.map(({ step }) => (step.kind === "calldata" ? step.data : "0x"));
  const whole = items.some(({ step }) => step.kind === "transaction");
  return whole ? Math.max(gas, Math.max(...data.map(leastTransactionGas)) / units) : gas;
}

/** Least gas of a transaction with this calldata, whatever it does. */
export function leastTransactionGas(data: string): number {
  // A zero byte is a quarter of another, here as there.
  return EVM.transaction + (calldataGas(data) / EVM.calldataZeroByte) * EVM.calldataFloorToken;
}

function calldataGas(data: string): number {
  let gas = 0;
  for (let i = 2; i < data.length; i += 2) {
    gas += data.slice(i, i + 2) === "00" ? EVM.calldataZeroByte : EVM.calldataOtherByte;
  }
  return gas;
}
