import type { CompilationJob, ResolvedFile, SolcConfig } from "hardhat/types";

/** A compilation job that can still grow, as Hardhat's own. */
export interface GrowingJob extends CompilationJob {
  addFileToCompile(file: ResolvedFile, emitsArtifacts: boolean): void;
}

/** Length of a root's sources, its own and those that it imports, without interfaces, below which it is short, characters. */
const SHORT = 50_000;

/**
 * Divides what is to be compiled so that independent contracts compile side by side, each in a process of its own.
 *
 * Hardhat hands over a job for each file, which holds the file and all that it imports. A file that no other imports is
 * the root of a job. Each other file leaves its artifacts with the first root that imports it, so that nothing is
 * compiled twice for its artifacts. Roots that compile faster than a compiler starts share jobs: one for all that do
 * without the IR, one for the short ones of the others.
 *
 * @param jobs a job for each file, with one file that emits artifacts
 * @param newJob makes an empty job
 * @returns the jobs to run, longest first
 */
export function sideBySide(
  jobs: readonly CompilationJob[],
  newJob: (config: SolcConfig) => GrowingJob,
): CompilationJob[] {
  const byConfig = new Map<string, CompilationJob[]>();
  for (const job of jobs) {
    const key = JSON.stringify(job.getSolcConfig());
    byConfig.set(key, [...(byConfig.get(key) ?? []), job]);
  }
  return [...byConfig.values()]
    .flatMap((alike) => divided(alike, newJob))
    .sort((a, b) => sourceLength(b) - sourceLength(a));
}

function divided(jobs: readonly CompilationJob[], newJob: (config: SolcConfig) => GrowingJob): CompilationJob[] {
  const imported = new Set(jobs.flatMap((job) => filesOf(job, false)).map(({ sourceName }) => sourceName));
  const roots = jobs.filter((job) => filesOf(job, true).some(({ sourceName }) => !imported.has(sourceName)));
  const emitting = new Set(jobs.flatMap((job) => filesOf(job, true)).map(({ sourceName }) => sourceName));
  const config = jobs[0]!.getSolcConfig();
  const { viaIR } = config.settings as { viaIR?: boolean };
  // Files that import each other in a circle have no root.
  const rest = jobs.filter((job) => !roots.includes(job));
  const isShort = (root: CompilationJob) => sourceLength(root, /\/interfaces\//) < SHORT;
  const [short, long] = [roots.filter(isShort), roots.filter((root) => !isShort(root))];
  const groups = viaIR === true ? [...long.map((root) => [root]), short, rest] : [jobs];
  return groups
    .map((group) => {
      const job = newJob(config);
      for (const file of group.flatMap((member) => member.getResolvedFiles())) {
        job.addFileToCompile(file, emitting.delete(file.sourceName));
      }
      return job;
    })
    .filter((job) => filesOf(job, true).length > 0);
}

function filesOf(job: CompilationJob, emitting: boolean): ResolvedFile[] {
  return job.getResolvedFiles().filter((file) => job.emitsArtifacts(file) === emitting);
}

/** Length of the project's own sources in a job, which says well enough how long it takes. @param without sources left out */
function sourceLength(job: CompilationJob, without?: RegExp): number {
  const own = job.getResolvedFiles().filter(({ library, sourceName }) => !library && !without?.test(sourceName));
  return own.reduce((sum, { content }) => sum + content.rawContent.length, 0);
}
