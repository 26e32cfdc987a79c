import { IMBALANCE_WORDS } from "../../core/imbalanceWords";
import { IMBALANCE_CAUSES } from "../../core/settlement";
import { grouped, money, share } from "../../core/text";
import { creditReport } from "../../simulation/dayDelivery";
import type { DeliveryReport, FrameDelivery } from "../../simulation/dayResult";
import type { Chart } from "../charts/chart";
import { drawLines, type LineChart, type Series } from "../charts/lineChart";
import { htmlChart, htmlSection, htmlTable } from "../page";
import type { DayPage } from "./dayPage";
import type { Times } from "./times";

/** Findings of meters, and credit. HTML; empty where meters are off. */
export function deliverySections(page: DayPage, times: Times): string[] {
  const { delivery } = page.day;
  if (delivery === undefined) return [];
  return [meterSection(delivery, times), htmlChart(creditChart(delivery, page, times))];
}

function meterSection({ frames, imbalance, unaccounted }: DeliveryReport, times: Times): string {
  const readings = frames.reduce((sum, frame) => sum + frame.readings.length, 0);
  const silent = frames.flatMap((frame) => frame.silent.map((pile) => [times.ofFrame(frame.frame), pile]));
  const claimed = frames.reduce((sum, frame) => sum + frame.claimed, 0n);
  const all = Object.values(imbalance).reduce((sum, cost) => sum + cost, 0n);
  const accounted =
    unaccounted === 0n
      ? "Every unit of money is accounted for."
      : `Money is not accounted for: ${grouped(unaccounted)} units.`;
  return htmlSection(
    "meters",
    "Meters: what deviations cost, by cause",
    `${grouped(readings)} readings; ${grouped(silent.length)} were expected of meters that stayed silent. ${accounted}`,
    htmlTable(
      ["cause", "cost", "of all"],
      [
        ...IMBALANCE_CAUSES.map((cause) => [
          IMBALANCE_WORDS[cause],
          money(imbalance[cause]),
          share(Number(imbalance[cause]), Number(all)),
        ]),
        ["surplus that the operator's account did not last for: claimed", money(claimed), "–"],
      ],
    ) +
      (silent.length === 0
        ? ""
        : `<details><summary>Who was silent</summary>${htmlTable(["frame at", "pile"], silent)}</details>`),
  );
}

const points = (hundredths: number) => (hundredths / 100).toFixed(2);

function creditChart({ frames, credits }: DeliveryReport, { day, feeders = [] }: DayPage, times: Times): Chart {
  const byFrame = new Map<number, FrameDelivery[]>();
  for (const frame of frames) byFrame.set(frame.frame, [...(byFrame.get(frame.frame) ?? []), frame]);
  const of = (value: (parts: readonly FrameDelivery[]) => number) =>
    day.frames.map(({ frame }) => {
      const parts = byFrame.get(frame);
      return parts === undefined ? undefined : value(parts);
    });
  const mean = (parts: readonly FrameDelivery[]) => {
    const piles = parts.reduce((sum, { credit }) => sum + credit.piles, 0);
    return parts.reduce((sum, { credit }) => sum + credit.mean * credit.piles, 0) / piles;
  };
  const series: Series[] = [
    { name: "mean of all piles", style: "s0", bold: true, values: of(mean) },
    {
      ...{ name: "least of all piles", style: "s3", dash: "8 4" },
      values: of((parts) => Math.min(...parts.map(({ credit }) => credit.min))),
    },
  ];
  const last = creditReport(Object.values(credits));
  const several = feeders.length > 1 ? " Of the feeders that moved anything in the frame." : "";
  const label = "Credit of the piles";
  const chart: LineChart = {
    ...{ ...times.axis(), label, yTitle: "points", yText: points, floating: true, series },
  };
  return {
    id: "credit",
    title: label,
    caption:
      `Once each frame was settled. With all frames settled the mean is ${points(last.mean)} points and the least ` +
      `${points(last.min)}.${several} The axis does not begin at zero; a frame that moved nothing leaves a gap.`,
    legend: series,
    draw: (size) => drawLines(size, chart),
    table: {
      head: ["pile", "credit with all frames settled"],
      rows: Object.entries(credits)
        .sort(([, a], [, b]) => b - a)
        .map(([pile, credit]) => [pile, `${points(credit)} points`]),
    },
  };
}
