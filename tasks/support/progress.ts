import cliProgress from "cli-progress";

/** A progress bar on standard error; undefined where nobody would see it or only JSON is wanted. */
export function progressBar(total: number, unit: string, json: boolean): cliProgress.SingleBar | undefined {
  if (json || !process.stderr.isTTY) return undefined;
  const format = `{bar} {percentage} %  {value} ${unit}`;
  const bar = new cliProgress.SingleBar(
    { format, stream: process.stderr, clearOnComplete: true, hideCursor: true },
    cliProgress.Presets.shades_classic,
  );
  // Interrupted, it gives the cursor back.
  const interrupted = () => {
    bar.stop();
    process.exit(130);
  };
  process.once("SIGINT", interrupted);
  bar.on("stop", () => process.off("SIGINT", interrupted));
  bar.start(total, 0);
  return bar;
}
