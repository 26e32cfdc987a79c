import type { ExpectedLoad } from "./types";

/** Least and largest load that a publication holds, W: 24 bits with a sign. SPEC 4. */
export const LEAST_EXPECTED_W = -(2n ** 23n);
export const MOST_EXPECTED_W = 2n ** 23n - 1n;
/** Lags that a load is expected by, a tenth of it each, and the largest one, frames. */
export const LAGS = 10;
export const MOST_LAG_FRAMES = 255;

/** Expectation of a frame of which nothing is expected. */
export const NOTHING_EXPECTED: ExpectedLoad = { loadW: 0n, lagFrames: new Array<number>(LAGS).fill(0) };

/** @throws RangeError where the load does not fit in 24 bits, or its lags are not ten of 0 to 255 */
export function checkExpectedLoad({ loadW, lagFrames }: ExpectedLoad): void {
  if (loadW < LEAST_EXPECTED_W || loadW > MOST_EXPECTED_W) {
    throw new RangeError(`an expected load has 24 bits: ${loadW} W`);
  }
  const fits = (lag: number) => Number.isInteger(lag) && lag >= 0 && lag <= MOST_LAG_FRAMES;
  if (lagFrames.length !== LAGS || !lagFrames.every(fits)) {
    throw new RangeError(`an expected load has ten lags of 0 to ${MOST_LAG_FRAMES} frames: ${lagFrames.join(" ")}`);
  }
}
