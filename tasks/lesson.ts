import { join } from "node:path";
import { createInterface } from "node:readline";

import { task } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { CatalogueLesson } from "../scripts/lesson/catalogue";
import { type Control, readControls } from "../scripts/lesson/controls";
import type { Lesson } from "../scripts/lesson/lesson";
import type { StepView } from "../scripts/lesson/lessonView";
import { InputError } from "../scripts/core/errors";
import { readText } from "./support/files";
import { guarded, refusalText } from "./support/guarded";
import { answerText, endText, helpText, introductionText, previewText, stepText } from "./support/lessonText";
import { compileQuietly } from "./support/network";
import { printTable, toJsonText } from "./support/output";
import { deployForScenario } from "./support/scenarioChain";

interface Arguments {
  name?: string;
  file?: string;
  steps?: string;
  json: boolean;
}

const FOLDER = "docs/lessons";
/** Every lesson begins in the same moment, so that it is the same for everybody, gas included: 1 January 2040. */
const BEGINS_AT = Date.UTC(2040, 0, 1) / 1000;
/** Columns of a terminal that does not say how many it has, or of a pipe. */
const USUAL_WIDTH = 100;

task("lesson", "Walks through trades step by step on an in-process chain; without a name, lists the lessons")
  .addOptionalPositionalParam("name", "name or number of a lesson (default: none, which lists them)")
  .addOptionalParam("file", "a scenario file of your own instead, JSON (docs/scenarios.md); default: none")
  .addOptionalParam("steps", 'what to do, such as "n n f u e"; default: asks at the terminal or reads standard input')
  .addFlag("json", "print every step that is shown as JSON and nothing else (default with it: all steps)")
  .setAction(
    guarded(async ({ name, file, steps, json }: Arguments, hre) => {
      const { findLesson, readCatalogue } = await import("../scripts/lesson/catalogue");
      const lessons = await readCatalogue(join(hre.config.paths.root, FOLDER));
      if (name !== undefined && file !== undefined) {
        throw new InputError("lesson", `give the name of a lesson or --file, not both ("${name}" and "${file}")`);
      }
      if (name === undefined && file === undefined) return listLessons(lessons, json);
      const lesson = name === undefined ? undefined : findLesson(lessons, name);
      const controls = steps === undefined && json ? [{ kind: "end" } as const] : readSteps(steps);
      const walk = await openLesson(hre, lesson?.scenarioFile ?? file!);
      if (json) await walkAsJson(walk, controls ?? []);
      else await walkAsText(hre, walk, { lesson, next: nextOf(lessons, lesson) }, controls);
    }),
  );

function nextOf(lessons: readonly CatalogueLesson[], lesson: CatalogueLesson | undefined): string | undefined {
  return lesson === undefined ? undefined : lessons[lessons.indexOf(lesson) + 1]?.name;
}

function readSteps(steps: string | undefined): Control[] | undefined {
  return steps === undefined ? undefined : readControls(steps, "--steps");
}

function listLessons(lessons: readonly CatalogueLesson[], json: boolean): void {
  if (json) {
    console.log(toJsonText(lessons));
    return;
  }
  printTable(
    ["", "lesson", "about"],
    lessons.map(({ name, title }, index) => [String(index + 1), name, title]),
  );
  console.log(
    `\nnpx hardhat lesson ${lessons[0]?.name ?? "NAME"} starts one; npx hardhat lesson --file FILE walks through any scenario.`,
  );
}

async function openLesson(hre: HardhatRuntimeEnvironment, file: string): Promise<Lesson> {
  if (hre.network.name !== "hardhat") {
    throw new InputError(`network ${hre.network.name}`, "a lesson runs on the in-process chain; leave out --network");
  }
  const { parseScenario } = await import("../scripts/scenario/parse");
  const scenario = parseScenario(await readText("file", file), file);
  await compileQuietly(hre);
  const { Lesson: lesson } = await import("../scripts/lesson/lesson");
  const { LensClient } = await import("../scripts/chain/lensClient");
  const { chain, addresses } = await deployForScenario(hre, scenario, "lesson");
  // A zero byte of a frame's number costs less gas; that must not depend on the day on which somebody
  // learns.
  await chain.clock.reach(BEGINS_AT);
  const { provider } = hre.network;
  return lesson.open(scenario, {
    ...chain,
    lens: new LensClient(addresses.lens, addresses.market, hre.ethers.provider),
    snapshot: async () => (await provider.send("evm_snapshot", [])) as string,
    revert: async (snapshot) => {
      await provider.send("evm_revert", [snapshot]);
    },
  });
}

async function walkAsJson(lesson: Lesson, controls: readonly Control[]): Promise<void> {
  const { runControl } = await import("../scripts/lesson/walk");
  const views: StepView[] = [lesson.now];
  const audience = { show: (view: StepView) => void views.push(view), say: () => undefined, note: () => undefined };
  for (const control of controls) {
    if (!(await runControl(control, lesson, audience))) break;
  }
  console.log(toJsonText(views));
}

async function walkAsText(
  hre: HardhatRuntimeEnvironment,
  lesson: Lesson,
  { lesson: about, next }: { lesson: CatalogueLesson | undefined; next: string | undefined },
  controls: readonly Control[] | undefined,
): Promise<void> {
  const { runControl } = await import("../scripts/lesson/walk");
  const width = () => process.stdout.columns ?? USUAL_WIDTH;
  if (about !== undefined) console.log(introductionText(about, width()));
  let guess: string | undefined;
  const answer = () => (about === undefined ? "\nA scenario of your own has no question." : answerText(about, width()));
  const said = {
    answer,
    help: helpText,
    preview: () => previewText(lesson.now, width()),
    end: () => endText({ asked: about !== undefined, guess, next }),
    beginning: () => "\nThis is the beginning: there is nothing to undo.",
  };
  const audience = {
    show: async (view: StepView) =>
      console.log(stepText(await withAdvice(view, hre.config.paths.root), width(), about === undefined)),
    say: (what: keyof typeof said) => console.log(said[what]()),
    note: (text: string) => {
      guess = text;
      console.log(`\nYour guess: ${text}`);
    },
  };
  await audience.show(lesson.now);
  for await (const control of controls ?? typedControls()) {
    if (!(await runControl(control, lesson, audience))) return;
  }
}

/** A refusal with what docs/errors.md advises. */
async function withAdvice(view: StepView, root: string): Promise<StepView> {
  if (view.refusal === undefined) return view;
  const { error, said } = view.refusal;
  return { ...view, refusal: { error, said: await refusalText({ error, message: said }, root) } };
}

/** Controls from whoever sits at the terminal, or from a pipe; ends with the input, or at Ctrl-C. */
async function* typedControls(): AsyncGenerator<Control> {
  const asks = process.stdin.isTTY && process.stdout.isTTY;
  const lines = createInterface({ input: process.stdin, ...(asks ? { output: process.stdout } : {}), terminal: asks });
  lines.setPrompt("\nn, f, r 5, u, e, g, p, a or q (h tells what they do) > ");
  lines.on("SIGINT", () => {
    process.exitCode = 130;
    lines.close();
  });
  if (asks) lines.prompt();
  for await (const line of lines) {
    try {
      // An empty line is the next step for a person, and nothing in a file.
      const controls = line.trim() === "" && asks ? [{ kind: "step" } as const] : readControls(line, "lesson");
      for (const control of controls) yield control;
    } catch (error) {
      if (!asks || !(error instanceof InputError)) throw error;
      console.log(error.message);
    }
    if (asks) lines.prompt();
  }
  if (asks) process.stdout.write("\n");
}
