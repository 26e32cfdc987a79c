import type { Pricing } from "./types";

/** Prices that show the order of magnitude; nobody's quotation. */
export const EXAMPLE_GAS_PRICES: readonly Omit<Pricing, "tokenPrice">[] = [
  { name: "mainnet, quiet", gasPriceGwei: 1 },
  { name: "mainnet, busy", gasPriceGwei: 20 },
  { name: "L2 rollup", gasPriceGwei: 0.01 },
];

/** Price of gas, in money. */
export function moneyOf(gas: number, { gasPriceGwei, tokenPrice }: Pricing): number {
  return (gas * gasPriceGwei * tokenPrice) / 1e9;
}

/** An amount of money as people read it: two decimals, or as many as it takes to see it. */
export function moneyText(amount: number): string {
  if (amount === 0) return "0";
  if (Math.abs(amount) >= 1000) return Math.round(amount).toLocaleString("en-GB").replaceAll(",", " ");
  if (Math.abs(amount) >= 0.1) return amount.toFixed(2);
  return amount < 0.0001 ? amount.toExponential(1) : String(Number(amount.toPrecision(2)));
}
