import { join } from "node:path";
import { Worker } from "node:worker_threads";

import type { SweepSetup } from "./job";
import type { SweepJob } from "./plan";

/**
 * Runs jobs on worker threads, each worker one after the other.
 *
 * @param onLines Called with each job's lines as it is done, never twice at a time.
 * @throws Error naming the job that failed first; the others end with it, lines of those done before have been handed over
 */
export async function runPool(
  jobs: readonly SweepJob[],
  setup: SweepSetup,
  workers: number,
  onLines: (lines: readonly string[], job: SweepJob) => Promise<void>,
): Promise<void> {
  const waiting = [...jobs];
  const threads: Worker[] = [];
  let failure: unknown;
  let writing = Promise.resolve();
  const work = async (): Promise<void> => {
    const worker = new Worker(join(__dirname, "worker.ts"), {
      workerData: setup,
      // By the same loader that the commands themselves go through.
      execArgv: ["--require", "ts-node/register/transpile-only"],
    });
    threads.push(worker);
    try {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        const lines = await answerOf(worker, job);
        const done = job;
        writing = writing.then(async () => (failure === undefined ? onLines(lines, done) : undefined));
        await writing;
      }
    } catch (error) {
      failure ??= error;
      waiting.length = 0;
      await Promise.all(threads.map(async (thread) => thread.terminate()));
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, work));
  if (failure !== undefined) throw failure as Error;
}

async function answerOf(worker: Worker, job: SweepJob): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const failed = (message: string) => reject(new Error(`${job.setting}, seed ${job.seed}: ${message}`));
    const onError = (error: Error) => failed(error.message);
    const onExit = () => failed("its thread has ended");
    worker.once("error", onError);
    worker.once("exit", onExit);
    worker.once("message", (answer: { lines: string[] } | { error: string }) => {
      worker.off("error", onError);
      worker.off("exit", onExit);
      if ("error" in answer) failed(answer.error);
      else resolve(answer.lines);
    });
    worker.postMessage(job);
  });
}
