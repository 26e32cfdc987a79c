import type { OrderPolicy } from "../../scripts/piles/agent";

/** Hopes for a seller at nine tenths of the tariff, until what it needs only just fits into the frames that are left. */
const thrifty: OrderPolicy = {
  name: "thrifty",
  decide({ stay, remainingWh, order, limitPrice }, view) {
    if (view.moment === "close") return undefined; // It decides once a frame, soon after the frame begins.
    if (stay.side === "discharge")
      return order === undefined ? { price: limitPrice, energyWh: remainingWh } : undefined;

    const tariff = view.published(view.frame + 1)?.importPricePerKwh ?? limitPrice;
    const sliceWh = Math.min(view.market.icebergPeakWh, (stay.ratedW * view.market.frameSeconds) / 3600);
    const urgent = remainingWh > sliceWh * (stay.departureFrame - view.frame - 2);
    const price = Math.floor(Math.min(limitPrice, urgent ? tariff : 0.9 * tariff));
    if (order?.price === price) return undefined; // What it would place is there already.
    return { price, energyWh: urgent ? Math.min(remainingWh, sliceWh) : remainingWh };
  },
};

export default thrifty;
