import { type ChoiceRow, type DeploymentParameters, PARAMETER_NAMES, PARAMETERS } from "../core/parameterTable";
import type { Matching } from "../core/matching";
import type { IMarketParameters } from "../../typechain-types/contracts/interfaces/IMarketParameters";

/** Whoever holds a market's roles first, and the contracts that it works with. */
export interface MarketSurroundings<Address> {
  admin: Address;
  gridOperator: Address;
  registrar: Address;
  guardian: Address;
  token: Address;
  /** Runs the benefit rounds; named only where the market settles by benefit. */
  rounds: Address;
  /** Meters and settles the frames. */
  delivery: Address;
  /** Proposes who trades with whom; of the rule that the market's parameters name. */
  mechanism: Address;
}

/** A field of the contract's parameter struct that the table fills. */
type TableField = Exclude<keyof IMarketParameters.ParametersStruct, keyof MarketSurroundings<unknown>>;

/** The contract's parameter struct. `none` stands for the address of a contract that the market does without. */
export function contractParameters<Address>(
  p: DeploymentParameters,
  { rounds, ...surroundings }: MarketSurroundings<Address>,
  none: Address,
) {
  const fields: Partial<Record<TableField, number | bigint>> = {};
  for (const name of PARAMETER_NAMES) {
    const row = PARAMETERS[name];
    const value = p[name];
    if (row.kind === "figure") fields[name as TableField] = value as number | bigint;
    else if (isEnum(row)) fields[row.field as TableField] = (row.words as readonly string[]).indexOf(value as string);
  }
  return {
    ...surroundings,
    ...(fields as Pick<IMarketParameters.ParametersStruct, TableField>),
    rounds: p.settlement === "benefit" ? rounds : none,
  };
}

/**
 * The parameters of a deployed market.
 *
 * @param none the address that stands for no contract
 * @param matching the rule of its mechanism, which only the mechanism tells
 */
export function deployedParameters(
  struct: Readonly<IMarketParameters.ParametersStructOutput>,
  none: string,
  matching: Matching,
): DeploymentParameters {
  const entries = PARAMETER_NAMES.map((name) => {
    const row = PARAMETERS[name];
    if (row.kind === "figure") {
      const value = (struct as unknown as Record<string, bigint>)[name]!;
      return [name, typeof row.usual === "bigint" ? value : Number(value)];
    }
    const field = (struct as unknown as Record<string, bigint | string>)[row.field]!;
    if (isEnum(row)) return [name, row.words[Number(field)]];
    if (row.setBy === undefined) return [name, matching];
    return [name, field === none ? row.words.find((word) => word !== row.setBy) : row.setBy];
  });
  return Object.fromEntries(entries) as DeploymentParameters;
}

/** Whether the contract's field is an enum, whose values are the row's words in their order. */
function isEnum({ contractType }: ChoiceRow): boolean {
  return contractType === "uint8";
}
