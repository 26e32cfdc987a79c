import type { MarketClient } from "../../chain/marketClient";
import type { Receipt } from "../../chain/transactor";
import { BookBench } from "./bookBench";
import { ClaimBench } from "./claimBench";
import { type Floor, scheduledGas } from "./floor";
import { FloorBench } from "./harness";
import type { BenchResult, BenchSetting, ClearingSeries, Measurement } from "./measurement";
import {
  clearFixedFloor,
  createMarketFloor,
  filledOrdersFloor,
  OPERATIONS,
  settledFillsFloor,
  settleFixedFloor,
  waitingOrdersFloor,
} from "./operationFloors";
import { OtherOperations } from "./otherOperations";
import { type Measured, median, ReceiptLog } from "./receipts";
import { RoundBench } from "./roundBench";
import { CLAIM_OPERATIONS, ROUND_OPERATIONS } from "./roundFloors";

export type { BenchResult, BenchSetting, ClearingSeries, Measurement } from "./measurement";

/**
 * Measures every operation of a market by receipts: distinct prices, distinct accounts, half icebergs, shuffled
 * placement, all from a seed; and, beside it, the least that the EVM charges.
 *
 * @param benefit a market with benefit rounds and meters on the same chain
 * @param keepers one with meters in which keepers are paid
 * @param sizes books to clear, orders; each is also cleared at twice its size
 */
export async function runBench(
  setting: BenchSetting,
  benefit: MarketClient,
  keepers: MarketClient,
  sizes: readonly number[],
  seed: number,
): Promise<BenchResult> {
  const log = new ReceiptLog(setting.provider);
  const book = new BookBench(setting, log, seed);
  await book.setUp(2 * Math.max(...sizes));
  await book.signedOrders();
  const clearing: ClearingSeries[] = [];
  const settled = new Map<number, Receipt>();
  for (const kind of ["waits", "filled"] as const) {
    const points = new Map<number, number>();
    for (const orders of new Set(sizes.flatMap((size) => [size, 2 * size]))) {
      const cleared = await book.clearBook(kind, orders);
      points.set(orders, cleared.gas);
      if (kind === "filled" && cleared.settlement !== undefined) settled.set(orders / 2, cleared.settlement);
    }
    clearing.push(series(kind, sizes, points));
  }
  await book.emptyFrames();
  const other = new OtherOperations(setting, log, book);
  const codeBytes = await other.run();
  await new RoundBench({ ...setting, client: benefit }, log, seed).run();
  await new ClaimBench({ ...setting, client: keepers }, log, seed).run();

  const floors = new FloorBench(setting.provider, setting.sender.address);
  const measured = async (
    operation: string,
    call: string,
    { gas, grossGas, samples }: Omit<Measured, "data">,
    floor: Floor,
    computes = false,
  ): Promise<Measurement> => ({
    operation,
    call,
    gas,
    grossGas,
    floor,
    scheduledFloorGas: scheduledGas(floor),
    measuredFloorGas: await floors.measure(floor),
    computes,
    samples,
  });

  const measurements: Measurement[] = [];
  for (const { operation, call, floor, units = 1, computes } of [
    ...OPERATIONS,
    ...ROUND_OPERATIONS,
    ...CLAIM_OPERATIONS,
  ]) {
    const { gas, grossGas, samples, data } = await log.median(operation);
    const each = { gas: gas / units, grossGas: grossGas / units, samples };
    measurements.push(await measured(operation, call, each, floor(data), computes));
  }
  const [waits, filled] = clearing as [ClearingSeries, ClearingSeries];
  const marginal = ({ marginals, points }: ClearingSeries) => {
    const gas = median(marginals.map((m) => m.gas));
    return { gas, grossGas: gas, samples: points.length };
  };
  const empty = await log.median("clear, empty book");
  const settling = await settlement(settled, log);
  const create = await log.median("createMarket");
  measurements.push(
    await measured("clear, fixed part", "clear", empty, clearFixedFloor(empty.data)),
    await measured("clear, each order that waits", "clear", marginal(waits), waitingOrdersFloor(100)),
    await measured("clear, each order filled one to one", "clear", marginal(filled), filledOrdersFloor(100)),
    await measured("settle, fixed part", "settle", settling.fixed, settleFixedFloor(settling.fixed.data)),
    await measured(
      "settle, each trade",
      "settle",
      settling.each,
      settledFillsFloor(settling.fills, settling.words),
      true,
    ),
    await measured("createMarket", "createMarket", create, createMarketFloor(create.data, codeBytes)),
  );
  return { seed, clearing, measurements };
}

/** Trades that a settlement's floor is measured for: a bare program's slots are all filled in one transaction. */
const FLOOR_FILLS = 100;

/** Splits settlements of several sizes into what a trade adds and what is left without any. */
async function settlement(settled: ReadonlyMap<number, Receipt>, log: ReceiptLog) {
  const bySize = [...settled].sort(([a], [b]) => a - b);
  const [[fewer, less], [more, most]] = [bySize[0]!, bySize[bySize.length - 1]!];
  const gas = (Number(most.gasUsed) - Number(less.gasUsed)) / (more - fewer);
  const fixedGas = Number(less.gasUsed) - gas * fewer;
  const data = await log.calldataOf(most);
  // Selector, six arguments and the number of fills come before the fills, the number of readings after them.
  const head = 2 + 8 + 7 * 64;
  const fills = Math.min(more, FLOOR_FILLS);
  return {
    fills,
    words: `0x${data.slice(head, head + 64 * fills)}`,
    each: { gas, grossGas: gas, samples: settled.size },
    fixed: { gas: fixedGas, grossGas: fixedGas, samples: settled.size, data: data.slice(0, head) },
  };
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
