import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { DeploymentParameters } from "../../scripts/core/parameters";
import type { FrameOutcome } from "../../scripts/core/types";
import type { FrameListener } from "../../scripts/simulation/day";
import type { DayOptions } from "../../scripts/simulation/dayOptions";
import type { DayResult } from "../../scripts/simulation/dayResult";
import type { DaySettings } from "../../scripts/simulation/defaults";
import type { FaultReport } from "../../scripts/simulation/faults/faultReport";
import type { BookOrder, MarketPort } from "../../scripts/core/ports";
import { openChainMarket } from "./chainMarket";
import type { Day } from "./dayFlags";
import { type FaultyMarket, openFaultyMarket } from "./faultyMarket";
import { progressBar } from "./progress";

/** A day that was simulated. */
export interface PlayedSeed {
  seed: number;
  day: DayResult;
  /** The same by feeder, and what each was asked to do. */
  feeders: readonly DayResult[];
  options: readonly DayOptions[];
  /** Moved in all frames played, warm-up included, Wh. */
  deliveredWh: bigint;
}

/** The days of a command, and what came with them. */
export interface PlayedDays {
  days: PlayedSeed[];
  /** The live orders before each clearing of the first feeder's first day, where they were asked for. */
  books: ReadonlyMap<number, readonly BookOrder[]>;
  faults: FaultReport | undefined;
}

/** Simulates a day for each seed. @param quiet whether no progress is shown */
export async function playDays(
  hre: HardhatRuntimeEnvironment,
  day: Day,
  { withBooks, quiet }: { withBooks: boolean; quiet: boolean },
): Promise<PlayedDays> {
  const { recordBooks } = await import("../../scripts/simulation/bookRecorder");
  const bar = progressBar(day.seeds * day.feeders * framesToPlay(day.settings), "frames", quiet);
  const books = new Map<number, readonly BookOrder[]>();
  const days: PlayedSeed[] = [];
  let faulty: FaultyMarket | undefined;
  try {
    for (let seed = day.seed; seed < day.seed + day.seeds; seed++) {
      let deliveredWh = 0n;
      const onFrame = ({ trades, grid }: FrameOutcome) => {
        deliveredWh += [...trades, ...grid].reduce((sum, { energyWh }) => sum + energyWh, 0n);
        bar?.increment();
      };
      const openPort = async (feeder: number) => {
        const name = `s${seed}f${feeder + 1}`;
        if (day.faults !== undefined) {
          faulty = await openFaultyMarket(hre, day.market, seed, name, day.faults, firstFrame(day.settings));
        }
        const onChain = async () => openChainMarket(hre, day.market, seed, name, day.mechanism);
        const port = faulty?.port ?? (await (day.where === "chain" ? onChain() : openModelPort(day.market)));
        return withBooks && seed === day.seed && feeder === 0 ? recordBooks(port, books) : port;
      };
      days.push({ seed, ...(await simulate(day, seed, openPort, onFrame)), deliveredWh });
    }
  } finally {
    bar?.stop();
  }
  return { days, books, faults: faulty && (await reportOn(hre, faulty, day, days[0]!.day)) };
}

/**
 * Report on a day with faults, beside the same day on the model, which comes out as on a chain without
 * faults.
 */
async function reportOn(
  hre: HardhatRuntimeEnvironment,
  { port, client, deposited }: FaultyMarket,
  day: Day,
  result: DayResult,
): Promise<FaultReport> {
  const { reportFaults } = await import("../../scripts/simulation/faults/faultReport");
  const onModel = async () => openModelPort(day.market);
  const { day: faultless } = await simulate(day, day.seed, onModel, () => undefined);
  const { provider } = hre.ethers;
  return reportFaults({ client, provider, port, deposited: await deposited(), day: result, faultless });
}

async function simulate(
  day: Day,
  seed: number,
  openPort: (feeder: number) => Promise<MarketPort>,
  onFrame: FrameListener,
): Promise<Pick<PlayedSeed, "day" | "feeders" | "options">> {
  const { defaultDay } = await import("../../scripts/simulation/defaults");
  const { runFeeders } = await import("../../scripts/simulation/feeders");
  const feeders = [];
  for (let feeder = 0; feeder < day.feeders; feeder++) {
    // Feeders differ by their seeds; the first one's is the day's own.
    const settings = { ...day.settings, seed: seed + 1_000_003 * feeder };
    if (day.evs !== undefined) settings.evs = day.evs[feeder]!;
    feeders.push({ options: { ...defaultDay(settings), proposers: day.proposers }, port: await openPort(feeder) });
  }
  const { feeders: results, together } = await runFeeders(feeders, undefined, onFrame);
  return {
    day: results.length === 1 ? results[0]! : together,
    feeders: results,
    options: feeders.map(({ options }) => options),
  };
}

async function openModelPort(market: Partial<DeploymentParameters>): Promise<MarketPort> {
  const { withDefaults } = await import("../../scripts/core/parameters");
  const { ModelPort } = await import("../../scripts/simulation/modelPort");
  return new ModelPort(withDefaults(market));
}

/** The frame in which the measured day begins. */
function firstFrame({ warmUpDays = 1, calendar }: Omit<DaySettings, "seed">): number {
  return calendar?.measured.first ?? warmUpDays * 48;
}

/** About how many frames a day has with its warm-up and the stays that go on after it; only the bar's length. */
function framesToPlay({ warmUpDays = 1 }: Omit<DaySettings, "seed">): number {
  return (warmUpDays + 1) * 48 + 20;
}
