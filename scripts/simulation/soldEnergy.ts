import type { FrameOutcome } from "../core/types";
import { costPerKwhSold } from "../piles/battery";
import type { EvStay } from "../piles/ev";
import type { FrameReport } from "./dayResult";
import { earnedFrom } from "./evAccount";

/**
 * Energy sold in a frame, and what its sellers keep of the earnings.
 *
 * @param sellerAt The EV that sells at a pile; none for a pile that others run, whose battery counts as ideal.
 * @param refillPricePerKwh Price at which sellers fill up again, money units per kWh.
 */
export function soldIn(
  { trades, grid }: Pick<FrameOutcome, "trades" | "grid">,
  sellerAt: (pile: string) => EvStay | undefined,
  refillPricePerKwh: number,
): Pick<FrameReport, "soldWh" | "sellersNet"> {
  const sales = [
    ...trades.map((trade) => ({ ...trade, pile: trade.sell })),
    ...grid.filter(({ side }) => side === "discharge"),
  ];
  const earned = sales.reduce((total, sale) => total + earnedFrom(sale), 0n);
  const cost = sales.reduce((total, { pile, energyWh }) => {
    return total + (Number(energyWh) * costPerKwhSold(sellerAt(pile) ?? {}, refillPricePerKwh)) / 1000;
  }, 0);
  return {
    soldWh: sales.reduce((total, { energyWh }) => total + Number(energyWh), 0),
    sellersNet: earned - BigInt(Math.ceil(cost)),
  };
}

/** The EV that sells at a pile in a frame, if there is one. */
export function sellersOf(evs: readonly EvStay[]): (pile: string, frame: number) => EvStay | undefined {
  const byPile = new Map<string, EvStay[]>();
  for (const ev of evs) {
    if (ev.side === "discharge") byPile.set(ev.pile, [...(byPile.get(ev.pile) ?? []), ev]);
  }
  return (pile, frame) =>
    byPile.get(pile)?.find(({ arrivalFrame, departureFrame }) => arrivalFrame < frame && frame <= departureFrame);
}
