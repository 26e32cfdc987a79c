import { Wallet, zeroPadValue, toBeHex } from "ethers";

import type { ChainClock, RawProvider } from "../chain/clock";
import { type MarketClient, type SignedOrder } from "../chain/marketClient";
import { REMEMBERED_FRAMES } from "../chain/packedWords";
import { type Receipt, TRANSACTION_GAS_CAP, type Transactor } from "../chain/transactor";
import type { OrderRequest } from "../market/types";
import { Random } from "../random";
import { calldata, EVM, event, type FloorItem, shared, slotRewritten } from "./floor";

/** What one operation was measured to cost. */
export interface Measurement {
  operation: string;
  /** Gas of the receipts: the median of a single operation, or a marginal or fixed part fitted to receipts. */
  gas: number;
  /** The same before refunds. */
  grossGas: number;
  /** What the EVM charges at least for it. */
  floor: FloorItem[];
  /** How many receipts the figure rests on. */
  samples: number;
}

/** A clearing's cost over sizes of the book. */
export interface ClearingSeries {
  /** Orders in the book: all wait, or all are filled one to one. */
  book: "waits" | "filled";
  points: { orders: number; gas: number }[];
  /** Gas of one more order, between each size and its double. */
  marginals: { orders: number; gas: number }[];
  /** What is left of the smallest book's gas without its orders. */
  fixedGas: number;
}

/** Everything a run measured. */
export interface BenchResult {
  seed: number;
  measurements: Measurement[];
  clearing: ClearingSeries[];
}

/** What the bench runs on: a fresh market on an in-process chain, with nothing else going on. */
export interface BenchSetting {
  client: MarketClient;
  clock: ChainClock;
  provider: RawProvider;
  /** Operator, registrar, gateway and clearer. */
  sender: Transactor;
  /** Transactor of an address that nobody has the key of. */
  accountAt: (address: string) => Promise<Transactor>;
}

const BALANCE = 1_000_000_000n;
const PILE_W = 22_000n;
const BATCH = 20;
/** Bids and asks of the waiting book: the bids below every ask and below the tariff. */
const LOW = 100_000;
const HIGH = 200_000;
const TARIFF = 300_000n;

/**
 * Measures every operation of a market by receipts: distinct prices, distinct accounts, half icebergs, shuffled
 * placement, all from a seed.
 *
 * @param sizes books to clear, orders; each is also cleared at twice its size
 */
export async function runBench(setting: BenchSetting, sizes: readonly number[], seed: number): Promise<BenchResult> {
  const bench = new Bench(setting, seed);
  await bench.setUp(2 * Math.max(...sizes));
  return bench.run(sizes);
}

class Bench {
  private readonly random: Random;
  private readonly accounts: Transactor[] = [];
  private readonly signers: Wallet[] = [];
  private readonly receipts = new Map<string, Receipt[]>();
  private frame = 0;

  constructor(
    private readonly setting: BenchSetting,
    private readonly seed: number,
  ) {
    this.random = new Random(seed).stream("gas bench");
  }

  /** Registers and funds piles, and lets every slot that frames share be written once. */
  async setUp(piles: number): Promise<void> {
    const { client, sender, clock } = this.setting;
    await client.drawFromFaucet(sender, BALANCE * BigInt(piles + BATCH));
    const addresses: string[] = [];
    for (let i = 0; i < BATCH; i++) {
      const wallet = new Wallet(zeroPadValue(toBeHex(this.seed * 1000 + i + 1), 32));
      this.signers.push(wallet);
      addresses.push(wallet.address);
    }
    for (let i = 0; i < piles; i++) {
      const { address } = new Wallet(zeroPadValue(toBeHex(this.seed * 1_000_000 + i + 1), 32));
      addresses.push(address);
    }
    for (const address of addresses) {
      const pile = { account: address, operator: address, meterKey: address, ratedW: PILE_W };
      await this.record("registerPile", () => client.register(sender, pile));
      await this.record("deposit", () => client.deposit(sender, address, BALANCE));
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

  async run(sizes: readonly number[]): Promise<BenchResult> {
    await this.signedOrders();
    const clearing: ClearingSeries[] = [];
    for (const book of ["waits", "filled"] as const) {
      const points = new Map<number, number>();
      for (const orders of new Set(sizes.flatMap((size) => [size, 2 * size]))) {
        points.set(orders, await this.clearBook(book, orders));
      }
      clearing.push(series(book, sizes, points));
    }
    const empty = await this.emptyFrames();
    return { seed: this.seed, clearing, measurements: await this.measurements(clearing, empty) };
  }

  /** Fills an empty book with `orders` orders, clears it, and empties it again. @returns gas of the clearing */
  private async clearBook(book: ClearingSeries["book"], orders: number): Promise<number> {
    const { client } = this.setting;
    await this.publishAhead();
    const ranks = this.random.shuffle(Array.from({ length: orders / 2 }, (_, i) => i));
    const placing = this.random.shuffle(Array.from({ length: orders }, (_, i) => i));
    for (const i of placing) {
      const bid = i % 2 === 0;
      const iceberg = i % 4 < 2;
      const low = bid === (book === "waits");
      const order: OrderRequest = {
        side: bid ? "charge" : "discharge",
        price: BigInt((low ? LOW : HIGH) + 7 * ranks[i >> 1]!),
        energyWh: iceberg ? 6_000n : 1_500n,
        peakWh: iceberg ? 1_500n : 0n,
        expiryFrame: this.frame + 12,
      };
      const isFirst = !this.hasTraded.has(i);
      this.hasTraded.add(i);
      await this.record(isFirst ? "place, first order of the pile" : "place", () =>
        client.place(this.accounts[i]!, order),
      );
    }
    const gas = await this.clear(`clear, ${orders} ${book}`);
    await this.nextFrame();
    for (const { pile } of await client.liveStates()) {
      await this.record("cancel", () => client.cancel(this.accounts[pile - 1 - BATCH]!));
    }
    await this.nextFrame();
    await this.clear("warm-up");
    await this.nextFrame();
    return gas;
  }

  private readonly hasTraded = new Set<number>();

  /** Signed orders in a batch: the first batch makes the piles known, the second is measured. */
  private async signedOrders(): Promise<void> {
    const { client, sender, clock } = this.setting;
    for (const round of [0, 1]) {
      await this.publishAhead();
      const deadline = (await clock.now()) + 3600;
      const orders: SignedOrder[] = [];
      for (const [i, wallet] of this.signers.entries()) {
        orders.push(
          await client.sign(wallet, {
            action: "place",
            charge: i % 2 === 0,
            price: BigInt(LOW + 7 * i),
            energyWh: i % 4 < 2 ? 6_000n : 1_500n,
            peakWh: i % 4 < 2 ? 1_500n : 0n,
            expiryFrame: this.frame + 2,
            nonce: BigInt(round),
            deadline,
          }),
        );
      }
      await this.record(round === 0 ? "warm-up" : "submitBatch", async () => {
        const { receipt, refused } = await client.submitBatch(sender, orders);
        if (refused.length > 0) throw new Error(`bench: ${refused[0]!.refusal.message}`);
        return receipt;
      });
      for (let i = 0; i < 4; i++) {
        await this.clear("warm-up");
        await this.nextFrame();
      }
    }
  }

  private async emptyFrames(): Promise<number> {
    const gas: number[] = [];
    for (let i = 0; i < 5; i++) {
      await this.publishAhead();
      gas.push(await this.clear("clear, empty book"));
      await this.nextFrame();
    }
    return median(gas);
  }

  /** Publishes the frame that a later clearing needs. */
  private async publishAhead(): Promise<void> {
    const { client, sender } = this.setting;
    const frame = this.frame + client.parameters.leadFrames + 2;
    if (this.published.has(frame)) return;
    this.published.add(frame);
    const publication = { baseLoadW: 33_000n, importPrice: TARIFF, exportPrice: 50_000n, wheelingPrice: 0n };
    await this.record("publish", () => client.publish(sender, frame, [publication]));
  }

  private readonly published = new Set<number>();

  /** Clears the next frame in its window and settles it once over. @returns gas of the clearing */
  private async clear(kind: string): Promise<number> {
    const { client, clock, sender } = this.setting;
    const { frameSeconds, auctionSeconds } = client.parameters;
    await clock.reach((this.frame + 1) * frameSeconds - auctionSeconds);
    const { receipt, cleared } = await client.clear(sender, this.frame + 1);
    this.note(kind, receipt);
    if (cleared.fills.length > 0) {
      const publication = await client.publication(cleared.frame);
      await clock.reach((this.frame + 2) * frameSeconds);
      this.note(`settle, ${cleared.fills.length} fills`, await client.settle(sender, cleared, publication));
      this.frame += 1;
    }
    return Number(receipt.gasUsed);
  }

  private async nextFrame(): Promise<void> {
    this.frame += 1;
    await this.setting.clock.reach(this.frame * this.setting.client.parameters.frameSeconds);
  }

  private async record(kind: string, send: () => Promise<Receipt>): Promise<Receipt> {
    const receipt = await send();
    this.note(kind, receipt);
    return receipt;
  }

  private note(kind: string, receipt: Receipt): void {
    const list = this.receipts.get(kind) ?? [];
    list.push(receipt);
    this.receipts.set(kind, list);
  }

  private async measurements(clearing: readonly ClearingSeries[], emptyGas: number): Promise<Measurement[]> {
    const [waits, filled] = clearing as [ClearingSeries, ClearingSeries];
    const transaction: FloorItem = { what: "transaction", gas: EVM.transaction };
    const place = await this.single("place", (data) => [
      transaction,
      calldata(data),
      slotRewritten("pile's slot"),
      slotRewritten("live bit and sequence"),
      event(2, 1),
    ]);
    const first = await this.single("place, first order of the pile", () => place.floor);
    const signed = await this.single("submitBatch", (data) => [
      ...shared([transaction, calldata(data), slotRewritten("live bits and sequence")], BATCH),
      { what: "signature", gas: EVM.signatureRecovery },
      slotRewritten("pile's slot"),
      event(2, 1),
    ]);
    const cancel = await this.single("cancel", (data) => [
      transaction,
      calldata(data),
      slotRewritten("pile's slot"),
      event(2, 1),
    ]);
    const read: FloorItem = { what: "pile's slot read", gas: EVM.coldStorageRead };
    const wordLog: FloorItem = { what: "half a fill in the event", gas: 16 * EVM.logByte };
    const marginal = (series: ClearingSeries) => Math.round(median(series.marginals.map(({ gas }) => gas)));
    const clearFixed: FloorItem[] = [
      transaction,
      slotRewritten("running totals"),
      slotRewritten("frame's record"),
      { what: "publication and live bits read", gas: 2 * EVM.coldStorageRead },
      event(2, 4),
    ];
    const plain = (operation: string, gas: number, floor: FloorItem[], samples: number): Measurement => ({
      operation,
      gas,
      grossGas: gas,
      floor,
      samples,
    });
    return [
      place,
      first,
      {
        ...signed,
        operation: `place, signed, in a batch of ${BATCH}, each`,
        gas: signed.gas / BATCH,
        grossGas: signed.grossGas / BATCH,
      },
      cancel,
      plain("clear, each order that waits", marginal(waits), [read], waits.points.length),
      plain(
        "clear, each order filled one to one",
        marginal(filled),
        [slotRewritten("pile's slot"), wordLog],
        filled.points.length,
      ),
      plain("clear, fixed part", emptyGas, clearFixed, 5),
      await this.single("registerPile", () => []),
      await this.single("deposit", () => []),
      await this.single("publish", () => []),
    ];
  }

  /** Median of an operation's receipts; the middle one is traced for what refunds hide. */
  private async single(kind: string, floor: (data: string) => FloorItem[]): Promise<Measurement> {
    const receipts = [...(this.receipts.get(kind) ?? [])].sort((a, b) => Number(a.gasUsed - b.gasUsed));
    const middle = receipts[receipts.length >> 1];
    if (middle === undefined) throw new Error(`bench: no ${kind} was measured`);
    const { input } = (await this.setting.provider.send("eth_getTransactionByHash", [middle.hash])) as {
      input: string;
    };
    const gas = Number(middle.gasUsed);
    return {
      operation: kind,
      gas,
      grossGas: await this.grossGas(middle.hash),
      floor: floor(input),
      samples: receipts.length,
    };
  }

  /** Gas of a transaction before refunds: what its last step had left, from what it was given. */
  private async grossGas(hash: string): Promise<number> {
    const options = { disableMemory: true, disableStack: true, disableStorage: true };
    const { structLogs } = (await this.setting.provider.send("debug_traceTransaction", [hash, options])) as {
      structLogs: { gas: number; gasCost: number }[];
    };
    const last = structLogs[structLogs.length - 1]!;
    return Number(TRANSACTION_GAS_CAP) - (last.gas - last.gasCost);
  }
}

function series(
  book: ClearingSeries["book"],
  sizes: readonly number[],
  points: ReadonlyMap<number, number>,
): ClearingSeries {
  const marginals = sizes.map((orders) => ({
    orders,
    gas: (points.get(2 * orders)! - points.get(orders)!) / orders,
  }));
  const smallest = sizes[0]!;
  return {
    book,
    points: [...points].sort(([a], [b]) => a - b).map(([orders, gas]) => ({ orders, gas })),
    marginals,
    fixedGas: points.get(smallest)! - marginals[0]!.gas * smallest,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
