/**
 * Figure that [T] prints for a scheme, in its own setting and on its own data; not comparable in size with any run of
 * ours.
 */
export interface ReportedFigure {
  scheme: string;
  measure: string;
  /** As printed. */
  value: string;
  /** Where, and with what setting. */
  source: string;
}

const CHAPTER3 = "thesis 3.4.2: 100 homes and EVs of 36 kWh at 3.5 kW, 250 kVA";
const CHAPTER4 = "thesis 4.4.2: 100 homes, 100 EVs of 8.8 and 60 kWh at 3 and 43 kW, 250 kVA";
const CHAPTER5 = "thesis 5.4.2: 200 homes, 100 EVs of 3 to 120 kW";
const CHAPTER6 = "thesis 6.5.3: 200 homes, 100 EVs of up to 50 kW, decisions every 10 minutes";
const LOG_RANGE = "power fluctuation level";
const CUBE_ROOT = "cube root of PF";

/** The thesis's figures, reported by the thesis on its own data. */
export const REPORTED_BY_THESIS: readonly ReportedFigure[] = [
  { scheme: "uncontrolled", measure: LOG_RANGE, value: "0.56", source: CHAPTER3 },
  { scheme: "conventional (time-shifted)", measure: LOG_RANGE, value: "0.20", source: CHAPTER3 },
  { scheme: "genetic algorithm", measure: LOG_RANGE, value: "0.03", source: CHAPTER3 },
  { scheme: "uncontrolled", measure: LOG_RANGE, value: "1.15", source: CHAPTER4 },
  { scheme: "genetic algorithm", measure: LOG_RANGE, value: "0.85 (-26.1 %)", source: CHAPTER4 },
  { scheme: "AdBEV", measure: LOG_RANGE, value: "0.63 (-45.2 %; -25.9 % on the GA)", source: CHAPTER4 },
  { scheme: "without PoB", measure: CUBE_ROOT, value: "48.5", source: CHAPTER5 },
  { scheme: "PoB", measure: CUBE_ROOT, value: "32.4 (-33.2 %)", source: CHAPTER5 },
  { scheme: "ePoB", measure: "squared steps", value: "3.5 % below offline AdBEV", source: CHAPTER6 },
  { scheme: "offline optimum", measure: "squared steps", value: "best of all (figure only)", source: CHAPTER6 },
];
