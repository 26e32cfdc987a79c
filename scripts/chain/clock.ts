/** What an EIP-1193 or JSON-RPC provider offers: raw requests. */
export interface RawProvider {
  send(method: string, params: unknown[]): Promise<unknown>;
}

/** The chain's time, s. */
export interface ChainClock {
  /** Time of the latest block. */
  now(): Promise<number>;
  /** Comes back once the chain's time is `seconds` or later. */
  reach(seconds: number): Promise<void>;
}

const MOST_SECONDS_BETWEEN_LOOKS = 15;

async function latestTimestamp(provider: RawProvider): Promise<number> {
  const block = (await provider.send("eth_getBlockByNumber", ["latest", false])) as { timestamp: string };
  return Number(block.timestamp);
}

/** A development chain's clock, which is set forward: mines a block at the time asked for. */
export class DevelopmentClock implements ChainClock {
  constructor(private readonly provider: RawProvider) {}

  async now(): Promise<number> {
    return latestTimestamp(this.provider);
  }

  async reach(seconds: number): Promise<void> {
    if ((await this.now()) >= seconds) return;
    await this.provider.send("evm_setNextBlockTimestamp", [`0x${seconds.toString(16)}`]);
    await this.provider.send("evm_mine", []);
  }
}

/** A live chain's clock, which is waited for. */
export class WallClock implements ChainClock {
  constructor(private readonly provider: RawProvider) {}

  async now(): Promise<number> {
    return latestTimestamp(this.provider);
  }

  async reach(seconds: number): Promise<void> {
    for (;;) {
      const left = seconds - (await this.now());
      if (left <= 0) return;
      const wait = Math.min(Math.max(left, 1), MOST_SECONDS_BETWEEN_LOOKS);
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }
}
