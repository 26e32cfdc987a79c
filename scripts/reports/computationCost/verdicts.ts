import { grouped } from "../../core/text";
import { moneyOf, moneyText } from "./pricing";
import { perKWh } from "./rows";
import { CLEARING, COMPLETE, type CostReport, runOf } from "./types";

/** A claim of the thesis and what the figures say to it. */
export interface Verdict {
  claim: string;
  verdict: "holds" | "holds in part" | "does not hold" | "not measured";
  reason: string;
}

/** Money of a kWh of electricity that the cost of trading it is held against: the day's tariff, 20 p. */
const TARIFF_PER_KWH = 0.2;

/** The claims of thesis 4.4.3 and Fig. 4.6, each with a verdict that follows from the report's own figures. */
export function verdictsOf(report: CostReport): Verdict[] {
  return [geneticCostsMore(report), bothGrow(report), costUndermines(report)];
}

/** Generations for which the genetic algorithm would cost as much as the market's whole day. */
export function breakEvenGenerations(report: CostReport, population: number, peers: number): number | undefined {
  const generation = report.generationGas.find((cost) => cost.population === population && cost.peers === peers);
  const market = runOf(report, COMPLETE, peers);
  if (generation === undefined || market === undefined) return undefined;
  return Math.max(0, (market.gas - generation.setUpGas) / generation.gas);
}

function geneticCostsMore(report: CostReport): Verdict {
  const claim = "Scheduling by a genetic algorithm costs more gas than AdBEV.";
  const ratios = report.schemes
    .filter(({ family }) => family === "genetic")
    .flatMap(({ key, title }) =>
      report.peers.flatMap((peers) => {
        const genetic = runOf(report, key, peers);
        const market = runOf(report, COMPLETE, peers);
        return genetic === undefined || market === undefined ? [] : [{ title, peers, ratio: genetic.gas / market.gas }];
      }),
    );
  if (ratios.length === 0) return { claim, verdict: "not measured", reason: "no genetic run was made" };
  const least = ratios.reduce((a, b) => (b.ratio < a.ratio ? b : a));
  const most = ratios.reduce((a, b) => (b.ratio > a.ratio ? b : a));
  const above = ratios.filter(({ ratio }) => ratio > 1).length;
  const verdict = above === ratios.length ? "holds" : above === 0 ? "does not hold" : "holds in part";
  const reason =
    `It does in ${above} of ${ratios.length} comparisons: the genetic algorithm takes from ${least.ratio.toFixed(2)} times ` +
    `(${least.title}, ${least.peers} peers) to ${most.ratio.toFixed(1)} times (${most.title}, ${most.peers} peers) what ` +
    `AdBEV's whole day takes. ${evenText(report)} ${atLeastAsGood(report)} What is compared is not alike: of the ` +
    `market's day everything is counted (publishing, signed orders, clearing, settling), and it learns of each EV as it ` +
    `comes; the genetic algorithm knows the day beforehand and only computes a schedule: no order is signed, nobody pays.`;
  return { claim, verdict, reason };
}

/** At how many generations the two cost the same. */
function evenText(report: CostReport): string {
  const populations = [...new Set(report.generationGas.map(({ population }) => population))];
  const [least, most] = [report.peers[0]!, report.peers[report.peers.length - 1]!];
  const even = populations.map((population) => {
    const [few, many] = [least, most].map((peers) => Math.floor(breakEvenGenerations(report, population, peers) ?? 0));
    return `${grouped(few!)} to ${grouped(many!)} generations of ${population} individuals`;
  });
  return even.length === 0
    ? ""
    : `With ${least} to ${most} peers, the two cost the same at ${even.join(" or ")}: the claim is one about how long ` +
        `the algorithm is left to search.`;
}

/** How often a genetic run was both cheaper than the market's day and at least as flat. */
function atLeastAsGood(report: CostReport): string {
  const cases = report.peers.flatMap((peers) => {
    const market = runOf(report, COMPLETE, peers);
    const runs = report.schemes.flatMap(({ key, family }) =>
      family === "genetic" ? (runOf(report, key, peers) ?? []) : [],
    );
    if (market?.pflW === undefined || runs.every(({ pflW }) => pflW === undefined)) return [];
    const better = runs.filter(({ pflW }) => pflW !== undefined && pflW <= market.pflW!);
    return [{ flatter: better.length > 0, cheaper: better.some(({ gas }) => gas < market.gas) }];
  });
  if (cases.length === 0) return "";
  const count = (which: "flatter" | "cheaper") => cases.filter((found) => found[which]).length;
  return (
    `At ${count("flatter")} of ${cases.length} numbers of peers some genetic run ended with a PFL no higher than the ` +
    `market's, at ${count("cheaper")} of them for less gas.`
  );
}

function bothGrow(report: CostReport): Verdict {
  const claim = "The gas of both grows with the number of peers.";
  const growing = report.growth.filter(({ exponent }) => exponent > 0);
  const verdict =
    report.growth.length === 0 ? "not measured" : growing.length === report.growth.length ? "holds" : "holds in part";
  const exponents = report.growth.map(({ scheme, exponent }) => {
    const title = report.schemes.find(({ key }) => key === scheme)?.title ?? scheme;
    return `${title}: ${exponent.toFixed(2)}`;
  });
  return {
    claim,
    verdict,
    reason:
      `Exponents of the fitted power laws: ${exponents.join("; ")}. Below 1, each peer needs less gas the more there are: ` +
      `AdBEV's piles share the fixed part of each frame's clearing and settlement. A birth of the genetic algorithm ` +
      `changes at most 33 EVs however many there are, so a generation hardly grows; but the more EVs, the more ` +
      `generations it takes to move them all.`,
  };
}

function costUndermines(report: CostReport): Verdict {
  const claim = "With more peers, the total cost of the transactions undermines the exchange.";
  const sizes = report.peers.flatMap((peers) => runOf(report, COMPLETE, peers) ?? []);
  const [least, most] = [sizes[0], sizes[sizes.length - 1]];
  if (least === undefined || most === undefined) return { claim, verdict: "not measured", reason: "no market was run" };
  const falls = perKWh(most) < perKWh(least);
  const money = report.pricings.map((pricing) => {
    const cost = moneyOf(perKWh(most), pricing);
    const times = cost / TARIFF_PER_KWH;
    return `${moneyText(cost)} at ${pricing.name} (${times < 1 ? `${(100 * times).toFixed(1)} %` : `${times.toFixed(0)} times`})`;
  });
  const clearing = runOf(report, CLEARING, most.peers);
  return {
    claim,
    verdict: falls ? "holds in part" : "holds",
    reason:
      `Gas for each kWh charged goes from ${grouped(perKWh(least))} with ${least.peers} peers to ` +
      `${grouped(perKWh(most))} with ${most.peers}${falls ? ": peers make it cheaper, not dearer" : ""}. ` +
      `What undermines the exchange is the price of gas: a kWh traded by ${most.peers} peers costs ${money.join(", ")} ` +
      `of a tariff of ${TARIFF_PER_KWH.toFixed(2)}, the data fee of a rollup apart` +
      (clearing === undefined ? "." : `; clearing is ${((100 * clearing.gas) / most.gas).toFixed(0)} % of it.`),
  };
}
