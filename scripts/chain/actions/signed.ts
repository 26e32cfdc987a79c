/** A signed order as the contract takes it. */
export interface SignedOrder {
  terms: bigint;
  r: string;
  vs: string;
}

/** A signed reading as the contract takes it. */
export interface SignedReading {
  reading: bigint;
  r: string;
  vs: string;
}
