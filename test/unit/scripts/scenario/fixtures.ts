import type { ScenarioInput } from "../../../../scripts/scenario/schema";

/** The example of SPEC 9, as it stands there. */
export const EXAMPLE = `{ "market": { "priceWeight": 10, "timeWeight": 1, "icebergThresholdWh": 4000, "icebergPeakWh": 2000, "maxWaitFrames": 12, "capacityW": 250000,
              "lossAllowanceW": 0, "importPricePerKwh": 200000, "exportPricePerKwh": 50000, "settlement": "adbev" },
  "baseLoadW": 33000,
  "piles":  [ { "id": "A", "ratedW": 7000 }, { "id": "B", "ratedW": 7000 }, { "id": "C", "ratedW": 7000 } ],
  "frames": 4,
  "events": [ { "frame": 0, "pile": "A", "place": { "side": "charge", "price": 140000, "energyWh": 1500, "expiryFrame": 10 } },
              { "frame": 0, "pile": "C", "place": { "side": "discharge", "price": 120000, "energyWh": 9000, "expiryFrame": 20 } },
              { "frame": 1, "pile": "B", "place": { "side": "charge", "price": 250000, "energyWh": 2600, "expiryFrame": 9 } },
              { "frame": 1, "pile": "C", "cancel": true },
              { "frame": 2, "pile": "A", "cancel": true } ] }
`;

/** Its result by SPEC 9. */
export const EXAMPLE_RESULT = `{ "frames": [ { "frame": 1, "trades": [ { "sell": "C", "buy": "A", "price": 130000, "energyWh": 1500 } ], "grid": [], "loadW": 33000 },
              { "frame": 2, "trades": [], "grid": [ { "pile": "B", "side": "charge", "price": 200000, "energyWh": 2600 } ], "loadW": 38200 },
              { "frame": 3, "trades": [], "grid": [], "loadW": 33000 } ],
  "pflW": 10400, "open": [], "rejected": [ { "frame": 2, "pile": "A", "error": "NoLiveOrder" } ] }
`;

/** A scenario of two 7 kW piles, A and B, in which nothing happens, but for what is given. */
export function scenario(overrides: Partial<ScenarioInput> = {}): ScenarioInput {
  return {
    baseLoadW: 1000,
    piles: [
      { id: "A", ratedW: 7000 },
      { id: "B", ratedW: 7000 },
    ],
    frames: 5,
    ...overrides,
  };
}
