import { byId, h, setText } from "../dom";
import type { Store } from "../store";
import { say } from "../tip";
import { dayOf, frameTimes } from "../words";

/** Any frame again, a link to it, and its file. */
export function scrubberPanel(store: Store): void {
  const root = byId("scrubber");
  const range = h("input", { type: "range", step: 1, "aria-label": "Frame to look at" });
  const label = h("output", { class: "label" });
  const step = (by: number, text: string, name: string) =>
    h("button", { type: "button", "aria-label": name, onclick: () => go(Number(range.value) + by) }, text);
  const now = h("button", { type: "button", class: "main", onclick: () => go(undefined) }, "Now");
  const link = h("button", { type: "button", onclick: () => void copy() }, "Copy link");
  const save = h(
    "a",
    { class: "button", download: "", "data-tip": "For `npx hardhat lesson --file` and `npx hardhat market:replay`" },
    "Save as a scenario file",
  );
  root.append(
    h("div", { class: "row" }, step(-1, "◀", "The frame before"), range, step(1, "▶", "The next frame"), now),
    h("div", { class: "row" }, label, link, save),
  );

  range.addEventListener("input", () => go(Number(range.value)));
  addEventListener("hashchange", () => void store.choose(chosen()));
  store.chosen = chosen();
  let first = true;
  store.listen(({ live, shown, facts }) => {
    if (first) {
      first = false;
      if (store.chosen !== undefined) void store.choose(store.chosen);
    }
    range.min = String(live.reach.first);
    range.max = String(live.frame);
    const at = store.chosen === undefined || shown.live ? live.frame : shown.frame;
    if (Number(range.value) !== at) range.value = String(at);
    const words = `${dayOf(shown.frame * facts.frameSeconds)}, ${frameTimes(shown.frame, facts)}${shown.live ? ", now" : ""}`;
    setText(label, words);
    range.setAttribute("aria-valuetext", `${words}, frame ${shown.frame}`);
    now.disabled = shown.live;
    save.href = `/api/scenario/${shown.frame}`;
  });

  function go(frame: number | undefined): void {
    const { state } = store;
    const wanted =
      frame === undefined || (state !== undefined && frame >= state.live.frame)
        ? undefined
        : Math.max(frame, Number(range.min));
    history.replaceState(null, "", wanted === undefined ? location.pathname : `#frame=${wanted}`);
    void store.choose(wanted);
  }

  async function copy(): Promise<void> {
    const { state } = store;
    if (state === undefined) return;
    const url = `${location.origin}${location.pathname}#frame=${state.shown.frame}`;
    try {
      await navigator.clipboard.writeText(url);
      say(`Copied ${url}`);
    } catch {
      say(url);
    }
  }
}

function chosen(): number | undefined {
  const match = /^#frame=(\d{1,10})$/.exec(location.hash);
  return match === null ? undefined : Number(match[1]);
}
