import { deploymentBlock } from "../scripts/chain/blocks";
import { accountsOf } from "./support/accounts";
import { findFeeder } from "./support/deployments";
import { feederTask, type SenderArguments } from "./support/feederTask";
import { errorWords } from "./support/errorWords";
import { guarded } from "./support/guarded";
import { versionOf } from "./support/about";
import { wholeNumber } from "./support/flags";
import { DEFAULT_PORT, openInBrowser, POLL_MS, servedUntilInterrupted } from "./support/livePage";
import { connectMarket } from "./support/market";
import { clockOf, compileQuietly, isDevelopmentChain, transactorOf } from "./support/network";

interface WatchArguments extends SenderArguments {
  market?: string;
  port: string;
  open: boolean;
}

feederTask(
  "market:watch",
  "Serves a live page of a market to this machine: feeder, book, rounds, meters, every past frame",
)
  .addOptionalParam("market", "address of a market that was not deployed from here (default: the feeder's)")
  .addOptionalParam("account", "account that pays for what the page's buttons do, by number or address", "0")
  .addOptionalParam("port", "port of the page, 0 for any that is free", DEFAULT_PORT)
  .addFlag("open", "open the page in the browser")
  .setAction(
    guarded(async (args: WatchArguments, hre) => {
      const port = wholeNumber("port", args.port, 0, 65_535);
      await compileQuietly(hre);
      const client = await connectMarket(hre, args);
      const { lens } = args.market === undefined ? await findFeeder(hre, args.feeder) : { lens: undefined };
      const { moneyOf } = await import("../scripts/chain/token");
      const { MeterModes } = await import("../scripts/live/meterModes");
      const { openWatch } = await import("../scripts/live/open");
      const { PlayedClock } = await import("../scripts/live/playedClock");
      const { serveLive } = await import("../scripts/live/server");
      const { provider } = hre.ethers;
      const development = await isDevelopmentChain(hre);
      const accounts = await accountsOf(hre);
      const transactors = new Map(
        await Promise.all(accounts.map(async (address) => [address, await transactorOf(hre, address)] as const)),
      );
      const opened: { tellStatus?: () => void } = {};
      const clock = development ? new PlayedClock(await clockOf(hre), () => opened.tellStatus?.()) : undefined;
      const { watch, stop } = await openWatch({
        ...{ client, provider, lens, clock, demo: undefined },
        ...{ feeder: args.feeder, network: hre.network.name, version: await versionOf(hre.config.paths.root) },
        ...{
          money: await moneyOf(client, provider),
          meters: new MeterModes(),
          errorWords: await errorWords(hre.config.paths.root),
        },
        firstBlock: await deploymentBlock(provider, client.address, await provider.getBlockNumber()),
        sender: accounts.length === 0 ? undefined : await transactorOf(hre, args.account),
        unlocked: development ? accounts : [],
        transactorOf: (address) => [...transactors].find(([one]) => one.toLowerCase() === address.toLowerCase())![1],
        signerOf: async (address) => hre.ethers.getSigner(address),
        pollMs: development ? POLL_MS.development : POLL_MS.live,
      });
      opened.tellStatus = () => watch.tellStatus();
      const server = await serveLive(watch, port);
      console.log(`Feeder ${args.feeder} on network ${hre.network.name}: ${server.url} (Ctrl+C ends it)`);
      if (args.open) openInBrowser(server.url);
      await servedUntilInterrupted(server, stop);
    }),
  );
