import { htmlChart, htmlCommand, htmlPage, htmlTable, CHART_SCRIPT } from "../page";
import { escapeHtml, kW, kWh, pence } from "../../core/text";
import { dayCharts } from "./charts";
import type { DayPage } from "./dayPage";

export type { DayPage } from "./dayPage";

/** One self-contained page: the thesis's figures from this run, the tables behind them, and how to make it again. */
export function dayHtml(page: DayPage): string {
  const { day, setting, seed, command } = page;
  const { totals, loads } = day;
  const { market, uncontrolled } = loads;
  const calmer = 1 - market.absoluteStepsW / uncontrolled.absoluteStepsW;
  const perKWh = (sum: bigint, energyWh: number) => (energyWh === 0 ? "–" : pence((Number(sum) * 1000) / energyWh));
  return htmlPage({
    title: `A day on the market: ${setting}, seed ${seed}`,
    introduction:
      `<p>${totals.chargingEvs} EVs charged and ${totals.dischargingEvs} discharged in ${day.frames.length} frames. ` +
      `On the market the load's steps add up to ${escapeHtml(kW(market.absoluteStepsW))}; without control the same EVs make ` +
      `${escapeHtml(kW(uncontrolled.absoluteStepsW))}${Number.isFinite(calmer) ? `, the market ${(100 * calmer).toFixed(1)} % less` : ""}. ` +
      `<span class="screen">Hover over a chart, or touch it, for its values.</span></p>`,
    body: [
      ...(page.warnings ?? []).map(
        (warning) => `<p class="warning"><strong>Warning:</strong> ${escapeHtml(warning)}</p>`,
      ),
      htmlTable(
        ["", ""],
        [
          ["charged", kWh(totals.servedWh)],
          ["of it bought from other piles", kWh(totals.tradedWh)],
          ["sold by discharging EVs, of what was offered", `${kWh(totals.soldWh)} of ${kWh(totals.offeredWh)}`],
          ["paid per kWh charged", perKWh(totals.paid, totals.servedWh)],
          ["earned per kWh sold", perKWh(totals.earned, totals.soldWh)],
          ["energy unserved", `${(100 * market.unservedShare).toFixed(2)} %`],
          ["peak, of the capacity", `${kW(market.peakW)} of ${kW(day.capacityW)}`],
        ],
      ),
      ...dayCharts(page).map(htmlChart),
      htmlCommand(command, `Seed ${seed}.`),
    ].join("\n"),
    script: CHART_SCRIPT,
  });
}
