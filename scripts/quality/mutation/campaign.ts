import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";

import { type Bytecodes, bytecodes, DoesNotCompile, readSources, syntaxTrees } from "./compiler";
import { Laboratory, type TestRun } from "./laboratory";
import { isCore, type Mutant, mutantsOf, withMutant } from "./mutants";

/** Outcome of one mutant. */
export interface Verdict {
  mutant: Mutant;
  outcome: "killed" | "timed out" | "survived";
  /** The first test that failed. */
  by?: string;
}

/** A whole campaign. */
export interface Campaign {
  /** How many mutants the operators can make of the files. */
  possible: number;
  verdicts: Verdict[];
  /** Mutants drawn and passed over: what the compiler refuses, and what is the same code as without them. */
  passedOver: { doesNotCompile: number; sameCode: number };
  /** Tests that already fail without the optimizer, such as those on gas and size; they judge no mutant. */
  leftOut: string[];
}

export interface CampaignOptions {
  /** Mutants to judge. */
  sample: number;
  seed: number;
  /** Mutants by id, in place of the whole lot. */
  ids?: readonly string[];
  /** Part of the paths to mutate, such as "libraries/"; all core contracts without it. */
  only?: string;
  /** Laboratories that work side by side. */
  jobs: number;
  onVerdict?: (verdict: Verdict, judged: number) => void;
}

/** Folders whose tests run the contracts, and single files that do. */
const FOLDERS = ["test/unit/contracts", "test/attacks", "test/findings"];
const FILES = ["differential", "deliveryDifferential", "creditBook", "rebuild"].map(
  (name) => `test/integration/${name}.test.ts`,
);
const BASELINE_LIMIT_MS = 1_800_000;
/** A mutant that takes so many times as long as the tests take without it does not end. */
const PATIENCE = 2;

/** Judges a seeded sample of the mutants of the core contracts by the tests. @param root folder of the project, compiled */
export async function runCampaign(root: string, options: CampaignOptions): Promise<Campaign> {
  const sources = await readSources(root);
  const wanted = (path: string) => isCore(path) && path.includes(options.only ?? "");
  const all = mutantsOf(sources, await syntaxTrees(root, sources), wanted, options.seed);
  const drawn = options.ids === undefined ? all : all.filter(({ id }) => options.ids?.includes(id));
  const unmutated = await bytecodes(root, sources);

  const laboratories = await Promise.all(Array.from({ length: options.jobs }, () => Laboratory.open(root)));
  try {
    const [first] = laboratories as [Laboratory, ...Laboratory[]];
    await first.install(unmutated);
    const baseline = await first.run(await testFiles(root), [], false, BASELINE_LIMIT_MS);
    if (baseline.timedOut) throw new Error("the tests did not end without a fault either");

    const judged = new Map<number, Verdict>();
    const passedOver = { doesNotCompile: 0, sameCode: 0 };
    let next = 0;
    const work = async (laboratory: Laboratory) => {
      while (judged.size < options.sample && next < drawn.length) {
        const turn = next++;
        const mutant = drawn[turn]!;
        const codes = await bytecodes(root, withMutant(sources, mutant)).catch((error: unknown) => {
          if (error instanceof DoesNotCompile) return undefined;
          throw error;
        });
        if (codes === undefined) passedOver.doesNotCompile++;
        else if (isSame(codes, unmutated)) passedOver.sameCode++;
        else {
          await laboratory.install(codes);
          const verdict = verdictOf(mutant, await judge(laboratory, mutant, baseline));
          judged.set(turn, verdict);
          options.onVerdict?.(verdict, judged.size);
        }
      }
    };
    await Promise.all(laboratories.map(work));
    const verdicts = [...judged].sort(([a], [b]) => a - b).map(([, verdict]) => verdict);
    return { possible: all.length, verdicts, passedOver, leftOut: baseline.failed };
  } finally {
    await Promise.all(laboratories.map((laboratory) => laboratory.close()));
  }
}

/** Share of the mutants that some test noticed, 0 to 1. */
export function score(verdicts: readonly Verdict[]): number {
  return verdicts.filter(({ outcome }) => outcome !== "survived").length / verdicts.length;
}

/** Tests named after the mutated file first, then the quick ones. */
async function judge(laboratory: Laboratory, { path }: Mutant, { msOfFile, failed }: TestRun): Promise<TestRun> {
  const own = basename(path, ".sol");
  const rank = (file: string) => (basename(file).startsWith(`${own}.`) ? 0 : msOfFile.get(file)!);
  const files = [...msOfFile.keys()].sort((a, b) => rank(a) - rank(b));
  const usualMs = [...msOfFile.values()].reduce((sum, ms) => sum + ms, 0);
  return laboratory.run(files, failed, true, 60_000 + PATIENCE * usualMs);
}

function verdictOf(mutant: Mutant, { failed, timedOut }: TestRun): Verdict {
  if (timedOut) return { mutant, outcome: "timed out" };
  return failed[0] === undefined ? { mutant, outcome: "survived" } : { mutant, outcome: "killed", by: failed[0] };
}

async function testFiles(root: string): Promise<string[]> {
  const found = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(join(root, folder), { recursive: true });
      return names.filter((name) => name.endsWith(".test.ts")).map((name) => `${folder}/${name}`);
    }),
  );
  return [...found.flat().sort(), ...FILES].filter((file) => !file.includes("/baseline/"));
}

function isSame(codes: Bytecodes, others: Bytecodes): boolean {
  return [...others].every(([name, { creation }]) => codes.get(name)?.creation === creation);
}
