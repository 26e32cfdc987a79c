import { symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from "d3-shape";

/** Shapes that tell points apart without their colour. */
const SYMBOLS = {
  circle: symbolCircle,
  square: symbolSquare,
  diamond: symbolDiamond,
  triangle: symbolTriangle,
} as const;

/** A shape, filled or not. */
export type Mark = keyof typeof SYMBOLS | "hollow";

/** Area of a mark, SVG units squared. */
const AREA = 52;

/** The marks' shapes, once for a page: {@link markAt} refers to them. */
export const MARK_SHAPES = Object.entries(SYMBOLS)
  .map(([name, shape]) => `<path id="mark-${name}" d="${symbol(shape, AREA).digits(1)() ?? ""}"/>`)
  .join("");

/** A mark at a point. @param attributes Of its element, besides */
export function markAt(mark: Mark, x: number, y: number, attributes = ""): string {
  const [shape, look] = mark === "hollow" ? ["circle", "hollow"] : [mark, "full"];
  const place = `x="${Math.round(x * 10) / 10}" y="${Math.round(y * 10) / 10}"`;
  return `<use href="#mark-${shape}" class="${look}" ${place}${attributes === "" ? "" : ` ${attributes}`}/>`;
}
