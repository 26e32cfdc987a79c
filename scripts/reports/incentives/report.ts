import { InputError } from "../../core/errors";
import { BEFORE } from "./before";
import { tryStrategy } from "./experiment";
import { STRATEGIES } from "./strategies";
import type { Strategy } from "./strategy";
import { type Summary, summaryOf } from "./summary";

/** A strategy under the rules as they were and as they are. */
export interface Compared {
  strategy: Strategy;
  /** Undefined where it was not tried then. */
  before: Summary | undefined;
  now: Summary;
}

/** The strategies that `--only` names: all without it. @throws InputError naming those that there are */
export function strategiesNamed(only: string | undefined): readonly Strategy[] {
  if (only === undefined) return STRATEGIES;
  const found = STRATEGIES.filter(({ name }) => name === only);
  if (found.length > 0) return found;
  const names = STRATEGIES.map(({ name }) => name).join(", ");
  throw new InputError("--only", `expected one of ${names}, found "${only}"`);
}

/** Tries strategies on the rules as they are, and puts what they came to before beside it. */
export async function compareStrategies(
  strategies: readonly Strategy[],
  seeds: number,
  onTried?: () => void,
): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const strategy of strategies) {
    const now = summaryOf(await tryStrategy(strategy, seeds));
    compared.push({ strategy, before: BEFORE.strategies[strategy.name], now });
    onTried?.();
  }
  return compared;
}
