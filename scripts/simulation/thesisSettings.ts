import { h0BaseLoadW } from "../data/bdewH0";
import { ELEXON_WINTER_WEEKDAY_KW } from "../data/elexonProfileClass1";
import type { MarketParameters } from "../core/types";
import { type Charger, thesisPopulation, type Wave } from "../piles/populations/thesis";
import type { DaySettings } from "./defaults";

/** A chapter's experiment as a setting of every command. */
export interface ThesisSetting {
  title: string;
  settings: Omit<DaySettings, "seed">;
  market: Partial<MarketParameters>;
  /**
   * Points that the chapter leaves open, and the choices for them that come nearest to the reported figures.
   */
  assumed: readonly string[];
}

/** kWh that an Austrian household draws in a year, rounded: **Ours**, the thesis names no figure. */
const AUSTRIAN_YEAR_KWH = 4_400;

const CHAPTER5_CHARGERS: readonly Charger[] = [
  { share: 0.5, batteryWh: 8_800, ratedW: 3_000 },
  ...[7_000, 11_000, 22_000].map((ratedW) => ({ share: 0.4 / 3, batteryWh: 36_000, ratedW })),
  ...[43_000, 50_000, 120_000].map((ratedW) => ({ share: 0.1 / 3, batteryWh: 60_000, ratedW })),
];

/** Two waves that the demand of [T 5.4.2] names: 07:00-09:00 and 18:00-21:00. */
const CHAPTER5_WAVES: readonly Wave[] = [
  { share: 0.35, meanHour: 8, deviationHours: 1 },
  { share: 0.65, meanHour: 19.5, deviationHours: 1.5 },
];

/** The experiments of chapters 3 to 6. */
export const THESIS_SETTINGS: Readonly<Record<"thesis3" | "thesis4" | "thesis5" | "thesis6", ThesisSetting>> = {
  thesis3: {
    title: "thesis 3.4: 100 homes, 100 EVs of 36 kWh at 3.5 kW, transformer of 250 kVA",
    settings: {
      baseLoadW: ELEXON_WINTER_WEEKDAY_KW.map((kW) => Math.round(kW * 2 * 100 * 1000)),
      population: thesisPopulation({
        waves: [
          { share: 0.68, meanHour: 15.6, deviationHours: 1.6 },
          { share: 0.32, meanHour: 22.3, deviationHours: 2.7 },
        ],
        chargers: [{ share: 1, batteryWh: 36_000, ratedW: 3_500 }],
        ...{ dischargingShare: 0, initialSoc: [0.2, 0.8], chargeToSoc: 0.8, dischargeToSoc: 0.5 },
      }),
    },
    market: {},
    assumed: [
      "Elexon's figures count twice, as if its kW were read as kWh per half-hour",
      "arrivals 68 % N(15.6 h, 1.6 h) and 32 % N(22.3 h, 2.7 h), chosen for the reported peaks",
      "stays of N(10 h, 1 h), at least 8 h",
    ],
  },
  thesis4: {
    title: "thesis 4.4: 100 homes, 100 EVs of 8.8 and 60 kWh at 3 and 43 kW, transformer of 250 kVA",
    settings: {
      population: thesisPopulation({
        waves: [{ share: 1, meanHour: 20, deviationHours: 1.75 }],
        chargers: [
          { share: 0.8, batteryWh: 8_800, ratedW: 3_000 },
          { share: 0.2, batteryWh: 60_000, ratedW: 43_000 },
        ],
        ...{ initialSoc: [0, 1], chargeToSoc: 0.8, dischargeToSoc: 0.5 },
      }),
    },
    market: {},
    assumed: [
      "Elexon's figures count once",
      "arrivals N(20 h, 1.75 h), chosen for the reported peak at 20:30",
      "EVs above 80 % on arrival discharge to 50 %, the others charge to 80 %",
    ],
  },
  thesis5: {
    title: "thesis 5.4: 200 homes, 100 EVs of 3 to 120 kW, two to buy for one to sell, at most two rounds' wait",
    settings: {
      baseLoadW: h0BaseLoadW(200, AUSTRIAN_YEAR_KWH),
      population: thesisPopulation({
        waves: CHAPTER5_WAVES,
        chargers: CHAPTER5_CHARGERS,
        ...{ dischargingShare: 1 / 3, initialSoc: [0.2, 1], chargeToSoc: 0.8, dischargeToSoc: 0.5 },
      }),
    },
    market: { capacityW: 500_000n, maxWaitFrames: 2 },
    assumed: [
      "households by the standard profile H0 at 4 400 kWh a year in place of the Austrian figures",
      "arrivals in two waves around 08:00 and 19:30, where the chapter sees its peaks of demand",
      "slow, fast and rapid chargers 5:4:1, and twice chapter 4's transformer",
    ],
  },
  thesis6: {
    title: "thesis 6.5: 200 homes, 100 EVs of up to 50 kW, discharging at 15 kW, decisions every 10 minutes",
    settings: {
      frameSeconds: 600,
      baseLoadW: h0BaseLoadW(200, AUSTRIAN_YEAR_KWH),
      population: thesisPopulation({
        waves: CHAPTER5_WAVES,
        chargers: [3_000, 7_000, 22_000, 50_000].map((ratedW, index) => ({
          ...{ share: [0.5, 0.25, 0.15, 0.1][index]!, batteryWh: [8_800, 36_000, 36_000, 60_000][index]! },
          ...{ ratedW, dischargeW: Math.min(15_000, ratedW) },
        })),
        ...{ dischargingShare: 1 / 3, initialSoc: [0.2, 1], chargeToSoc: 0.8, dischargeToSoc: 0.5 },
      }),
    },
    market: {
      ...{ capacityW: 500_000n, frameSeconds: 600, auctionSeconds: 200, roundSeconds: 60, finaliseSeconds: 60 },
      ...{ maxWaitFrames: 6, maxHorizon: 48, icebergPeakWh: 700n, icebergThresholdWh: 1_400n },
    },
    assumed: [
      "the homes and waves of chapter 5",
      "chargers of 3, 7, 22 and 50 kW in 50:25:15:10, one third of the EVs discharging",
      "a peak size of 4 kW, as in chapter 4",
    ],
  },
};
