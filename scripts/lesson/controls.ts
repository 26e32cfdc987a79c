import { InputError } from "../core/errors";

/** Requests of a reader who walks through a lesson. */
export type Control =
  | { kind: "step" | "frame" | "end" | "undo" | "show" | "preview" | "answer" | "help" | "quit" }
  | { kind: "run"; frame: number }
  | { kind: "guess"; text: string };

const WORDS: Readonly<Record<string, Exclude<Control["kind"], "run" | "guess">>> = {
  n: "step",
  next: "step",
  f: "frame",
  frame: "frame",
  e: "end",
  end: "end",
  u: "undo",
  undo: "undo",
  s: "show",
  show: "show",
  p: "preview",
  preview: "preview",
  a: "answer",
  answer: "answer",
  h: "help",
  help: "help",
  "?": "help",
  q: "quit",
  quit: "quit",
};

/** The controls and what each does, for a help text. */
export const CONTROL_HELP: readonly (readonly [string, string])[] = [
  ["n, next, or Enter", "the next event"],
  ["f, frame", "on to the next clearing"],
  ["r 5, run 5", "on until frame 5 is cleared"],
  ["e, end", "on to the end"],
  ["u, undo", "back by one step"],
  ["s, show", "show this step again"],
  ["g Ben, guess Ben", "notes your guess, all that follows on the line; the end shows it beside the answer"],
  ["p, preview", "what a clearing would decide if it happened now"],
  ["a, answer", "the answer to the lesson's question"],
  ["q, quit", "leave"],
];

/**
 * Reads controls separated by spaces or commas: `n n f r 5 u q`.
 *
 * @param where named in errors
 * @throws InputError naming the word that is none
 */
export function readControls(text: string, where: string): Control[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const controls: Control[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!.toLowerCase();
    const run = /^(?:r|run)(\d*)$/.exec(word);
    const simple = WORDS[word];
    if (word === "g" || word === "guess") {
      const guess = /(?:^|[\s,])(?:g|guess)\s+(\S.*)$/is.exec(text)?.[1]?.trim();
      if (guess === undefined)
        throw new InputError(where, `expected a guess after "${word}", such as "g Ben at 13 pence"`);
      controls.push({ kind: "guess", text: guess });
      break;
    } else if (run !== null) {
      const digits = run[1] === "" ? (words[++i] ?? "") : run[1]!;
      if (!/^\d{1,9}$/.test(digits)) throw new InputError(where, `expected a frame after "${word}", such as "r 5"`);
      controls.push({ kind: "run", frame: Number(digits) });
    } else if (simple !== undefined) {
      controls.push({ kind: simple });
    } else {
      const accepted =
        "n (next), f (frame), r 5 (run to frame 5), e (end), u (undo), s (show), p (preview), g Ben (guess), a (answer), q (quit)";
      throw new InputError(where, `there is no step "${word}"; accepted are ${accepted}`);
    }
  }
  return controls;
}
