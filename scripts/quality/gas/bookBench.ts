import { toBeHex, Wallet, zeroPadValue } from "ethers";

import type { SignedOrder } from "../../chain/marketClient";
import { REMEMBERED_FRAMES } from "../../chain/packedWords";
import type { Receipt, Transactor } from "../../chain/transactor";
import type { OrderRequest, Publication } from "../../core/types";
import { Random } from "../../core/random";
import type { BenchSetting, ClearingSeries } from "./measurement";
import { BATCH, DAY } from "./operationFloors";
import type { ReceiptLog } from "./receipts";

const BALANCE = 1_000_000_000n;
const PILE_W = 22_000n;
/** Bids and asks of the waiting book: the bids below every ask and below the tariff. */
const LOW = 100_000;
const HIGH = 200_000;
const PUBLICATION: Publication = {
  baseLoadW: 33_000n,
  importPricePerKwh: 300_000n,
  exportPricePerKwh: 50_000n,
  wheelingPricePerKwh: 0n,
};

/** Places, cancels, clears and settles seeded books on a fresh market, noting every receipt. */
export class BookBench {
  /** Piles that send their own transactions. */
  readonly accounts: Transactor[] = [];
  /** Piles that sign orders for a gateway. */
  readonly signers: Wallet[] = [];
  frame = 0;

  private readonly random: Random;
  private readonly hasPlaced = new Set<number>();
  private readonly published = new Set<number>();
  private nonce = 0n;

  constructor(
    private readonly setting: BenchSetting,
    private readonly log: ReceiptLog,
    private readonly seed: number,
  ) {
    this.random = new Random(seed).stream("gas bench");
  }

  /** Registers and funds piles, and lets every slot that frames share be written once. */
  async setUp(piles: number): Promise<void> {
    const { client, sender, clock } = this.setting;
    await client.drawFromFaucet(sender, BALANCE * BigInt(piles + 2 * BATCH));
    const addresses: string[] = [];
    for (let i = 0; i < BATCH; i++) {
      const wallet = new Wallet(zeroPadValue(toBeHex(this.seed * 1000 + i + 1), 32));
      this.signers.push(wallet);
      addresses.push(wallet.address);
    }
    for (let i = 0; i < piles; i++) addresses.push(this.stranger(i));
    for (const address of addresses) {
      await this.register(address);
      this.log.note("deposit", await client.deposit(sender, address, BALANCE));
    }
    for (const address of addresses.slice(BATCH)) this.accounts.push(await this.setting.accountAt(address));
    this.frame = Math.floor((await clock.now()) / client.parameters.frameSeconds) + 1;
    await this.nextFrame();
    for (let lap = 0; lap < REMEMBERED_FRAMES; lap++) {
      await this.publishAhead();
      await this.clear("warm-up");
      await this.nextFrame();
    }
  }

  /** An address of the seed's own; the first ones are piles. */
  stranger(i: number): string {
    return new Wallet(zeroPadValue(toBeHex(this.seed * 1_000_000 + i + 1), 32)).address;
  }

  /** Registers a pile. */
  async register(address: string): Promise<void> {
    const { client, sender } = this.setting;
    const pile = { account: address, operator: address, meterKey: address, ratedW: PILE_W };
    this.log.note("registerPile", await client.register(sender, pile));
  }

  /** An order of the i-th pile; bids and asks, normal orders and icebergs take turns. */
  order(i: number, price: number): OrderRequest {
    const iceberg = i % 4 < 2;
    return {
      side: i % 2 === 0 ? "charge" : "discharge",
      price: BigInt(price),
      energyWh: iceberg ? 6_000n : 1_500n,
      peakWh: iceberg ? 1_500n : 0n,
      expiryFrame: this.frame + 12,
    };
  }

  /** Fills an empty book with `orders` orders, clears it, settles what was filled and empties it again. */
  async clearBook(
    book: ClearingSeries["book"],
    orders: number,
  ): Promise<{ gas: number; settlement: Receipt | undefined }> {
    const { client } = this.setting;
    await this.publishAhead();
    const ranks = this.random.shuffle(Array.from({ length: orders / 2 }, (_, i) => i));
    const placing = this.random.shuffle(Array.from({ length: orders }, (_, i) => i));
    for (const i of placing) {
      const low = (i % 2 === 0) === (book === "waits");
      const order = this.order(i, (low ? LOW : HIGH) + 7 * ranks[i >> 1]!);
      const kind = this.hasPlaced.has(i) ? "place" : "place, first order of the pile";
      this.hasPlaced.add(i);
      this.log.note(kind, await client.place(this.accounts[i]!, order));
    }
    const cleared = await this.clear(`clear, ${orders} ${book}`);
    await this.nextFrame();
    await this.emptyBook();
    return cleared;
  }

  /** Cancels every live order of the accounts and lets a clearing prune the book. */
  async emptyBook(): Promise<void> {
    const { client } = this.setting;
    for (const { pile } of await client.liveStates()) {
      this.log.note("cancel", await client.cancel(this.accounts[pile - 1 - BATCH]!));
    }
    await this.nextFrame();
    await this.clear("warm-up");
    await this.nextFrame();
  }

  /** Signed orders, in batches and then singly; the first batch makes the piles known. */
  async signedOrders(): Promise<void> {
    const { client, sender } = this.setting;
    for (const kind of ["warm-up", ...Array<string>(3).fill(`submitBatch of ${BATCH} signed orders, each`)]) {
      const { receipt, refused } = await client.submitBatch(sender, await this.sign());
      if (refused.length > 0) throw new Error(`bench: ${refused[0]!.refusal.message}`);
      this.log.note(kind, receipt);
      await this.outliveOrders();
    }
    for (const order of await this.sign()) {
      this.log.note("submit, one signed order", await client.submit(sender, order));
    }
    await this.outliveOrders();
  }

  private async sign(): Promise<SignedOrder[]> {
    const { client, clock } = this.setting;
    await this.publishAhead();
    const deadline = (await clock.now()) + 3600;
    const nonce = this.nonce++;
    return Promise.all(
      this.signers.map((wallet, i) => {
        const { side, ...order } = { ...this.order(i, LOW + 7 * i), expiryFrame: this.frame + 2 };
        return client.sign(wallet, { action: "place", charge: side === "charge", ...order, nonce, deadline });
      }),
    );
  }

  private async outliveOrders(): Promise<void> {
    for (let i = 0; i < 4; i++) {
      await this.clear("warm-up");
      await this.nextFrame();
    }
  }

  /** Clears frames without any orders. */
  async emptyFrames(): Promise<void> {
    for (let i = 0; i < 5; i++) {
      await this.publishAhead();
      await this.clear("clear, empty book");
      await this.nextFrame();
    }
  }

  /** Publishes the frame that a later clearing needs. */
  async publishAhead(): Promise<void> {
    const { client, sender } = this.setting;
    const frame = this.frame + client.parameters.leadFrames + 2;
    if (this.published.has(frame)) return;
    this.published.add(frame);
    // The first lap of the slots fills them.
    const kind = this.published.size > REMEMBERED_FRAMES ? "publish, 1 frame" : "warm-up";
    this.log.note(kind, await client.publish(sender, frame, [PUBLICATION]));
  }

  /** Publishes a whole day and lets it pass. */
  async publishDay(): Promise<void> {
    const { client, sender } = this.setting;
    const first = Math.max(this.frame + client.parameters.leadFrames + 2, ...this.published) + 1;
    for (let frame = first; frame < first + DAY; frame++) this.published.add(frame);
    const receipt = await client.publish(sender, first, Array<Publication>(DAY).fill(PUBLICATION));
    this.log.note(`publish, ${DAY} frames, each`, receipt);
    for (let i = 0; i < DAY; i++) await this.nextFrame();
  }

  /** Clears the next frame in its window and settles it once over. */
  async clear(kind: string): Promise<{ gas: number; settlement: Receipt | undefined }> {
    const { client, clock, sender } = this.setting;
    const { frameSeconds, auctionSeconds } = client.parameters;
    await clock.reach((this.frame + 1) * frameSeconds - auctionSeconds);
    const { receipt, cleared } = await client.clear(sender, this.frame + 1);
    this.log.note(kind, receipt);
    let settlement: Receipt | undefined;
    if (cleared.fills.length > 0) {
      const publication = await client.publication(cleared.frame);
      await clock.reach((this.frame + 2) * frameSeconds);
      settlement = await client.settle(sender, cleared, publication);
      this.frame += 1;
    }
    return { gas: Number(receipt.gasUsed), settlement };
  }

  /** Lets the next frame begin. */
  async nextFrame(): Promise<void> {
    this.frame += 1;
    await this.setting.clock.reach(this.frame * this.setting.client.parameters.frameSeconds);
  }
}
