import type { FillLine } from "../../protocol";
import { byId, h, setText } from "../dom";
import { ask, type Store } from "../store";
import { trying } from "../tip";
import { frameTimes, kW, kWh, party, price } from "../words";

/** Where the reasons are shown. */
export interface Answers {
  explain(frame: number, question: { fill: number } | { pile: number }, about: string): void;
}

/** Who would trade with whom if the frame were cleared now, or did; each line with its reason. */
export function decisionPanel(store: Store): Answers {
  const root = byId("decision");
  const title = h("h2", { id: "decision-title" });
  const summary = h("p", { class: "soft" });
  const list = h("ol", { class: "fills", tabindex: 0, "aria-label": "Fills" });
  const answer = h("p", { class: "because", role: "status", "aria-live": "polite" });
  root.append(title, summary, list, answer);
  let asked = 0;

  const explain: Answers["explain"] = (frame, question, about) => {
    const mine = ++asked;
    setText(answer, `${about}: asking …`);
    answer.scrollIntoView({ block: "nearest" });
    const [name, value] = Object.entries(question)[0]!;
    void trying(async () => {
      const { because } = await ask<{ because: string }>(`/api/because?frame=${frame}&${name}=${String(value)}`);
      // A later question is the one that is waited for.
      if (mine === asked) setText(answer, `${about}: because ${because}.`);
    });
  };

  let drawn = "";
  store.listen(({ shown, facts }) => {
    const { decided, missed, fills, loadW, opensRound } = shown.decision;
    setText(title, decided ? "As it was cleared" : missed ? "Nobody cleared it" : "If cleared now");
    const trades = fills.filter(({ sell, buy }) => sell !== 0 && buy !== 0).length;
    const round = opensRound ? (decided ? "; a round decided the rest" : "; a round would decide the rest") : "";
    setText(
      summary,
      `${frameTimes(shown.frame, facts)}: ${trades} between piles, ${fills.length - trades} with the grid${round}` +
        (loadW === null ? "" : `, load ${kW(loadW)}`),
    );
    const key = `${shown.frame} ${JSON.stringify(fills)}`;
    if (key === drawn) return;
    drawn = key;
    const most = Math.max(1, ...fills.map(({ energyWh }) => energyWh));
    list.replaceChildren(
      ...fills.map((fill, place) => {
        const bar = h("i", { class: isTrade(fill) ? "bar trade" : "bar grid", "aria-hidden": "true" });
        bar.style.width = `${(100 * fill.energyWh) / most}%`;
        const text = `${party(fill.sell)} → ${party(fill.buy)}`;
        const button = h(
          "button",
          { type: "button", class: "fill" },
          h("span", {}, text),
          h("span", { class: "n" }, kWh(fill.energyWh)),
          h("span", { class: "n" }, fillPrice(fill, facts)),
          bar,
        );
        button.addEventListener("click", () => explain(shown.frame, { fill: place }, text));
        return h("li", {}, button);
      }),
    );
    if (fills.length === 0)
      list.append(h("li", { class: "soft" }, missed ? "It went by without a clearing." : "Nothing is filled."));
  });
  return { explain };
}

/** A fill's price; where its sides pay and get different ones, the buyer's and then the seller's. */
function fillPrice({ price: shared, premium = 0, subsidy = 0 }: FillLine, facts: Parameters<typeof price>[1]): string {
  if (premium + subsidy === 0) return price(shared, facts);
  return `pays ${price(shared + premium, facts)}, gets ${price(shared + subsidy, facts)}`;
}

function isTrade({ sell, buy }: FillLine): boolean {
  return sell !== 0 && buy !== 0;
}
