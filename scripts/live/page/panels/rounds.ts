import type { MarketFacts, PlanLine, RoundFacts } from "../../protocol";
import { byId, h, s } from "../dom";
import type { State, Store } from "../store";
import { duration, frameTimes, grouped, kW, kWh, shortAddress } from "../words";

const [WIDTH, HEIGHT] = [100, 36];

/** The latest benefit rounds: who committed, what was revealed, how it was scored, who won, what was refused. */
export function roundsPanel(store: Store): void {
  const root = byId("rounds");
  const body = h("div", { class: "rounds", tabindex: 0, "aria-label": "Benefit rounds" });
  root.append(h("h2", { id: "rounds-title" }, "Rounds"), body);
  let drawn = "";
  store.listen((state) => {
    const { facts, shown, live } = state;
    root.hidden = facts.settlement !== "benefit";
    const key = `${shown.frame} ${String(shown.live)} ${JSON.stringify(shown.rounds)} ${phase(shown.rounds.at(-1), live.time)}`;
    if (root.hidden || key === drawn) return;
    drawn = key;
    const rounds = [...shown.rounds].reverse();
    body.replaceChildren(...rounds.map((round) => draw(round, state)));
    if (rounds.length === 0)
      body.append(
        h("p", { class: "soft" }, shown.live ? "No round was opened yet." : "No round was held over this frame."),
      );
  });
}

function draw(round: RoundFacts, { facts, live }: State): HTMLElement {
  const { fallback, plans, commitments, refusals, winner } = round;
  const unrevealed = commitments.filter(({ revealed }) => !revealed).map(({ proposer }) => nameOf(proposer, facts));
  const scored = [...plans].sort((a, b) => a.unservedWh - b.unservedWh || a.squaredStepsW2 - b.squaredStepsW2);
  const outcome =
    winner === undefined
      ? phase(round, live.time)
      : winner === null
        ? "the fallback was executed"
        : `${nameOf(winner, facts)} won`;
  const head = ["plan", "load curve", "unserved", "√Σ steps²"].map((name) => h("th", { scope: "col" }, name));
  return h(
    "article",
    {},
    h("h3", {}, `${frameTimes(round.frame, facts)}: ${outcome}`),
    h(
      "p",
      { class: "soft" },
      `${commitments.length} committed, ${plans.length} revealed` +
        (unrevealed.length > 0 && winner !== undefined ? `; never revealed: ${unrevealed.join(", ")}` : ""),
    ),
    h(
      "div",
      { class: "scroll", tabindex: 0 },
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, ...head)),
        h(
          "tbody",
          {},
          ...scored.map((plan) =>
            h(
              "tr",
              { class: plan.proposer === winner ? "won" : "" },
              h("th", { scope: "row" }, nameOf(plan.proposer, facts), plan.proposer === winner ? " ★" : ""),
              h("td", {}, curve(plan, round.baseLoadW, facts.frameSeconds)),
              h("td", { class: "n" }, kWh(plan.unservedWh)),
              h("td", { class: "n" }, kW(Math.sqrt(plan.squaredStepsW2))),
            ),
          ),
          h(
            "tr",
            { class: winner === null ? "won" : "" },
            h("th", { scope: "row" }, "fallback", winner === null ? " ★" : ""),
            h("td"),
            h("td", { class: "n" }, kWh(fallback.unservedWh)),
            h("td", { class: "n" }, kW(Math.sqrt(fallback.squaredStepsW2))),
          ),
        ),
      ),
    ),
    ...refusals.map(({ proposer, why }) => h("p", { class: "refused" }, `${proposer}: refused, ${why}`)),
  );
}

/** Draw less discharge of a plan, W by frame, as bars. */
function curve({ drawWh, dischargeWh }: PlanLine, base: readonly number[], frameSeconds: number): SVGElement {
  const net = drawWh.map((wh, i) => ((wh - (dischargeWh[i] ?? 0)) * 3600) / frameSeconds);
  const top = Math.max(1, ...net.map((w, i) => Math.max(w, 0) + (base[i] ?? 0)));
  const step = WIDTH / Math.max(1, net.length);
  const y = (w: number) => HEIGHT - (Math.max(0, w) / top) * HEIGHT;
  const label = `over ${net.length} frames, at most ${kW(Math.max(0, ...net))} for EVs`;
  return s(
    "svg",
    {
      class: "plan",
      width: WIDTH,
      height: HEIGHT,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": label,
      "data-tip": `${label}; sum ${grouped(drawWh.reduce((a, b) => a + b, 0))} Wh`,
    },
    ...net.flatMap((w, i) => [
      s("rect", { class: "homes", x: i * step, width: step, y: y(base[i] ?? 0), height: HEIGHT - y(base[i] ?? 0) }),
      s("rect", {
        class: "evs",
        x: i * step,
        width: Math.max(1, step - 1),
        y: y((base[i] ?? 0) + w),
        height: Math.max(0, y(base[i] ?? 0) - y((base[i] ?? 0) + w)),
      }),
    ]),
  );
}

function phase(round: RoundFacts | undefined, now: number): string {
  if (round === undefined) return "";
  if (now < round.commitUntil) return `commit phase, ${duration(round.commitUntil - now)} left`;
  if (now < round.revealUntil) return `reveal phase, ${duration(round.revealUntil - now)} left`;
  return now < round.begins ? "waits for its execution" : "nobody executed it";
}

function nameOf(address: string, { names }: MarketFacts): string {
  return names[address] ?? shortAddress(address);
}
