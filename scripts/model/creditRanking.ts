/** The registrar's rating of a pile, each 0 to 1000 [D Table 1]. SPEC 6. */
export interface PileAttributes {
  /** c: generation capacity. */
  capacity: number;
  /** r: renewable. */
  renewable: number;
  /** l: node position. */
  position: number;
  /** n: stability. */
  stability: number;
}

/** Those of a pile of which nothing is said. */
export const NO_ATTRIBUTES: Readonly<PileAttributes> = { capacity: 0, renewable: 0, position: 0, stability: 0 };

/** The largest attribute. */
export const MAX_ATTRIBUTE = 1_000;

/** The weights of [D Table 1], in tenths. */
const WEIGHT_TENTHS = { capacity: 6, credit: 8, renewable: 5, position: 4, price: 5, energy: 6, stability: 6 } as const;

/** Inputs of an order's priority by credit beside its pile's attributes. */
export interface CreditRanked {
  /** Credit of its pile, 0 to 10 000, 1/100 point. */
  creditHundredths: bigint;
  /** Dense rank of its price on its side, 1 = best. */
  priceRank: number;
  /** How many different prices its side has. */
  prices: number;
  /** Its rest, displayed and hidden, Wh. */
  remainingWh: bigint;
}

/**
 * Priority of an order in a market that ranks by credit: the weighted sum of [D Table 1], in tenths, each attribute 0 to
 * 1000; the highest comes first. SPEC 6.
 *
 * @returns 0 to 40 000.
 */
export function creditScore(
  market: { icebergThresholdWh: bigint },
  attributes: Readonly<PileAttributes>,
  { creditHundredths, priceRank, prices, remainingWh }: CreditRanked,
): number {
  const largest = BigInt(MAX_ATTRIBUTE);
  const energyWh = remainingWh < market.icebergThresholdWh ? remainingWh : market.icebergThresholdWh;
  const scaled = {
    ...attributes,
    credit: Number(creditHundredths / 10n),
    price: MAX_ATTRIBUTE - (priceRank - 1) * Math.floor(MAX_ATTRIBUTE / prices),
    // A market whose every order is an iceberg has no threshold to measure by: all are as large as can be.
    energy: market.icebergThresholdWh === 0n ? MAX_ATTRIBUTE : Number((energyWh * largest) / market.icebergThresholdWh),
  };
  const names = Object.keys(WEIGHT_TENTHS) as (keyof typeof WEIGHT_TENTHS)[];
  return names.reduce((sum, name) => sum + WEIGHT_TENTHS[name] * scaled[name], 0);
}
