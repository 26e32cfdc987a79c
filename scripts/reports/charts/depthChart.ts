import { extent, max, sum } from "d3-array";
import { scaleLinear } from "d3-scale";

import type { BookOrder } from "../../core/ports";
import { escapeHtml, kWh, pence } from "../../core/text";
import { at, horizontalTick, LEFT, RIGHT, svg, tip, verticalAxis } from "./chart";

/** The live orders just before a frame was cleared. */
export interface FrameBook {
  /** Time at which the frame begins. */
  name: string;
  orders: readonly BookOrder[];
}

const HEIGHT = 340;
const TOP = 28;
const BOTTOM = HEIGHT - 52;

/** Energy that an order shows in the frame, Wh. */
export function shownWh({ iceberg, peakWh, remainingWh }: BookOrder): number {
  return Number(iceberg && peakWh < remainingWh ? peakWh : remainingWh);
}

/**
 * The depth of the book at every frame, one of them visible: energy offered at a price or lower, and asked for at a
 * price or higher; full lines show what orders display, dashed ones with what they hide.
 */
export function drawDepth(label: string, books: readonly FrameBook[], visible: number): string {
  const orders = books.flatMap((book) => book.orders);
  const [low = 0, high = 1] = extent(orders, ({ price }) => Number(price));
  const margin = Math.max(5_000, (high - low) * 0.05);
  const x = scaleLinear([low - margin, high + margin], [LEFT, RIGHT]).nice();
  const most = max(books, (book) =>
    Math.max(
      ...["charge", "discharge"].map((side) => sum(book.orders, (o) => (o.side === side ? Number(o.remainingWh) : 0))),
    ),
  );
  const y = scaleLinear([0, Math.max(1, most ?? 1)], [BOTTOM, TOP]).nice(5);
  const groups = books.map((book, index) => {
    const sides = [drawSide(book, "charge", x, y), drawSide(book, "discharge", x, y)].join("");
    const nothing =
      book.orders.length === 0
        ? `<text class="title mark" x="${(LEFT + RIGHT) / 2}" y="${(TOP + BOTTOM) / 2}" text-anchor="middle">The book is empty</text>`
        : "";
    return `<g data-frame="${index}"${index === visible ? "" : " hidden"}>${sides}${nothing}</g>`;
  });
  return svg(HEIGHT, label, [
    verticalAxis(y, "kWh", (value) => String(value / 1000)),
    `<line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${BOTTOM}" y2="${BOTTOM}"/>`,
    ...x.ticks(8).map((value) => horizontalTick(x(value), BOTTOM, (value / 10_000).toFixed(0))),
    `<text class="title" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">limit, pence per kWh</text>`,
    ...groups,
  ]);
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

function drawSide(book: FrameBook, side: BookOrder["side"], x: Scale, y: Scale): string {
  const bids = side === "charge";
  // From the best price outwards: each order adds to what can be had at its price.
  const orders = book.orders
    .filter((order) => order.side === side)
    .sort((a, b) => Number(bids ? b.price - a.price : a.price - b.price));
  if (orders.length === 0) return "";
  const end = bids ? LEFT : RIGHT;
  const curve = (energyWh: (order: BookOrder) => number): string => {
    let total = 0;
    const steps = orders.map((order) => {
      const before = total;
      total += energyWh(order);
      return `${at(x(Number(order.price)))},${at(y(before))}V${at(y(total))}`;
    });
    return `M${steps.join("H").replaceAll(/H(-?[\d.]+),-?[\d.]+V/g, "H$1V")}H${end}`;
  };
  let shown = 0;
  let all = 0;
  const points = orders.map((order) => {
    shown += shownWh(order);
    all += Number(order.remainingWh);
    const said = [
      `${order.pile} ${bids ? "bids" : "asks"} ${pence(order.price)}`,
      `shows ${kWh(shownWh(order), 2)}, hides ${kWh(Number(order.remainingWh) - shownWh(order), 2)}`,
      `up to here ${kWh(shown, 2)} shown, ${kWh(all, 2)} in all`,
    ].join("\n");
    return `<circle class="full" cx="${at(x(Number(order.price)))}" cy="${at(y(shown))}" r="3.5" ${tip(said)}/>`;
  });
  return (
    `<g class="${bids ? "s0" : "s2"}"><path class="line mark" d="${curve(shownWh)}"/>` +
    `<path class="line" stroke-dasharray="3 4" opacity="0.7" d="${curve(({ remainingWh }) => Number(remainingWh))}"/>` +
    `${points.join("")}</g>`
  );
}
