import { escapeHtml, grouped } from "../../core/text";
import type { Chart } from "../charts/chart";
import { drawLines, type LineChart, type Series } from "../charts/lineChart";
import { type Column, csvOf } from "../columns";
import { htmlChart, htmlCommand, htmlPage, htmlSection, htmlTable } from "../page";
import type { SybilReport, SybilRow } from "./experiment";
import { LEAD_POINTS } from "./lottery";
import { REPORTED_SOURCE } from "./reported";
import { PROPOSERS } from "./verified";
import { VALIDATORS } from "./votes";

const CSV_COLUMNS: readonly Column<SybilRow>[] = [
  { key: "share", csv: "attackers_share", value: ({ share }) => share },
  { key: "votesHeld", csv: "votes_held", value: ({ votes }) => votes.held },
  { key: "votesAccurate", csv: "votes_accurate", value: ({ votes }) => votes.accurate },
  { key: "verifiedHeld", csv: "verified_held", value: ({ verified }) => verified.held },
  { key: "verifiedAccurate", csv: "verified_accurate", value: ({ verified }) => verified.accurate },
  { key: "fallbacks", csv: "fallbacks", value: ({ verified }) => verified.fallbacks },
  { key: "refused", csv: "attackers_refused", value: ({ verified }) => verified.refused },
  { key: "scored", csv: "attackers_scored", value: ({ verified }) => verified.scored },
];

/** The experiment as CSV, a line for each share of attackers: counts of rounds and of plans. */
export function sybilCsv({ rows }: SybilReport): string {
  return csvOf(CSV_COLUMNS, rows);
}

/** The experiment as a page: accuracy against attackers, and what verification does not protect. */
export function sybilHtml(
  { rows, lotteries }: SybilReport,
  { rounds, seed }: { rounds: number; seed: number },
  command: string,
  about: readonly string[],
): string {
  return htmlPage({
    title: `Accuracy of the winning plan under a Sybil attack, seed ${seed}`,
    about: [...about, `${grouped(rounds)} rounds for each share of attackers`],
    introduction: `<p>Votes: ${VALIDATORS} validators drawn from all nodes, counted as the thesis counts them. Scores: ${PROPOSERS} proposers on the contracts, which compute each plan's benefit themselves.</p>`,
    body: [
      htmlChart(accuracyChart(rows)),
      htmlSection(
        "lottery",
        "What verification does not protect",
        "The draw of a reward among identical best plans: one person with several identities against one honest proposer.",
        htmlTable(
          ["identities", "draws", "won by the person", "expected", `expected ${LEAD_POINTS} points of credit behind`],
          lotteries.map(({ identities, draws, won, expectedShare, expectedShareBehind }) => [
            String(identities),
            grouped(draws),
            percent(won / draws),
            percent(expectedShare),
            percent(expectedShareBehind),
          ]),
        ),
      ),
      `<p>${escapeHtml(REPORTED_SOURCE)}.</p>`,
      htmlCommand(
        command,
        `The same seed gives the same rounds. Rewards are drawn by the hashes of blocks, which no seed repeats.`,
      ),
    ].join("\n"),
  });
}

/** A share in per cent. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function accuracyChart(rows: readonly SybilRow[]): Chart {
  const series: Series[] = [
    {
      ...{ name: "votes counted", style: "s3", dash: "8 4", mark: "square", points: true },
      values: rows.map(({ votes }) => votes.accurate / votes.held),
    },
    {
      ...{ name: "scores verified", style: "s0", bold: true, mark: "circle", points: true },
      values: rows.map(({ verified }) => verified.accurate / verified.held),
    },
  ];
  const title = "Accuracy against the share of attackers";
  const xs = rows.map(({ share }) => share);
  const chart: LineChart = {
    ...{
      label: title,
      xs,
      xTicks: xs,
      xText: (share) => `${Math.round(100 * share)} %`,
      xTip: (share) => `${Math.round(100 * share)} % attackers`,
      xTitle: "attackers among the nodes",
    },
    ...{ yTitle: "% of rounds", yText: (share) => String(Math.round(100 * share)), yTip: percent, series },
  };
  return {
    id: "accuracy",
    title,
    caption:
      "Rounds in which the best honest plan won, or, verified, in which nobody honest brought better than what was executed. " +
      "After Fig. 6.5 of the thesis, a curve without figures.",
    legend: series,
    draw: (size) => drawLines(size, chart),
    table: {
      head: ["attackers", "votes counted", "scores verified", "fell back", "refused", "scored", "the thesis"],
      rows: rows.map(({ share, votes, verified, thesis }) => [
        `${(100 * share).toFixed(0)} %`,
        percent(votes.accurate / votes.held),
        percent(verified.accurate / verified.held),
        grouped(verified.fallbacks),
        grouped(verified.refused),
        grouped(verified.scored),
        thesis,
      ]),
    },
  };
}
