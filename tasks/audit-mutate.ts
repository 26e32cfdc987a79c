import { task } from "hardhat/config";
import pc from "picocolors";

import type { Campaign, Verdict } from "../scripts/quality/mutation/campaign";
import { InputError } from "../scripts/core/errors";
import { wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { grouped, printHeading, printTable, toJsonText } from "./support/output";
import { progressBar } from "./support/progress";

interface Arguments {
  sample: string;
  seed: string;
  only?: string;
  ids?: string;
  jobs: string;
  atLeast: string;
  json: boolean;
}

task(
  "audit:mutate",
  "Puts one small fault at a time into the core contracts and sees whether a test notices; fails below a share",
)
  .addOptionalParam("sample", "how many faults to try", "150")
  .addOptionalParam("seed", "a whole number that draws the same sample again", "1")
  .addOptionalParam("only", "part of the paths to mutate, such as libraries/Ranking")
  .addOptionalParam("ids", "faults by the ids that an earlier run printed, with commas between them")
  .addOptionalParam("jobs", "how many to try side by side; each takes a core and up to 6 GB", "2")
  .addOptionalParam("atLeast", "per cent of the faults that tests must notice", "90")
  .addFlag("json", "print the verdicts as JSON and nothing else")
  .setAction(
    guarded(async (args: Arguments, hre) => {
      const sample = wholeNumber("sample", args.sample, 1, 100_000);
      const seed = wholeNumber("seed", args.seed, 0, 2 ** 31 - 1);
      const jobs = wholeNumber("jobs", args.jobs, 1, 64);
      const atLeast = wholeNumber("at-least", args.atLeast, 0, 100);
      await hre.run("compile", { quiet: true });
      const { runCampaign, score } = await import("../scripts/quality/mutation/campaign");
      const bar = progressBar(sample, "faults", args.json);
      const campaign = await runCampaign(hre.config.paths.root, {
        sample,
        seed,
        jobs,
        ...(args.only === undefined ? {} : { only: args.only }),
        ...(args.ids === undefined ? {} : { ids: args.ids.split(",") }),
        onVerdict: (verdict, judged) => {
          if (bar !== undefined) bar.update(judged);
          else if (!args.json) console.error(`${judged} ${describe(verdict)}`);
        },
      });
      bar?.stop();
      if (campaign.verdicts.length === 0) {
        throw new InputError(args.ids === undefined ? "--only" : "--ids", "nothing there that could be mutated");
      }
      if (args.json) console.log(toJsonText(campaign));
      else print(campaign, score);
      if (100 * score(campaign.verdicts) < atLeast) process.exitCode = 1;
    }),
  );

function describe({ mutant, outcome, by }: Verdict): string {
  const { id, path, line, inFunction, operator, original, replacement } = mutant;
  const short = (text: string) => text.replace(/\s+/g, " ").slice(0, 100);
  const change = `${short(original)} → ${replacement === "" ? "nothing" : short(replacement)}`;
  const said = `${outcome} ${id} ${path}:${line} ${inFunction} (${operator}): ${change}`;
  return by === undefined ? said : `${said}\n    by ${by}`;
}

function print({ possible, verdicts, passedOver, leftOut }: Campaign, score: (of: readonly Verdict[]) => number): void {
  const groups = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const { path } = verdict.mutant;
    groups.set(path, [...(groups.get(path) ?? []), verdict]);
  }
  const count = (of: readonly Verdict[], outcome: Verdict["outcome"]) =>
    grouped(of.filter((verdict) => verdict.outcome === outcome).length);
  const row = (name: string, of: readonly Verdict[]) => [
    name,
    grouped(of.length),
    count(of, "killed"),
    count(of, "timed out"),
    count(of, "survived"),
    `${(100 * score(of)).toFixed(1)} %`,
  ];
  printHeading(`${grouped(verdicts.length)} of ${grouped(possible)} possible faults`);
  printTable(
    ["contract", "faults", "noticed", "did not end", "survived", "score"],
    [
      ...[...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, of]) => row(path.slice("contracts/".length), of)),
      row(pc.bold("all"), verdicts),
    ],
  );
  const { doesNotCompile, sameCode } = passedOver;
  console.log(
    `\nDrawn and passed over: ${doesNotCompile} that the compiler refuses, ${sameCode} that compile to the same code.`,
  );
  if (leftOut.length > 0) console.log(`Tests left out, which want optimized code:\n  ${leftOut.join("\n  ")}`);
  const survivors = verdicts.filter(({ outcome }) => outcome === "survived");
  if (survivors.length > 0) console.log(`\nSurvivors\n${survivors.map((of) => `  ${describe(of)}`).join("\n")}`);
}
