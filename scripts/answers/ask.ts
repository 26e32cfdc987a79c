import { createContext, Script } from "node:vm";

import type { FrozenBook, Plan } from "../model/benefit";
import type { Decision, OrderPolicy, OwnState, PublicView } from "../piles/agent";
import { planFor } from "../planners/book/levels";
import type { BookPlanner } from "../planners/book/planners";
import type { Random } from "../core/random";
import { InputError } from "../core/errors";
import { decisionProblem } from "./decision";
import { nearPath } from "./place";
import { planProblem } from "./plan";
import { isPromise, shown } from "./show";

/**
 * Asks an agent, and checks what it answers.
 *
 * @throws InputError naming agent, pile, frame and what is wrong
 */
export function askAgent(policy: OrderPolicy, own: OwnState, view: PublicView, random: Random): Decision {
  const who = `${policy.name}, ${own.stay.pile}, frame ${view.frame}`;
  let answer: Decision;
  let problem: string | undefined;
  try {
    answer = plainly(policy.decide(own, view, random));
    problem = decisionProblem(answer, own, view);
  } catch (error) {
    throw failed(who, error);
  }
  if (problem !== undefined) throw new InputError(who, problem);
  return answer;
}

/**
 * Asks a planner, waits for its answer as long as a proposer can, and checks it; totals become levels where plans are by
 * laxity.
 *
 * @param patienceSeconds How long a plan may take, s.
 * @throws InputError naming planner, frame and what is wrong
 */
export async function askPlanner(planner: BookPlanner, book: FrozenBook, patienceSeconds: number): Promise<Plan> {
  const who = `${planner.name}, frame ${book.frame}`;
  const late = () => new InputError(who, `plan did not answer within ${patienceSeconds} s`);
  let timer: NodeJS.Timeout | undefined;
  let answer: Plan;
  let problem: string | undefined;
  try {
    const plan = withinSeconds(async () => planner.plan(book), patienceSeconds, late);
    const never = new Promise<never>((_, reject) => {
      // Keeps the process alive, which a promise that nobody resolves does not.
      timer = setTimeout(() => reject(late()), patienceSeconds * 1000);
    });
    answer = plainly(await Promise.race([plan, never]));
    problem = planProblem(answer, book);
  } catch (error) {
    throw failed(who, error);
  } finally {
    clearTimeout(timer);
  }
  if (problem !== undefined) throw new InputError(who, problem);
  return planFor(book, answer);
}

const CALL = new Script("run()");
/** Scope that {@link CALL} runs in; made once, as making one takes longer than most calls. */
const SCOPE: { run?: () => unknown } = createContext({});

/**
 * Runs something that may never come to an end, and ends it. Calls must not be within each other.
 *
 * @param late Makes the error to throw then.
 */
export function withinSeconds<T>(run: () => T, seconds: number, late: () => Error): T {
  SCOPE.run = run;
  try {
    return CALL.runInContext(SCOPE, { timeout: Math.ceil(seconds * 1000) }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | undefined)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") throw late();
    throw error;
  }
}

/** An answer whose fields are read once, here: what a getter gives or a caller changes later is not what was checked. */
function plainly<T>(answer: T): T {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer) || isPromise(answer)) return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]: [string, unknown]) => [
      name,
      Array.isArray(value) ? [...(value as unknown[])] : value,
    ]),
  ) as T;
}

/** The error that somebody's own code threw, with the line of their file. */
function failed(who: string, error: unknown): Error {
  if (error instanceof InputError) return error;
  if (!(error instanceof Error)) return new InputError(who, `threw ${shown(error)}`);
  const { name, message, stack } = error;
  const own = (stack ?? "")
    .split("\n")
    .map((line) => /\(?([^()\s]+:\d+:\d+)\)?$/.exec(line)?.[1])
    .find((place) => place !== undefined && !place.startsWith("node:") && !place.includes(__filename));
  const place = own === undefined ? "" : ` (at ${nearPath(own)})`;
  return new InputError(who, `threw ${name}: ${message}${place}`);
}
