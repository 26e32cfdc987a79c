import type { MarketParameters, Publication } from "../core/types";
import { chargingRoomWh, powerAwayFromZeroW } from "./load";

/** W in a kW. */
const W_PER_KW = 1000n;

type Rules = Pick<
  MarketParameters,
  | "capacityW"
  | "lossAllowanceW"
  | "frameSeconds"
  | "chargeEfficiencyBps"
  | "congestionFromW"
  | "congestionPricePerKwhPerKw"
>;

/**
 * The grid as a supplier whose price rises with the feeder's load: `r + q`, the premium `q` being `congestionPricePerKwhPerKw` for
 * each kW above `congestionFromW`, rounded up, and at most `r - x`. SPEC 3.
 */
class GridSupply {
  /** r(t), money units per kWh. */
  readonly tariff: bigint;
  /** r - x: no kWh that is agreed to costs more than one that is not. SPEC 5. */
  readonly mostPremium: bigint;
  /** Energy within the room under the transformer, Wh. */
  readonly roomWh: bigint;

  constructor(
    private readonly market: Rules,
    private readonly publication: Pick<Publication, "baseLoadW" | "importPricePerKwh" | "exportPricePerKwh">,
  ) {
    this.tariff = publication.importPricePerKwh;
    this.mostPremium = publication.importPricePerKwh - publication.exportPricePerKwh;
    this.roomWh = chargingRoomWh(market, publication.baseLoadW);
  }

  /**
   * Price of every kWh while the grid delivers so much, money units per kWh.
   *
   * @param drawnWh Drawn by all bids of the frame, Wh.
   */
  priceAt(drawnWh: bigint): bigint {
    const { congestionFromW, congestionPricePerKwhPerKw } = this.market;
    const overW = this.publication.baseLoadW + powerAwayFromZeroW(this.market, drawnWh) - congestionFromW;
    if (overW <= 0n) return this.tariff;
    const premium = (congestionPricePerKwhPerKw * overW + W_PER_KW - 1n) / W_PER_KW;
    return this.tariff + (premium < this.mostPremium ? premium : this.mostPremium);
  }

  /** The most that the grid delivers at a price, Wh, within the room. */
  reachWh(price: bigint): bigint {
    const { congestionFromW, congestionPricePerKwhPerKw } = this.market;
    const premium = price - this.tariff;
    if (premium < 0n) return 0n;
    if (premium >= this.mostPremium || congestionPricePerKwhPerKw === 0n) return this.roomWh;
    const capacityW = congestionFromW + (premium * W_PER_KW) / congestionPricePerKwhPerKw;
    const reachWh = chargingRoomWh({ ...this.market, capacityW, lossAllowanceW: 0n }, this.publication.baseLoadW);
    return reachWh < this.roomWh ? reachWh : this.roomWh;
  }
}

export type { GridSupply };

/** The grid's supply in a frame; undefined where it fills nothing. */
export function gridSupply(market: Rules, publication: Publication | undefined): GridSupply | undefined {
  if (publication === undefined) return undefined;
  const supply = new GridSupply(market, publication);
  return supply.roomWh === 0n ? undefined : supply;
}
