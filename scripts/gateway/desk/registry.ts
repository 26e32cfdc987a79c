import type { MarketClient } from "../../chain/marketClient";

/** A pile as the desk knows it. */
interface KnownPile {
  index: number;
  account: string;
  ratedW: bigint;
}

const AT_ONCE = 32;

/** The registered piles of a market, so that a stranger's order costs no question to the node. */
export class Registry {
  private readonly piles = new Map<string, KnownPile>();
  private readonly byIndex = new Map<number, KnownPile>();

  constructor(private readonly client: MarketClient) {}

  /** Reads those that were registered since. */
  async update(): Promise<void> {
    const count = await this.client.pileCount();
    for (let first = this.byIndex.size + 1; first <= count; first += AT_ONCE) {
      const indices = Array.from({ length: Math.min(AT_ONCE, count - first + 1) }, (_, index) => first + index);
      const records = await Promise.all(indices.map(async (index) => this.client.pileRecord(index)));
      for (const { index, account, ratedW } of records) {
        const pile = { index, account, ratedW };
        this.piles.set(account.toLowerCase(), pile);
        this.byIndex.set(index, pile);
      }
    }
    // A reorganisation may have taken some back, and others may get their numbers.
    if (count < this.byIndex.size) {
      this.piles.clear();
      this.byIndex.clear();
      await this.update();
    }
  }

  /** The pile of an account. */
  of(account: string): KnownPile | undefined {
    return this.piles.get(account.toLowerCase());
  }

  /** The pile of a number. */
  at(index: number): KnownPile | undefined {
    return this.byIndex.get(index);
  }

  get size(): number {
    return this.byIndex.size;
  }
}
