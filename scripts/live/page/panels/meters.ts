import type { MeterLine, MeterMode } from "../../protocol";
import { byId, h } from "../dom";
import { act, type State, type Store } from "../store";
import { trying } from "../tip";
import { amount, frameTimes, kWh } from "../words";

/** Agreed and read energies, and payments; on a development chain, meters that misbehave. */
export function metersPanel(store: Store): void {
  const root = byId("meters");
  const body = h("div", { class: "scroll settled", tabindex: 0, "aria-label": "Settled frames" });
  const pile = h("input", { type: "number", min: 1, id: "meter-pile", inputmode: "numeric", value: 1 });
  const button = (text: string, mode: MeterMode | "agreed") =>
    h(
      "button",
      {
        type: "button",
        onclick: () => void trying(async () => (await act({ do: "meter", pile: Number(pile.value), mode })).said),
      },
      text,
    );
  const modes = h("p", { class: "soft" });
  const controls = h(
    "div",
    { class: "controls", role: "group", "aria-label": "Meters of the development chain" },
    h("label", { for: "meter-pile" }, "Pile "),
    pile,
    button("Make its meter silent", "silent"),
    button("Over-consume", "over"),
    button("As agreed", "agreed"),
  );
  root.append(h("h2", { id: "meters-title" }, "Meters"), controls, modes, body);
  let drawn = "";
  store.listen((state) => {
    const { facts, shown, status } = state;
    controls.hidden = !facts.development || !facts.metered;
    const told = Object.entries(status.meters).map(
      ([number, mode]) => `pile ${number}: ${mode === "over" ? "takes too much" : "silent"}`,
    );
    modes.textContent = told.length === 0 ? "" : `From the next settlement on, ${told.join("; ")}`;
    const key = `${shown.frame} ${String(shown.live)} ${JSON.stringify(shown.settled)} ${shown.unsettled.join()}`;
    if (key === drawn) return;
    drawn = key;
    draw(state);
  });

  function draw({ facts, shown }: State): void {
    const settled = [...shown.settled].reverse();
    const waits = shown.unsettled.map((frame) => frameTimes(frame, facts));
    body.replaceChildren(
      h(
        "p",
        { class: "soft" },
        facts.metered ? "" : "A market without meters: all counts as delivered as agreed. ",
        waits.length === 0 ? "" : `Awaiting settlement: ${waits.join(", ")}`,
      ),
      ...settled.map(({ frame, piles, net, complete }) => {
        const head = ["pile", "agreed", "read", "pays (−), gets"].map((name) => h("th", { scope: "col" }, name));
        return h(
          "table",
          {},
          h("caption", {}, `${frameTimes(frame, facts)}${complete ? "" : ", in part"}`),
          h("thead", {}, h("tr", {}, ...head)),
          h(
            "tbody",
            {},
            ...piles.map((line) => {
              const off = line.silent || line.consumedWh + line.producedWh !== line.agreedWh;
              return h(
                "tr",
                { class: line.silent ? "refused" : off ? "off" : "" },
                h("th", { scope: "row" }, line.pile, line.silent ? " silent" : ""),
                h("td", { class: "n" }, kWh(line.agreedWh)),
                h("td", { class: "n" }, readWords(line)),
                h("td", { class: "n" }, amount(line.net, facts)),
              );
            }),
            h(
              "tr",
              { class: "sum" },
              h("th", { scope: "row" }, "grid operator"),
              h("td"),
              h("td"),
              h("td", { class: "n" }, amount(net, facts)),
            ),
          ),
        );
      }),
    );
    if (settled.length === 0) body.append(h("p", { class: "soft" }, "No frame with fills is settled yet."));
  }
}

/** A meter's reading, or the presumed one: taken, given, or both. */
function readWords({ consumedWh, producedWh }: MeterLine): string {
  if (producedWh === 0) return `took ${kWh(consumedWh)}`;
  return consumedWh === 0 ? `gave ${kWh(producedWh)}` : `took ${kWh(consumedWh)}, gave ${kWh(producedWh)}`;
}
