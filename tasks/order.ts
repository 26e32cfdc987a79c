import type { OrderRequest } from "../scripts/market/types";
import { pileTask, type SendingArguments } from "./support/feederTask";
import { guarded } from "./support/guarded";
import { amount, oneOf, pencePerKWh, wholeNumber } from "./support/flags";
import { compileQuietly, connectFeeder, transactorOf } from "./support/network";
import { kWh, pence, printSent, SENT_AS_JSON } from "./support/output";

interface OrderArguments extends SendingArguments {
  side: string;
  price: string;
  energy: string;
  peak: string;
  frames: string;
}

for (const [name, description] of [
  ["place", "Places an order of a pile"],
  ["replace", "Cancels a pile's live order and places another"],
] as const) {
  pileTask(`order:${name}`, description)
    .addParam("side", "charge (a bid) or discharge (an ask)")
    .addParam("price", "limit, pence per kWh, up to four decimals")
    .addParam("energy", "total quantity, Wh")
    .addOptionalParam("peak", "peak size to display in a frame, Wh; 0 leaves it to the market", "0")
    .addOptionalParam("frames", "how many frames the order takes part in before it expires, 1 to 97", "12")
    .addFlag("json", SENT_AS_JSON)
    .setAction(
      guarded(async (args: OrderArguments, hre) => {
        const side = oneOf("side", args.side, ["charge", "discharge"]);
        const price = pencePerKWh("price", args.price);
        const energyWh = amount("energy", args.energy, "Wh");
        const peakWh = amount("peak", args.peak, "Wh");
        const frames = wholeNumber("frames", args.frames, 1, 97);
        await compileQuietly(hre);
        const { client } = await connectFeeder(hre, args.feeder);
        const firstFrame = await client.nextFirstFrame();
        const order: OrderRequest = { side, price, energyWh, peakWh, expiryFrame: firstFrame + frames - 1 };
        const receipt = await client[name](await transactorOf(hre, args.account), order);
        const said =
          `${side === "charge" ? "Bid" : "Ask"} of ${kWh(energyWh, 2)} at ${pence(price)} a kWh, ` +
          `frames ${firstFrame} to ${order.expiryFrame}`;
        printSent(args.json, receipt, { ...order, firstFrame }, said);
      }),
    );
}

pileTask("order:cancel", "Cancels a pile's live order")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async ({ feeder, account, json }: SendingArguments, hre) => {
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, feeder);
      const receipt = await client.cancel(await transactorOf(hre, account));
      printSent(json, receipt, {}, "Cancelled; what the order locked is free");
    }),
  );
