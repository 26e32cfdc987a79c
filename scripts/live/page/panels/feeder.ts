import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";

import type { LoadPoint } from "../../protocol";
import { byId, h, s, setText } from "../dom";
import type { State, Store } from "../store";
import { clockTime, frameTimes, kW } from "../words";

const HEIGHT = 280;
const MARGIN = { top: 14, right: 12, bottom: 26, left: 42 };

/** Homes, EVs and free capacity under the transformer's limit; the same EVs uncontrolled as a ghost. */
export function feederPanel(store: Store): void {
  const root = byId("feeder");
  const figures = h("p", { class: "figures" });
  const svg = s("svg", { class: "chart", role: "img", height: HEIGHT });
  const ghostName = h("span");
  const legend = h(
    "ul",
    { class: "legend" },
    entry("homes", "homes"),
    entry("evs", "EVs"),
    entry("free", "free capacity"),
    h("li", {}, h("i", { class: "swatch ghost", "aria-hidden": "true" }), ghostName),
    entry("limit", "limit"),
    entry("next", "next frame, if cleared now"),
  );
  const body = h("tbody");
  const head = ["frame", "homes", "load", "uncontrolled"].map((name) => h("th", { scope: "col" }, name));
  const table = h(
    "details",
    {},
    h("summary", {}, "The figures"),
    h("div", { class: "scroll", tabindex: 0 }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), body)),
  );
  root.append(h("h2", { id: "feeder-title" }, "Feeder"), figures, svg, legend, table);
  let width = 0;
  const redraw = () => {
    const { state } = store;
    if (state !== undefined && width > 0) draw(state);
  };
  new ResizeObserver(([seen]) => {
    width = Math.floor(seen?.contentRect.width ?? 0);
    redraw();
  }).observe(root);
  table.addEventListener("toggle", redraw);
  store.listen(redraw);

  let drawn: unknown;
  function draw({ facts, shown, live }: State): void {
    const key = `${width} ${shown.frame} ${live.block} ${String(shown.live)} ${String(table.open)} ${shown.time}`;
    if (drawn === key) return;
    drawn = key;
    const { loads } = shown;
    const limitW = facts.capacityW - facts.lossAllowanceW;
    setText(ghostName, facts.ghost === "population" ? "the same EVs, uncontrolled" : "the same orders, uncontrolled");
    const tallest =
      max(loads, ({ ghostW, loadW, baseLoadW }) => Math.max(ghostW ?? 0, loadW ?? 0, baseLoadW ?? 0)) ?? 0;
    const x = scaleLinear([loads[0]!.frame, loads.at(-1)!.frame + 1], [MARGIN.left, width - MARGIN.right]);
    const y = scaleLinear([0, Math.max(limitW, tallest) * 1.06], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(5);
    const decided = loads.filter(({ loadW }) => loadW !== null);
    const peak = max(decided, ({ loadW }) => loadW ?? 0) ?? 0;
    const ghostPeak = max(loads, ({ ghostW }) => ghostW ?? 0) ?? 0;
    figures.replaceChildren(
      figure("PFL so far", kW(shown.pflW)),
      figure("load", shown.decision.loadW === null ? "–" : kW(shown.decision.loadW)),
      figure("peak shown", kW(peak)),
      figure("uncontrolled peak", kW(ghostPeak)),
      figure("limit", kW(limitW)),
    );
    const step = (get: (point: LoadPoint) => number | null) =>
      line<LoadPoint>(
        (point) => x(point.frame),
        (point) => y(get(point)!),
      ).defined((point) => get(point) !== null);
    const band = (
      from: (point: LoadPoint) => number,
      to: (point: LoadPoint) => number,
      when: (p: LoadPoint) => boolean,
    ) =>
      area<LoadPoint>()
        .x(({ frame }) => x(frame))
        .y0((point) => y(from(point)))
        .y1((point) => y(to(point)))
        .defined(when);
    // Each frame from its beginning to its end.
    const steps = loads.flatMap((point) => [point, { ...point, frame: point.frame + 1 }]);
    const known = ({ baseLoadW }: LoadPoint) => baseLoadW !== null;
    const top = ({ loadW, baseLoadW }: LoadPoint) => Math.max(loadW ?? baseLoadW ?? 0, 0);
    const ticks = x.ticks(Math.max(2, Math.floor(width / 90))).filter(Number.isInteger);
    const next = shown.live ? shown.decision.loadW : null;
    svg.setAttribute("width", String(width));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    svg.setAttribute(
      "aria-label",
      `Load of the feeder, ${frameTimes(loads[0]!.frame, facts)} to ${frameTimes(loads.at(-1)!.frame, facts)}: ` +
        `peak ${kW(peak)}, uncontrolled ${kW(ghostPeak)}, limit ${kW(limitW)}`,
    );
    svg.replaceChildren(
      s("defs", {}, pattern("hatch-evs", "evs-ink"), pattern("hatch-free", "free-ink")),
      ...y
        .ticks(5)
        .map((tick) =>
          s(
            "g",
            { class: "tick" },
            s("line", { x1: MARGIN.left, x2: width - MARGIN.right, y1: y(tick), y2: y(tick) }),
            s("text", { x: MARGIN.left - 6, y: y(tick) + 4, "text-anchor": "end" }, tick / 1000),
          ),
        ),
      s("text", { class: "unit", x: MARGIN.left + 4, y: 11 }, "kW"),
      s("path", { class: "free", d: band(top, () => limitW, known)(steps) ?? "" }),
      s("path", {
        class: "homes",
        d:
          band(
            () => 0,
            (p) => Math.max(0, Math.min(p.baseLoadW ?? 0, top(p))),
            known,
          )(steps) ?? "",
      }),
      s("path", {
        class: "evs",
        d:
          band(
            (p) => Math.max(0, p.baseLoadW ?? 0),
            top,
            ({ loadW }) => loadW !== null,
          )(steps) ?? "",
      }),
      s("path", { class: "ghost-line", d: step(({ ghostW }) => ghostW)(steps) ?? "" }),
      s("path", { class: "load-line", d: step(({ loadW }) => loadW)(steps) ?? "" }),
      s("line", { class: "limit-line", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(limitW), y2: y(limitW) }),
      ...(next === null
        ? []
        : [
            s("rect", {
              class: "next",
              x: x(shown.frame),
              width: x(1) - x(0),
              y: y(next),
              height: Math.max(1, y(0) - y(next)),
            }),
          ]),
      s("rect", {
        class: "now",
        x: x(shown.frame),
        width: x(1) - x(0),
        y: MARGIN.top,
        height: HEIGHT - MARGIN.top - MARGIN.bottom,
      }),
      ...ticks.map((tick) =>
        s(
          "text",
          { class: "tick", x: x(tick), y: HEIGHT - 8, "text-anchor": "middle" },
          clockTime(tick * facts.frameSeconds),
        ),
      ),
      ...loads.map((point) =>
        s("rect", {
          class: "target",
          x: x(point.frame),
          width: x(1) - x(0),
          y: MARGIN.top,
          height: HEIGHT - MARGIN.top - MARGIN.bottom,
          "data-tip": [
            `${frameTimes(point.frame, facts)}, frame ${point.frame}`,
            `homes ${show(point.baseLoadW)}`,
            `load ${show(point.loadW)}`,
            `uncontrolled ${show(point.ghostW)}`,
          ].join("\n"),
        }),
      ),
    );
    if (table.open) {
      body.replaceChildren(
        ...loads.map((point) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, frameTimes(point.frame, facts)),
            ...[point.baseLoadW, point.loadW, point.ghostW].map((w) => h("td", { class: "n" }, show(w))),
          ),
        ),
      );
    }
  }
}

function show(w: number | null): string {
  return w === null ? "–" : kW(w);
}

function figure(name: string, value: string): HTMLElement {
  return h("span", {}, h("b", {}, value), ` ${name}`);
}

function entry(kind: string, name: string): HTMLElement {
  return h("li", {}, h("i", { class: `swatch ${kind}`, "aria-hidden": "true" }), name);
}

function pattern(id: string, ink: string): SVGElement {
  return s(
    "pattern",
    { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    s("rect", { width: 6, height: 6, class: `${ink}-paper` }),
    s("line", { class: ink, x1: 0, y1: 0, x2: 0, y2: 6 }),
  );
}
