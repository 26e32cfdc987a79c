import type { ChainClock } from "../chain/clock";

/** How often the chain's clock is set while nothing else happens, ms. */
const TICK_MS = 500;

/**
 * A development chain's time as a film: it goes by at some speed while somebody waits for a moment, stands still while
 * they work, and can be wound on. It never goes beyond what is waited for.
 */
export class PlayedClock implements ChainClock {
  playing = false;
  /** Seconds of the chain in a second. */
  speed = 60;
  /** Up to here time takes no time, s. */
  private skipUntil = 0;
  private readonly wakeUps = new Set<() => void>();

  constructor(
    private readonly chain: ChainClock,
    private readonly onChange: () => void = () => undefined,
  ) {}

  async now(): Promise<number> {
    return this.chain.now();
  }

  play(speed: number): void {
    Object.assign(this, { playing: true, speed });
    this.wake();
  }

  pause(): void {
    this.playing = false;
    this.skipUntil = 0;
    this.wake();
  }

  /** Winds on to a moment, s, however fast the film is. */
  skipTo(seconds: number): void {
    this.skipUntil = Math.max(this.skipUntil, seconds);
    this.wake();
  }

  /** The latest moment to which anybody has wound it on, s. */
  get windsTo(): number {
    return this.skipUntil;
  }

  /** Whether time goes by towards a moment. */
  moves(seconds: number): boolean {
    return this.playing || this.skipUntil >= seconds;
  }

  async reach(seconds: number): Promise<void> {
    await this.goTo(seconds, false);
  }

  /**
   * Lets time go by up to a moment, s.
   *
   * @param giveUp Whether to come back early where the film stands still.
   * @returns Whether the moment is reached.
   */
  async goTo(seconds: number, giveUp = true): Promise<boolean> {
    let shown = await this.chain.now();
    let from = performance.now();
    while (shown < seconds && this.skipUntil < seconds) {
      if (!this.playing) {
        shown = Math.max(shown, await this.windOn(seconds));
        if (giveUp) return false;
        await this.slept();
        from = performance.now();
        continue;
      }
      await this.slept(Math.min(TICK_MS, ((seconds - shown) / this.speed) * 1000));
      const to = performance.now();
      if (this.playing) shown += ((to - from) / 1000) * this.speed;
      from = to;
      if (shown < seconds) await this.chain.reach(Math.floor(shown));
    }
    await this.chain.reach(seconds);
    return true;
  }

  /** Winds on as far as is asked, at most to before a moment, s. @returns the chain's time then */
  async windOn(before: number): Promise<number> {
    const target = Math.min(this.skipUntil, before - 1);
    if (target > (await this.chain.now())) await this.chain.reach(target);
    return this.chain.now();
  }

  /** Until some time has passed or the clock is handled. */
  async slept(ms?: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.wakeUps.delete(wake);
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(wake, Math.max(1, ms));
      this.wakeUps.add(wake);
    });
  }

  private wake(): void {
    for (const wake of [...this.wakeUps]) wake();
    this.onChange();
  }
}
