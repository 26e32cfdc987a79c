import { escapeHtml, kW } from "../../core/text";
import { ENERGY_AND_MONEY, loadFacts } from "../dayFigures";
import { htmlChart, htmlCommand, htmlFacts, htmlPage } from "../page";
import { dayCharts } from "./charts";
import type { DayPage } from "./dayPage";
import { deliverySections } from "./delivery";
import { feederSection } from "./feeders";
import { roundSection } from "./rounds";
import { Times } from "./times";

export type { DayPage } from "./dayPage";

/** One self-contained page: the thesis's figures from this run, the tables behind them, and how to make it again. */
export function dayHtml(page: DayPage): string {
  const { day, setting, seed, command, about } = page;
  const { totals } = day;
  const times = new Times(page);
  const [load, ...charts] = dayCharts(page).map(htmlChart);
  return htmlPage({
    title: `A day on the market: ${setting}, seed ${seed}`,
    about,
    introduction: `${hero(page)}\n<p class="screen">Hover over a chart, or touch it, for its values.</p>`,
    body: [
      ...(page.warnings ?? []).map(
        (warning) => `<p class="warning"><strong>Warning:</strong> ${escapeHtml(warning)}</p>`,
      ),
      htmlFacts([
        ...loadFacts(day),
        ...ENERGY_AND_MONEY.map(({ title, text }): [string, string] => [title, text(totals)]),
      ]),
      load ?? "",
      feederSection(page, times),
      ...charts,
      roundSection(page, times),
      ...deliverySections(page, times),
      htmlCommand(command, `Seed ${seed}. p is a penny, 1/100 pound sterling. The same seed gives the same figures.`),
    ]
      .filter((part) => part !== "")
      .join("\n"),
  });
}

/** The one figure of the day: how much calmer the load is than without control. */
function hero({ day: { loads, totals, frames } }: DayPage): string {
  const { market, uncontrolled } = loads;
  const change = market.absoluteStepsW / uncontrolled.absoluteStepsW - 1;
  const who = `${totals.chargingEvs} EVs charged and ${totals.dischargingEvs} discharged in ${frames.length} frames`;
  if (!Number.isFinite(change)) return `<p>${who}; without control the load does not step.</p>`;
  const figure = `${change > 0 ? "+" : change < 0 ? "−" : ""}${Math.abs(100 * change).toFixed(1)} %`;
  return (
    `<p class="hero"><strong>${figure}</strong> <span>power fluctuation (PFL, 4.4) against the same EVs without control: ` +
    `the load's steps add up to ${kW(market.absoluteStepsW)} instead of ${kW(uncontrolled.absoluteStepsW)}. ${who}.</span></p>`
  );
}
