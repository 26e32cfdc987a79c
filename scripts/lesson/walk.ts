import type { Control } from "./controls";
import type { Lesson } from "./lesson";
import type { StepView } from "./lessonView";

/** Whoever watches a lesson. */
export interface Audience {
  /** A step that was taken, gone back to, or asked for again. */
  show(view: StepView): void | Promise<void>;
  /** Something else to say. */
  say(what: "preview" | "answer" | "help" | "end" | "beginning"): void;
  /** A guess at the answer. */
  note(guess: string): void;
}

/** Does what one control asks for. @returns false where the walk is over */
export async function runControl(control: Control, lesson: Lesson, audience: Audience): Promise<boolean> {
  switch (control.kind) {
    case "quit":
      return false;
    case "show":
      await audience.show(lesson.now);
      return true;
    case "guess":
      audience.note(control.text);
      return true;
    case "preview":
    case "answer":
    case "help":
      audience.say(control.kind);
      return true;
    case "undo":
      if (await lesson.undo()) await audience.show(lesson.now);
      else audience.say("beginning");
      return true;
    case "step":
      return walkUntil(() => true, lesson, audience);
    case "frame":
      return walkUntil(({ decision }) => decision?.cleared === true, lesson, audience);
    case "run":
      return walkUntil(
        ({ decision }) => decision?.cleared === true && decision.frame >= control.frame,
        lesson,
        audience,
      );
    case "end":
      return walkUntil(() => false, lesson, audience);
  }
}

async function walkUntil(arrived: (view: StepView) => boolean, lesson: Lesson, audience: Audience): Promise<true> {
  if (lesson.ended) {
    audience.say("end");
    return true;
  }
  do await audience.show(await lesson.step());
  while (!lesson.ended && !arrived(lesson.now));
  if (lesson.ended) audience.say("end");
  return true;
}
