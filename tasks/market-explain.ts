import { InputError } from "../scripts/core/errors";
import { feederTask, type FeederArguments } from "./support/feederTask";
import { frameText } from "./support/frameText";
import { guarded } from "./support/guarded";
import { wholeNumber } from "./support/flags";
import { chainTime, compileQuietly, connectFeeder, viewBlock } from "./support/network";
import { kWh, toJsonText } from "./support/output";

interface ExplainArguments extends FeederArguments {
  pile?: string;
  frame?: string;
  json: boolean;
}

feederTask(
  "market:explain",
  "Says why each order, or one pile's, would or would not fill if the frame were cleared now",
)
  .addOptionalParam("pile", "number of a pile (default: every pile with an order)")
  .addOptionalParam("frame", "the frame in question (default: the one that is cleared next)")
  .addFlag("json", "print it as JSON and nothing else")
  .setAction(
    guarded(async (args: ExplainArguments, hre) => {
      const pile = args.pile === undefined ? undefined : wholeNumber("pile", args.pile, 1, 65_535);
      const asked = args.frame === undefined ? undefined : wholeNumber("frame", args.frame, 0, 2 ** 32 - 1);
      await compileQuietly(hre);
      const { client, addresses } = await connectFeeder(hre, args.feeder);
      const { LensClient } = await import("../scripts/chain/lensClient");
      const { VERDICT_WORDS } = await import("../scripts/chain/verdicts");
      const { moneyOf } = await import("../scripts/chain/token");
      const blockTag = await viewBlock(hre);
      const lens = new LensClient(addresses.lens, addresses.market, hre.ethers.provider, blockTag);
      const money = await moneyOf(client, hre.ethers.provider);
      const frame = asked ?? (await lens.upcomingFrame());
      const records = await client.piles();
      if (pile !== undefined && pile > records.length) {
        throw new InputError("--pile", `there are ${records.length} piles, numbered from 1; found ${pile}`);
      }
      const live = new Set((await client.liveStates({ blockTag }, await chainTime(hre))).map((state) => state.pile));
      const chosen = records.filter(({ index }) => (pile === undefined ? live.has(index) : index === pile));
      const { bids, asks } = await lens.book(frame);
      const explained = await Promise.all(
        chosen.map(async ({ index, account }) => ({
          pile: index,
          account,
          line: [...bids, ...asks].find((line) => line.pile === index),
          ...(await lens.explain(account, frame)),
        })),
      );
      if (args.json) {
        const words = explained.map((one) => ({ ...one, why: VERDICT_WORDS[one.verdict] }));
        console.log(toJsonText({ frame, orders: words }));
        return;
      }
      if (explained.length === 0) console.log("No pile has a live order");
      for (const { pile: number, line, verdict, filledWh } of explained) {
        const rank =
          line === undefined
            ? ""
            : ` f = ${line.priority} (rank ${line.priceRank} by price, ${line.timeRank} by time), ` +
              `shows ${kWh(line.displayedWh, 2)} and hides ${kWh(line.hiddenWh, 2)} at ${money.price(line.price)}.`;
        const filled = filledWh > 0n ? ` (filled: ${kWh(filledWh, 2)})` : "";
        console.log(
          `Pile ${number}:${rank} If ${frameText(frame, client.parameters)} were cleared now, ${VERDICT_WORDS[verdict]}${filled}.`,
        );
      }
    }),
  );
