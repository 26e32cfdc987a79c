/** Bits after the point of a 64.64 fixed-point figure. */
const FRACTION_BITS = 64n;

/** 1 as a 64.64 fixed-point figure: the weight of who has the highest credit. */
export const ONE_64X64 = 1n << FRACTION_BITS;

/** The largest difference of two credits, 1/100 point. */
const MAX_DIFFERENCE_HUNDREDTHS = 10_000;

/** `K_i = floor(2^64 e^(-2^i / 100))`, i = 0 to 13: the bits that a difference of up to 10 000 hundredths has. SPEC 6. */
export const DECAY_64X64: readonly bigint[] = [
  18_263_195_903_389_592_620n,
  18_081_474_067_879_353_234n,
  17_723_436_892_765_842_007n,
  17_028_490_992_052_087_290n,
  15_719_278_389_060_861_807n,
  13_395_085_446_269_005_555n,
  9_726_828_398_328_049_861n,
  5_128_882_924_405_160_887n,
  1_426_020_762_642_094_685n,
  110_238_164_922_803_484n,
  658_785_797_482_114n,
  23_527_118_131n,
  30n,
  0n,
];

/**
 * The weight `e^(C - Cmax)` of a draw among equals, C in points [D (10)(11)]: a 64.64 fixed-point integer that the
 * contract computes alike. SPEC 6.
 *
 * Begins with 2^64 and, for each bit of the difference from the lowest on, multiplies by that bit's constant over 2^64,
 * rounded down. Never above the exact figure and below it by less than 15 / 2^64; nothing is left of it 44.4 points
 * below the best.
 *
 * @param differenceHundredths `Cmax - C`, 1/100 point, 0 to 10 000.
 * @throws RangeError if it is none.
 */
export function creditWeight(differenceHundredths: number): bigint {
  const whole = Number.isSafeInteger(differenceHundredths);
  if (!whole || differenceHundredths < 0 || differenceHundredths > MAX_DIFFERENCE_HUNDREDTHS) {
    throw new RangeError(
      `a difference of credits is a whole number of 1/100 points from 0 to ${MAX_DIFFERENCE_HUNDREDTHS}: ${differenceHundredths}`,
    );
  }
  return DECAY_64X64.reduce(
    (weight, decay, bit) => ((differenceHundredths >> bit) & 1 ? (weight * decay) >> FRACTION_BITS : weight),
    ONE_64X64,
  );
}

/** {@link creditWeight} of each credit, 1/100 point, against the highest of them. */
export function creditWeights(creditsHundredths: readonly number[]): bigint[] {
  const highest = Math.max(...creditsHundredths);
  return creditsHundredths.map((credit) => creditWeight(highest - credit));
}

/**
 * Draws one of several with their weights: the first whose weight, added to those before it, exceeds `seed mod total`.
 * SPEC 6.
 *
 * @param seed Unsigned, as drawn; 256 bits on chain, against which the bias of the remainder is nothing.
 * @returns Its place in the list.
 * @throws RangeError if there is nobody of any weight.
 */
export function drawWinner(seed: bigint, weights: readonly bigint[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (seed < 0n || total <= 0n || weights.some((weight) => weight < 0n)) {
    throw new RangeError("a draw needs an unsigned seed and weights of which none is negative and one is not zero");
  }
  const ticket = seed % total;
  let cumulative = 0n;
  return weights.findIndex((weight) => (cumulative += weight) > ticket);
}
