import { type DeploymentParameters, PARAMETER_NAMES, PARAMETERS } from "../core/parameterTable";
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
}

/** A field of the contract's parameter struct that the table fills. */
type TableField = Exclude<keyof IMarketParameters.ParametersStruct, keyof MarketSurroundings<unknown>>;

/** The contract's parameter struct. `none` stands for the address of a contract that the market does without. */
export function contractParameters<Address>(
  p: DeploymentParameters,
  { rounds, ...surroundings }: MarketSurroundings<Address>,
  none: Address,
) {
  const fields: Partial<Record<TableField, number | bigint | boolean>> = {};
  for (const name of PARAMETER_NAMES) {
    const row = PARAMETERS[name];
    const value = p[name];
    if (row.kind === "figure") fields[name as TableField] = value as number | bigint;
    else if (row.contractType === "bool") fields[row.field as TableField] = value === row.setBy;
  }
  return {
    ...surroundings,
    ...(fields as Pick<IMarketParameters.ParametersStruct, TableField>),
    rounds: p.settlement === "benefit" ? rounds : none,
  };
}

/** The parameters of a deployed market. @param none the address that stands for no contract */
export function deployedParameters(
  struct: Readonly<IMarketParameters.ParametersStructOutput>,
  none: string,
): DeploymentParameters {
  const entries = PARAMETER_NAMES.map((name) => {
    const row = PARAMETERS[name];
    if (row.kind === "figure") {
      const value = (struct as unknown as Record<string, bigint>)[name]!;
      return [name, typeof row.usual === "bigint" ? value : Number(value)];
    }
    const field = (struct as unknown as Record<string, boolean | string>)[row.field]!;
    const isSet = typeof field === "boolean" ? field : field !== none;
    return [name, isSet ? row.setBy : row.words.find((word) => word !== row.setBy)!];
  });
  return Object.fromEntries(entries) as DeploymentParameters;
}
