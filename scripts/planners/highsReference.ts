import loadHighs from "highs";

import {
  allowedWh,
  type FlexibleLoad,
  givenWh,
  type LoadPlan,
  type LoadProblem,
  planOf,
  signOf,
  windowFrames,
} from "./loadProblem";

/** Objective to minimise: squared steps [T (6)] or absolute ones [T 4.4]. */
export type StepsObjective = "squared" | "absolute";

/** Its active-set method can take minutes where a limit binds. */
const TIME_LIMIT_SECONDS = 20;
/** The solver works in kWh, where its tolerances mean something. */
const WH = 1000;

/**
 * The reference: the same problem as `solveSquaredSteps` as a quadratic program, or the least sum of absolute steps
 * [T 4.4] as a linear one, by HiGHS. Slow and exact.
 *
 * @throws RangeError where no plan keeps to the limit and serves everything (see `servable`), or none was found in time.
 */
export async function solveWithHighs(problem: LoadProblem, objective: StepsObjective): Promise<LoadPlan> {
  const highs = await loadHighs();
  const solution = highs.solve(modelText(problem, objective), {
    time_limit: TIME_LIMIT_SECONDS,
    output_flag: false,
  });
  if (solution.Status !== "Optimal") throw new RangeError(`no plan: HiGHS says ${solution.Status}`);
  const columns = solution.Columns as Record<string, { Primal?: number }>;
  const energyWh = problem.loads.map((load, index) =>
    Float64Array.from({ length: windowFrames(load) }, (_, k) => (columns[`x${index}_${k}`]?.Primal ?? 0) * WH),
  );
  return planOf(problem, energyWh);
}

/**
 * The problem in CPLEX's LP format: x are energies, p loads; squared steps are written out as a quadratic form of the
 * loads (HiGHS takes minutes with variables for the steps), absolute ones as steps u up and v down.
 */
function modelText(problem: LoadProblem, objective: StepsObjective): string {
  const { baseWh, previousWh, limitWh, loads } = problem;
  const frames = baseWh.map((_, frame) => frame);
  const number = (wh: number) => String(wh / WH);
  const squared = objective === "squared";
  const goal = squared ? quadraticForm(frames, previousWh / WH) : frames.map((f) => `u${f} + v${f}`).join(" + ");

  const drawn: string[][] = frames.map(() => []);
  loads.forEach((load, index) => {
    for (let k = 0; k < windowFrames(load); k++) {
      drawn[load.firstFrame + k]!.push(`${signOf(load) > 0 ? "-" : "+"} x${index}_${k}`);
    }
  });
  const rows = frames.flatMap((f) => {
    const balance = `l${f}: p${f} ${drawn[f]!.join(" ")} = ${number(givenWh(problem, f))}`;
    const before = f === 0 ? "" : ` - p${f - 1}`;
    const step = `s${f}: p${f}${before} - u${f} + v${f} = ${f === 0 ? number(previousWh) : "0"}`;
    return squared ? [balance] : [balance, step];
  });
  loads.forEach((load, index) => rows.push(...totalRows(load, index, number)));

  const bounds = frames.map((f) => {
    const { least, most } = allowedWh(problem, f);
    return limitWh === Infinity ? `p${f} free` : `${number(least)} <= p${f} <= ${number(most)}`;
  });
  loads.forEach((load, index) => {
    for (let k = 0; k < windowFrames(load); k++) bounds.push(`0 <= x${index}_${k} <= ${number(load.frameWh)}`);
  });
  return ["Minimize", ` obj: ${goal}`, "Subject To", ...rows, "Bounds", ...bounds, "End", ""].join("\n");
}

/** `sum (p(k) - p(k-1))^2` without its constant, where `p(-1)` is `previous`. */
function quadraticForm(frames: readonly number[], previous: number): string {
  const last = frames.length - 1;
  // As the format has it: the bracket is halved.
  const squares = frames.map((f) => `${f === last ? 2 : 4} p${f} ^2`);
  const products = frames.slice(1).map((f) => `- 4 p${f - 1} * p${f}`);
  return `${-2 * previous} p0 + [ ${squares.join(" + ")} ${products.join(" ")} ] / 2`;
}

function totalRows(load: FlexibleLoad, index: number, number: (wh: number) => string): string[] {
  const window = windowFrames(load);
  if (window === 0) return [];
  const sum = Array.from({ length: window }, (_, k) => `x${index}_${k}`).join(" + ");
  return load.leastWh === load.mostWh
    ? [`e${index}: ${sum} = ${number(load.mostWh)}`]
    : [`e${index}: ${sum} >= ${number(load.leastWh)}`, `m${index}: ${sum} <= ${number(load.mostWh)}`];
}
