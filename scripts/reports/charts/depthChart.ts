import { extent, max, sum } from "d3-array";
import { scaleLinear, scaleSqrt } from "d3-scale";

import type { BookOrder } from "../../core/ports";
import { escapeHtml, kWh, pencePerKWh } from "../../core/text";
import { at, horizontalTick, type Size, svg, thinned, tip, verticalAxis } from "./chart";
import { markAt } from "./marks";

/** The live orders just before a frame was cleared. */
export interface FrameBook {
  /** Time at which the frame begins. */
  name: string;
  orders: readonly BookOrder[];
}

/** The looks of what is drawn of a book. */
export const DEPTH_LOOKS = {
  bids: { style: "s0", bold: true, mark: "circle" },
  asks: { style: "s2", mark: "square" },
  hidden: { style: "s5", hatched: true },
} as const;

const HEIGHT = 340;
const TOP = 28;
const BOTTOM = HEIGHT - 52;

/** Energy that an order shows in the frame, Wh. */
export function shownWh({ iceberg, peakWh, remainingWh }: BookOrder): number {
  return Number(iceberg && peakWh < remainingWh ? peakWh : remainingWh);
}

/** The frame with the most orders, among those with both sides where there is one. */
export function busiest(books: readonly FrameBook[]): number {
  const isTwoSided = ({ orders }: FrameBook) => new Set(orders.map(({ side }) => side)).size > 1;
  const some = books.some(isTwoSided);
  const weight = (book: FrameBook) => (some && !isTwoSided(book) ? -1 : book.orders.length);
  return books.reduce((best, book, index) => (weight(book) > weight(books[best]!) ? index : best), 0);
}

/**
 * The depth of the book at every frame, each on a scale of its own, one of them visible: energy offered at a price or
 * lower, and asked for at a price or higher. Lines show what orders display; what they hide lies hatched above them.
 */
export function drawDepth(size: Size, label: string, books: readonly FrameBook[], visible: number): string {
  const groups = books.map(
    (book, index) =>
      `<g data-frame="${index}"${index === visible ? "" : " hidden"}>${drawBook(size, book).join("")}</g>`,
  );
  return svg(size, HEIGHT, label, groups);
}

function drawBook(size: Size, book: FrameBook): string[] {
  const { left, right } = size;
  const middle = (left + right) / 2;
  if (book.orders.length === 0) {
    return [
      `<line class="axis" x1="${left}" x2="${right}" y1="${BOTTOM}" y2="${BOTTOM}"/>`,
      `<text class="title mark" x="${middle}" y="${(TOP + BOTTOM) / 2}" text-anchor="middle">The book is empty</text>`,
    ];
  }
  const [low = 0, high = 1] = extent(book.orders, ({ price }) => Number(price));
  const margin = Math.max(5_000, (high - low) * 0.05);
  const x = scaleLinear([low - margin, high + margin], [left, right]).nice();
  const most = max(["charge", "discharge"], (side) =>
    sum(book.orders, (order) => (order.side === side ? Number(order.remainingWh) : 0)),
  );
  const y = rootScale(Math.max(1, most ?? 1));
  const prices = x.ticks(8);
  const digits = prices.every((price) => price % 10_000 === 0) ? 0 : 2;
  const text = (price: number) => (price / 10_000).toFixed(digits);
  return [
    verticalAxis(size, y, "kWh", (value) => String(value / 1000)),
    `<line class="axis" x1="${left}" x2="${right}" y1="${BOTTOM}" y2="${BOTTOM}"/>`,
    ...thinned(prices, (price) => x(price), text).map((price) => horizontalTick(x(price), BOTTOM, text(price))),
    `<text class="title" x="${middle}" y="${HEIGHT - 8}" text-anchor="middle">limit, pence per kWh</text>`,
    drawSide(size, book, "charge", x, y),
    drawSide(size, book, "discharge", x, y),
  ];
}

/** A scale on which a small part of `most` can still be seen, with round ticks. */
function rootScale(most: number) {
  const scale = scaleSqrt([0, most], [BOTTOM, TOP]);
  const digit = 10 ** Math.floor(Math.log10(most) - 1);
  const ticks = [0, 1, 2, 3, 4, 5].map((step) => {
    const exact = most * (step / 5) ** 2;
    const unit = exact < 10 * digit ? digit : 5 * digit;
    return Math.floor(exact / unit) * unit;
  });
  return Object.assign((value: number) => scale(value), { ticks: () => [...new Set(ticks)] });
}

/** The slider that chooses the frame. */
export function depthControl(books: readonly FrameBook[], visible: number): string {
  const names = books.map(({ name }) => escapeHtml(name)).join(",");
  return (
    `<label class="slider">Book before the clearing of the frame at <output>${escapeHtml(books[visible]?.name ?? "")}</output>` +
    `<input type="range" min="0" max="${books.length - 1}" value="${visible}" step="1" data-names="${names}" aria-label="frame"></label>`
  );
}

type Scale = (value: number) => number;

/** Names that a tip has room for. */
const MOST_NAMES = 6;

function drawSide({ left, right }: Size, book: FrameBook, side: BookOrder["side"], x: Scale, y: Scale): string {
  const bids = side === "charge";
  const orders = book.orders.filter((order) => order.side === side);
  if (orders.length === 0) return "";
  // From the best price outwards: each price adds to what can be had.
  const prices = [...new Set(orders.map(({ price }) => price))].sort((a, b) => Number(bids ? b - a : a - b));
  const end = bids ? left : right;
  let [shown, all] = [0, 0];
  const steps = prices.map((price) => {
    const own = orders.filter((order) => order.price === price);
    const ownShown = sum(own, shownWh);
    const ownAll = sum(own, (order) => Number(order.remainingWh));
    shown += ownShown;
    all += ownAll;
    const names = own.slice(0, MOST_NAMES).map(({ pile }) => pile);
    const more = own.length > MOST_NAMES ? ` and ${own.length - MOST_NAMES} more` : "";
    const said = [
      `${own.length} ${bids ? "bid" : "ask"}${own.length === 1 ? "" : "s"} at ${pencePerKWh(price)}: ${names.join(", ")}${more}`,
      `displayed ${kWh(ownShown, 2)}, hidden ${kWh(ownAll - ownShown, 2)}`,
      `up to here ${kWh(shown, 2)} displayed, ${kWh(all, 2)} in all`,
    ].join("\n");
    return { shown, all, said, x: x(Number(price)), at: at(x(Number(price))) };
  });
  const curve = (of: "shown" | "all") =>
    steps
      .map((step, index) => `${index === 0 ? `M${step.at},${at(y(0))}` : `H${step.at}`}V${at(y(step[of]))}`)
      .join("");
  // Back along what is displayed: what lies between is hidden.
  const back = [...steps]
    .reverse()
    .map((step, index, reversed) => `H${step.at}V${at(y(reversed[index + 1]?.shown ?? 0))}`)
    .join("");
  const hidden =
    all === shown
      ? ""
      : `<path class="hatch" d="${curve("all")}H${end}V${at(y(shown))}${back}Z"/>` +
        `<path class="line faint" stroke-dasharray="3 4" d="${curve("all")}H${end}"/>`;
  const look = bids ? DEPTH_LOOKS.bids : DEPTH_LOOKS.asks;
  const points = steps.map((step) => markAt(look.mark, step.x, y(step.shown), tip(step.said)));
  return (
    `<g class="${look.style}">${hidden}` +
    `<path class="line mark${bids ? " bold" : ""}" d="${curve("shown")}H${end}"/>${points.join("")}</g>`
  );
}
