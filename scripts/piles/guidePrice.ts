import type { Random } from "../core/random";

/** Parameters of the guide price. */
export interface GuidePriceOptions {
  /** S_0, money units per kWh. */
  startPrice: number;
  /** mu, drift per frame; 0 by default, "zero drift" [T 4.4.1]. */
  drift?: number;
  /** sigma, volatility per root of a frame; 0.03 by default. */
  volatility?: number;
  /** The price stays within these, money units per kWh; 10 to 30 p by default [T 4.4.1]. */
  floor?: number;
  ceiling?: number;
  /** Frame length, s. */
  frameSeconds: number;
}

/** Hours in which the guide price is dearer [T Fig. 4.3], and by how much (Ours). */
const DEAR_HOURS = [
  [6, 8],
  [11, 13],
  [17, 19],
] as const;
const DEAR_FACTOR = 1.2;

/** How much dearer a time of day is than another: a factor on the guide price, 1 outside the dear hours. */
export function timeOfDayFactor(hour: number): number {
  return DEAR_HOURS.some(([from, to]) => hour >= from && hour < to) ? DEAR_FACTOR : 1;
}

/**
 * The price suggested to an iceberg, per frame: geometric Brownian motion,
 * `S_t = S_0 exp((mu - sigma^2/2) t + sigma W_t)`, so that `E(S_t) = S_0 exp(mu t)` [T 4.10-4.12], dearer at 6-8, 11-13
 * and 17-19 h [T Fig. 4.3].
 *
 * One per feeder, seeded: every agent of the feeder can compute the same.
 */
export class GuidePrice {
  private readonly options: Required<GuidePriceOptions>;
  private readonly random: Random;
  /** ln(S_t / S_0) for the frames drawn so far. */
  private readonly logPath: number[] = [0];

  constructor(options: GuidePriceOptions, random: Random) {
    this.options = { drift: 0, volatility: 0.03, floor: 100_000, ceiling: 300_000, ...options };
    this.random = random;
  }

  /** S_t without time of day or bounds, money units per kWh [T 4.11]. Frames before 0 have S_0. */
  motion(frame: number): number {
    const { startPrice, drift, volatility } = this.options;
    while (this.logPath.length <= frame) {
      const step = drift - volatility ** 2 / 2 + volatility * this.random.normal();
      this.logPath.push(this.logPath[this.logPath.length - 1]! + step);
    }
    return startPrice * Math.exp(this.logPath[Math.max(0, frame)]!);
  }

  /** The guide price of a frame, money units per kWh. */
  at(frame: number): number {
    const { floor, ceiling, frameSeconds } = this.options;
    const hour = ((((frame * frameSeconds) / 3600) % 24) + 24) % 24;
    return Math.min(ceiling, Math.max(floor, this.motion(frame) * timeOfDayFactor(hour)));
  }
}
