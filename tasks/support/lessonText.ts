import pc from "picocolors";

import type { CatalogueLesson } from "../../scripts/lesson/catalogue";
import { CONTROL_HELP } from "../../scripts/lesson/controls";
import type { FrameSettlement, PileSettlement } from "../../scripts/core/settlement";
import type { DecisionView, OrderLine, PlanView, RoundView, StepView } from "../../scripts/lesson/lessonView";
import { grouped, kW, kWh, pence, tableText } from "./output";

/** Widest that a paragraph gets, however wide the terminal is. */
const WIDEST = 100;
/** A terminal narrower than this does without some columns of the book. */
const ALL_COLUMNS = 78;

/**
 * A step as text.
 *
 * @param width columns of the terminal
 * @param foretell whether it tells what a clearing would decide now; where a question asks for that, whoever learns is to
 * guess first
 */
export function stepText(view: StepView, width: number, foretell = true): string {
  const gas = view.gas.map(({ what, gas: used }) => `${what} ${grouped(used)}`).join(", ");
  const { decision } = view;
  return [
    "",
    pc.bold(pc.cyan(wrapped(`${view.time}  step ${view.step} of ${view.steps}: ${view.title}`, width))),
    ...(view.refusal === undefined ? [] : [pc.red(wrapped(`The market refused: ${view.refusal.said}`, width))]),
    ...(gas === "" ? [] : [pc.dim(wrapped(`gas: ${gas}`, width))]),
    ...(view.settlements ?? []).map((settlement) => settlementText(settlement, width)),
    ...(view.round === undefined ? [] : [roundText(view.round, width)]),
    "",
    bookText(view, width),
    "",
    ...(decision === undefined
      ? [`The scenario ends here. PFL ${kW(view.pflW)}.`]
      : decision.cleared || foretell
        ? [previewText(view, width)]
        : [`PFL ${kW(view.pflW)}. What would a clearing of frame ${decision.frame} decide? "p" tells.`]),
  ].join("\n");
}

/** The decision about the book that is shown, or that clearing the frame would make now. */
export function previewText({ decision, pflW }: StepView, width: number): string {
  if (decision === undefined) return "No frame is left to clear.";
  return [decisionText(decision, width), loadText(decision, pflW, width)].join("\n");
}

/** Words at the end of a lesson. @param next the lesson that comes after it, if one does */
export function endText({
  asked,
  guess,
  next,
}: {
  asked: boolean;
  guess?: string | undefined;
  next?: string | undefined;
}): string {
  const guessed = guess === undefined ? "" : ` Your guess was: ${guess}.`;
  const answer = asked ? ' "a" shows the answer,' : "";
  const further = next === undefined ? "" : ` The next lesson: npx hardhat lesson ${next}`;
  return `\nThat was the end.${guessed}${answer} "u" goes back, "q" leaves.${further}`;
}

/** Words at the beginning of a lesson. */
export function introductionText(lesson: CatalogueLesson, width: number): string {
  const { title, introduction, question } = lesson;
  const paragraphs = introduction.split(/\n\s*\n/).map((paragraph) => wrapped(paragraph, width));
  const guess = wrapped('Guess before you walk on: "g" and your answer notes it.', width);
  return `${pc.bold(title)}\n\n${paragraphs.join("\n\n")}\n\n${headed("Question.", question, width)}\n${guess}`;
}

/** The answer to a lesson's question. */
export function answerText({ answer }: CatalogueLesson, width: number): string {
  return `\n${headed("Answer.", answer, width)}`;
}

/** The controls. */
export function helpText(): string {
  return `\n${CONTROL_HELP.map(([keys, what]) => `  ${keys.padEnd(18)} ${what}`).join("\n")}`;
}

function bookText({ book, decision }: StepView, width: number): string {
  const wide = width >= ALL_COLUMNS;
  const heading = decision?.cleared
    ? `The book of frame ${book.frame} as it was cleared`
    : `The book of frame ${book.frame}`;
  const head = [
    "f",
    "price rank",
    "time rank",
    "pile",
    "price",
    "shown",
    "hidden",
    ...(wide ? ["waited", "last frame"] : []),
  ];
  const cells = (line: OrderLine) => [
    String(line.priority),
    String(line.priceRank),
    String(line.timeRank),
    line.pile,
    pence(line.price),
    kWh(line.displayedWh, 2),
    line.iceberg ? kWh(line.hiddenWh, 2) : "–",
    ...(wide ? [String(line.waitedFrames), String(line.expiryFrame)] : []),
  ];
  const titles = wide ? head : head.map((title) => title.replace(/(.).* rank/, "$1 rank"));
  const side = (name: string, lines: readonly OrderLine[]) =>
    lines.length === 0 ? `${pc.bold(name)}: none` : `${pc.bold(name)}\n${tableText(titles, lines.map(cells))}`;
  return [heading, side("Bids (charging)", book.bids), side("Asks (discharging)", book.asks)].join("\n");
}

/** The plans of a round in words, and which was executed. */
function roundText({ frame, horizon, plans }: RoundView, width: number): string {
  const frames = horizon === 1 ? "one frame" : `${horizon} frames`;
  const heading = `The round over frame ${frame}: plans for ${frames}, the least unserved energy first, then the calmest load`;
  return ["", wrapped(heading, width), ...plans.map((plan) => planText(plan, width))].join("\n");
}

function planText({ proposer, plan, score, refused, won }: PlanView, width: number): string {
  const name = proposer === undefined ? "The fallback" : `The plan of ${proposer}`;
  const list = (wh: readonly bigint[]) => wh.map((one) => (Number(one) / 1000).toFixed(2)).join(" ");
  const sells = plan?.dischargeWh.some((wh) => wh > 0n) ? `, feeds in ${list(plan.dischargeWh)} kWh` : "";
  const moves = plan === undefined ? "" : ` draws ${list(plan.drawWh)} kWh${sells};`;
  const root = (squares: bigint) => kW(BigInt(Math.round(Math.sqrt(Number(squares)))));
  const judged =
    score === undefined
      ? `refused: ${refused}`
      : `leaves ${kWh(score.unservedWh, 2)} unserved, root of squared steps ${root(score.squaredStepsW2)}, ` +
        `lambda ${grouped(score.lambda).replace(/\s/g, NO_BREAK)}`;
  const mark = won ? pc.green("✓") : pc.yellow("·");
  return `${mark} ${pc.bold(name)}${won ? ", executed" : ""}\n${indented(`${moves} ${judged}`.trim(), width)}`;
}

/** Readings of a frame, and its payments. */
function settlementText({ frame, piles, grid }: FrameSettlement, width: number): string {
  const result = grid < 0n ? `loses ${pence(-grid)}` : `gains ${pence(grid)}`;
  return [
    "",
    `Frame ${frame} settled by its meters`,
    ...piles.map((pile) => `${pc.bold(pile.pile)}\n${indented(deliveredText(pile), width)}`),
    `The grid ${result}.`,
  ].join("\n");
}

function deliveredText(settled: PileSettlement): string {
  const { side, agreedWh, reading, silent, owed, earned, claimed, creditBefore, creditAfter } = settled;
  const moved = side === "charge" ? reading.consumedWh : reading.producedWh;
  const verb = side === "charge" ? "consumed" : "produced";
  const said = silent
    ? `its meter is silent: taken to have ${verb} ${kWh(moved, 2)} of ${kWh(agreedWh, 2)} agreed`
    : `${verb} ${kWh(moved, 2)} of ${kWh(agreedWh, 2)} agreed`;
  const money = [
    ...(owed > 0n ? [`pays ${pence(owed)}`] : []),
    ...(earned > 0n ? [`is paid ${pence(earned)}`] : []),
    ...(claimed > 0n ? [`has a claim of ${pence(claimed)} more`] : []),
  ];
  const points = (hundredths: bigint) => (Number(hundredths) / 100).toFixed(2);
  const paid = money.length === 0 ? "neither pays nor is paid" : money.join(", ");
  return `${said}; ${paid}; credit ${points(creditBefore)} → ${points(creditAfter)}`;
}

function decisionText({ frame, cleared, trades, grid, unfilled }: DecisionView, width: number): string {
  const fills = [
    ...trades.map((t) => ({ text: `${t.sell} → ${t.buy}  ${kWh(t.energyWh, 2)} at ${pence(t.price)}`, why: t.why })),
    ...grid.map((g) => ({
      text: `${g.side === "charge" ? `grid → ${g.pile}` : `${g.pile} → grid`}  ${kWh(g.energyWh, 2)} at ${pence(g.price)}`,
      why: g.why,
    })),
  ];
  const left = unfilled.map(({ pile, leftWh, why }) => ({ text: `${pile}  ${kWh(leftWh, 2)} not filled`, why }));
  if (!cleared) {
    const all = fills.map(({ text }) => text.replace("  ", " ")).join("; ");
    return wrapped(`If frame ${frame} were cleared now: ${all === "" ? "no trade" : all}.`, width);
  }
  if (fills.length + left.length === 0) return `Frame ${frame}: nothing to trade`;
  return [
    ...fills.map((fill) => ({ ...fill, mark: pc.green("✓") })),
    ...left.map((l) => ({ ...l, mark: pc.yellow("·") })),
  ]
    .map(({ text, why, mark }) => `${mark} ${pc.bold(text)}\n${indented(`because ${why}`, width)}`)
    .join("\n");
}

function loadText(decision: DecisionView, pflW: bigint, width: number): string {
  const { baseLoadW, loadW, capacityW, lossAllowanceW, frame, cleared } = decision;
  const usableW = Number(capacityW - lossAllowanceW);
  const share = usableW === 0 ? 0 : Math.abs(Number(loadW)) / usableW;
  const cells = 24;
  const full = Math.min(cells, Math.round(share * cells));
  const bar = `[${"#".repeat(full)}${".".repeat(cells - full)}]`;
  const evW = loadW - baseLoadW;
  const parts = `homes ${kW(baseLoadW)}, EVs ${kW(evW)}`;
  return wrapped(
    `Load of frame ${frame}${cleared ? "" : " then"}: ${kW(loadW)} (${parts}) ${bar} ${(100 * share).toFixed(0)} % of ${kW(usableW)}. ` +
      `PFL so far ${kW(pflW)}.`,
    width,
  );
}

function headed(heading: string, text: string, width: number): string {
  return wrapped(`${heading} ${text}`, width).replace(heading, pc.bold(heading));
}

/** Figures and their units, which stay on one line. */
const FIGURE = /(\d) (?=(?:kWh?|p|%)(?![a-z]))/g;
const NO_BREAK = "\u00a0";

/** A text broken between words so that no line is longer than `width` or {@link WIDEST}. */
export function wrapped(text: string, width: number, indent = ""): string {
  const most = Math.max(20, Math.min(width, WIDEST)) - indent.length;
  const lines: string[] = [];
  for (const paragraph of text.replaceAll(FIGURE, `$1${NO_BREAK}`).split(/\n{2,}/)) {
    let line = "";
    for (const word of paragraph.split(/[ \n]+/)) {
      if (line !== "" && line.length + 1 + word.length > most) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line, "");
  }
  return lines
    .slice(0, -1)
    .map((line) => (line === "" ? "" : indent + line.replaceAll(NO_BREAK, " ")))
    .join("\n");
}

function indented(text: string, width: number): string {
  return wrapped(text, width, "    ");
}
