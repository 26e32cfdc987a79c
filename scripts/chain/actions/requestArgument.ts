import type { OrderRequest } from "../../core/types";

/** An order as the contract takes it. */
export function requestArgument({ side, price, energyWh, peakWh, expiryFrame }: OrderRequest) {
  return { charge: side === "charge", price, energyWh, peakWh, expiryFrame };
}
