/** Accuracy of the consensus where a share of the nodes attacks, as [T 6.5.1.3] reports it, 0 to 1. */
export function reportedByThesis(share: number): string {
  if (share === 0) return '"approximately 100 %"';
  return share <= 0.5 ? '"relatively high"' : 'falls: "51 % nodes"';
}

/** Where that stands, and what is left open there. */
export const REPORTED_SOURCE =
  "The thesis: 6.5.1.3, reported by the thesis in words and as a curve without figures (Fig. 6.5); its number of " +
  "validators is that of 6.5.1.2";
