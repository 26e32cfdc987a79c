import { type DeploymentParameters, PARAMETER_NAMES, PARAMETERS } from "./parameterTable";

export type { DeploymentParameters } from "./parameterTable";

/**
 * The market that every command deploys unless told otherwise: thesis chapter 4's transformer and peak size, money in
 * units of a 6-decimal token, so that one penny is 10 000.
 */
export const DEFAULT_PARAMETERS: Readonly<DeploymentParameters> = Object.fromEntries(
  PARAMETER_NAMES.map((name) => [name, PARAMETERS[name].usual]),
) as unknown as DeploymentParameters;

/**
 * The default market but for what is given. Where it has meters and a defaulter pays, its bonds cover any breach unless a
 * bond is given. SPEC 2.
 */
export function withDefaults(overrides: Partial<DeploymentParameters> = {}): DeploymentParameters {
  const market = { ...DEFAULT_PARAMETERS, ...overrides };
  const needsBond = market.readingSeconds > 0 && market.breach === "defaulter";
  return needsBond && overrides.bondPricePerKwh === undefined
    ? { ...market, bondPricePerKwh: market.importCapPerKwh }
    : market;
}
