/**
 * Energies as whole Wh: the differences of the rounded running sums, so that the sum is the rounded sum and no entry
 * exceeds a whole limit that the unrounded ones keep.
 */
export function wholeWh(energyWh: ArrayLike<number>): number[] {
  let sum = 0;
  let placed = 0;
  return Array.from(energyWh, (wh) => {
    sum += wh;
    const whole = Math.round(sum) - placed;
    placed += whole;
    return whole;
  });
}
