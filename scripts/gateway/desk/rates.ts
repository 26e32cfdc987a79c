/** How often somebody may ask: on average, and at once after a pause. */
interface Rate {
  perSecond: number;
  burst: number;
}

/** Those who are remembered; whoever asked longest ago is forgotten first. */
const MOST_REMEMBERED = 20_000;

/** Counts requests by name, a bucket of tokens each; its memory is bounded. */
export class Rates {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(
    private readonly rate: Rate,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Takes a token of somebody. @returns whether there was one */
  take(name: string): boolean {
    const now = this.clock();
    const { perSecond, burst } = this.rate;
    const bucket = this.buckets.get(name);
    const tokens =
      bucket === undefined ? burst : Math.min(burst, bucket.tokens + ((now - bucket.at) * perSecond) / 1000);
    this.buckets.delete(name);
    const allowed = tokens >= 1;
    this.buckets.set(name, { tokens: allowed ? tokens - 1 : tokens, at: now });
    if (this.buckets.size > MOST_REMEMBERED) this.buckets.delete(this.buckets.keys().next().value!);
    return allowed;
  }
}
