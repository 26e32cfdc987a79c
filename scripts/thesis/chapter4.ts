import { Impatient } from "../piles/policies/impatient";
import { capped } from "../schemes/capped";
import { geneticScheme } from "../schemes/genetic";
import { uncontrolled } from "../schemes/uncontrolled";
import { recordBooks } from "../simulation/bookRecorder";
import { runDay } from "../simulation/day";
import type { DayResult } from "../simulation/dayResult";
import type { BookOrder } from "../core/ports";
import { ModelPort } from "../simulation/modelPort";
import { hoursOf, inKW, meanOf, ThesisDay } from "./days";
import { THESIS_SETTINGS } from "../simulation/thesisSettings";
import type { Experiment } from "./types";
import { figureOf, judged, text } from "./verdict";

const SETTING = THESIS_SETTINGS.thesis4;
const OPEN = SETTING.assumed;
const ASSUMING = "with Elexon's figures counted once and arrivals around 20:00 chosen for it";
const IMPATIENT = "where agents buy at once, which is what a cap of 4 kW does without a market";
const GENERATIONS = 200;
/** Hours in which the thesis sees dearer deals. */
const DEAR_HOURS = [6, 7, 11, 12, 17, 18];

interface Played {
  result: DayResult;
  books: Map<number, readonly BookOrder[]>;
}

/** The market's day with agents that buy at once. */
async function play(day: ThesisDay): Promise<Played> {
  const books = new Map<number, readonly BookOrder[]>();
  const options = { ...day.options, policy: new Impatient() };
  return { result: await runDay(options, recordBooks(new ModelPort(day.market), books)), books };
}

const orderBook: Experiment = {
  id: "4-C",
  title: "Table 4-C: a partial order book",
  run: async (seeds) => {
    const day = new ThesisDay(SETTING, seeds[0]!);
    const { books } = await play(day);
    const orders = [...books.values()].flat();
    const [both] = [...books.values()].filter(
      (book) => book.some(({ side }) => side === "charge") && book.some(({ side }) => side === "discharge"),
    );
    const lines = [...(both ?? [])].slice(0, 8);
    const prices = orders.map(({ price }) => Number(price) / 10_000);
    const [least, most] = [Math.min(...prices), Math.max(...prices)];
    return {
      setting: "thesis4",
      open: ["the table's quantities in kW, read as the power of a tranche", "who placed the orders, and when"],
      figures: [],
      curve: {
        ...{ xName: "order", yName: "price_p_per_kwh", xs: lines.map(({ pile, side }) => `${side} ${pile}`) },
        series: [
          { name: "price", values: lines.map(({ price }) => Number(price) / 10_000) },
          { name: "tranche_kw", values: lines.map(({ peakWh }) => (2 * Number(peakWh)) / 1000) },
        ],
      },
      outcome: "no figure to compare",
      verdict: `Six orders of unknown origin at 11 to 17 p cannot be compared one by one; ours ask and bid ${text(least)} to ${text(most)} p.`,
    };
  },
};

const prices: Experiment = {
  id: "4.3",
  title: "Fig. 4.3: mean price of the deals by hour",
  run: async (seeds) => {
    const days = await Promise.all(seeds.map(async (seed) => (await play(new ThesisDay(SETTING, seed))).result));
    const byHour = Array.from({ length: 24 }, (_, hour) => {
      const known = days.flatMap(({ meanTradePriceByHour }) => meanTradePriceByHour[hour] ?? []);
      return known.length === 0 ? NaN : known.reduce((sum, price) => sum + price, 0) / known.length / 10_000;
    });
    const meanOfHours = (hours: readonly number[]) => {
      const known = hours.map((hour) => byHour[hour]!).filter((price) => Number.isFinite(price));
      return known.reduce((sum, price) => sum + price, 0) / known.length;
    };
    const others = byHour.map((_, hour) => hour).filter((hour) => !DEAR_HOURS.includes(hour));
    const [dear, usual] = [meanOfHours(DEAR_HOURS), meanOfHours(others)];
    return {
      setting: "thesis4",
      open: ["the figure has no values in the text, only its dear hours 6-8, 11-13 and 17-19"],
      figures: [],
      curve: {
        ...{ xName: "hour", yName: "price_p_per_kwh", xs: hoursOf(24) },
        series: [{ name: "trades between piles", values: byHour }],
      },
      outcome: "no figure to compare",
      verdict: `Trades between piles are at ${text(dear)} p on average in the thesis's dear hours and at ${text(usual)} p in the others: ${dear > 1.01 * usual ? "dearer, as there" : "not dearer, unlike there"}.`,
    };
  },
};

const withoutMarket: Experiment = {
  id: "4.4",
  title: "Fig. 4.4: load without control and with the genetic algorithm",
  run: async (seeds) => {
    const days = seeds.map((seed) => {
      const day = new ThesisDay(SETTING, seed);
      const { evs } = day.options;
      const genetic = geneticScheme(evs, day.market, { seed, generations: GENERATIONS, baseLoadW: day.baseLoadW });
      return { day, none: uncontrolled(evs, day.market), genetic };
    });
    const figures = [
      figureOf(
        "ln((max − min) / mean), uncontrolled",
        1.15,
        "",
        days.map(({ day, none }) => day.measures(none).logRange),
        ASSUMING,
      ),
      figureOf(
        "ln((max − min) / mean), genetic algorithm",
        0.85,
        "",
        days.map(({ day, genetic }) => day.measures(genetic).logRange),
        ASSUMING,
      ),
    ];
    return {
      setting: "thesis4",
      open: [...OPEN, `the genetic algorithm's parameters; ${GENERATIONS} generations here, and no EV discharges`],
      figures,
      curve: {
        ...{ xName: "hour", yName: "load_kw", xs: hoursOf(48) },
        series: [
          { name: "homes", values: inKW(days[0]!.day.loadsW()) },
          { name: "uncontrolled", values: meanOf(days.map(({ day, none }) => inKW(day.loadsW(none)))) },
          { name: "genetic algorithm", values: meanOf(days.map(({ day, genetic }) => inKW(day.loadsW(genetic)))) },
        ],
      },
      ...judged(figures),
    };
  },
};

const adbev: Experiment = {
  id: "4.5",
  title: "Fig. 4.5: load with AdBEV",
  run: async (seeds) => {
    const days = seeds.map((seed) => new ThesisDay(SETTING, seed));
    const played: DayResult[] = [];
    for (const day of days) played.push((await play(day)).result);
    const capOf = (day: ThesisDay) => capped(day.options.evs, day.market);
    const figures = [
      figureOf(
        "ln((max − min) / mean), AdBEV",
        0.63,
        "",
        played.map(({ loads }) => loads.market.logRange),
        `${ASSUMING}, ${IMPATIENT}`,
      ),
      figureOf(
        "ln((max − min) / mean), a plain cap of 4 kW in AdBEV's place",
        0.63,
        "",
        days.map((day) => day.measures(capOf(day)).logRange),
        `${ASSUMING}, ${IMPATIENT}`,
      ),
    ];
    return {
      setting: "thesis4",
      open: [...OPEN, "how agents price and time their orders"],
      figures,
      curve: {
        ...{ xName: "hour", yName: "load_kw", xs: hoursOf(48) },
        series: [
          { name: "homes", values: inKW(days[0]!.loadsW()) },
          { name: "AdBEV", values: meanOf(played.map(({ frames }) => inKW(frames.map(({ loadW }) => loadW)))) },
          { name: "plain cap", values: meanOf(days.map((day) => inKW(day.loadsW(capOf(day))))) },
        ],
      },
      ...judged(figures),
    };
  },
};

/** Experiments of chapter 4, except the market's costs on a chain. */
export const CHAPTER4: readonly Experiment[] = [orderBook, prices, withoutMarket, adbev];
