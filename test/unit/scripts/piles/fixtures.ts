import { DEFAULT_PARAMETERS } from "../../../../scripts/core/parameters";
import type { BookLine, OwnState, PublicNeed, PublicView, PublishedFrame } from "../../../../scripts/piles/agent";
import { agentMarket } from "../../../../scripts/simulation/publicView";

export const PUBLISHED: PublishedFrame = {
  baseLoadW: 50_000,
  importPricePerKwh: 200_000,
  exportPricePerKwh: 50_000,
  wheelingPricePerKwh: 0,
};

/** Shortly before the window of frame 11, with an empty book. */
export function view(changes: Partial<PublicView> = {}): PublicView {
  return {
    frame: 10,
    moment: "close",
    market: agentMarket(DEFAULT_PARAMETERS),
    book: [],
    needs: [],
    published: () => PUBLISHED,
    recordedLoadW: () => 50_000,
    guidePrice: () => 150_000,
    ...changes,
  };
}

/** A normal bid below the tariff on a 22 kW pile, unless told otherwise. */
export function line(changes: Partial<BookLine>): BookLine {
  const remainingWh = changes.remainingWh ?? 1000;
  return {
    ...{ pile: "A", pileFrameWh: 11_000, side: "charge", price: 150_000, iceberg: false, peakWh: remainingWh },
    ...{ firstFrame: 11, expiryFrame: 20, sequence: 0 },
    ...changes,
    remainingWh,
  };
}

/** The need that a waiting line announces. */
export function need(order: BookLine): PublicNeed {
  const { pile, pileFrameWh, remainingWh: energyWh, expiryFrame: lastFrame } = order;
  return { pile, pileFrameWh, announcedWh: energyWh, energyWh, lastFrame, order };
}

/** A fast EV that has arrived in frame 10 and needs 10 kWh by frame 20. */
export function own(changes: Partial<OwnState> = {}): OwnState {
  const stay = { pile: "A", side: "charge", arrivalFrame: 10, departureFrame: 20 } as const;
  return {
    stay: { ...stay, batteryWh: 60_000, initialSoc: 0.5, targetSoc: 0.8, ratedW: 22_000 },
    ...{ remainingWh: 10_000, order: undefined, limitPrice: 250_000 },
    ...changes,
  };
}
