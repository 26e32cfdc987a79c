import type { MarketMoney } from "../../scripts/chain/token";
import { InputError } from "../../scripts/core/errors";

/** Balances are 52 bits of money units. */
const MOST_UNITS = 2n ** 52n - 1n;

/** The flags of an amount, as given. */
export interface AmountFlags {
  /** Tokens, with decimals. */
  tokens?: string | undefined;
  /** Money units. */
  amount?: string | undefined;
}

/** An amount in money units. @throws InputError naming the flag and what it takes */
export function readAmount(money: MarketMoney, { tokens, amount }: AmountFlags): bigint {
  const { symbol } = money.token;
  if ((tokens === undefined) === (amount === undefined)) {
    throw new InputError("--tokens", `expected an amount of ${symbol}, either --tokens or, in money units, --amount`);
  }
  const units = tokens !== undefined ? money.parse(tokens) : /^\d{1,20}$/.test(amount!) ? BigInt(amount!) : undefined;
  if (units !== undefined && units > 0n && units <= MOST_UNITS) return units;
  if (tokens !== undefined) {
    const bounds = `from ${money.amount(1n)} to ${money.amount(MOST_UNITS)}`;
    throw new InputError("--tokens", `expected ${symbol} ${bounds}, such as 12.50, found "${tokens}"`);
  }
  throw new InputError("--amount", `expected a whole number of money units from 1 to ${MOST_UNITS}, found "${amount}"`);
}
