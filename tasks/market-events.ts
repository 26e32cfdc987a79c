import { feederTask, type FeederArguments } from "./support/feederTask";
import { guarded } from "./support/guarded";
import { oneOf, wholeNumber } from "./support/flags";
import { compileQuietly, connectFeeder } from "./support/network";
import { printTable, toJsonText } from "./support/output";

interface EventArguments extends FeederArguments {
  pile?: string;
  event?: string;
  blocks: string;
  json: boolean;
}

feederTask("market:events", "Lists what a market has told the world: orders, clearings, settlements, money")
  .addOptionalParam("pile", "only what concerns the pile of this number (default: every pile)")
  .addOptionalParam("event", "only events of this name, such as FrameCleared (default: all)")
  .addOptionalParam("blocks", "how many blocks to look back from the latest", "10000")
  .addFlag("json", "print the events as JSON and nothing else")
  .setAction(
    guarded(async (args: EventArguments, hre) => {
      const blocks = wholeNumber("blocks", args.blocks, 1, 100_000_000);
      const pile = args.pile === undefined ? undefined : wholeNumber("pile", args.pile, 1, 65_535);
      await compileQuietly(hre);
      const { concerns, eventNames, readEvents } = await import("../scripts/chain/marketEvents");
      const event = args.event === undefined ? undefined : oneOf("event", args.event, eventNames());
      const { addresses, client } = await connectFeeder(hre, args.feeder);
      const all = await readEvents(hre.ethers.provider, addresses.market, blocks);
      const events = all.filter(
        (one) => (event === undefined || one.event === event) && (pile === undefined || concerns(one, pile)),
      );
      if (args.json) {
        console.log(toJsonText(events));
        return;
      }
      if (events.length === 0) {
        console.log(`Nothing of the kind in the last ${args.blocks} blocks`);
        return;
      }
      const { eventText } = await import("./support/eventText");
      const { moneyOf } = await import("../scripts/chain/token");
      const units = { ...client.parameters, money: await moneyOf(client, hre.ethers.provider) };
      printTable(
        ["block", "event", "what"],
        events.map((one) => [String(one.block), one.event, eventText(one, units)]),
      );
    }),
  );
