import type { OrderRequest } from "../scripts/core/types";
import { InputError } from "../scripts/core/errors";
import { pileAccount } from "./support/accounts";
import { type PileArguments, pileTask } from "./support/feederTask";
import { framesText } from "./support/frameText";
import { guarded } from "./support/guarded";
import { oneOf, wholeNumber } from "./support/flags";
import { chainTime, compileQuietly, connectFeeder, transactorOf } from "./support/network";
import { kWh, printSent, SENT_AS_JSON } from "./support/output";

interface OrderArguments extends PileArguments {
  side: string;
  price: string;
  energy: string;
  peak: string;
  frames: string;
}

/** The market's largest order. */
const MOST_WH = 2 ** 24 - 1;
/** The highest price that an order's 24 bits hold, in ticks. */
const MOST_TICKS = 2n ** 24n - 1n;

for (const [name, description] of [
  ["place", "Places an order of a pile"],
  ["replace", "Cancels a pile's live order and places another"],
] as const) {
  pileTask(`order:${name}`, description)
    .addParam("side", "charge (a bid) or discharge (an ask)")
    .addParam("price", "limit, pence per kWh: hundredths of the market's token, up to four decimals")
    .addParam("energy", "total quantity, Wh")
    .addOptionalParam("peak", "peak size to display in a frame, Wh; 0 leaves it to the market", "0")
    .addOptionalParam("frames", "how many frames the order takes part in before it expires, 1 to 97", "12")
    .addFlag("json", SENT_AS_JSON)
    .setAction(
      guarded(async (args: OrderArguments, hre) => {
        const side = oneOf("side", args.side, ["charge", "discharge"]);
        const energyWh = BigInt(wholeNumber("energy", args.energy, 1, MOST_WH));
        const peakWh = BigInt(wholeNumber("peak", args.peak, 0, MOST_WH));
        const frames = wholeNumber("frames", args.frames, 1, 97);
        await compileQuietly(hre);
        const { client } = await connectFeeder(hre, args.feeder);
        const { moneyOf } = await import("../scripts/chain/token");
        const money = await moneyOf(client, hre.ethers.provider);
        const price = money.parseHundredths(args.price);
        const { tickSize } = client.parameters;
        const most = MOST_TICKS * tickSize;
        if (price === undefined || price === 0n || price > most || price % tickSize !== 0n) {
          throw new InputError(
            "--price",
            `expected hundredths of ${money.token.symbol} per kWh such as 14 or 14.25, in steps of ` +
              `${money.price(tickSize)} up to ${money.price(most)}, found "${args.price}"`,
          );
        }
        // Not asked of the contract, which answers for its latest block: that may be hours old.
        const { frameSeconds, auctionSeconds } = client.parameters;
        const firstFrame = Math.floor(((await chainTime(hre)) + auctionSeconds) / frameSeconds) + 1;
        const order: OrderRequest = { side, price, energyWh, peakWh, expiryFrame: firstFrame + frames - 1 };
        const receipt = await client[name](await transactorOf(hre, await pileAccount(hre, args.account)), order);
        const said =
          `${side === "charge" ? "Bid" : "Ask"} of ${kWh(energyWh, 2)} at ${money.price(price)} a kWh, ` +
          framesText(firstFrame, order.expiryFrame, client.parameters);
        printSent(args.json, receipt, { ...order, firstFrame }, said);
      }),
    );
}

pileTask("order:cancel", "Cancels a pile's live order")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async ({ feeder, account, json }: PileArguments, hre) => {
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, feeder);
      const receipt = await client.cancel(await transactorOf(hre, await pileAccount(hre, account)));
      printSent(json, receipt, {}, "Cancelled; what the order locked is free");
    }),
  );
