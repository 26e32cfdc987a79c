import { join } from "node:path";
import { Worker } from "node:worker_threads";

import type { SweepSetup } from "./job";
import type { SweepJob } from "./plan";

/**
 * Runs jobs on worker threads, each worker one after the other.
 *
 * @param onLines Called with each job's lines as it is done, never twice at a time.
 * @throws Error naming the job that failed; lines of others done before have been handed over
 */
export async function runPool(
  jobs: readonly SweepJob[],
  setup: SweepSetup,
  workers: number,
  onLines: (lines: readonly string[], job: SweepJob) => Promise<void>,
): Promise<void> {
  const waiting = [...jobs];
  let writing = Promise.resolve();
  const work = async (): Promise<void> => {
    const worker = new Worker(join(__dirname, "worker.ts"), {
      workerData: setup,
      // By the same loader that the commands themselves go through.
      execArgv: ["--require", "ts-node/register/transpile-only"],
    });
    try {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        const lines = await answerOf(worker, job);
        const done = job;
        writing = writing.then(async () => onLines(lines, done));
        await writing;
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, work));
}

async function answerOf(worker: Worker, job: SweepJob): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const failed = (message: string) => reject(new Error(`${job.setting}, seed ${job.seed}: ${message}`));
    const onError = (error: Error) => failed(error.message);
    worker.once("error", onError);
    worker.once("message", (answer: { lines: string[] } | { error: string }) => {
      worker.off("error", onError);
      if ("error" in answer) failed(answer.error);
      else resolve(answer.lines);
    });
    worker.postMessage(job);
  });
}
