import { expect } from "chai";
import { CompilationJob } from "hardhat/internal/solidity/compilation-job";
import type { ResolvedFile, SolcConfig } from "hardhat/types";

import { sideBySide } from "../../../tasks/support/compilationJobs";

const PRODUCT: SolcConfig = { version: "0.8.37", settings: { viaIR: true } };
const HARNESS: SolcConfig = { version: "0.8.37", settings: { viaIR: false } };

/** Files by what they import; a job for each, as Hardhat makes them. */
function jobsOf(imports: Record<string, string[]>, config = PRODUCT): CompilationJob[] {
  const reached = (name: string, seen = new Set<string>()): Set<string> => {
    for (const next of imports[name] ?? []) if (!seen.has(next)) reached(next, seen.add(next));
    return seen;
  };
  return Object.keys(imports).map((name) => {
    const job = new CompilationJob(config);
    job.addFileToCompile(fileOf(name), true);
    for (const other of reached(name)) if (other !== name) job.addFileToCompile(fileOf(other), false);
    return job;
  });
}

function fileOf(sourceName: string): ResolvedFile {
  const rawContent = sourceName.padEnd(sourceName.startsWith("short") ? 100 : 100_000);
  return { sourceName, content: { rawContent, imports: [], versionPragmas: [] } } as unknown as ResolvedFile;
}

function divided(jobs: CompilationJob[]): { all: string[]; emitted: string[] }[] {
  return sideBySide(jobs, (config) => new CompilationJob(config)).map((job) => ({
    all: job.getResolvedFiles().map(({ sourceName }) => sourceName),
    emitted: job
      .getResolvedFiles()
      .filter((file) => job.emitsArtifacts(file))
      .map(({ sourceName }) => sourceName),
  }));
}

describe("what compiles side by side", () => {
  it("is a job for each contract that nobody imports; what several import leaves its artifacts once", () => {
    const jobs = divided(jobsOf({ lens: ["math"], math: [], market: ["math", "book"], book: [] }));
    expect(jobs).to.deep.equal([
      { all: ["market", "math", "book"], emitted: ["market", "book"] },
      { all: ["lens", "math"], emitted: ["lens", "math"] },
    ]);
  });

  it("is one job of all that is short", () => {
    const jobs = divided(jobsOf({ market: [], "short token": [], "short reader": ["short type"], "short type": [] }));
    expect(jobs.map(({ emitted }) => emitted)).to.deep.equal([
      ["market"],
      ["short token", "short reader", "short type"],
    ]);
  });

  it("is one job of everything that does without the IR", () => {
    const jobs = [
      ...jobsOf({ market: ["math"], math: [] }),
      ...jobsOf({ a: ["twin"], b: ["twin"], twin: [] }, HARNESS),
    ];
    expect(divided(jobs).map(({ emitted }) => emitted)).to.have.deep.members([
      ["market", "math"],
      ["a", "twin", "b"],
    ]);
  });

  it("loses no file of a circle of imports", () => {
    const jobs = divided(jobsOf({ egg: ["hen"], hen: ["egg"], lonely: [] }));
    expect(jobs.flatMap(({ emitted }) => emitted)).to.have.members(["egg", "hen", "lonely"]);
  });
});
