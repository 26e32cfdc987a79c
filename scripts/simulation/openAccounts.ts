import { lastSellingFrame, refillingStay, sellableWh, sellingStay } from "../piles/bothWays";
import { askedWh, type EnergyLimits, type EvStay } from "../piles/ev";
import type { DayOptions } from "./dayOptions";
import { EvAccount } from "./evAccount";
import { leastAsk, lowestTariff, refillPrice } from "./sellerCosts";

/** The accounts of a day's EVs, in order of the EVs. */
export interface DayAccounts {
  accounts: EvAccount[];
  /** The EV of each, where an account is of one half of its stay. */
  evs: ReadonlyMap<EvAccount, EvStay>;
  /** The account of the half before, by that of the half in which the EV buys back. */
  before: ReadonlyMap<EvAccount, EvAccount>;
}

/**
 * Opens the accounts of a day: one for each EV, two for one that sells and then buys back.
 *
 * @param asking Limits of the energy that EVs ask for.
 */
export function openAccounts(options: DayOptions, asking: EnergyLimits): DayAccounts {
  const usual = refillPrice(options);
  const evs = new Map<EvAccount, EvStay>();
  const before = new Map<EvAccount, EvAccount>();
  const open = (ev: EvStay, stay: EvStay, refillPricePerKwh: number): EvAccount => {
    const random = options.random.stream(`agent ${stay.pile} ${stay.arrivalFrame}`);
    const drawn = random.stream("limit").uniform(...options.limits[stay.side]);
    const covers = options.asksCoverCosts === true && stay.side === "discharge";
    const limitPrice = covers ? Math.max(drawn, leastAsk(stay, refillPricePerKwh)) : drawn;
    const account = new EvAccount({
      ...{ stay, askedWh: askedWh(stay, asking), limitPrice, refillPricePerKwh },
      random: random.stream("policy"),
    });
    evs.set(account, ev);
    return account;
  };
  const accounts = options.evs.flatMap((ev) => {
    if (sellableWh(ev, asking) === 0) return [open(ev, ev, usual)];
    const middle = lastSellingFrame(ev);
    // It buys back while it is there, at the tariffs of those frames.
    const refill = lowestTariff(options, middle + 1, ev.departureFrame);
    const [sale, purchase] = [open(ev, sellingStay(ev, asking), refill), open(ev, refillingStay(ev, 0), refill)];
    before.set(purchase, sale);
    return [sale, purchase];
  });
  return { accounts, evs, before };
}

/**
 * Where an EV has sold in the half of its stay before this account's, it now needs that besides.
 *
 * @param asking Limits of the energy that EVs ask for.
 */
export function buyBack({ before, evs }: DayAccounts, account: EvAccount, asking: EnergyLimits): void {
  const sale = before.get(account);
  if (sale === undefined) return;
  const stay = refillingStay(evs.get(account)!, sale.servedWh);
  account.begin(stay, askedWh(stay, asking));
}
