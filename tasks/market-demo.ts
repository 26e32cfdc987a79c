import { task } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { deploymentBlock } from "../scripts/chain/blocks";
import { MOST_METERED_PILES } from "../scripts/core/bounds";
import type { DeploymentParameters } from "../scripts/core/parameters";
import type { Transactor } from "../scripts/chain/transactor";
import { PRESET_NAMES } from "../scripts/simulation/presetNames";
import { accountsOf, namedAccount } from "./support/accounts";
import { readBenefit } from "./support/benefit";
import { demoNode } from "./support/demoNode";
import { deployOnNode, knownFeeder } from "./support/deployments";
import { errorWords } from "./support/errorWords";
import { guarded } from "./support/guarded";
import { versionOf } from "./support/about";
import { oneOf, wholeNumber } from "./support/flags";
import { DEFAULT_PORT, openInBrowser, POLL_MS, servedUntilInterrupted } from "./support/livePage";
import { METERS_HELP, parseMeters } from "./support/meters";
import { compileQuietly } from "./support/network";

interface DemoArguments {
  setting: string;
  evs: string;
  seed: string;
  days: string;
  from: string;
  settlement: string;
  plannerFile?: string;
  meters: string;
  port: string;
  here: boolean;
  noOpen: boolean;
}

/** How long readings are waited for, s. */
const READING_SECONDS = 3_600;
/** Accounts of the node that are made piles, for whoever looks. */
const OWN_PILES = [1, 2, 3];
/** Seconds of the chain in a second. */
const SPEED = 60;

task("market:demo", "Starts a node, a market, agents that play days in compressed time, and the live page of it all")
  .addOptionalParam("setting", `feeder that is played: ${PRESET_NAMES.join(", ")}`, "elaadnl")
  .addOptionalParam("evs", "EVs a day", "100")
  .addOptionalParam("seed", "seed of the EVs and their agents", "1")
  .addOptionalParam("days", "how many days are played", "3")
  .addOptionalParam("from", "hour of the first day up to which it is played as fast as it goes", "15")
  .addOptionalParam(
    "settlement",
    "who decides flexible energy: adbev (the clearing) or benefit (plans compete)",
    "benefit",
  )
  .addOptionalParam(
    "plannerFile",
    "with --settlement benefit: file of a planner of your own that proposes besides, .ts or .js (default: none)",
  )
  .addOptionalParam("meters", METERS_HELP, "noise=0.03,leave=0.01,silent=0.01")
  .addOptionalParam("port", "port of the page, 0 for any that is free", DEFAULT_PORT)
  .addFlag("here", "play on the node that runs already; its time is wound on")
  .addFlag("noOpen", "do not open the page in the browser")
  .setAction(
    guarded(async (args: DemoArguments, hre) => {
      const port = wholeNumber("port", args.port, 0, 65_535);
      const from = wholeNumber("from", args.from, 0, 23);
      const settings = await readSettings(args);
      const { settlement, plannerFile } = args;
      const benefit = await readBenefit({ settlement, ...(plannerFile === undefined ? {} : { plannerFile }) });
      const market = marketOf(args, settings.preset.market);
      await compileQuietly(hre);
      const node = await demoNode(hre, args.here);
      console.log(node.started ? "Started a node; it ends with this command" : "Playing on the node that runs here");
      const feeder = await freeName(hre);
      const addresses = await deployOnNode(hre, { feeder, overrides: market });
      const { provider } = hre.ethers;
      const { DevelopmentClock } = await import("../scripts/chain/clock");
      const { ERROR_INTERFACES } = await import("../scripts/chain/interfaces");
      const { MarketClient } = await import("../scripts/chain/marketClient");
      const { simulatedPileKey } = await import("../scripts/chain/pileKeys");
      const { moneyOf } = await import("../scripts/chain/token");
      const { UnlockedTransactor } = await import("../scripts/chain/transactor");
      const { openDemo } = await import("../scripts/live/demo");
      const { MeterModes } = await import("../scripts/live/meterModes");
      const { openWatch } = await import("../scripts/live/open");
      const { ChainQueue, PinnedTransactor } = await import("../scripts/live/pinnedTransactor");
      const { PlayedClock } = await import("../scripts/live/playedClock");
      const { serveLive } = await import("../scripts/live/server");
      const queue = new ChainQueue();
      const sending = (address: string): Transactor =>
        new PinnedTransactor(new UnlockedTransactor(provider, address, ERROR_INTERFACES), provider, queue);
      const client = await MarketClient.connect(addresses.market, provider);
      const accounts = await accountsOf(hre);
      const sender = sending(accounts[0]!);
      const told: { status?: () => void; refused?: (frame: number, proposer: string, why: string) => void } = {};
      const clock = new PlayedClock(new DevelopmentClock(provider), () => told.status?.());
      const meters = new MeterModes();
      const demo = await openDemo({
        ...{ client, provider, sender, clock, meters, settings: settings.day, proposers: benefit?.proposers ?? [] },
        keyOf: (pile) => simulatedPileKey(settings.day.seed, feeder, pile),
        proposerOf: async (name) => sending((await namedAccount(hre, `${feeder} ${name}`)).address),
        onRefused: (frame, proposer, why) => told.refused?.(frame, proposer, why),
      });
      const { watch, stop } = await openWatch({
        ...{ client, provider, clock, sender, meters, demo, feeder, lens: addresses.lens, network: hre.network.name },
        ...{
          version: await versionOf(hre.config.paths.root),
          money: await moneyOf(client, provider),
          unlocked: accounts,
        },
        ...{ errorWords: await errorWords(hre.config.paths.root), pollMs: POLL_MS.development, transactorOf: sending },
        firstBlock: await deploymentBlock(provider, client.address, await provider.getBlockNumber()),
        signerOf: async (address) => hre.ethers.getSigner(address),
      });
      told.status = () => watch.tellStatus();
      told.refused = (frame, proposer, error) => watch.planRefused(frame, proposer, error);
      const server = await serveLive(watch, port);
      console.log(`Feeder ${feeder} on network ${hre.network.name}: ${server.url} (Ctrl+C ends it)`);
      for (const number of OWN_PILES) await watch.act({ do: "join", account: accounts[number]! });
      const midnight = demo.chainFrame(0) * client.parameters.frameSeconds;
      clock.skipTo(midnight + from * 3_600);
      clock.play(SPEED);
      if (!args.noOpen) openInBrowser(server.url);
      demo.run().then(
        () => watch.say("The last day is over"),
        (error: unknown) =>
          watch.say(`The agents have stopped: ${error instanceof Error ? error.message : String(error)}`),
      );
      await servedUntilInterrupted(server, stop);
      node.stop();
    }),
  );

async function readSettings(args: DemoArguments) {
  const { PRESETS } = await import("../scripts/simulation/presets");
  const { POLICIES } = await import("../scripts/piles/policies");
  const preset = PRESETS[oneOf("setting", args.setting, PRESET_NAMES)]!;
  const policy =
    POLICIES[oneOf("settlement", args.settlement, ["adbev", "benefit"]) === "benefit" ? "wholeNeed" : "waterline"]!;
  const day = {
    ...preset.settings,
    ...{ seed: wholeNumber("seed", args.seed, 0, Number.MAX_SAFE_INTEGER), policy: policy() },
    ...{ evs: wholeNumber("evs", args.evs, 1, MOST_METERED_PILES - OWN_PILES.length) },
    ...{ days: wholeNumber("days", args.days, 1, 14), meters: parseMeters("meters", args.meters) },
  };
  return { preset, day };
}

function marketOf({ settlement }: DemoArguments, preset: Partial<DeploymentParameters>): Partial<DeploymentParameters> {
  return {
    ...preset,
    ...{ settlement: settlement as "adbev" | "benefit", readingSeconds: READING_SECONDS, pileCap: MOST_METERED_PILES },
  };
}

/** The first name of a feeder that the node has not yet: a demo begins anew. */
async function freeName(hre: HardhatRuntimeEnvironment): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? "demo" : `demo${number}`;
    if ((await knownFeeder(hre, name)) === undefined) return name;
  }
}
