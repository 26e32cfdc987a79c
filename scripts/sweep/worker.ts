import { parentPort, workerData } from "node:worker_threads";

import { runJob, type SweepSetup } from "./job";
import type { SweepJob } from "./plan";

/** Answers each job that arrives with its lines, or with what went wrong. */
parentPort?.on("message", (job: SweepJob) => {
  runJob(job, workerData as SweepSetup).then(
    (lines) => parentPort?.postMessage({ lines }),
    (error: unknown) => parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) }),
  );
});
