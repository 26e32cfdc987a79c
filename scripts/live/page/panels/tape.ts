import type { TapeLine } from "../../protocol";
import { byId, h, setText } from "../dom";
import { ask, type Store } from "../store";
import { trying } from "../tip";
import { clockSeconds, grouped } from "../words";

/** Lines that are drawn at a time. */
const SHOWN_LINES = 150;

/** Events in words, the newest first, of all piles or of one. */
export function tapePanel(store: Store): void {
  const root = byId("tape");
  const filter = h("input", { type: "number", min: 1, id: "tape-pile", placeholder: "all", inputmode: "numeric" });
  const list = h("ol", { class: "tape", role: "log", "aria-live": "off", tabindex: 0, "aria-label": "Events" });
  const dialog = h("dialog", { class: "transaction", "aria-label": "Transaction" });
  root.append(
    h("h2", { id: "tape-title" }, "Tape"),
    h("p", {}, h("label", { for: "tape-pile" }, "Only pile "), filter),
    list,
    dialog,
  );
  const rows = new Map<number, { line: TapeLine; element: HTMLLIElement }>();
  filter.addEventListener("input", () => store.changed());
  store.listen(({ tape, shown, facts }) => {
    const pile = filter.value === "" ? undefined : Number(filter.value);
    const until = shown.live ? Infinity : (shown.frame + 1) * facts.frameSeconds;
    const wanted = tape
      .filter(({ piles, time }) => time < until && (pile === undefined || piles.includes(pile)))
      .slice(-SHOWN_LINES)
      .reverse();
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, { element }] of rows) {
      if (ids.has(id)) continue;
      element.remove();
      rows.delete(id);
    }
    let before: Element | null = list.firstElementChild;
    for (const line of wanted) {
      const known = rows.get(line.id);
      const row = known?.line === line ? known : { line, element: draw(line) };
      if (known !== undefined && known !== row) known.element.replaceWith(row.element);
      rows.set(line.id, row);
      if (known !== undefined && known.element === before) before = row.element;
      if (row.element !== before) list.insertBefore(row.element, before);
      else before = before.nextElementSibling;
    }
  });

  function draw(line: TapeLine): HTMLLIElement {
    const gas = line.gas === undefined ? "" : `${grouped(line.gas)} gas`;
    const link = h("a", { href: `/api/transaction/${line.transaction}`, "data-tip": line.transaction }, line.text);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      void trying(async () => open(await ask<Record<string, unknown>>(`/api/transaction/${line.transaction}`)));
    });
    return h(
      "li",
      { class: line.refused === true ? "refused" : "" },
      h("time", {}, clockSeconds(line.time)),
      link,
      h("span", { class: "n soft" }, gas),
    );
  }

  function open(transaction: Record<string, unknown>): void {
    const rows = Object.entries(transaction).flatMap(([name, value]) => [
      h("dt", {}, name),
      h("dd", {}, typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value)),
    ]);
    const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
    dialog.replaceChildren(h("h3", {}, "Transaction"), h("dl", {}, ...rows), close);
    setText(close, "Close");
    dialog.showModal();
  }
}
