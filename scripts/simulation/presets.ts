import type { MarketParameters } from "../core/types";
import { chapter4Population } from "../piles/populations/chapter4";
import { chapter5Population } from "../piles/populations/chapter5";
import { elaadPopulation } from "../piles/populations/elaadnl";
import { THESIS_SETTINGS } from "./thesisSettings";
import type { DaySettings } from "./defaults";
import type { PresetName } from "./presetNames";

/** A feeder from the literature: its homes, its EVs and what its market has other than the default. */
export interface Preset {
  /** One line for a list. */
  title: string;
  settings: Omit<DaySettings, "seed">;
  market: Partial<MarketParameters>;
}

/** The feeders by name. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  chapter4: {
    title: "thesis chapter 4: 100 homes, 100 EVs of 3 and 43 kW, transformer of 250 kVA",
    settings: { population: chapter4Population() },
    market: {},
  },
  windows: {
    title: "chapter4 with its windows read as times to leave by: nobody plugged in from 18:00 to 18:30",
    settings: { population: chapter4Population("halves") },
    market: {},
  },
  chapter5: {
    // [T 5.4.2] names no transformer: that of chapter 4 for twice the homes.
    title: "thesis chapter 5: 200 homes, 100 EVs of 3 to 120 kW, two to buy for one to sell, at most two frames' wait",
    settings: { homes: 200, population: chapter5Population() },
    market: { capacityW: 500_000n, maxWaitFrames: 2 },
  },
  windows5: {
    title: "chapter5 with its windows read as times to leave by",
    settings: { homes: 200, population: chapter5Population("halves") },
    market: { capacityW: 500_000n, maxWaitFrames: 2 },
  },
  elaadnl: {
    title: "ElaadNL: 100 homes, 100 EVs of 7 and 11 kW that come and go as in Dutch homes",
    settings: { population: elaadPopulation() },
    market: {},
  },
  ...THESIS_SETTINGS,
} satisfies Record<PresetName, Preset>;
