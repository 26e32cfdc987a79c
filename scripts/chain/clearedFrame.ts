import type { PackedFill } from "./packedWords";

/** Everything about one cleared frame; piles by their numbers. */
export interface ClearedFrame {
  frame: number;
  fills: PackedFill[];
  loadW: bigint;
  pflW: bigint;
  /** The fills as the contract wants them back at settlement. */
  packed: readonly bigint[];
  /** How many of them the match made; a benefit round made the others. */
  matched: number;
}
