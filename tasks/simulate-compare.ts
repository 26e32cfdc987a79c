import type { CompareOptions, SchemeComparison } from "../scripts/simulation/compare";
import type { ComparedScheme } from "../scripts/simulation/comparedScheme";
import type { ArrivalsComparison } from "../scripts/reports/compareHtml";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { InputError } from "../scripts/core/errors";
import { MATCHINGS, type NamedMatching } from "../scripts/core/matching";
import type { OwnMechanism } from "../scripts/simulation/comparedSchemes";
import { openChainMarket } from "./support/chainMarket";
import { aboutRun, versionOf } from "./support/about";
import { commandLine } from "./support/commandLine";
import { printComparison } from "./support/compareText";
import { equalEnergyText } from "./support/energyText";
import { writeText } from "./support/files";
import { oneOf, refuseTogether, wholeNumber } from "./support/flags";
import { guarded } from "./support/guarded";
import { compileQuietly } from "./support/network";
import { loadPlanner } from "./support/ownFiles";
import { MECHANISM_HELP, readMechanism } from "./support/ownMechanism";
import { toJsonText } from "./support/output";
import { progressBar } from "./support/progress";
import { dayTask, DEFAULT_EVS, readSetting, type SettingArguments } from "./support/setting";

interface Arguments extends SettingArguments {
  seeds: string;
  horizon: string;
  generations: string;
  on: string;
  arrivals?: string;
  plannerFile?: string;
  schemes?: string;
  expect?: string;
  matching?: string;
  mechanism?: string;
}

dayTask("simulate:compare", "Compares every scheme, uncontrolled to the offline optimum, on the same EVs and days")
  .addOptionalParam("seeds", "how many seeds to run from --seed on", "5")
  .addOptionalParam("horizon", "frames that the long rolling plan looks ahead, 2 to 48", "48")
  .addOptionalParam("generations", "generations of the genetic algorithm (the thesis: 1000); 0 leaves it out", "200")
  .addOptionalParam("on", "what markets run on: model, or chain, which takes longer and shows their gas", "model")
  .addOptionalParam("arrivals", "with --html: EVs a day to compare at besides, such as 20,60,100 (default: none)")
  .addOptionalParam("schemes", "keys of the schemes to run, as in CSV, with commas between (default: all)")
  .addOptionalParam("expect", "energy of the arrivals that schemes expect, % of that of past days (default: 100)")
  .addOptionalParam(
    "matching",
    `rules of matching to run the market under besides, a row each: all, or some of ${MATCHINGS.join(", ")} (default: none)`,
  )
  .addOptionalParam("mechanism", `${MECHANISM_HELP}; its row runs on a chain`)
  .addOptionalParam("plannerFile", "file of a planner of your own to compare besides, .ts or .js (default: none)")
  .setAction(
    guarded(async (args: Arguments, hre) => {
      const mechanism = args.mechanism === undefined ? undefined : await ownMechanism(hre, args.mechanism);
      const { options, notes } = await readOptions(args, mechanism);
      if (oneOf("on", args.on, ["model", "chain"]) === "chain") {
        await compileQuietly(hre);
        options.openPort = async (rules, seed, scheme) => openChainMarket(hre, rules, seed, `${scheme}${seed}`);
      }
      const otherDays = await readArrivals(args, mechanism);
      const { compareSchemes } = await import("../scripts/simulation/compare");
      const { REPORTED_BY_THESIS } = await import("../scripts/simulation/reportedByThesis");
      const bar = progressBar(
        options.seeds.length * options.schemes.length * (1 + otherDays.length),
        "runs",
        args.json,
      );
      let schemes: SchemeComparison[];
      const arrivals: ArrivalsComparison[] = [];
      try {
        schemes = await compareSchemes(options, () => bar?.increment());
        for (const { evs, options: other } of otherDays) {
          arrivals.push({ evs, schemes: await compareSchemes(other, () => bar?.increment()) });
        }
      } finally {
        bar?.stop();
      }
      const provenance = {
        version: await versionOf(hre.config.paths.root),
        setting: args.setting,
        command: commandLine(hre, "simulate:compare", { ...args }),
      };
      if (args.csv !== undefined) {
        const { compareCsv } = await import("../scripts/reports/compareCsv");
        await writeText("csv", args.csv, compareCsv(schemes, options.seeds, provenance));
      }
      if (args.html !== undefined) {
        const { compareHtml } = await import("../scripts/reports/compareHtml");
        const all = [...arrivals, { evs: evsOf(args), schemes }].sort((a, b) => a.evs - b.evs);
        const html = compareHtml({
          setting: args.setting,
          seeds: options.seeds,
          command: provenance.command,
          about: await aboutRun(hre, aboutOf(args, options)),
          capacityW: Number(options.market.capacityW),
          frameTexts: await frameTextsOf(options),
          warnings: [...notes, ...(await warningsOf(options, schemes))],
          schemes,
          arrivals: arrivals.length === 0 ? [] : all,
          reportedByThesis: REPORTED_BY_THESIS,
        });
        await writeText("html", args.html, html);
      }
      const warnings = [...notes, ...(await warningsOf(options, schemes))];
      if (args.json) {
        const { checkClaims, checkMarket } = await import("../scripts/simulation/thesisClaims");
        console.log(
          toJsonText({
            ...provenance,
            seeds: options.seeds,
            parameters: options.market,
            arguments: args,
            warnings,
            schemes,
            claims: checkClaims(schemes),
            againstNoMarket: checkMarket(schemes),
            reportedByThesis: REPORTED_BY_THESIS,
          }),
        );
        return;
      }
      await printComparison(schemes, {
        title: `${args.setting}, ${args.seeds} ${args.seeds === "1" ? "seed" : "seeds"} from ${args.seed}`,
        hasOwnPlanner: args.plannerFile !== undefined,
        warnings,
      });
      const { energyBasis } = await import("../scripts/simulation/energyBasis");
      console.log(`\n${equalEnergyText(energyBasis(options.dayOf(options.seeds[0]!), options.market))}`);
    }),
  );

/** Options of a comparison, and oddities of the files of data. */
async function readOptions(
  args: Arguments,
  mechanism: OwnMechanism | undefined,
): Promise<{ options: CompareOptions; notes: readonly string[] }> {
  const { defaultDay } = await import("../scripts/simulation/defaults");
  const { withDefaults } = await import("../scripts/core/parameters");
  const { comparedSchemes } = await import("../scripts/simulation/comparedSchemes");
  const { expectations } = await import("../scripts/simulation/pastDays");
  refuseTogether(args, "sessions", "expect", "recorded sessions have no past days");
  const { settings, market, seed: first, notes } = await readSetting(args, 1_000, "waterline");
  if (settings.bothWaysShare !== undefined) {
    throw new InputError("--battery", "both goes with simulate:day: no other scheme has EVs that sell and buy back");
  }
  const own = args.policy !== undefined || args.agent !== undefined;
  const rules = withDefaults(market);
  const share = wholeNumber("expect", args.expect ?? "100", 1, 1_000) / 100;
  const options: CompareOptions = {
    seeds: Array.from({ length: wholeNumber("seeds", args.seeds, 1, 1_000) }, (_, index) => first + index),
    dayOf: (seed) => defaultDay({ ...settings, seed }),
    market: rules,
    schemes: chosen(
      args.schemes,
      comparedSchemes({
        horizonFrames: wholeNumber("horizon", args.horizon, 2, 48),
        generations: wholeNumber("generations", args.generations, 0, 100_000),
        ...(own ? { policy: settings.policy! } : {}),
        matchings: readMatchings(args.matching),
        ...(mechanism === undefined ? {} : { mechanism }),
        ...(args.plannerFile === undefined ? {} : { planner: await loadPlanner(args.plannerFile) }),
        // Recorded sessions are of one day: there are no past ones to learn from.
        ...(args.sessions === undefined ? expectations(settings, rules, share) : {}),
      }),
    ),
  };
  return { options, notes };
}

/** Compiles a mechanism of one's own; each of its days gets a market on the in-process chain. */
async function ownMechanism(hre: HardhatRuntimeEnvironment, file: string): Promise<OwnMechanism> {
  await compileQuietly(hre);
  const mechanism = await readMechanism(hre, file, { standing: false });
  return {
    label: mechanism.label,
    openPort: async (rules, seed, scheme) => openChainMarket(hre, rules, seed, `${scheme}${seed}`, mechanism),
  };
}

/** The rules of a list, each once. @throws InputError naming those that there are */
function readMatchings(text: string | undefined): readonly NamedMatching[] {
  if (text === undefined) return [];
  if (text === "all") return MATCHINGS;
  const asked = text.split(",").map((one) => oneOf("matching", one.trim(), MATCHINGS));
  return MATCHINGS.filter((one) => asked.includes(one));
}

/** The schemes of the keys that were asked for. @throws InputError naming keys that there are not */
function chosen(keys: string | undefined, schemes: readonly ComparedScheme[]): readonly ComparedScheme[] {
  if (keys === undefined) return schemes;
  const wanted = keys.split(",").map((key) =>
    oneOf(
      "schemes",
      key.trim(),
      schemes.map((scheme) => scheme.key),
    ),
  );
  return schemes.filter(({ key }) => wanted.includes(key));
}

/** Phrases about the comparison on its page: how agents place orders, how many there are, what markets run on. */
function aboutOf({ agent, policy, on }: Arguments, { dayOf, seeds, market }: CompareOptions): string[] {
  const own = agent !== undefined || policy !== undefined;
  const day = dayOf(seeds[0]!);
  return [
    own ? `policy ${day.policy?.name ?? ""} on the AdBEV market` : "the AdBEV market under each policy",
    `${day.evs.length} agents in all days of seed ${seeds[0]!}`,
    `capacity ${Number(market.capacityW) / 1000} kW`,
    on === "chain" ? "markets on the contracts" : "markets on the TypeScript model",
  ];
}

/** When the measured frames begin, `18:30`. */
async function frameTextsOf({ dayOf, seeds, market }: CompareOptions): Promise<string[]> {
  const { timeOfDay } = await import("../scripts/simulation/dayReport");
  const { first, count } = dayOf(seeds[0]!).measured;
  return Array.from({ length: count }, (_, index) => timeOfDay(first + index, market.frameSeconds));
}

/** EVs a day, unless sessions say who comes. */
function evsOf({ evs = DEFAULT_EVS }: Arguments): number {
  return Number(evs);
}

/** The same days with other numbers of EVs. */
async function readArrivals(
  args: Arguments,
  mechanism: OwnMechanism | undefined,
): Promise<{ evs: number; options: CompareOptions }[]> {
  if (args.arrivals === undefined) return [];
  if (args.html === undefined) throw new InputError("--arrivals", "only goes with --html");
  refuseTogether(args, "sessions", "arrivals", "the file says who comes");
  const counts = new Set(args.arrivals.split(",").map((count) => wholeNumber("arrivals", count.trim(), 1, 1_000)));
  counts.delete(evsOf(args));
  return Promise.all(
    [...counts].map(async (evs) => ({
      evs,
      options: (await readOptions({ ...args, evs: `${evs}` }, mechanism)).options,
    })),
  );
}

async function warningsOf(
  { market, dayOf, seeds }: CompareOptions,
  schemes: readonly SchemeComparison[],
): Promise<string[]> {
  const { comparisonWarnings } = await import("../scripts/simulation/warnings");
  return comparisonWarnings(schemes, dayOf(seeds[0]!), market);
}
