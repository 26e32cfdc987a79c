import type { ConfigurableTaskDefinition, TaskArguments } from "hardhat/types";

import { DEFAULT_PARAMETERS, type DeploymentParameters } from "../../scripts/market/defaults";
import { InputError } from "../../scripts/scenario/inputError";
import { readText } from "./files";

type Name = keyof DeploymentParameters;

/** Parameters that are one of a few words. */
type WordName = { [K in Name]: DeploymentParameters[K] extends string ? K : never }[Name];

const WORDS: { readonly [K in WordName]: readonly DeploymentParameters[K][] } = {
  settlement: ["adbev", "benefit"],
  allotment: ["expiry", "slack"],
  breach: ["defaulter", "counterparty"],
  ranking: ["priority", "credit"],
};

/** Flags that are shorter than their parameter's name; every other parameter's flag is its name. */
const SHORT: Readonly<Partial<Record<Name, string>>> = {
  capacityW: "capacity",
  icebergThresholdWh: "threshold",
  icebergPeakWh: "peak",
  maxWaitFrames: "wait",
  pileCap: "piles",
  maxHorizon: "horizon",
  readingSeconds: "readings",
};

/** What the parameters mean, for help; SPEC has the terms. */
const MEANINGS: Readonly<Record<Name, string>> = {
  frameSeconds: "length of a frame, s",
  auctionSeconds: "length of the auction window before a frame, s",
  leadFrames: "frames before its window by which a frame must be published",
  alpha: "weight of the price rank",
  beta: "weight of the time rank",
  icebergThresholdWh: "orders above this are icebergs, Wh",
  icebergPeakWh: "largest tranche that an iceberg displays, Wh a frame",
  minEnergyWh: "smallest order, Wh",
  maxWaitFrames: "frames after which a waiting iceberg is filled from the grid",
  capacityW: "capacity of the transformer, W",
  lossAllowanceW: "part of the capacity that is kept for losses, W",
  tickSize: "every price and tariff is a multiple of it, money units per kWh",
  bondPrice: "what an ask locks, money units per kWh",
  wheelingCap: "largest wheeling charge, money units per kWh",
  importCap: "highest import tariff that may be published, money units per kWh",
  cancelPrice: "what a cancelled order costs, money units per kWh",
  keeperReward: "what whoever clears, settles or executes a frame gets, money units",
  settlement: "adbev, or benefit: plans compete for the flexible energy in rounds",
  roundSeconds: "commit phase of a round, and its reveal phase, s",
  finaliseSeconds: "time for which the winning plan alone can be executed, s",
  maxHorizon: "frames that plans look ahead at most",
  allotment: "whom plans serve first: by expiry who ends first, by slack who can wait least",
  chargeEfficiencyBps:
    "load that energy charged puts on the feeder, 1/10 000 of it: 10500 where 5 % are lost on the way, above 10000 (v)",
  dischargeEfficiencyBps:
    "load that energy fed in takes off the feeder, 1/10 000 of it: 9500 where 5 % are lost on the way (ϖ)",
  readingSeconds: "how long meter readings are waited for, s; 0: no meters, all counts as agreed",
  breach: "who breaches: defaulter compensates the other side, counterparty only loses credit",
  overBps: "energy above the agreed that still trades at its price, 1/10 000",
  initialCredit: "credit that a pile begins with, 1/100 point",
  creditPriorWh: "energy that the initial credit rests on, Wh",
  minCredit: "least credit to place orders and propose plans, 1/100 point",
  ranking: "order of the book: priority, or credit by the credit paper's weights",
  unit: "smallest token units in a money unit (default: by the token's decimals)",
  pileCap: "most piles that may be registered",
};

const NAMES = Object.keys(DEFAULT_PARAMETERS) as Name[];

/** The flag of a parameter as tasks know it. */
function flagOf(name: Name): string {
  return SHORT[name] ?? name;
}

/** The flag of a parameter as it is typed. */
export function flagText(name: Name): string {
  return `--${flagOf(name).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The flag of whatever the contract calls a parameter. */
export function parameterFlag(name: string): string {
  const known = NAMES.find((one) => one === name);
  return known === undefined ? name : flagText(known);
}

/** Adds a flag for every parameter of a market, and one for a file of them. */
export function withMarketFlags(task: ConfigurableTaskDefinition): ConfigurableTaskDefinition {
  task.addOptionalParam("file", 'JSON file of parameters, such as { "capacityW": 400000 } (default: none)');
  for (const name of NAMES) {
    const meaning = MEANINGS[name];
    const usual = name === "unit" ? "" : ` (default: ${String(DEFAULT_PARAMETERS[name])})`;
    task.addOptionalParam(flagOf(name), `${meaning}${usual}`);
  }
  return task;
}

/**
 * The parameters that the file and the flags name; a flag goes before the file.
 *
 * @throws InputError naming flag or file, what was found and what is taken
 */
export async function readMarketFlags(args: TaskArguments): Promise<Partial<DeploymentParameters>> {
  const given = args as Readonly<Record<string, string | undefined>>;
  const limits = await fieldLimits();
  const chosen = given["file"] === undefined ? {} : await readParameterFile(given["file"], limits);
  for (const name of NAMES) {
    const text = given[flagOf(name)];
    if (text !== undefined) Object.assign(chosen, { [name]: parameterOf(flagText(name), name, text, limits) });
  }
  return chosen;
}

/** The parameters that a market has otherwise than asked, in words. */
export function differences(asked: Partial<DeploymentParameters>, deployed: Readonly<DeploymentParameters>): string[] {
  return NAMES.filter((name) => asked[name] !== undefined && asked[name] !== deployed[name]).map(
    (name) => `${flagText(name)} is ${String(deployed[name])} there, not ${String(asked[name])}`,
  );
}

async function readParameterFile(file: string, limits: Limits): Promise<Partial<DeploymentParameters>> {
  const expected = `expected an object of market parameters: ${NAMES.join(", ")}`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readText("file", file));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(file, `${expected}; it is not JSON`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new InputError(file, expected);
  const chosen: Partial<DeploymentParameters> = {};
  for (const [key, value] of Object.entries(parsed)) {
    const name = NAMES.find((known) => known === key);
    if (name === undefined) throw new InputError(file, `${expected}; found "${key}"`);
    const text = typeof value === "number" || typeof value === "string" ? String(value) : JSON.stringify(value);
    Object.assign(chosen, { [name]: parameterOf(file, name, text, limits, name) });
  }
  return chosen;
}

/** Largest value of each parameter that is a number, by its field in the contract. */
type Limits = ReadonlyMap<string, bigint>;

async function fieldLimits(): Promise<Limits> {
  const { MARKET_INTERFACE } = await import("../../scripts/chain/marketClient");
  const [parameters] = MARKET_INTERFACE.getFunction("parameters")!.outputs;
  const fields = parameters!.components ?? [];
  return new Map(
    fields.flatMap(({ name, type }) => {
      const bits = /^uint(\d+)$/.exec(type)?.[1];
      return bits === undefined ? [] : [[name, 2n ** BigInt(bits) - 1n] as const];
    }),
  );
}

function parameterOf(place: string, name: Name, text: string, limits: Limits, path?: string): unknown {
  const where = path === undefined ? {} : { path };
  if (Object.hasOwn(WORDS, name)) {
    const words: readonly string[] = WORDS[name as WordName];
    if (words.includes(text)) return text;
    throw new InputError(place, `expected one of ${words.join(", ")}, found "${text}"`, where);
  }
  const most = limits.get(name) ?? 2n ** 32n - 1n;
  const value = /^\d+$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || value > most) {
    throw new InputError(place, `expected a whole number from 0 to ${most}, found "${text}"`, where);
  }
  return typeof DEFAULT_PARAMETERS[name] === "bigint" ? value : Number(value);
}
