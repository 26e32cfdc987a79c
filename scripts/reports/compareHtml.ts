import type { SchemeComparison } from "../simulation/compare";
import type { REPORTED_BY_THESIS } from "../simulation/reportedByThesis";
import { checkClaims, checkMarket } from "../simulation/thesisClaims";
import { type ArrivalsComparison, arrivalsCharts, curvesChart, dotsOf } from "./compareCharts";
import { COMPARE_COLUMNS } from "./compareColumns";
import { htmlChart, htmlCommand, htmlPage, htmlTable } from "./page";
import { escapeHtml, kW } from "../core/text";

export type { ArrivalsComparison } from "./compareCharts";

/** A comparison of schemes as a page shows it. */
export interface ComparePage {
  setting: string;
  seeds: readonly number[];
  /** Who decides and what it ran on, a phrase each: policy, agents, version. */
  about: readonly string[];
  /** Command that makes the page again, as typed. */
  command: string;
  /** Capacity of the transformer, W. */
  capacityW: number;
  /** When each measured frame begins, `18:30`. */
  frameTexts: readonly string[];
  schemes: readonly SchemeComparison[];
  /** The same at other numbers of arrivals, in rising order, for Fig. 6.6; empty without. */
  arrivals: readonly ArrivalsComparison[];
  reportedByThesis: typeof REPORTED_BY_THESIS;
  /** Notes on figures that are other than they look, a line each. */
  warnings?: readonly string[];
}

/** One self-contained page: every scheme by each measure, the thesis's claims, and how to make it again. */
export function compareHtml(page: ComparePage): string {
  const { setting, seeds, about, command, schemes, arrivals, reportedByThesis, capacityW } = page;
  const unserved = schemes.some(({ spread }) => spread.unservedShare.mean > 0);
  const dots = COMPARE_COLUMNS.filter(({ key, chart }) => chart && (key !== "unservedShare" || unserved)).map(
    (column) => dotsOf(column, schemes, capacityW),
  );
  const [first, last] = [seeds[0]!, seeds[seeds.length - 1]!];
  const seedText = first === last ? `Seed ${first}` : `Seeds ${first} to ${last}`;
  return htmlPage({
    title: `Schemes compared: ${setting}, ${seedText.toLowerCase()}`,
    about,
    introduction: `${hero(page)}\n<p class="screen">The same EVs, homes and tariffs under every scheme. Hover over a chart, or touch it, for its values.</p>`,
    body: [
      ...(page.warnings ?? []).map((text) => `<p class="warning"><strong>Warning:</strong> ${escapeHtml(text)}</p>`),
      htmlChart(curvesChart(schemes, seeds, page)),
      ...dots.slice(0, 1).map(htmlChart),
      ...(arrivals.length < 2 ? [] : arrivalsCharts(arrivals).map(htmlChart)),
      ...dots.slice(1).map(htmlChart),
      `<h2>The thesis's claims on this run</h2>\n${claimList(checkClaims(schemes))}`,
      `<h2>The market against what needs none</h2>\n${claimList(checkMarket(schemes))}`,
      "<h2>Reported by the thesis</h2>\n<p>On its own data, so not comparable in size.</p>",
      htmlTable(
        ["scheme", "measure", "reported", "where"],
        reportedByThesis.map(({ scheme, measure, value, source }) => [scheme, measure, value, source]),
      ),
      htmlCommand(
        command,
        `${seedText}. The same seeds give the same figures; times to compute vary with the machine.`,
      ),
    ].join("\n"),
  });
}

/** The one comparison: the highest load without control and on the market, against what the transformer carries. */
function hero({ schemes, capacityW }: ComparePage): string {
  const peakOf = (key: string) => schemes.find((scheme) => scheme.key === key)?.spread.peakW.mean;
  const [market, uncontrolled] = [peakOf("adbev"), peakOf("uncontrolled")];
  if (market === undefined || uncontrolled === undefined) return "";
  // A figure stays with its unit where the line is broken.
  const peak = (powerW: number) => kW(powerW, 0).replace(" ", "\u00a0");
  return (
    `<p class="hero"><strong>${peak(uncontrolled)} → ${peak(market)}</strong> <span>peak of the same homes and EVs, ` +
    `uncontrolled and on the AdBEV market, where the transformer carries ${kW(capacityW, 0)}. Mean over the seeds.</span></p>`
  );
}

function claimList(claims: ReturnType<typeof checkClaims>): string {
  const items = claims.map(
    ({ claim, verdict, found }) =>
      `<li><p class="claim">${escapeHtml(claim)} <strong class="${verdict === "holds" ? "yes" : "partly"}">${verdict}</strong></p>` +
      `<p>${escapeHtml(found)}</p></li>`,
  );
  return `<ol>${items.join("\n")}</ol>`;
}
