import type { ConfigurableTaskDefinition, TaskArguments } from "hardhat/types";

import { boundWords, isWithin } from "../../scripts/core/bounds";
import { InputError } from "../../scripts/core/errors";
import {
  type DeploymentParameters,
  PARAMETER_NAMES,
  type ParameterName,
  PARAMETERS,
} from "../../scripts/core/parameterTable";
import { JsonSyntaxError, type LocatedJson, parseJson } from "../../scripts/scenario/json";
import { readText } from "./files";
import { flagNamed } from "./flags";

/** The flag of a parameter as tasks know it. */
function flagOf(name: ParameterName): string {
  return PARAMETERS[name].flag ?? name;
}

/** The flag of a parameter as it is typed. */
export function flagText(name: ParameterName): string {
  return flagNamed(flagOf(name));
}

/** The flag of whatever the contract calls a parameter. */
export function parameterFlag(name: string): string {
  const known = PARAMETER_NAMES.find((one) => one === name);
  return known === undefined ? name : flagText(known);
}

/** Meaning and unit of a parameter, as a flag's help says them. */
export function parameterHelp(name: ParameterName): string {
  const row = PARAMETERS[name];
  return row.kind === "choice" || row.unit === "" ? row.meaning : `${row.meaning}, ${row.unit}`;
}

function usualText(name: ParameterName): string {
  return name === "unit" ? "by the token's decimals" : String(PARAMETERS[name].usual);
}

/** Adds a flag for every parameter of a market, and one for a file of them. */
export function withMarketFlags(task: ConfigurableTaskDefinition): ConfigurableTaskDefinition {
  task.addOptionalParam("file", 'JSON file of parameters, such as { "capacityW": 400000 } (default: none)');
  for (const name of PARAMETER_NAMES) {
    task.addOptionalParam(flagOf(name), `${parameterHelp(name)} (default: ${usualText(name)})`);
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
  const chosen = given["file"] === undefined ? {} : await readParameterFile(given["file"]);
  for (const name of PARAMETER_NAMES) {
    const text = given[flagOf(name)];
    if (text !== undefined) Object.assign(chosen, { [name]: parameterOf(flagText(name), name, text) });
  }
  return chosen;
}

/** The parameters that a market has otherwise than asked, in words. */
export function differences(asked: Partial<DeploymentParameters>, deployed: Readonly<DeploymentParameters>): string[] {
  return PARAMETER_NAMES.filter((name) => asked[name] !== undefined && asked[name] !== deployed[name]).map(
    (name) => `${flagText(name)} is ${String(deployed[name])} there, not ${String(asked[name])}`,
  );
}

async function readParameterFile(file: string): Promise<Partial<DeploymentParameters>> {
  const expected = `expected an object of market parameters: ${PARAMETER_NAMES.join(", ")}`;
  const text = await readText("file", file);
  let json: LocatedJson;
  try {
    json = parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new InputError(file, error.message, { position: error.position });
  }
  const parsed = json.value;
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new InputError(file, expected);
  const chosen: Partial<DeploymentParameters> = {};
  for (const [key, value] of Object.entries(parsed)) {
    const name = PARAMETER_NAMES.find((known) => known === key);
    if (name === undefined) throw new InputError(file, `${expected}; found "${key}"`);
    // As the file writes it: a double does not hold every unit of a token.
    const figure = json.figureAt([key]) ?? (typeof value === "string" ? value : JSON.stringify(value));
    Object.assign(chosen, { [name]: parameterOf(file, name, figure, name) });
  }
  return chosen;
}

function parameterOf(place: string, name: ParameterName, text: string, path?: string): unknown {
  const where = path === undefined ? {} : { path };
  const row = PARAMETERS[name];
  if (row.kind === "choice") {
    const words: readonly string[] = row.words;
    if (words.includes(text)) return text;
    throw new InputError(place, `expected one of ${words.join(", ")}, found "${text}"`, where);
  }
  const value = /^\d+$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || !isWithin(value, row)) {
    throw new InputError(place, `expected ${boundWords(row)}, found "${text}"`, where);
  }
  return typeof row.usual === "bigint" ? value : Number(value);
}
