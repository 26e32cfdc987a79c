import type { HardhatRuntimeEnvironment } from "hardhat/types";
import pc from "picocolors";

import type { DeploymentParameters } from "../scripts/market/defaults";
import { InputError } from "../scripts/scenario/inputError";
import type { Imbalance } from "../scripts/market/settlement";
import type { FrameOutcome } from "../scripts/market/types";
import type { FrameListener } from "../scripts/simulation/day";
import type { DayResult, DeliveryReport, LoadReport } from "../scripts/simulation/dayResult";
import type { DaySettings } from "../scripts/simulation/defaults";
import type { BookOrder, MarketPort } from "../scripts/simulation/marketPort";
import type { FaultReport } from "../scripts/simulation/faults/faultReport";
import { FAULTS_SYNTAX, parseFaults } from "../scripts/simulation/faults/parse";
import type { Headline, Spread } from "../scripts/simulation/statistics";
import { type BenefitArguments, type BenefitChoice, readBenefit } from "./support/benefit";
import { addDataFlags, type DataArguments, readDataFiles } from "./support/dataFiles";
import { loadAgent } from "./support/ownFiles";
import { openChainMarket } from "./support/chainMarket";
import { commandLine } from "./support/commandLine";
import { printFaults } from "./support/faultsText";
import { type FaultyMarket, openFaultyMarket } from "./support/faultyMarket";
import { guarded } from "./support/guarded";
import { writeText } from "./support/files";
import { amount, oneOf, wholeNumber } from "./support/flags";
import { compileQuietly } from "./support/network";
import { energyRows, printNotes } from "./support/energyText";
import { grouped, kW, kWh, money, pence, printHeading, printTable, toJsonText } from "./support/output";
import { progressBar } from "./support/progress";
import { METERS_HELP, parseMeters } from "./support/meters";
import { dayTask, readSetting, type SettingArguments } from "./support/setting";

interface Arguments extends SettingArguments, BenefitArguments, DataArguments {
  seeds: string;
  feeders: string;
  policy?: string;
  agent?: string;
  threshold: string;
  wait?: string;
  alpha: string;
  beta: string;
  on: string;
  meters?: string;
  faults?: string;
}

/** How long readings are waited for with --meters, s. */
const READING_SECONDS = 3_600;

/** Most piles of a market with meters: the contract's bound. */
const MOST_METERED_PILES = 512;

addDataFlags(
  dayTask("simulate:day", "Simulates a day of charging piles trading on their feeder's market, on an in-process chain"),
)
  .addOptionalParam("seeds", "how many seeds to run from --seed on; above 1 prints mean and spread", "1")
  .addOptionalParam("feeders", "feeders, a market each", "1")
  .addOptionalParam("agent", "file of an agent of your own instead of a policy, .ts or .js (default: none)")
  .addOptionalParam(
    "policy",
    "how piles place orders: waterline, valley, impatient or wholeNeed (default: waterline; wholeNeed where plans compete)",
  )
  .addOptionalParam(
    "settlement",
    "who decides flexible energy: adbev (the clearing) or benefit (plans that compete)",
    "adbev",
  )
  .addOptionalParam(
    "proposers",
    "with --settlement benefit: who proposes plans, some of epob, pob, asap (default: all)",
  )
  .addOptionalParam(
    "plannerFile",
    "with --settlement benefit: file of a planner of your own that proposes besides, .ts or .js (default: none)",
  )
  .addOptionalParam("horizon", "with --settlement benefit: most frames that a plan looks ahead, 1 to 48 (default: 24)")
  .addOptionalParam(
    "allotment",
    "with --settlement benefit: energy goes first to who ends first (expiry, the default) or can wait least (slack; an iceberg's tranche is then its pile's rate)",
  )
  .addOptionalParam("threshold", "orders above this are icebergs, Wh", "4000")
  .addOptionalParam("wait", "frames after which an iceberg is filled from the grid (default: the setting's)")
  .addOptionalParam("alpha", "weight of the price rank", "10")
  .addOptionalParam("beta", "weight of the time rank", "1")
  .addOptionalParam("on", "what to run it on: chain (the contracts) or model (TypeScript, faster, no gas)", "chain")
  .addOptionalParam("meters", METERS_HELP)
  .addOptionalParam("faults", `what goes wrong, with commas between (default: nothing): ${FAULTS_SYNTAX}`)
  .setAction(
    guarded(async (args: Arguments, hre) => {
      const day = await readDay(args);
      const where = oneOf("on", args.on, ["chain", "model"]);
      const faults = readFaults(args, where, day);
      if (where === "chain") await compileQuietly(hre);
      printNotes(day.notes);
      const seeds = Array.from({ length: day.seeds }, (_, i) => day.seed + i);
      const bar = progressBar(seeds.length * day.feeders * framesToPlay(day.settings), "frames", args.json);
      const results: DayResult[] = [];
      const books = new Map<number, readonly BookOrder[]>();
      const { recordBooks } = await import("../scripts/simulation/bookRecorder");
      let faulty: FaultyMarket | undefined;
      let deliveredWh = 0n;
      const onFrame = ({ trades, grid }: FrameOutcome) => {
        deliveredWh += [...trades, ...grid].reduce((sum, { energyWh }) => sum + energyWh, 0n);
        bar?.increment();
      };
      try {
        for (const seed of seeds) {
          const openPort = async (feeder: number) => {
            const name = `s${seed}f${feeder + 1}`;
            if (faults !== undefined) {
              faulty = await openFaultyMarket(hre, day.market, seed, name, faults, firstFrame(day.settings));
            }
            const port =
              faulty?.port ??
              (await (where === "chain" ? openChainMarket(hre, day.market, seed, name) : openModelPort(day.market)));
            return args.html !== undefined && seed === day.seed && feeder === 0 ? recordBooks(port, books) : port;
          };
          results.push(await simulate(day, seed, openPort, onFrame));
        }
      } finally {
        bar?.stop();
      }
      const [first] = results;
      const report = faulty === undefined ? undefined : await reportOn(hre, faulty, day, first!);
      if (args.csv !== undefined) {
        const { dayCsv } = await import("../scripts/reports/dayCsv");
        await writeText("csv", args.csv, dayCsv(first!));
      }
      if (args.html !== undefined) {
        const { dayHtml } = await import("../scripts/reports/day/html");
        const { DEFAULT_PARAMETERS } = await import("../scripts/market/defaults");
        const html = dayHtml({
          setting: args.setting,
          seed: day.seed,
          command: commandLine(hre, "simulate:day", { ...args }),
          frameSeconds: { ...DEFAULT_PARAMETERS, ...day.market }.frameSeconds,
          day: first!,
          books,
          ...(day.feeders === 1 ? {} : { bookOf: `the first of ${day.feeders} feeders` }),
        });
        await writeText("html", args.html, html);
      }
      if (results.length === 1) {
        if (args.json) {
          console.log(toJsonText({ arguments: args, deliveredWh, ...first!, ...(report && { faults: report }) }));
        } else {
          await printDay(first!, args, deliveredWh);
          if (report !== undefined) printFaults(report);
        }
        if (report?.proof.holds === false) process.exitCode = 1;
        return;
      }
      const { spreads } = await import("../scripts/simulation/statistics");
      const spread = spreads(results);
      if (args.json) console.log(toJsonText({ arguments: args, spread }));
      else printSpread(spread, args);
    }),
  );

interface Day {
  seed: number;
  seeds: number;
  feeders: number;
  settings: Omit<DaySettings, "seed">;
  market: Partial<DeploymentParameters>;
  /** What is odd about the files of data. */
  notes: readonly string[];
  /** Who proposes plans in each round; nobody where none are held. */
  proposers: BenefitChoice["proposers"];
}

async function readDay(args: Arguments): Promise<Day> {
  const { POLICIES } = await import("../scripts/piles/policies");
  const feeders = wholeNumber("feeders", args.feeders, 1, 1_000);
  const { settings, market, seed } = await readSetting(args, 100_000, feeders);
  const benefit = await readBenefit(args);
  const policyName = args.policy ?? (benefit === undefined ? "waterline" : "wholeNeed");
  const policy = POLICIES[oneOf("policy", policyName, Object.keys(POLICIES))]!();
  settings.policy = args.agent === undefined ? policy : await loadAgent(args.agent);
  const data = await readDataFiles(args);
  Object.assign(settings, data.settings);
  market.icebergThresholdWh = amount("threshold", args.threshold, "Wh");
  market.alpha = wholeNumber("alpha", args.alpha, 0, 65_535);
  market.beta = wholeNumber("beta", args.beta, 0, 65_535);
  market.pileCap = 1_024;
  Object.assign(market, benefit?.market);
  if (args.wait !== undefined) market.maxWaitFrames = wholeNumber("wait", args.wait, 0, 65_535);
  if (args.meters !== undefined) {
    settings.meters = parseMeters("meters", args.meters);
    market.readingSeconds = READING_SECONDS;
    market.pileCap = Math.min(market.pileCap, MOST_METERED_PILES);
  }
  return {
    seed,
    seeds: wholeNumber("seeds", args.seeds, 1, 1_000),
    feeders,
    settings,
    market,
    notes: data.notes,
    proposers: benefit?.proposers ?? [],
  };
}

/** @throws InputError where faults are planned for what they cannot befall */
function readFaults(args: Arguments, where: string, { seeds, feeders }: Day) {
  if (args.faults === undefined) return undefined;
  const faults = parseFaults("faults", args.faults);
  if (where !== "chain") throw new InputError("--faults", "faults befall a chain; leave out --on model");
  if (seeds > 1 || feeders > 1) throw new InputError("--faults", "goes with one seed and one feeder");
  return faults;
}

/** What faults did to a day, beside the same day on the model, which comes out as on a chain without faults. */
async function reportOn(
  hre: HardhatRuntimeEnvironment,
  { port, client, deposited }: FaultyMarket,
  day: Day,
  result: DayResult,
): Promise<FaultReport> {
  const { reportFaults } = await import("../scripts/simulation/faults/faultReport");
  const faultless = await simulate(
    day,
    day.seed,
    async () => openModelPort(day.market),
    () => undefined,
  );
  const { provider } = hre.ethers;
  return reportFaults({ client, provider, port, deposited: await deposited(), day: result, faultless });
}

async function simulate(
  day: Day,
  seed: number,
  openPort: (feeder: number) => Promise<MarketPort>,
  onFrame: FrameListener,
): Promise<DayResult> {
  const { defaultDay } = await import("../scripts/simulation/defaults");
  const { runFeeders } = await import("../scripts/simulation/feeders");
  const feeders = [];
  for (let feeder = 0; feeder < day.feeders; feeder++) {
    // Feeders differ by their seeds; the first one's is the day's own.
    const options = {
      ...defaultDay({ ...day.settings, seed: seed + 1_000_003 * feeder }),
      proposers: day.proposers,
    };
    feeders.push({ options, port: await openPort(feeder) });
  }
  const { feeders: results, together } = await runFeeders(feeders, undefined, onFrame);
  return results.length === 1 ? results[0]! : together;
}

async function openModelPort(market: Partial<DeploymentParameters>): Promise<MarketPort> {
  const { DEFAULT_PARAMETERS } = await import("../scripts/market/defaults");
  const { ModelPort } = await import("../scripts/simulation/modelPort");
  return new ModelPort({ ...DEFAULT_PARAMETERS, ...market });
}

/** The frame in which the measured day begins. */
function firstFrame({ warmUpDays = 1, calendar }: Omit<DaySettings, "seed">): number {
  return calendar?.measured.first ?? warmUpDays * 48;
}

/** About how many frames a day has with its warm-up and the stays that go on after it; only the bar's length. */
function framesToPlay({ warmUpDays = 1 }: Omit<DaySettings, "seed">): number {
  return (warmUpDays + 1) * 48 + 20;
}

function share(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}

function below(value: number, reference: number): string {
  return reference === 0 ? "–" : `${(100 * (value / reference - 1)).toFixed(1)} %`;
}

const CAUSES: Record<keyof Imbalance, string> = {
  overConsumption: "consumed more than agreed, at the import tariff",
  underConsumption: "consumed less, by how much the price is above the export tariff",
  overProduction: "produced more than agreed, at the export tariff",
  underProduction: "produced less, by how much the import tariff is above the price",
  silence: "silent meters, any of these",
  debt: "due and not collected",
};

async function printDay(day: DayResult, args: Arguments, deliveredWh: bigint): Promise<void> {
  const { loads, totals, capacityW } = day;
  printHeading(
    `${args.setting}, seed ${args.seed}: ${totals.chargingEvs} EVs charging, ${totals.dischargingEvs} discharging, ${day.frames.length} frames`,
  );
  const rows: [string, (load: LoadReport) => string][] = [
    ["sum of absolute steps (PFL, thesis 4.4)", (l) => kW(l.absoluteStepsW)],
    ["  against uncontrolled", (l) => below(l.absoluteStepsW, loads.uncontrolled.absoluteStepsW)],
    ["root of summed squared steps (thesis ch. 6)", (l) => kW(l.squaredStepsRootW)],
    ["variance of the slope (thesis 5.7), kW²", (l) => (l.slopeVariance / 1e6).toFixed(2)],
    ["  its cube root (from W²)", (l) => l.slopeVarianceCubeRoot.toFixed(1)],
    ["ln((max − min) / mean) (thesis 3.11)", (l) => l.logRange.toFixed(2)],
    ["peak", (l) => kW(l.peakW)],
    [`  of the capacity, ${kW(capacityW, 0)}`, (l) => share(l.peakW, capacityW)],
    ["energy unserved", (l) => `${(100 * l.unservedShare).toFixed(2)} %`],
  ];
  printTable(
    ["", args.settlement === "benefit" ? "benefit market" : "AdBEV market", "uncontrolled", "plain cap", "homes alone"],
    rows.map(([name, value]) => [name, ...[loads.market, loads.uncontrolled, loads.capped, loads.base].map(value)]),
  );

  printHeading("Energy and money");
  const perKWh = (sum: bigint, energyWh: number) => (energyWh === 0 ? "–" : pence((Number(sum) * 1000) / energyWh));
  printTable(
    ["", ""],
    [
      ...energyRows(totals),
      ["charged", kWh(totals.servedWh)],
      ["  bought from other piles", `${kWh(totals.tradedWh)} (${share(totals.tradedWh, totals.servedWh)})`],
      ["  bought from the grid", `${kWh(totals.gridWh)} (${share(totals.gridWh, totals.servedWh)})`],
      ["sold by discharging EVs", `${kWh(totals.soldWh)} of ${kWh(totals.offeredWh)} offered`],
      ["paid per kWh charged", perKWh(totals.paid, totals.servedWh)],
      ["earned per kWh sold", perKWh(totals.earned, totals.soldWh)],
      ["orders", `${totals.orders.normal} normal, ${totals.orders.iceberg} iceberg`],
      ["transactions per EV", totals.transactionsPerEv.toFixed(2)],
    ],
  );

  printHeading("Mean price of the deals by hour, pence per kWh");
  const hours = day.meanPriceByHour.map((price, hour) => [hour, price] as const);
  for (const half of [hours.slice(0, 12), hours.slice(12)]) {
    printTable(
      half.map(([hour]) => `${String(hour).padStart(2, "0")} h`),
      [half.map(([, price]) => (price === undefined ? "–" : (price / 10_000).toFixed(1)))],
    );
  }

  if (day.rounds !== undefined) printRounds(day.rounds);
  if (day.delivery !== undefined) await printDelivery(day.delivery);
  if (day.gas !== undefined) printGas(day.gas, deliveredWh);
}

/** What the rounds came to: who won how often, with what mean benefit. */
function printRounds(rounds: NonNullable<DayResult["rounds"]>): void {
  const byWinner = new Map<string, bigint[]>();
  for (const { winner = "fallback (the clearing)", lambda } of rounds) {
    byWinner.set(winner, [...(byWinner.get(winner) ?? []), lambda]);
  }
  // Benefits are out of 10^18.
  const mean = (lambdas: readonly bigint[]) =>
    (lambdas.reduce((sum, lambda) => sum + Number(lambda), 0) / lambdas.length / 1e18).toExponential(2);
  printHeading(`${grouped(rounds.length)} rounds in which plans competed`);
  printTable(
    ["executed", "rounds", "", "mean benefit λ"],
    [
      ...[...byWinner]
        .sort(([, a], [, b]) => b.length - a.length)
        .map(([winner, lambdas]) => [
          winner,
          grouped(lambdas.length),
          share(lambdas.length, rounds.length),
          mean(lambdas),
        ]),
      ["all", grouped(rounds.length), "", mean(rounds.map(({ lambda }) => lambda))],
    ],
  );
}

async function printDelivery({ frames, imbalance, credits, unaccounted }: DeliveryReport): Promise<void> {
  const { IMBALANCE_CAUSES } = await import("../scripts/market/settlement");
  const { creditReport } = await import("../scripts/simulation/dayDelivery");
  const readings = frames.reduce((sum, frame) => sum + frame.readings.length, 0);
  const silent = frames.reduce((sum, frame) => sum + frame.silent.length, 0);
  const forgone = frames.reduce((sum, frame) => sum + frame.forgone, 0n);
  printHeading("Delivery by meter: what deviations cost, by cause");
  printTable(
    ["", "", ""],
    [
      ...IMBALANCE_CAUSES.map((cause) => [
        CAUSES[cause],
        money(imbalance[cause]),
        share(Number(imbalance[cause]), Number(Object.values(imbalance).reduce((sum, cost) => sum + cost, 0n))),
      ]),
      ["surplus that the operator's account did not last for", money(forgone), ""],
    ],
  );
  const points = (hundredths: number) => (hundredths / 100).toFixed(2);
  const rows = [0, 0.25, 0.5, 0.75, 1].flatMap((part) => {
    const frame = frames[Math.round(part * (frames.length - 1))];
    return frame === undefined ? [] : [[`frame ${frame.frame}`, points(frame.credit.mean), points(frame.credit.min)]];
  });
  const last = creditReport(Object.values(credits));
  printHeading("Credit of all piles, points");
  printTable(["", "mean", "least"], [...rows, ["all frames settled", points(last.mean), points(last.min)]]);
  console.log(
    `\n${grouped(readings)} readings, ${grouped(silent)} silent; ` +
      (unaccounted === 0n
        ? "every unit of money is accounted for"
        : `${pc.red("money is not accounted for")}: ${grouped(unaccounted)} units`),
  );
}

function printGas(use: NonNullable<DayResult["gas"]>, deliveredWh: bigint): void {
  const gas = Object.entries(use);
  const total = gas.reduce((sum, [, { gas: spent }]) => sum + spent, 0n);
  printHeading("Gas of all frames played, warm-up included");
  printTable(
    ["", "transactions", "operations", "gas", "per operation"],
    gas.map(([kind, { transactions, operations, gas: spent }]) => [
      kind,
      grouped(transactions),
      grouped(operations),
      grouped(spent),
      grouped(spent / BigInt(Math.max(operations, 1))),
    ]),
  );
  const perKWh = deliveredWh === 0n ? "–" : grouped((total * 1000n) / deliveredWh);
  console.log(`\nIn all ${grouped(total)} gas, ${perKWh} for each of the ${kWh(deliveredWh)} delivered`);
}

function printSpread(spread: Record<keyof Headline, Spread>, args: Arguments): void {
  const power = (value: number) => kW(value);
  const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
  const price = (value: number) => pence(value);
  const plain = (value: number) => value.toFixed(1);
  const rows: [string, keyof Headline, (value: number) => string][] = [
    ["PFL, market", "pflW", power],
    ["PFL, uncontrolled", "uncontrolledPflW", power],
    ["PFL, plain cap", "cappedPflW", power],
    ["PFL, homes alone", "basePflW", power],
    ["root of squared steps, market", "squaredStepsRootW", power],
    ["root of squared steps, uncontrolled", "uncontrolledSquaredStepsRootW", power],
    ["root of squared steps, plain cap", "cappedSquaredStepsRootW", power],
    ["peak, market", "peakW", power],
    ["peak, uncontrolled", "uncontrolledPeakW", power],
    ["peak, plain cap", "cappedPeakW", power],
    ["energy unserved", "unservedShare", percent],
    ["bought from other piles", "tradedShare", percent],
    ["of what was offered, sold", "soldShare", percent],
    ["paid per kWh", "paidPerKWh", price],
    ["earned per kWh", "earnedPerKWh", price],
    ["transactions per EV", "transactionsPerEv", plain],
    ["normal orders", "normalOrders", plain],
    ["iceberg orders", "icebergOrders", plain],
  ];
  printHeading(`${args.setting}, ${args.seeds} seeds from ${args.seed}`);
  printTable(
    ["", "mean", "± sd", "least", "most"],
    rows.map(([name, key, show]) => {
      const { mean, standardDeviation, min, max } = spread[key];
      return [name, show(mean), show(standardDeviation), show(min), show(max)];
    }),
  );
  const market = spread.pflW.mean;
  console.log(
    `\nPFL of the mean market against uncontrolled ${below(market, spread.uncontrolledPflW.mean)}, ` +
      `against the plain cap ${below(market, spread.cappedPflW.mean)} (the thesis reports -45.2 % against none)`,
  );
}
