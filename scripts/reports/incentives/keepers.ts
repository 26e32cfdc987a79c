import { Random } from "../../core/random";
import { EXAMPLE_GAS_PRICES, moneyOf } from "../computationCost/pricing";
import { claimOf, PENNY } from "./rules";
import { honestEvening } from "./strategies/benefitFeeder";
import { KEEPER, type KeptCalls } from "./street";

/** Orders and piles of the feeder that the gas is of. */
const PILES = 50;
/** One ether, £: a round figure, nobody's quotation. */
const ETHER_POUNDS = 2_000;
/** Reward that is tried, money units a call: 2 p. */
const REWARD = 2n * PENNY;

/** Which line of the gas snapshot a keeper's call is of; each is gas by order or pile, of 50. */
const SNAPSHOT_LINES: Readonly<Record<keyof KeptCalls, string>> = {
  clear: `clear that opens a round of ${PILES} orders, each`,
  finalise: `finalise a plan for ${PILES} orders, each`,
  settle: `settle ${PILES} piles, readings handed in, each`,
};

/** A keeper at one gas price, pence a frame. */
export interface KeeperRow {
  gasPrice: string;
  gasPriceGwei: number;
  costP: number;
  withoutRewardP: number;
  withRewardP: number;
  /** Reward a call at which it comes to nothing, pence. */
  breakEvenP: number;
}

/** Gains of keepers who clear, finalise and settle. */
export interface KeeperReport {
  /** Money units a call, as pence. */
  rewardP: number;
  etherPounds: number;
  frames: number;
  calls: KeptCalls;
  /** Claimed by the keeper at the end of the market with and of the one without a reward, pence. */
  claimedP: number;
  claimedWithoutP: number;
  gasPerCall: KeptCalls;
  rows: KeeperRow[];
}

/**
 * A keeper of an honest benefit market with and without a reward: what the market gives it is played on the model, what
 * its calls cost is their gas in a market of 50 orders at example prices.
 *
 * @param gas By operation, as in the gas snapshot.
 */
export async function keepersReport(gas: Readonly<Record<string, number>>): Promise<KeeperReport> {
  const play = async (keeperReward: bigint) => {
    const street = await honestEvening(new Random(1).stream("keepers"), { keeperReward }).run();
    return { street, claimedP: Number(claimOf(street.model, KEEPER)) / Number(PENNY) };
  };
  const without = await play(0n);
  const { street, claimedP } = await play(REWARD);
  const { kept: calls, options } = street;
  const kinds = Object.keys(SNAPSHOT_LINES) as (keyof KeptCalls)[];
  const gasPerCall = { ...calls };
  for (const kind of kinds) gasPerCall[kind] = PILES * (gas[SNAPSHOT_LINES[kind]] ?? NaN);
  const { frames } = options;
  const count = kinds.reduce((sum, kind) => sum + calls[kind], 0);
  const gasOfAll = kinds.reduce((sum, kind) => sum + calls[kind] * gasPerCall[kind], 0);
  const rows = EXAMPLE_GAS_PRICES.map(({ name, gasPriceGwei }): KeeperRow => {
    const costP = 100 * moneyOf(gasOfAll, { name, gasPriceGwei, tokenPrice: ETHER_POUNDS });
    return {
      ...{ gasPrice: name, gasPriceGwei, costP: costP / frames, breakEvenP: costP / count },
      withoutRewardP: (without.claimedP - costP) / frames,
      withRewardP: (claimedP - costP) / frames,
    };
  });
  return {
    ...{ rewardP: Number(REWARD) / Number(PENNY), etherPounds: ETHER_POUNDS, frames, calls },
    ...{ claimedP, claimedWithoutP: without.claimedP, gasPerCall, rows },
  };
}

/** Titles of {@link keeperRows}. */
export const KEEPER_COLUMNS = [
  ...["gas price", "gwei", "gas, p a frame", "without a reward", "with it", "break-even reward, p a call"],
] as const;

/** Each gas price as a line of a table. */
export function keeperRows({ rows }: KeeperReport): string[][] {
  return rows.map(({ gasPrice, gasPriceGwei, costP, withoutRewardP, withRewardP, breakEvenP }) => [
    ...[gasPrice, String(gasPriceGwei)],
    ...[costP, withoutRewardP, withRewardP, breakEvenP].map((pence) => pence.toFixed(2).replace("-", "−")),
  ]);
}
