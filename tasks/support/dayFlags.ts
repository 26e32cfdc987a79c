import type { DeploymentParameters } from "../../scripts/core/parameters";
import { type Matching, MATCHINGS } from "../../scripts/core/matching";
import { MOST_METERED_PILES } from "../../scripts/core/bounds";
import { InputError } from "../../scripts/core/errors";
import type { DaySettings } from "../../scripts/simulation/defaults";
import type { Faults } from "../../scripts/simulation/faults/faults";
import { parseFaults } from "../../scripts/simulation/faults/parse";
import { type BenefitArguments, type BenefitChoice, readBenefit } from "./benefit";
import { oneOf, refuseTogether, wholeNumber } from "./flags";
import { parseMeters } from "./meters";
import type { GivenMechanism } from "./ownMechanism";
import { readSetting, type SettingArguments } from "./setting";

/** The flags of `simulate:day`, as given. */
export interface DayArguments extends SettingArguments, BenefitArguments {
  seeds: string;
  feeders: string;
  on: string;
  meters?: string;
  faults?: string;
  matching?: string;
  mechanism?: string;
}

/** How long readings are waited for with --meters, s. */
const READING_SECONDS = 3_600;

/** The days to simulate. */
export interface Day {
  seed: number;
  seeds: number;
  feeders: number;
  /** EVs of each feeder; undefined where sessions say who comes. */
  evs: readonly number[] | undefined;
  settings: Omit<DaySettings, "seed">;
  market: Partial<DeploymentParameters>;
  /** Oddities of the files of data, a line each. */
  notes: readonly string[];
  /** Who proposes plans in each round; nobody where none are held. */
  proposers: BenefitChoice["proposers"];
  where: "chain" | "model";
  faults: Faults | undefined;
  /** A mechanism of one's own; read after the flags, as it takes a compiler. */
  mechanism?: GivenMechanism;
}

/** Reads the flags of `simulate:day`. @throws InputError naming the flag, or the two that exclude each other */
export async function readDay(args: DayArguments): Promise<Day> {
  const feeders = wholeNumber("feeders", args.feeders, 1, 1_000);
  const seeds = wholeNumber("seeds", args.seeds, 1, 1_000);
  if (args.sessions !== undefined && feeders > 1) {
    throw new InputError("--sessions", "does not go with --feeders: the file's sessions are of one feeder");
  }
  if (args.html !== undefined && seeds > 1) {
    throw new InputError("--html", "draws one day; leave out --seeds, or draw the mean of them with simulate:compare");
  }
  const benefit = await readBenefit(args);
  const setting = await readSetting(args, 100_000, benefit === undefined ? "waterline" : "wholeNeed");
  const { settings, market, seed, evs, notes } = setting;
  if (args.peak !== undefined && benefit?.market.allotment === "laxity") {
    throw new InputError("--peak", "does not go with --allotment laxity: a tranche is then its pile's whole rate");
  }
  market.pileCap = 1_024;
  Object.assign(market, benefit?.market);
  if (args.meters !== undefined) {
    settings.meters = parseMeters("meters", args.meters);
    market.readingSeconds = READING_SECONDS;
    market.pileCap = Math.min(market.pileCap, MOST_METERED_PILES);
  }
  const where = oneOf("on", args.on, ["chain", "model"]);
  const matching = readMatching(args, where);
  if (matching !== undefined) market.matching = matching;
  return {
    ...{ seed, seeds, feeders, settings, market, notes, where },
    evs: evs === undefined ? undefined : shared(evs, feeders),
    proposers: benefit?.proposers ?? [],
    faults: readFaults(args, where, seeds, feeders),
  };
}

/** The rule of matching; undefined where no flag names one. @throws InputError where it does not go with the others */
function readMatching(args: DayArguments, where: string): Matching | undefined {
  const { matching: text, mechanism, meters, faults } = args;
  refuseTogether(args, "mechanism", "matching", "a mechanism is a rule of your own");
  if (mechanism !== undefined && where === "model") {
    throw new InputError("--mechanism", "only its contract knows the rule; leave out --on model");
  }
  const matching =
    mechanism !== undefined ? "own" : text === undefined ? undefined : oneOf("matching", text, MATCHINGS);
  if (matching === "credit" && meters === undefined) {
    throw new InputError("--matching", "credit goes with --meters: nothing else raises or lowers it");
  }
  if (faults !== undefined && (matching === "own" || matching === "vickrey")) {
    throw new InputError("--faults", "does not go with a rule for which the operator sets money aside");
  }
  return matching;
}

/** The EVs of each feeder, none of them more than one apart. */
function shared(evs: number, feeders: number): number[] {
  if (evs < feeders)
    throw new InputError("--evs", `expected at least one for each of ${feeders} feeders, found "${evs}"`);
  const least = Math.floor(evs / feeders);
  return Array.from({ length: feeders }, (_, feeder) => least + (feeder < evs % feeders ? 1 : 0));
}

/** @throws InputError where faults are planned for what they cannot befall */
function readFaults({ faults }: DayArguments, where: string, seeds: number, feeders: number): Faults | undefined {
  if (faults === undefined) return undefined;
  const planned = parseFaults("faults", faults);
  if (where !== "chain") throw new InputError("--faults", "faults befall a chain; leave out --on model");
  if (seeds > 1 || feeders > 1) throw new InputError("--faults", "goes with one seed and one feeder");
  return planned;
}
