import { kW, kWh, share } from "../../core/text";
import type { DayResult } from "../../simulation/dayResult";
import { LOOKS, NARROW } from "../charts/chart";
import { drawLines } from "../charts/lineChart";
import { htmlSection, htmlTable, legendLook } from "../page";
import type { DayPage } from "./dayPage";
import { axisKW } from "./loadCharts";
import type { Times } from "./times";

/** Feeders that have a drawing of their own; a table has all. */
const MOST_DRAWN = 12;

/** Each feeder by itself: its capacity is its own. HTML; empty where there is one. */
export function feederSection({ feeders = [] }: DayPage, times: Times): string {
  if (feeders.length < 2) return "";
  const drawn = feeders
    .slice(0, MOST_DRAWN)
    .map((day, index) => `<div><h3>Feeder ${index + 1}</h3>${draw(day, index, times)}</div>`);
  const looks = [
    { name: "market", ...LOOKS.market },
    { name: "uncontrolled", ...LOOKS.uncontrolled },
    { name: "homes alone", ...LOOKS.homes },
  ];
  const legend = looks.map((look) => `<li>${legendLook(look)}${look.name}</li>`).join("");
  const more = feeders.length > MOST_DRAWN ? ` The first ${MOST_DRAWN} are drawn.` : "";
  return htmlSection(
    "feeders",
    "Each feeder by itself",
    `Load against the feeder's own capacity; every other chart adds the feeders up.${more}`,
    `<ul class="legend">${legend}</ul><div class="small">${drawn.join("\n")}</div>` +
      htmlTable(
        ["feeder", "EVs", "PFL", "uncontrolled", "peak", "of capacity", "charged", "from other piles", "unserved"],
        feeders.map(({ totals, loads: { market, uncontrolled }, capacityW }, index) => [
          `${index + 1}`,
          `${totals.chargingEvs + totals.dischargingEvs}`,
          kW(market.absoluteStepsW),
          kW(uncontrolled.absoluteStepsW),
          kW(market.peakW),
          share(market.peakW, capacityW),
          kWh(totals.servedWh),
          share(totals.tradedWh, totals.servedWh),
          `${(100 * market.unservedShare).toFixed(2)} %`,
        ]),
      ),
  );
}

function draw({ frames, capacityW }: DayResult, index: number, times: Times): string {
  return drawLines(NARROW, {
    ...{ ...times.axis(), label: `Load of feeder ${index + 1}`, yTitle: "kW", yText: axisKW, stepped: true },
    limit: { name: `capacity ${kW(capacityW, 0)}`, value: capacityW },
    series: [
      { name: "market", ...LOOKS.market, values: frames.map((f) => f.loadW) },
      { name: "uncontrolled", ...LOOKS.uncontrolled, values: frames.map((f) => f.uncontrolledW) },
      { name: "homes alone", ...LOOKS.homes, values: frames.map((f) => f.baseLoadW) },
    ],
  });
}
