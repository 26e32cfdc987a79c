import type { DeploymentParameters } from "../core/parameters";
import { capacityUse, type Fluctuation, fluctuation, squaredSteps, unservedShare } from "../metrics/fluctuation";
import { type EvStay, wantedWh } from "../piles/ev";
import { frameOfDay, framesPerDay } from "../piles/population";
import type { ComparableSchedule, ComparedScheme, MarketRun, SchemeEnergy, SchemeFamily } from "./comparedScheme";
import { type DayOptions, type MeasuredFrames, runDay } from "./day";
import { midnightAfter } from "./dayOptions";
import { shareOf, totalsOf } from "./dayReport";
import type { RoundReport } from "./dayResult";
import type { Publication } from "../core/types";
import type { MarketPort } from "../core/ports";
import { ModelPort } from "./modelPort";
import { refillPrice, sellerCosts } from "./sellerCosts";
import { type Spread, spread } from "./statistics";

const SECONDS_PER_DAY = 86_400;

/** The figures of one scheme on one day. Power in W, shares from 0 to 1, money in units of the market. */
export interface SchemeFigures extends Fluctuation {
  /** Peak with the loss allowance as a share of the capacity [T 4.3b]; above 1 is overload. */
  peakShare: number;
  overloadedFrames: number;
  /** Share of the charging energy that was not delivered: of what recorded EVs need, of what drawn ones ask for. */
  unservedShare: number;
  /** Mean payment of a charging EV; without a market at the import tariff. */
  costPerEv: number;
  /** Mean earnings of discharging EVs, over all of them. */
  earnedPerEv: number;
  /**
   * Net of a kWh sold, money units: the seller's earnings less refilling at the lowest import tariff of the day, losses
   * and wear; NaN where nothing was sold.
   */
  sellersNetPerKWh: number;
  /** Standard deviation of the slope [T 5.6, 5.7], W per hour. */
  slopeDeviationWPerHour: number;
  /**
   * Root of the squared steps a day over all frames of the population, the days before and after the measured one and
   * every stay's end included: there every scheme has moved the same energy, and no schedule is below the optimum's.
   */
  spanRootW: number;
  /**
   * {@link spanRootW} against that of the offline optimum of the same energy, with the discharging EVs where the scheme
   * has them: as a ratio, and by how much it lies above, W; NaN without one.
   */
  toOptimum: number;
  aboveOptimumW: number;
  /** Sum of absolute steps against uncontrolled charging's of the same day, less 1; NaN without it. */
  toUncontrolled: number;
  /** Time to work out the schedule, ms. */
  computeMs: number;
  /** Gas of all transactions over all EVs that were simulated; NaN for what did not run on a chain. */
  gasPerEv: number;
}

/** One scheme over all days. */
export interface SchemeComparison {
  key: string;
  title: string;
  /** Whether it decides without knowledge of arrivals to come. */
  online: boolean;
  /** Whose energy it moves: charging EVs' alone, or what others sell besides. */
  energy: SchemeEnergy;
  family: SchemeFamily;
  /** Who has to do more for it than act in their own interest. */
  cooperates: string;
  spread: Record<keyof SchemeFigures, Spread>;
  /** By seed, in the order of the seeds. */
  days: SchemeFigures[];
  /** Load of each measured frame, W, by seed. */
  loadsW: number[][];
  /** The rounds of a benefit market, by seed; not there for other schemes. */
  rounds?: RoundReport[][];
}

/** Schemes to compare, and the days. */
export interface CompareOptions {
  seeds: readonly number[];
  /** The day of a seed: the same EVs, homes, tariffs and limits for every scheme. */
  dayOf: (seed: number) => DayOptions;
  market: DeploymentParameters;
  schemes: readonly ComparedScheme[];
  /** Opens a market of its own for a run; on the model by default. */
  openPort?: (rules: DeploymentParameters, seed: number, scheme: string) => Promise<MarketPort>;
}

/** Runs every scheme on every day. */
export async function compareSchemes(
  { seeds, dayOf, market, schemes, openPort = openModel }: CompareOptions,
  onRun?: (scheme: string, seed: number) => void,
): Promise<SchemeComparison[]> {
  const days: Map<string, SchemeFigures>[] = [];
  const rounds = new Map<string, RoundReport[][]>();
  const loads = new Map<string, number[][]>();
  for (const seed of seeds) {
    const day = dayOf(seed);
    const figures = new Map<string, SchemeFigures>();
    for (const scheme of schemes) {
      const begun = performance.now();
      const outcome =
        typeof scheme.run === "function"
          ? outcomeOf(scheme.run(day, market, seed), day, market)
          : await playMarket(day, market, scheme.run, (rules) => portOf(scheme, openPort)(rules, seed, scheme.key));
      if (outcome.rounds !== undefined) {
        rounds.set(scheme.key, [...(rounds.get(scheme.key) ?? []), outcome.rounds]);
      }
      loads.set(scheme.key, [...(loads.get(scheme.key) ?? []), loadsOf(outcome, day.measured)]);
      figures.set(scheme.key, figuresOf(outcome, day, market, performance.now() - begun));
      onRun?.(scheme.key, seed);
      // Lets a progress bar draw and an interrupt through.
      await new Promise(setImmediate);
    }
    relate(figures, schemes);
    days.push(figures);
  }
  return schemes.map(({ key, title, online, energy, family, cooperates }) => {
    const own = days.map((figures) => figures.get(key)!);
    const held = rounds.get(key);
    return {
      ...{ key, title, online, energy, family, cooperates, spread: spreadOf(own), days: own },
      loadsW: loads.get(key)!,
      ...(held === undefined ? {} : { rounds: held }),
    };
  });
}

/** Schemes from the calmest to the most restless by a figure's mean. */
export function ranking(schemes: readonly SchemeComparison[], by: keyof SchemeFigures): SchemeComparison[] {
  return [...schemes].sort((a, b) => a.spread[by].mean - b.spread[by].mean);
}

/** Outcome of a day under a scheme. */
interface Outcome {
  loadW(frame: number): number;
  unservedShare: number;
  cost: number;
  earned: number;
  /** Energy sold by discharging EVs, Wh, and what it costs them. */
  soldWh: number;
  sellerCost: number;
  /** Of a benefit market. */
  rounds?: RoundReport[] | undefined;
  /** Of a market on a chain. */
  gas?: number | undefined;
}

/** A market whose bonds cover any breach, where its meters would find one. SPEC 2. */
function withBond(market: DeploymentParameters): DeploymentParameters {
  const needsBond =
    market.readingSeconds > 0 && market.breach === "defaulter" && market.bondPricePerKwh < market.importCapPerKwh;
  return needsBond ? { ...market, bondPricePerKwh: market.importCapPerKwh } : market;
}

/** How a scheme's market is opened. */
function portOf({ run }: ComparedScheme, openPort: NonNullable<CompareOptions["openPort"]>) {
  return (typeof run === "function" ? undefined : run.openPort) ?? openPort;
}

async function openModel(rules: DeploymentParameters): Promise<MarketPort> {
  return new ModelPort(rules);
}

/** The day on a market, played on until the last EV of all has left. */
async function playMarket(
  day: DayOptions,
  market: DeploymentParameters,
  run: MarketRun,
  openPort: (rules: DeploymentParameters) => Promise<MarketPort>,
): Promise<Outcome> {
  const { rules = {}, sellers = true, discountPricePerKwh = 0n, policy, proposers, meters } = run;
  const agents = { ...(policy && { policy }), ...(proposers && { proposers }), ...(meters && { meters }) };
  const port = await openPort(withBond({ ...market, ...rules }));
  const evs = day.evs.filter(({ side }) => sellers || side === "charge");
  // Whatever the market's rules, the EVs ask for the same energy in every scheme. SPEC 7.
  const expectedLoad = run.expectedLoad?.();
  const lastMidnight = midnightAfter(day, framesPerDay(market.frameSeconds));
  const publication = (frame: number): Publication => {
    const expected = frame < lastMidnight ? expectedLoad?.[frameOfDay(frame, expectedLoad.length)] : undefined;
    const tariffs = discounted(day.publication(frame), discountPricePerKwh);
    return expected === undefined ? tariffs : { ...tariffs, expectedLoad: expected };
  };
  if (run.operatorFund !== undefined) {
    if (port.depositGrid === undefined) throw new RangeError("this market's operator cannot be given money");
    await port.depositGrid(run.operatorFund);
  }
  const common = { energyLimits: market, measured: spanOf(day), refillPricePerKwh: refillPrice(day) };
  const options = { ...day, evs, publication, ...agents, ...common };
  const { before, frames, rounds, evs: reports } = await runDay(options, port);
  const counted = reports.filter(({ stay }) => arrivesWithin(day, stay));
  const { servedWh, unservedWh, soldWh, paid, earned, refillCost, wearCost } = totalsOf(counted);
  const { first, count } = day.measured;
  return {
    loadW: (frame) => frames[frame - options.measured.first]?.loadW ?? before.marketW,
    rounds: rounds?.filter(({ frame }) => frame >= first && frame < first + count),
    gas: port.gasUse && Object.values(port.gasUse()).reduce((sum, { gas }) => sum + Number(gas), 0),
    unservedShare: shareOf(unservedWh, servedWh + unservedWh),
    cost: Number(paid),
    earned: Number(earned),
    ...{ soldWh, sellerCost: Number(refillCost + wearCost) },
  };
}

/** A publication with a lower import tariff, as far as the export tariff lets it be. */
function discounted(publication: Publication, discountPricePerKwh: bigint): Publication {
  const lower = publication.importPricePerKwh - discountPricePerKwh;
  const { exportPricePerKwh } = publication;
  return { ...publication, importPricePerKwh: lower > exportPricePerKwh ? lower : exportPricePerKwh };
}

/** All frames in which an EV of the day can be delivered to, and the one in which the load is the homes' again. */
export function spanOf({ evs, measured }: Pick<DayOptions, "evs" | "measured">): MeasuredFrames {
  const last = evs.reduce((latest, ev) => Math.max(latest, ev.departureFrame), measured.first + measured.count - 2);
  return { first: 1, count: last + 1 };
}

/** The day under a schedule: without a market, energy is bought and sold at the tariffs of its frames. */
function outcomeOf(schedule: ComparableSchedule, day: DayOptions, market: DeploymentParameters): Outcome {
  const { evWh, evLoadW, servedWh, movedWh = servedWh, drawnWh = evWh, soldWh = [] } = schedule;
  const counted = [...day.evs.keys()].filter((index) => isCounted(day, index));
  const wanted = day.evs.map((ev) => wantedWh(ev, market));
  const of = (values: readonly number[], side: string) =>
    counted.filter((index) => day.evs[index]!.side === side).map((index) => values[index]!);
  const refillPricePerKwh = refillPrice(day);
  const costs = counted.map((index) => sellerCosts(day.evs[index]!, movedWh[index]!, refillPricePerKwh));
  return {
    loadW: (frame) => Number(day.publication(frame).baseLoadW) + (evLoadW[frame] ?? 0),
    unservedShare: unservedShare(of(wanted, "charge"), of(servedWh, "charge")),
    cost: (sum(of(servedWh, "charge")) / 1000) * meanPrice(drawnWh, (f) => day.publication(f).importPricePerKwh),
    earned: (sum(of(movedWh, "discharge")) / 1000) * meanPrice(soldWh, (f) => day.publication(f).exportPricePerKwh),
    soldWh: sum(of(movedWh, "discharge")),
    sellerCost: sum(costs.map(({ refillCost, wearCost }) => Number(refillCost + wearCost))),
  };
}

/** Average price of some energy per frame, over all days simulated. */
function meanPrice(energyWh: readonly number[], price: (frame: number) => bigint): number {
  return shareOf(sum(energyWh.map((wh, frame) => wh * Number(price(frame)))), sum(energyWh));
}

function figuresOf(
  outcome: Outcome,
  day: DayOptions,
  { capacityW, lossAllowanceW, frameSeconds }: DeploymentParameters,
  computeMs: number,
): SchemeFigures {
  const { first } = day.measured;
  const loadsW = loadsOf(outcome, day.measured);
  const span = spanOf(day);
  const spanDays = (span.count * frameSeconds) / SECONDS_PER_DAY;
  const ofDay = fluctuation(loadsW, outcome.loadW(first - 1));
  const counted = day.evs.filter((_, index) => isCounted(day, index));
  const charging = counted.filter(({ side }) => side === "charge").length;
  return {
    ...ofDay,
    ...capacityUse(loadsW, Number(capacityW), Number(lossAllowanceW)),
    unservedShare: outcome.unservedShare,
    costPerEv: shareOf(outcome.cost, charging),
    earnedPerEv: shareOf(outcome.earned, counted.length - charging),
    sellersNetPerKWh: ((outcome.earned - outcome.sellerCost) * 1000) / outcome.soldWh,
    slopeDeviationWPerHour: (Math.sqrt(ofDay.slopeVariance) * 3600) / frameSeconds,
    spanRootW: Math.sqrt(squaredSteps(loadsOf(outcome, span), outcome.loadW(span.first - 1)) / spanDays),
    toOptimum: NaN,
    aboveOptimumW: NaN,
    toUncontrolled: NaN,
    computeMs,
    gasPerEv: outcome.gas === undefined ? NaN : outcome.gas / day.evs.length,
  };
}

/** Loads of some frames, W. */
function loadsOf(outcome: Outcome, { first, count }: MeasuredFrames): number[] {
  return Array.from({ length: count }, (_, index) => outcome.loadW(first + index));
}

/** The optimum of each kind of energy, by its key. */
const OPTIMUM: Readonly<Record<SchemeEnergy, string>> = { charging: "offlineOptimum", both: "offlineOptimumV2g" };

/** Fills in what a scheme's figures are against those of others on the same day. */
function relate(figures: ReadonlyMap<string, SchemeFigures>, schemes: readonly ComparedScheme[]): void {
  const uncontrolled = figures.get("uncontrolled")?.absoluteStepsW;
  for (const { key, energy } of schemes) {
    const own = figures.get(key)!;
    const optimum = figures.get(OPTIMUM[energy])?.spanRootW;
    if (optimum !== undefined) {
      own.toOptimum = own.spanRootW / optimum;
      own.aboveOptimumW = own.spanRootW - optimum;
    }
    if (uncontrolled !== undefined) own.toUncontrolled = own.absoluteStepsW / uncontrolled - 1;
  }
}

function spreadOf(days: readonly SchemeFigures[]): Record<keyof SchemeFigures, Spread> {
  const names = Object.keys(days[0] ?? {}) as (keyof SchemeFigures)[];
  return Object.fromEntries(names.map((name) => [name, spread(days.map((figures) => figures[name]))])) as Record<
    keyof SchemeFigures,
    Spread
  >;
}

/** Whether an EV comes within the measured frames. */
function isCounted(day: DayOptions, index: number): boolean {
  return arrivesWithin(day, day.evs[index]!);
}

function arrivesWithin({ measured: { first, count } }: DayOptions, { arrivalFrame }: EvStay): boolean {
  return arrivalFrame >= first && arrivalFrame < first + count;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
