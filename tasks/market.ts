import { feederTask, type FeederArguments } from "./support/feederTask";
import { frameText, frameTime } from "./support/frameText";
import { guarded } from "./support/guarded";
import { wholeNumber } from "./support/flags";
import { compileQuietly, connectFeeder, viewBlock } from "./support/network";
import { kW, kWh, printHeading, printTable, toJsonText } from "./support/output";

interface BookArguments extends FeederArguments {
  json: boolean;
}

feederTask("market:book", "Shows the order book of the frame that is cleared next, as a trader would see it")
  .addFlag("json", "print the book as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, json }: BookArguments, hre) => {
      await compileQuietly(hre);
      const { addresses, client } = await connectFeeder(hre, feeder);
      const { LensClient } = await import("../scripts/chain/lensClient");
      const { moneyOf } = await import("../scripts/chain/token");
      const lens = new LensClient(addresses.lens, addresses.market, hre.ethers.provider, await viewBlock(hre));
      const money = await moneyOf(client, hre.ethers.provider);
      const upcoming = await lens.upcomingFrame();
      // An order that comes within a window waits for the next one: a book without orders is not what anybody asks for.
      const firsts = (await client.liveStates()).map(({ state }) => state.firstFrame);
      const { frame, bids, asks } = await lens.book(
        Math.max(upcoming, Math.min(...(firsts.length === 0 ? [0] : firsts))),
      );
      if (json) {
        console.log(toJsonText({ frame, bids, asks }));
        return;
      }
      for (const [title, lines] of [
        ["Bids (charging)", bids],
        ["Asks (discharging)", asks],
      ] as const) {
        printHeading(`${title}, ${frameText(frame, client.parameters)}`);
        printTable(
          ["f", "price rank", "time rank", "pile", "kind", "price", "displayed", "hidden", "last frame"],
          lines.map((line) => [
            String(line.priority),
            String(line.priceRank),
            String(line.timeRank),
            String(line.pile),
            line.iceberg ? "iceberg" : "normal",
            money.price(line.price),
            kWh(line.displayedWh, 2),
            kWh(line.hiddenWh, 2),
            `${line.expiryFrame} (${frameTime(line.expiryFrame, client.parameters.frameSeconds)})`,
          ]),
        );
        if (lines.length === 0) console.log("none");
      }
    }),
  );

interface HistoryArguments extends BookArguments {
  frames: string;
}

feederTask("market:history", "Shows the last frames: base load, load, tariffs, what is settled")
  .addOptionalParam("frames", "how many frames back from the next one, at most 128", "12")
  .addFlag("json", "print the frames as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, frames: text, json }: HistoryArguments, hre) => {
      const count = wholeNumber("frames", text, 1, 128);
      await compileQuietly(hre);
      const { addresses, client } = await connectFeeder(hre, feeder);
      const { LensClient } = await import("../scripts/chain/lensClient");
      const { moneyOf } = await import("../scripts/chain/token");
      const lens = new LensClient(addresses.lens, addresses.market, hre.ethers.provider, await viewBlock(hre));
      const money = await moneyOf(client, hre.ethers.provider);
      const frames = await lens.history((await lens.upcomingFrame()) - count + 1, count);
      // Nothing is settled of a frame that nobody cleared, and nothing to settle in one without fills.
      const history = frames.map((one) => ({ ...one, settled: one.cleared && !one.unsettled }));
      const { pflW, gridBalance } = await client.marketTotals();
      if (json) {
        console.log(toJsonText({ pflW, gridBalance, frames: history }));
        return;
      }
      printTable(
        ["frame", "begins, UTC", "base load", "load", "import", "export", "cleared", "settled"],
        history.map((h) => [
          String(h.frame),
          frameTime(h.frame, client.parameters.frameSeconds),
          h.published ? kW(h.baseLoadW) : "",
          h.published || h.cleared ? kW(h.loadW) : "",
          h.published ? money.price(h.importPricePerKwh) : "unpublished",
          h.published ? money.price(h.exportPricePerKwh) : "",
          h.cleared ? "yes" : "no",
          h.cleared ? (h.settled ? "yes" : "no") : "",
        ]),
      );
      console.log(`\nPower fluctuation level ${kW(pflW)}; in the grid operator's account ${money.amount(gridBalance)}`);
    }),
  );
