/** A figure of the thesis on how long a transaction takes [T Fig. 6.4 and its text], s. */
export interface ReportedLatency {
  network: string;
  blockSeconds: number;
  /** Undefined where the text gives none. */
  confirmationSeconds: number | undefined;
}

/**
 * Latencies that [T 6.5.1.2] tells beside Fig. 6.4; of Byzantine nodes it draws a curve and tells no figure.
 */
export const REPORTED_LATENCIES: readonly ReportedLatency[] = [
  { network: "proof of work (Bitcoin), as reported", blockSeconds: 600, confirmationSeconds: 3_600 },
  { network: "ePoB, as reported: the time of its round", blockSeconds: 60, confirmationSeconds: undefined },
];

/** The value below which a share of sorted values lies; undefined of none. */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
