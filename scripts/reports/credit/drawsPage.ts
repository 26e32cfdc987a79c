import { grouped } from "../../core/text";
import type { Chart } from "../charts/chart";
import { drawLines, type LineChart, type Series } from "../charts/lineChart";
import { type Column, csvOf } from "../columns";
import { htmlChart, htmlCommand, htmlPage } from "../page";
import type { DrawRun, PlayerDraws } from "./draws";

interface DrawLine extends PlayerDraws {
  draws: number;
}

const CSV_COLUMNS: readonly Column<DrawLine>[] = [
  { key: "draws", csv: "draws", value: ({ draws }) => draws },
  { key: "credit", csv: "credit_points", value: ({ credit }) => credit / 100 },
  { key: "won", csv: "won", value: ({ won }) => won },
  { key: "share", csv: "share", value: ({ share }) => share },
  { key: "expectedShare", csv: "expected_share", value: ({ expectedShare }) => expectedShare },
];

/** Draws as CSV, a line for each run and player; shares from 0 to 1. */
export function drawsCsv(runs: readonly DrawRun[]): string {
  return csvOf(
    CSV_COLUMNS,
    runs.flatMap(({ draws, players }) => players.map((player) => ({ draws, ...player }))),
  );
}

/** Draws as a page: for each run what was won beside what e^credit leads to expect. */
export function drawsHtml(runs: readonly DrawRun[], seed: number, command: string, about: readonly string[]): string {
  return htmlPage({
    title: `Winners drawn with weight e^credit, seed ${seed}`,
    about,
    introduction: "<p>Ten players with credits from 90 to 100 points, as in section 5.2 of the credit paper.</p>",
    body: [
      ...runs.map((run) => htmlChart(chartOf(run))),
      htmlCommand(command, `Seed ${seed}. The same seed gives the same figures.`),
    ].join("\n"),
  });
}

/** A share of draws in per cent. */
export function shareText(share: number): string {
  return `${(100 * share).toFixed(3)} %`;
}

/** How far a run is from what is expected, in a sentence. */
export function fitText({ largestDeviation, chiSquare, degreesOfFreedom, ordered }: DrawRun): string {
  return (
    `Largest deviation ${(100 * largestDeviation).toFixed(3)} percentage points; chi-square ${chiSquare.toFixed(1)} where chance alone gives ` +
    `${degreesOfFreedom} on average; ${ordered ? "nobody" : "somebody"} with less credit won more often`
  );
}

function chartOf(run: DrawRun): Chart {
  const { players, draws } = run;
  const series: Series[] = [
    { name: "drawn", style: "s0", bold: true, mark: "circle", points: true, values: players.map(({ share }) => share) },
    {
      ...{ name: "expected, e^C over the sum of all", style: "s2", dash: "8 4", mark: "hollow", points: true },
      values: players.map(({ expectedShare }) => expectedShare),
    },
  ];
  const title = `${grouped(draws)} draws`;
  const chart: LineChart = {
    ...{ label: title, xs: players.map(({ credit }) => credit), xTicks: players.map(({ credit }) => credit), series },
    ...{ xText: (credit) => (credit / 100).toFixed(1), xTitle: "credit, points" },
    xTip: (credit) => `${(credit / 100).toFixed(2)} points`,
    ...{ yTitle: "% of draws", yText: (share) => String(Math.round(100 * share)), yTip: shareText },
  };
  return {
    ...{ id: `draws-${draws}`, title, caption: `${fitText(run)}.`, legend: series },
    draw: (size) => drawLines(size, chart),
    table: {
      head: ["credit, points", "won", "share drawn", "share expected"],
      rows: players.map(({ credit, won, share, expectedShare }) => [
        (credit / 100).toFixed(2),
        grouped(won),
        shareText(share),
        shareText(expectedShare),
      ]),
    },
  };
}
