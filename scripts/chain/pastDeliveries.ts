import type { MarketParameters } from "../core/types";
import type { PastDelivery } from "../planners/expectedLoad";
import { MARKET_INTERFACE } from "./interfaces";
import { decodeFill, decodePileState, decodePublication, GRID, type PackedPublication } from "./packedWords";
import { type BlockRange, type LogProvider, readLogs } from "./readLogs";

/** A market's exchange with the grid, as its events tell it. */
export interface PastExchange {
  /** In order of the events. */
  deliveries: PastDelivery[];
  /** By frame. */
  publications: Map<number, PackedPublication>;
  /** Frames that were cleared. */
  cleared: Set<number>;
}

const EVENTS = ["OrderPlaced", "FramePublished", "FrameCleared", "FlexibleFilled"];

/** Unity of an efficiency, 1/10 000. */
const FULL_BPS = 10_000;

/**
 * The energy that orders got from the grid and gave to it, and how long after their first frames: fills of matches and of
 * rounds, as the load counts them. Trades between piles are not among it.
 *
 * @param range from the market's deployment on, or orders placed before are missing
 */
export async function readExchange(
  source: LogProvider,
  { address, parameters }: { address: string; parameters: Readonly<MarketParameters> },
  range: BlockRange,
): Promise<PastExchange> {
  const topics = EVENTS.map((name) => MARKET_INTERFACE.getEvent(name)!.topicHash);
  const firstFrames = new Map<number, number>();
  const exchange: PastExchange = { deliveries: [], publications: new Map(), cleared: new Set() };
  const [drawn, fed] = [Number(parameters.chargeEfficiencyBps), -Number(parameters.dischargeEfficiencyBps)];
  const take = (frame: number, fills: readonly bigint[]) => {
    for (const { sell, buy, energyWh } of fills.map(decodeFill)) {
      if (sell !== GRID && buy !== GRID) continue;
      const firstFrame = Math.min(frame, firstFrames.get(sell === GRID ? buy : sell) ?? frame);
      const loadWh = (Number(energyWh) * (sell === GRID ? drawn : fed)) / FULL_BPS;
      exchange.deliveries.push({ frame, firstFrame, loadWh });
    }
  };
  for (const log of await readLogs(source, [{ address, topics: [topics] }], range)) {
    const { name, args } = MARKET_INTERFACE.parseLog(log)!;
    const number = (key: string) => Number(args.getValue(key));
    if (name === "OrderPlaced") {
      firstFrames.set(number("pile"), decodePileState(args.getValue("state") as bigint).firstFrame);
      continue;
    }
    const frame = number("frame");
    if (name === "FramePublished") {
      exchange.publications.set(frame, decodePublication(args.getValue("publication") as bigint)!);
      continue;
    }
    take(frame, args.getValue("fills") as readonly bigint[]);
    if (name === "FrameCleared") exchange.cleared.add(frame);
  }
  return exchange;
}
