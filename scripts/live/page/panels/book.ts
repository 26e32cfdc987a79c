import type { BookLine } from "../../protocol";
import { byId, h, setText } from "../dom";
import type { State, Store } from "../store";
import { frameTimes, kWh, price, rankRule, rankText } from "../words";
import type { Answers } from "./decision";

const ROW_PX = 34;
/** Rows beyond the visible ones that are there already when the reader scrolls. */
const SPARE = 4;

/** Bids and asks facing each other, in order of priority; rows slide as ranks change. */
export function bookPanel(store: Store, answers: Answers): void {
  const root = byId("book");
  const title = h("h2", { id: "book-title" }, "Book");
  const what = h("p", { class: "soft" });
  const bids = new Side("Bids", "charge", store, answers);
  const asks = new Side("Asks", "discharge", store, answers);
  root.append(title, what, h("div", { class: "sides" }, bids.element, asks.element));
  const legend = h(
    "ul",
    { class: "legend" },
    h("li", {}, h("i", { class: "swatch shown", "aria-hidden": "true" }), "displayed"),
    h(
      "li",
      {},
      h("i", { class: "swatch hidden-part", "aria-hidden": "true" }),
      "an iceberg's hidden part, below the waterline",
    ),
  );
  root.append(legend);
  store.listen((state) => {
    const { shown, facts } = state;
    setText(what, `Frame ${frameTimes(shown.frame, facts)} by ${rankRule(facts)}`);
    const most = Math.max(
      1,
      ...[...shown.book.bids, ...shown.book.asks].map((line) => Math.max(line.displayedWh, line.hiddenWh)),
    );
    bids.draw(state, shown.book.bids, most);
    asks.draw(state, shown.book.asks, most);
  });
}

/** One side: of many rows, those are there that can be seen. */
class Side {
  readonly element: HTMLElement;
  private readonly heading = h("h3");
  private readonly list = h("ol");
  private readonly box: HTMLElement;
  private readonly rows = new Map<number, Row>();
  private latest: { state: State; lines: readonly BookLine[]; most: number } | undefined;

  constructor(
    private readonly name: string,
    private readonly kind: "charge" | "discharge",
    private readonly store: Store,
    private readonly answers: Answers,
  ) {
    this.box = h("div", { class: "rows" }, this.list);
    this.element = h("div", { class: `side ${kind}` }, this.heading, this.box);
    this.box.addEventListener("scroll", () => this.place(), { passive: true });
  }

  draw(state: State, lines: readonly BookLine[], most: number): void {
    this.latest = { state, lines, most };
    const total = lines.reduce((sum, { displayedWh }) => sum + displayedWh, 0);
    setText(this.heading, `${this.name}: ${lines.length}, ${kWh(total, 1)} displayed`);
    this.list.style.height = `${lines.length * ROW_PX}px`;
    this.place();
  }

  private place(): void {
    if (this.latest === undefined) return;
    const { state, lines, most } = this.latest;
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW_PX) - SPARE);
    const last = Math.min(lines.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / ROW_PX) + SPARE);
    const visible = new Set<number>();
    for (let rank = first; rank < last; rank++) {
      const line = lines[rank]!;
      visible.add(line.pile);
      let row = this.rows.get(line.pile);
      if (row === undefined) {
        row = new Row(this.kind, (pile) => this.why(pile));
        this.rows.set(line.pile, row);
        this.list.append(row.element);
      }
      row.draw(state, line, rank, lines.length, most);
    }
    for (const [pile, row] of this.rows) {
      if (visible.has(pile)) continue;
      row.element.remove();
      this.rows.delete(pile);
    }
  }

  private why(pile: number): void {
    const frame = this.store.state?.shown.frame;
    if (frame !== undefined) this.answers.explain(frame, { pile }, `Pile ${pile}`);
  }
}

/** One order. */
class Row {
  readonly element = h("li");
  private readonly button: HTMLButtonElement;
  private readonly who = h("b");
  private readonly limit = h("span", { class: "limit" });
  private readonly shown = h("i", { class: "shown" });
  private readonly hidden = h("i", { class: "hidden-part" });
  private drawn = "";

  constructor(
    private readonly kind: "charge" | "discharge",
    onWhy: (pile: number) => void,
  ) {
    const bars = h("span", { class: "bars", "aria-hidden": "true" }, this.shown, this.hidden);
    this.button = h("button", { type: "button", class: "row" }, this.who, this.limit, bars);
    this.button.addEventListener("click", () => onWhy(Number(this.element.dataset["pile"])));
    this.element.append(this.button);
  }

  draw({ facts, shown }: State, line: BookLine, rank: number, of: number, most: number): void {
    this.element.style.transform = `translateY(${rank * ROW_PX}px)`;
    this.element.setAttribute("aria-posinset", String(rank + 1));
    this.element.setAttribute("aria-setsize", String(of));
    const key = `${shown.frame} ${rank} ${most} ${JSON.stringify(line)}`;
    if (key === this.drawn) return;
    this.drawn = key;
    this.element.dataset["pile"] = String(line.pile);
    setText(this.who, String(line.pile));
    setText(this.limit, price(line.price, facts));
    this.shown.style.width = `${(100 * line.displayedWh) / most}%`;
    this.hidden.style.width = `${(100 * line.hiddenWh) / most}%`;
    const hidden = line.iceberg ? `, hides ${kWh(line.hiddenWh)}` : "";
    const tip = [
      `Pile ${line.pile}, ${rank + 1} of ${of}: ${rankText(facts, line)}`,
      `price rank ${line.priceRank}, time rank ${line.timeRank} (waited ${line.waitedFrames} frames)`,
      `${this.kind === "charge" ? "pays at most" : "asks at least"} ${price(line.price, facts)} per kWh`,
      `shows ${kWh(line.displayedWh)}${hidden}, up to ${frameTimes(line.expiryFrame, facts)}`,
    ].join("\n");
    this.button.dataset["tip"] = tip;
    this.button.setAttribute("aria-label", `${tip.replaceAll("\n", "; ")}. Why?`);
  }
}
