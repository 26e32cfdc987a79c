/** A part of the thesis that another command runs again, or that nobody can. */
export interface Elsewhere {
  id: string;
  title: string;
  /** The command that measures it; none where it cannot be. */
  command?: string;
  verdict: string;
}

export const REPRODUCED_ELSEWHERE: readonly Elsewhere[] = [
  {
    ...{ id: "4.6", title: "Fig. 4.6: computation cost against the number of peers", command: "report:gas" },
    verdict: "Measured with the contracts' own gas: docs/computation-cost.md.",
  },
  {
    ...{ id: "6-B", title: "Table 6-B: consensus mechanisms compared" },
    verdict:
      "A table of words. Of its rows the market's own can be measured: cost of participation (docs/gas.md) and adversary tolerance (report:sybil).",
  },
  {
    ...{ id: "6.4", title: "Fig. 6.4: validation time of PoW, PBFT and ePoB" },
    verdict:
      "Not reproduced: its times are those of networks (10 minutes a block of Bitcoin, a round of 60 seconds), taken over and not measured; a round here lasts what a market is deployed with.",
  },
  {
    ...{ id: "6.5", title: "Fig. 6.5: accuracy under Sybil attacks", command: "report:sybil" },
    verdict: "Run with votes as the thesis counts them, beside scores verified on chain.",
  },
];
