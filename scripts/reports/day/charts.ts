import { absoluteStepsW, stepsW } from "../../metrics/fluctuation";
import type { FrameReport } from "../../simulation/dayResult";
import { drawBars } from "../charts/barChart";
import type { Chart } from "../charts/chart";
import { drawColumns } from "../charts/columnChart";
import { depthControl, drawDepth, type FrameBook, shownWh } from "../charts/depthChart";
import { drawLines, type LineChart, type Series } from "../charts/lineChart";
import { drawPairs } from "../charts/pairMatrix";
import { grouped, kW, kWh, pence, short } from "../../core/text";
import type { DayPage } from "./dayPage";
import { pairsOf, ranked } from "./pairs";

/** Every chart of a day's page, in its order. */
export function dayCharts(page: DayPage): Chart[] {
  const times = new Times(page);
  return [
    loadChart(page, times),
    priceChart(page),
    demandChart(page, times),
    stepChart(page, times),
    pflChart(page),
    arrivalChart(page),
    depthOf(page, times),
    pairChart(page),
    ...(page.day.gas === undefined ? [] : [gasChart(page.day.gas)]),
  ];
}

/** The frames of a day as times of it. */
class Times {
  readonly xs: number[];
  readonly xTicks: number[];

  constructor(private readonly page: DayPage) {
    this.xs = page.day.frames.map((_, index) => index);
    const every = Math.max(1, Math.round((2 * 3600) / page.frameSeconds));
    this.xTicks = this.xs.filter((index) => index % every === 0);
  }

  /** Time at which a frame of the page begins. */
  readonly text = (index: number): string => {
    const { day, frameSeconds } = this.page;
    const minutes = Math.floor((((day.frames[0]?.frame ?? 0) + index) * frameSeconds) / 60) % (24 * 60);
    return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  };

  /** What charts over the frames of a day have in common. */
  axis(): Pick<LineChart, "xs" | "xTicks" | "xText" | "xTitle"> {
    return { xs: this.xs, xTicks: this.xTicks, xText: this.text, xTitle: "time of day at which the frame begins" };
  }

  /** A table of series, a line per frame. */
  table(series: readonly Series[], text: (value: number) => string): Chart["table"] {
    return {
      head: ["frame at", ...series.map(({ name }) => name)],
      rows: this.xs.map((index) => [
        this.text(index),
        ...series.map(({ values }) => (values[index] === undefined ? "–" : text(values[index]))),
      ]),
    };
  }
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const hourText = (hour: number) => `${String(hour).padStart(2, "0")}:00`;
const axisKW = (powerW: number) => String(powerW / 1000);

function loadChart({ day }: DayPage, times: Times): Chart {
  const of = (value: (frame: FrameReport) => number) => day.frames.map(value);
  const series: Series[] = [
    { name: "market", style: "s0", values: of((f) => f.loadW) },
    { name: "uncontrolled", style: "s3", values: of((f) => f.uncontrolledW) },
    { name: "plain cap", style: "s2", dashed: true, values: of((f) => f.cappedW) },
    { name: "homes alone", style: "s5", dashed: true, values: of((f) => f.baseLoadW) },
  ];
  const label = "Load with and without scheduling";
  const chart = { ...times.axis(), label, yTitle: "kW", yText: axisKW, stepped: true, series };
  return {
    id: "load",
    title: label,
    caption: `Power through the transformer in each frame, after Figs. 4.4 and 4.5 of the thesis. It carries ${kW(day.capacityW)}.`,
    legend: series,
    svg: drawLines(chart),
    table: times.table(series, (value) => kW(value)),
  };
}

function priceChart({ day, frameSeconds }: DayPage): Chart {
  const inPence = (prices: readonly (number | undefined)[]) => HOURS.map((hour) => prices[hour]);
  const tariffs = HOURS.map((hour) => {
    const frame = day.frames.find((f) => Math.floor((f.frame * frameSeconds) / 3600) % 24 === hour);
    return frame?.importPricePerKwh;
  });
  const series: Series[] = [
    { name: "all deals", style: "s0", values: inPence(day.meanPriceByHour), points: true },
    { name: "trades between piles", style: "s1", values: inPence(day.meanTradePriceByHour), points: true },
    { name: "import tariff", style: "s5", dashed: true, values: tariffs },
  ];
  return {
    id: "price",
    title: "Mean price of each hour",
    caption:
      "Average over the deals of the hour, after Fig. 4.3 of the thesis. An hour without a deal leaves a gap. The axis does not begin at zero.",
    legend: series,
    svg: drawLines({
      label: "Mean price of each hour",
      xs: HOURS,
      xTicks: HOURS.filter((hour) => hour % 2 === 0),
      xText: hourText,
      xTitle: "hour of the day",
      yTitle: "p/kWh",
      yText: (price) => String(Math.round(price / 100) / 100),
      floating: true,
      series,
    }),
    table: {
      head: ["hour", ...series.map(({ name }) => name)],
      rows: HOURS.map((hour) => [
        hourText(hour),
        ...series.map(({ values }) => (values[hour] === undefined ? "–" : pence(values[hour]))),
      ]),
    },
  };
}

function demandChart({ day }: DayPage, times: Times): Chart {
  const series: Series[] = [
    { name: "before (uncontrolled)", style: "s3", values: day.frames.map((f) => f.uncontrolledW - f.baseLoadW) },
    { name: "after (market)", style: "s0", values: day.frames.map((f) => f.evLoadW) },
  ];
  const label = "What EVs draw from the grid, before and after";
  return {
    id: "demand",
    title: label,
    caption:
      "Demand of the EVs alone, after Figs. 5.3 and 5.4 of the thesis. What they trade among themselves is no load of the feeder.",
    legend: series,
    svg: drawLines({ ...times.axis(), label, yTitle: "kW", yText: axisKW, stepped: true, series }),
    table: times.table(series, (value) => kW(value)),
  };
}

function stepChart({ day }: DayPage, times: Times): Chart {
  const steps = (loadsW: readonly number[], beforeW: number) => stepsW(loadsW, beforeW).map(Math.abs);
  const { before, frames } = day;
  const series: Series[] = [
    {
      name: "market",
      style: "s0",
      values: steps(
        frames.map((f) => f.loadW),
        before.marketW,
      ),
    },
    {
      name: "uncontrolled",
      style: "s3",
      values: steps(
        frames.map((f) => f.uncontrolledW),
        before.uncontrolledW,
      ),
    },
    {
      name: "homes alone",
      style: "s5",
      dashed: true,
      values: steps(
        frames.map((f) => f.baseLoadW),
        before.baseW,
      ),
    },
  ];
  const label = "Power fluctuation over the day";
  return {
    id: "fluctuation",
    title: label,
    caption:
      "How far the load steps from each frame to the next, after Fig. 5.5 of the thesis; their sum is the PFL (4.4).",
    legend: series,
    svg: drawLines({ ...times.axis(), label, yTitle: "kW", yText: axisKW, stepped: true, series }),
    table: times.table(series, (value) => kW(value)),
  };
}

function pflChart({ day }: DayPage): Chart {
  const { frames, before } = day;
  const pfl = (value: (frame: FrameReport) => number, beforeW: number) => absoluteStepsW(frames.map(value), beforeW);
  const schemes = [
    { name: "market", style: "s0", value: pfl((f) => f.loadW, before.marketW), peakW: day.loads.market.peakW },
    {
      name: "uncontrolled",
      style: "s3",
      value: pfl((f) => f.uncontrolledW, before.uncontrolledW),
      peakW: day.loads.uncontrolled.peakW,
    },
    { name: "plain cap", style: "s2", value: pfl((f) => f.cappedW, before.cappedW), peakW: day.loads.capped.peakW },
    { name: "homes alone", style: "s5", value: pfl((f) => f.baseLoadW, before.baseW), peakW: day.loads.base.peakW },
  ];
  return {
    id: "pfl",
    title: "PFL by scheme",
    caption:
      "Sum of the absolute steps of the load (4.4). More schemes, and the PFL against the number of arrivals (Fig. 6.6): simulate:compare --html.",
    legend: [],
    svg: drawBars(
      "PFL by scheme",
      schemes.map((scheme) => ({ ...scheme, text: kW(scheme.value), more: `peak ${kW(scheme.peakW)}` })),
    ),
    table: {
      head: ["scheme", "PFL", "peak"],
      rows: schemes.map(({ name, value, peakW }) => [name, kW(value), kW(peakW)]),
    },
  };
}

function arrivalChart({ day, frameSeconds }: DayPage): Chart {
  const count = (side: "charge" | "discharge") =>
    HOURS.map(
      (hour) =>
        day.evs.filter(
          ({ stay }) => stay.side === side && Math.floor((stay.arrivalFrame * frameSeconds) / 3600) % 24 === hour,
        ).length,
    );
  const stacks = [
    { name: "charging", style: "s0", values: count("charge") },
    { name: "discharging", style: "s2", values: count("discharge") },
  ];
  return {
    id: "arrivals",
    title: "Arrivals",
    caption: "EVs that plug in within each hour of the measured day.",
    legend: stacks,
    svg: drawColumns({
      label: "Arrivals",
      names: HOURS.map(hourText),
      every: 2,
      xTitle: "hour of the day",
      yTitle: "EVs",
      stacks,
    }),
    table: {
      head: ["hour", ...stacks.map(({ name }) => name)],
      rows: HOURS.map((hour) => [hourText(hour), ...stacks.map(({ values }) => String(values[hour]))]),
    },
  };
}

function depthOf(page: DayPage, times: Times): Chart {
  const books = page.day.frames.map(({ frame }, index): FrameBook => ({
    name: times.text(index),
    orders: page.books.get(frame) ?? [],
  }));
  const side = (book: FrameBook, name: "charge" | "discharge") => book.orders.filter((order) => order.side === name);
  // A frame with much on both sides shows best what depth is.
  const weight = (book: FrameBook) =>
    1_000 * Math.min(side(book, "charge").length, side(book, "discharge").length) + book.orders.length;
  const visible = books.reduce((best, book, index) => (weight(book) > weight(books[best]!) ? index : best), 0);
  const whose = page.bookOf === undefined ? "" : ` Orders of ${page.bookOf}.`;
  const best = (orders: FrameBook["orders"], of: (...prices: number[]) => number) =>
    orders.length === 0 ? "–" : pence(of(...orders.map(({ price }) => Number(price))));
  const energy = (orders: FrameBook["orders"], of: (order: FrameBook["orders"][number]) => number) =>
    kWh(orders.reduce((sum, order) => sum + of(order), 0));
  return {
    id: "depth",
    title: "Depth of the order book",
    caption:
      `Energy that can be had at a limit: bids fall from the left, asks rise to the right. Full lines show what orders display, ` +
      `dashed ones what they hide besides.${whose}`,
    legend: [
      { name: "bids", style: "s0" },
      { name: "asks", style: "s2" },
    ],
    control: depthControl(books, visible),
    svg: drawDepth("Depth of the order book", books, visible),
    table: {
      head: ["frame at", "bids", "shown", "hidden", "best bid", "asks", "shown", "hidden", "best ask"],
      rows: books.map((book) => [
        book.name,
        ...(["charge", "discharge"] as const).flatMap((name) => {
          const orders = side(book, name);
          return [
            String(orders.length),
            energy(orders, shownWh),
            energy(orders, (order) => Number(order.remainingWh) - shownWh(order)),
            best(orders, name === "charge" ? Math.max : Math.min),
          ];
        }),
      ]),
    },
  };
}

/** Most sellers and buyers that are told apart in one drawing. */
const MOST_SELLERS = 40;
const MOST_BUYERS = 120;

function pairChart({ day }: DayPage): Chart {
  const pairs = pairsOf(day.frames);
  const allSellers = ranked(pairs, ({ seller }) => seller);
  const allBuyers = ranked(pairs, ({ buyer }) => buyer);
  const sellers = allSellers.slice(0, MOST_SELLERS);
  const buyers = allBuyers.slice(0, MOST_BUYERS);
  const left = allSellers.length - sellers.length + allBuyers.length - buyers.length;
  const more = left === 0 ? "" : ` Those who traded least, ${left} in number, are in the table only.`;
  return {
    id: "pairs",
    title: "Who traded with whom",
    caption: `Energy that each pile, or the grid, sold each other pile over the day: the fuller the colour, the more.${more}`,
    legend: [],
    svg: drawPairs("Who traded with whom", pairs, sellers, buyers),
    table: {
      head: ["seller", "buyer", "energy", "mean price"],
      rows: pairs.map(({ seller, buyer, energyWh, price }) => [seller, buyer, kWh(energyWh, 2), pence(price)]),
    },
  };
}

function gasChart(use: NonNullable<DayPage["day"]["gas"]>): Chart {
  const kinds = Object.entries(use).map(([kind, { gas, operations, transactions }]) => ({
    ...{ kind, gas: Number(gas), operations, transactions },
    each: Number(gas) / Math.max(operations, 1),
  }));
  return {
    id: "gas",
    title: "Computation cost of this run",
    caption:
      "Gas of all frames played, warm-up included. Against the number of peers, beside a genetic algorithm (Fig. 4.6): report:gas --html.",
    legend: [],
    svg: drawBars(
      "Computation cost of this run",
      kinds.map(({ kind, gas, operations, transactions, each }) => ({
        name: kind,
        style: "s4",
        value: gas,
        text: `${short(gas)} gas`,
        more: `${grouped(operations)} in ${grouped(transactions)} transactions, ${grouped(each)} gas each`,
      })),
    ),
    table: {
      head: ["", "transactions", "operations", "gas", "per operation"],
      rows: kinds.map(({ kind, transactions, operations, gas, each }) => [
        kind,
        ...[transactions, operations, gas, each].map((value) => grouped(value)),
      ]),
    },
  };
}
