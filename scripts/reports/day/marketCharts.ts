import { grouped, kWh, pencePerKWh, short } from "../../core/text";
import { drawBars } from "../charts/barChart";
import { type Chart, LOOKS } from "../charts/chart";
import { drawColumns } from "../charts/columnChart";
import { busiest, DEPTH_LOOKS, depthControl, drawDepth, type FrameBook, shownWh } from "../charts/depthChart";
import { drawLines, type LineChart, type Series } from "../charts/lineChart";
import { pairMatrix } from "../charts/pairMatrix";
import type { DayPage } from "./dayPage";
import { pairsOf, ranked } from "./pairs";
import { HOURS, hourText, type Times } from "./times";

/** The mean price of each hour, of all deals and of trades alone. */
export function priceChart({ day, frameSeconds }: DayPage): Chart {
  const byHour = (prices: readonly (number | undefined)[]) => HOURS.map((hour) => prices[hour]);
  const tariffs = HOURS.map((hour) => {
    const frame = day.frames.find((f) => Math.floor((f.frame * frameSeconds) / 3600) % 24 === hour);
    return frame?.importPricePerKwh;
  });
  const series: Series[] = [
    { name: "all deals", style: "s0", bold: true, values: byHour(day.meanPriceByHour), points: true },
    {
      ...{ name: "trades between piles", style: "s1", dash: "8 4", mark: "square" as const, points: true },
      values: byHour(day.meanTradePriceByHour),
    },
    { name: "import tariff", style: "s5", dash: "2 3", values: tariffs },
  ];
  const chart: LineChart = {
    label: "Mean price of each hour",
    xs: HOURS,
    xTicks: HOURS.filter((hour) => hour % 2 === 0),
    xText: hourText,
    xTitle: "hour of the day",
    yTitle: "pence per kWh",
    yText: (price) => String(Math.round(price / 100) / 100),
    yTip: pencePerKWh,
    floating: true,
    series,
  };
  return {
    id: "price",
    title: chart.label,
    caption:
      "Average over the deals of the hour, after Fig. 4.3 of the thesis. An hour without a deal leaves a gap. The axis does not begin at zero.",
    legend: series.map((one) => (one.points === true ? { mark: "circle" as const, ...one } : one)),
    draw: (size) => drawLines(size, chart),
    table: {
      head: ["hour", ...series.map(({ name }) => name)],
      rows: HOURS.map((hour) => [
        hourText(hour),
        ...series.map(({ values }) => (values[hour] === undefined ? "–" : pencePerKWh(values[hour]))),
      ]),
    },
  };
}

/** EVs that plug in, by the hour. */
export function arrivalChart({ day, frameSeconds }: DayPage): Chart {
  const count = (side: "charge" | "discharge") =>
    HOURS.map(
      (hour) =>
        day.evs.filter(
          ({ stay }) => stay.side === side && Math.floor((stay.arrivalFrame * frameSeconds) / 3600) % 24 === hour,
        ).length,
    );
  const stacks = [
    { name: "charging", style: "s0", values: count("charge"), area: true },
    { name: "discharging", style: "s2", values: count("discharge"), hatched: true },
  ];
  return {
    id: "arrivals",
    title: "Arrivals",
    caption: "EVs that plug in within each hour of the measured day.",
    legend: stacks,
    draw: (size) =>
      drawColumns(size, {
        ...{ label: "Arrivals", names: HOURS.map(hourText), xTitle: "hour of the day", yTitle: "EVs", stacks },
      }),
    table: {
      head: ["hour", ...stacks.map(({ name }) => name)],
      rows: HOURS.map((hour) => [hourText(hour), ...stacks.map(({ values }) => String(values[hour]))]),
    },
  };
}

/** The book before each clearing. */
export function depthChart(page: DayPage, times: Times): Chart {
  const books = page.day.frames.map(({ frame }, index): FrameBook => ({
    name: times.text(index),
    orders: page.books.get(frame) ?? [],
  }));
  const side = (book: FrameBook, name: "charge" | "discharge") => book.orders.filter((order) => order.side === name);
  const visible = busiest(books);
  const whose = page.bookOf === undefined ? "" : ` Orders of ${page.bookOf}.`;
  const best = (orders: FrameBook["orders"], of: (...prices: number[]) => number) =>
    orders.length === 0 ? "–" : pencePerKWh(of(...orders.map(({ price }) => Number(price))));
  const energy = (orders: FrameBook["orders"], of: (order: FrameBook["orders"][number]) => number) =>
    kWh(orders.reduce((sum, order) => sum + of(order), 0));
  return {
    id: "depth",
    title: "Depth of the order book",
    caption:
      "Energy that can be had at a limit: bids fall from the left, asks rise to the right. Lines add up what orders display; " +
      `what icebergs hide besides lies hatched above. Each frame has its own scale, a square root, on which little can be seen beside much; this opens on the frame with the most orders.${whose}`,
    legend: [
      { name: "bids, displayed", ...DEPTH_LOOKS.bids },
      { name: "asks, displayed", ...DEPTH_LOOKS.asks },
      { name: "hidden", ...DEPTH_LOOKS.hidden },
    ],
    control: depthControl(books, visible),
    draw: (size) => drawDepth(size, "Depth of the order book", books, visible),
    table: {
      head: ["frame at", "bids", "displayed", "hidden", "best bid", "asks", "displayed", "hidden", "best ask"],
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

/** Most sellers and buyers that the matrix has; a table has all. */
const MOST_SELLERS = 60;
const MOST_BUYERS = 250;

/** Who sold whom how much. */
export function pairChart({ day }: DayPage): Chart {
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
    caption: `Energy that each pile, or the grid, sold each other pile over the day, kWh: the fuller the colour, the more. Those who traded most come first.${more}`,
    legend: [
      { name: "from piles", ...LOOKS.market, area: true },
      { name: "from the grid", style: "s2", area: true },
    ],
    html:
      pairs.length === 0
        ? '<p class="mark">Nothing was traded.</p>'
        : pairMatrix("Who traded with whom", pairs, sellers, buyers),
    table: {
      head: ["seller", "buyer", "energy", "mean price"],
      rows: pairs.map(({ seller, buyer, energyWh, price }) => [seller, buyer, kWh(energyWh, 2), pencePerKWh(price)]),
    },
  };
}

/** Gas of the run, by operation. */
export function gasChart(use: NonNullable<DayPage["day"]["gas"]>): Chart {
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
    draw: (size) =>
      drawBars(
        size,
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
