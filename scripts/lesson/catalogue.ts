import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { InputError } from "../core/errors";
import { MATCHINGS, type NamedMatching } from "../core/matching";

/** A lesson of the catalogue: a scenario file and what is to be learned from it. */
export interface CatalogueLesson {
  /** File name without its number and ending. */
  name: string;
  scenarioFile: string;
  title: string;
  introduction: string;
  question: string;
  answer: string;
  /** Rules of matching that it compares; none in most lessons. */
  rules: NamedMatching[];
}

/**
 * The lessons in a folder, in the order of their numbers. A lesson is two files: `1-crossing.json`, a scenario, and
 * `1-crossing.md`: a title, an introduction, and under `## Question` and `## Answer` one of each. A lesson that compares
 * rules of matching lists them at the end, under `## Rules`.
 *
 * @throws InputError where a text lacks one of its parts
 */
export async function readCatalogue(folder: string): Promise<CatalogueLesson[]> {
  const files = (await readdir(folder)).filter((file) => /^\d+-.+\.json$/.test(file));
  files.sort((a, b) => Number.parseInt(a) - Number.parseInt(b));
  return Promise.all(
    files.map(async (file) => {
      const scenarioFile = join(folder, file);
      const textFile = scenarioFile.replace(/\.json$/, ".md");
      const name = file.replace(/^\d+-|\.json$/g, "");
      return { name, scenarioFile, ...readLesson(await readFile(textFile, "utf8"), textFile) };
    }),
  );
}

/** A lesson by its name or its place in the catalogue, from 1. @throws InputError naming the lessons there are */
export function findLesson(lessons: readonly CatalogueLesson[], wanted: string): CatalogueLesson {
  const found = lessons.find(({ name }, index) => name === wanted || String(index + 1) === wanted);
  if (found === undefined) {
    const names = lessons.map(({ name }) => name).join(", ");
    throw new InputError("lesson", `there is no lesson "${wanted}"; there are ${names}, or 1 to ${lessons.length}`);
  }
  return found;
}

function readLesson(text: string, file: string): Omit<CatalogueLesson, "name" | "scenarioFile"> {
  const match = /^# (.+)\n([\s\S]+?)\n## Question\n([\s\S]+?)\n## Answer\n([\s\S]+?)(?:\n## Rules\n([\s\S]+))?$/.exec(
    text,
  );
  if (match === null) {
    throw new InputError(file, "expected a title (# …), an introduction, ## Question and ## Answer, in this order");
  }
  const [, title, introduction, question, answer, list] = match.map((part: string | undefined) => part?.trim() ?? "");
  return {
    title: title!,
    introduction: introduction!,
    question: question!,
    answer: answer!,
    rules: rulesOf(list!, file),
  };
}

function rulesOf(list: string, file: string): NamedMatching[] {
  const names = list === "" ? [] : list.split(/,\s*/);
  return names.map((name) => {
    const rule = MATCHINGS.find((one) => one === name);
    if (rule === undefined) throw new InputError(file, `## Rules: "${name}" is none of ${MATCHINGS.join(", ")}`);
    return rule;
  });
}
