import { spawn } from "node:child_process";

/** How long a command took, s. */
export interface Taken {
  /** Until it wrote its first line, on standard output or error. */
  firstLineSeconds: number;
  wallSeconds: number;
  /** Processor time of the command and of all that it started: what other work on the machine distorts least. */
  processorSeconds: number;
  code: number;
}

/** Adds the times of all processes up, as a shell does that waits for them; said on a file descriptor of its own. */
const TIMED = 'TIMEFORMAT="%U %S"; { time "$@" 1>&4 2>&5; } 4>&1 5>&2 2>&3';

/** Runs a command in a folder and measures it. */
export async function measure(command: readonly string[], folder: string): Promise<Taken> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const child = spawn("bash", ["-c", TIMED, "bash", ...command], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let firstLineSeconds: number | undefined;
  let times = "";
  const seen = () => void (firstLineSeconds ??= seconds());
  child.stdout!.on("data", seen);
  child.stderr!.on("data", seen);
  child.stdio[3]!.on("data", (chunk: Buffer) => (times += chunk.toString()));
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (ended) => resolve(ended ?? 1));
  });
  const wallSeconds = seconds();
  const processorSeconds = times
    .trim()
    .split(" ")
    .reduce((sum, part) => sum + Number(part), 0);
  return { firstLineSeconds: firstLineSeconds ?? wallSeconds, wallSeconds, processorSeconds, code };
}
