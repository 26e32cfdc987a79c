import type { Act } from "../../protocol";
import { byId, h, setText } from "../dom";
import { act, type State, type Store } from "../store";
import { trying } from "../tip";
import { clockSeconds, dayOf, duration, frameTimes } from "../words";

/** The frame, the time to gate closure, and what sets a development chain's time. */
export function clockPanel(store: Store): void {
  const root = byId("clock");
  const frame = h("p", { class: "hero" });
  const time = h("p", { class: "soft" });
  const gate = h("p", { class: "gate" });
  const busy = h("p", { class: "soft busy", "aria-live": "off" });
  const button = (text: string, what: Act, tip: string) =>
    h(
      "button",
      { type: "button", "data-tip": tip, onclick: () => void trying(async () => (await act(what)).said) },
      text,
    );
  const speed = h("input", {
    type: "range",
    min: 1,
    max: 60,
    value: 60,
    id: "speed",
    "aria-label": "Speed of the day",
  });
  const factor = h("output", { for: "speed" }, "60 ×");
  const play = h("button", { type: "button", class: "main" }, "Play");
  play.addEventListener("click", () => {
    const playing = store.state?.status.playing === true;
    void trying(async () => (await act(playing ? { do: "pause" } : { do: "play", speed: Number(speed.value) })).said);
  });
  speed.addEventListener("input", () => {
    setText(factor, `${speed.value} ×`);
    if (store.state?.status.playing === true)
      void trying(async () => (await act({ do: "play", speed: Number(speed.value) })).said);
  });
  const controls = h(
    "div",
    { class: "controls", role: "group", "aria-label": "Time of the development chain" },
    play,
    h("label", { class: "speed" }, "Speed ", speed, factor),
    button("Clear now", { do: "clear" }, "Winds on to the window of the next frame; it is cleared there"),
    button("Settle", { do: "settle" }, "Winds on to the end of the first frame that awaits its settlement"),
    button("One frame on", { do: "forward" }, "Winds on by one frame; what is due meanwhile is done"),
  );
  controls.hidden = true;
  root.append(h("h2", { id: "clock-title" }, "Clock"), h("div", { class: "face" }, frame, gate, time), controls, busy);

  let seenAt = performance.now();
  let seenTime = 0;
  const tick = () => {
    const { state } = store;
    if (state !== undefined) draw(state);
  };
  setInterval(tick, 1_000);
  store.listen((state) => {
    if (state.live.time !== seenTime) [seenTime, seenAt] = [state.live.time, performance.now()];
    draw(state);
  });

  function draw({ facts, live, shown, status }: State): void {
    const now = facts.development ? live.time : seenTime + (performance.now() - seenAt) / 1000;
    const opens = live.frame * facts.frameSeconds - facts.auctionSeconds;
    setText(frame, frameTimes(shown.frame, facts));
    const which = shown.live ? "next to be cleared" : "rebuilt from events";
    setText(time, `frame ${shown.frame}, ${which} · ${dayOf(now)}, ${clockSeconds(now)} UTC · block ${live.block}`);
    setText(
      gate,
      !shown.live
        ? "a frame of the past"
        : now < opens
          ? `gate closes in ${duration(opens - now)}`
          : `gate is closed: ${duration(live.frame * facts.frameSeconds - now)} left to clear`,
    );
    controls.hidden = !facts.development;
    setText(play, status.playing ? "Pause" : "Play");
    play.setAttribute("aria-pressed", String(status.playing));
    if (status.playing && document.activeElement !== speed && Number(speed.value) !== status.speed) {
      speed.value = String(status.speed);
      setText(factor, `${status.speed} ×`);
    }
    setText(busy, status.busy);
  }
}
