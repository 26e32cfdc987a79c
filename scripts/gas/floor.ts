/** What the EVM charges at least, whatever a contract does (Osaka rules). */
export const EVM = {
  transaction: 21_000,
  calldataZeroByte: 4,
  calldataOtherByte: 16,
  coldStorageRead: 2_100,
  storageWrite: 2_900,
  freshStorageWrite: 20_000,
  log: 375,
  logTopic: 375,
  logByte: 8,
  signatureRecovery: 3_000,
} as const;

/** One item of a floor. */
export interface FloorItem {
  what: string;
  gas: number;
}

/** A slot that is read and rewritten, non-zero before and after. */
export function slotRewritten(what: string): FloorItem {
  return { what, gas: EVM.coldStorageRead + EVM.storageWrite };
}

/** An event with `topics` topics and `words` words of data. */
export function event(topics: number, words: number): FloorItem {
  return {
    what: `event, ${topics} topics, ${words} words`,
    gas: EVM.log + topics * EVM.logTopic + words * 32 * EVM.logByte,
  };
}

/** The calldata of a call. */
export function calldata(data: string): FloorItem {
  let gas = 0;
  for (let i = 2; i < data.length; i += 2) {
    gas += data.slice(i, i + 2) === "00" ? EVM.calldataZeroByte : EVM.calldataOtherByte;
  }
  return { what: "calldata", gas };
}

/** Sum of a floor's items. */
export function floorGas(items: readonly FloorItem[]): number {
  return items.reduce((sum, { gas }) => sum + gas, 0);
}

/** `items`, each divided among `count` orders of a batch. */
export function shared(items: readonly FloorItem[], count: number): FloorItem[] {
  return items.map(({ what, gas }) => ({ what: `${what} / ${count}`, gas: gas / count }));
}
