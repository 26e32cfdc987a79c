import type { FrameOutcome } from "../core/types";
import { costPerKwhSold } from "../piles/battery";
import type { FrameReport } from "./dayResult";
import { earnedFrom, type EvAccount } from "./evAccount";

/**
 * Energy sold in a frame, and what its sellers keep of the earnings.
 *
 * @param sellerAt The account that sells at a pile; none for a pile that others run, whose costs are unknown and count 0.
 */
export function soldIn(
  { trades, grid }: Pick<FrameOutcome, "trades" | "grid">,
  sellerAt: (pile: string) => EvAccount | undefined,
): Pick<FrameReport, "soldWh" | "sellersNet"> {
  const sales = [
    ...trades.map((trade) => ({ ...trade, pile: trade.sell })),
    ...grid.filter(({ side }) => side === "discharge"),
  ];
  const earned = sales.reduce((total, sale) => total + earnedFrom(sale), 0n);
  const cost = sales.reduce((total, { pile, energyWh }) => {
    const seller = sellerAt(pile);
    const perKwh = seller === undefined ? 0 : costPerKwhSold(seller.stay, seller.refillPricePerKwh);
    return total + (Number(energyWh) * perKwh) / 1000;
  }, 0);
  return {
    soldWh: sales.reduce((total, { energyWh }) => total + Number(energyWh), 0),
    sellersNet: earned - BigInt(Math.ceil(cost)),
  };
}

/** The account that sells at a pile in a frame, if there is one. */
export function sellersOf(accounts: readonly EvAccount[]): (pile: string, frame: number) => EvAccount | undefined {
  const byPile = new Map<string, EvAccount[]>();
  for (const account of accounts) {
    const { side, pile } = account.stay;
    if (side === "discharge") byPile.set(pile, [...(byPile.get(pile) ?? []), account]);
  }
  return (pile, frame) =>
    byPile.get(pile)?.find(({ stay }) => stay.arrivalFrame < frame && frame <= stay.departureFrame);
}
