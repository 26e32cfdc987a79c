import type { Draft, PileLine } from "../../protocol";
import { h, setText } from "../dom";
import type { State } from "../store";
import { frameTimes, kWh, price } from "../words";

/** Steps of the price's slider up to the import tariff. */
const TARIFF_STEPS = 100;
/** Most that the energy's slider asks for, Wh. */
const MOST_WH = 60_000;
/** Frames that the deadline's slider reaches. */
const MOST_FRAMES = 48;

/** Side, price, energy and deadline of an order, by sliders. */
export class OrderForm {
  readonly element: HTMLElement;
  private readonly side = h(
    "select",
    { id: "order-side" },
    h("option", { value: "charge" }, "charge"),
    h("option", { value: "discharge" }, "discharge"),
  );
  private readonly price = slider("order-price");
  private readonly energy = slider("order-energy");
  private readonly deadline = slider("order-deadline");
  private state: State | undefined;
  private bounded = false;

  constructor() {
    this.energy.input.min = "100";
    this.energy.input.max = String(MOST_WH);
    this.energy.input.step = "100";
    this.energy.input.value = "3000";
    this.deadline.input.min = "0";
    this.deadline.input.max = String(MOST_FRAMES);
    this.deadline.input.value = "8";
    this.element = h(
      "form",
      { class: "order" },
      h("label", { for: "order-side" }, "I want to"),
      this.side,
      h("span"),
      h("label", { for: "order-price" }, "Limit"),
      this.price.input,
      this.price.output,
      h("label", { for: "order-energy" }, "Energy"),
      this.energy.input,
      this.energy.output,
      h("label", { for: "order-deadline" }, "Up to"),
      this.deadline.input,
      this.deadline.output,
    );
    this.element.addEventListener("submit", (event) => event.preventDefault());
    this.element.addEventListener("input", () => this.tell());
  }

  /** Takes the bounds from the market: prices up to one and a half times the import tariff. */
  bound(state: State): void {
    this.state = state;
    const { facts, live } = state;
    const { tickSize } = facts;
    const published = Math.max(0, ...live.loads.map(({ importPricePerKwh }) => importPricePerKwh ?? 0));
    const tariff = published === 0 ? facts.money.unitsPerToken : published;
    const step = Math.max(1, Math.floor(tariff / tickSize / TARIFF_STEPS)) * tickSize;
    const atTariff = Math.ceil(tariff / step);
    this.price.input.min = String(step);
    this.price.input.step = String(step);
    this.price.input.max = String(step * Math.ceil(atTariff * 1.5));
    if (!this.bounded) this.price.input.value = String(atTariff * step);
    this.bounded ||= published > 0;
    this.tell();
  }

  /** Begins with what a pile's order is now. */
  startFrom({ order }: PileLine, state: State): void {
    if (order === undefined) return;
    this.bound(state);
    this.side.value = order.side;
    this.price.input.value = String(order.price);
    this.energy.input.value = String(order.remainingWh);
    this.deadline.input.value = String(Math.max(0, order.expiryFrame - this.firstFrame(state)));
    this.tell();
  }

  draft(pile: number): Draft {
    const first = this.state === undefined ? 0 : this.firstFrame(this.state);
    return {
      ...{
        pile,
        side: this.side.value === "discharge" ? "discharge" : "charge",
        price: Number(this.price.input.value),
      },
      ...{ energyWh: Number(this.energy.input.value), expiryFrame: first + Number(this.deadline.input.value) },
    };
  }

  /** First frame in which an order placed now takes part. */
  private firstFrame({ facts, live }: State): number {
    return Math.floor((live.time + facts.auctionSeconds) / facts.frameSeconds) + 1;
  }

  private tell(): void {
    if (this.state === undefined) return;
    const { facts } = this.state;
    const { expiryFrame, energyWh, price: limit } = this.draft(0);
    tellOne(this.price, `${price(limit, facts)}/kWh`);
    tellOne(this.energy, kWh(energyWh, 1));
    tellOne(this.deadline, frameTimes(expiryFrame, facts));
  }
}

interface Slider {
  input: HTMLInputElement;
  output: HTMLOutputElement;
}

function slider(id: string): Slider {
  return { input: h("input", { type: "range", id }), output: h("output", { for: id }) };
}

function tellOne({ input, output }: Slider, text: string): void {
  setText(output, text);
  input.setAttribute("aria-valuetext", text);
}
