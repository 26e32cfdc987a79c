import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { MarketClient } from "../scripts/chain/marketClient";
import { InputError } from "../scripts/core/errors";
import { feederTask, type SendingArguments } from "./support/feederTask";
import { frameText } from "./support/frameText";
import { guarded } from "./support/guarded";
import { wholeNumber } from "./support/flags";
import { chainTime, clockOf, compileQuietly, connectFeeder, isDevelopmentChain, transactorOf } from "./support/network";
import { grouped, kW, kWh, printSent, printTable, SENT_AS_JSON, toJsonText } from "./support/output";

interface FrameArguments extends SendingArguments {
  frame?: string;
}

feederTask("frame:clear", "Clears the frame whose auction window is open; on a development chain, goes there first")
  .addOptionalParam("account", "account that pays for it; anybody may clear", "0")
  .addFlag("json", "print what was decided, its transaction and its gas as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, account, json }: SendingArguments, hre) => {
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, feeder);
      const { GRID } = await import("../scripts/chain/packedWords");
      const { moneyOf } = await import("../scripts/chain/token");
      const money = await moneyOf(client, hre.ethers.provider);
      const frame = await nextToClear(hre, client);
      const { receipt, cleared } = await client.clear(await transactorOf(hre, account), frame);
      if (json) {
        console.log(toJsonText({ ...cleared, transaction: receipt.hash, gas: receipt.gasUsed }));
        return;
      }
      console.log(
        `${sentence(frame, client)}: load ${kW(cleared.loadW)}, fluctuation level ${kW(cleared.pflW)} ` +
          `(gas ${grouped(receipt.gasUsed)}, transaction ${receipt.hash})`,
      );
      if (cleared.fills.length === 0) {
        const later = (await client.liveStates()).filter(({ state }) => state.firstFrame > frame).length;
        const wait = later === 0 ? "" : `; ${later === 1 ? "one order takes" : `${later} orders take`} part later`;
        console.log(`Nothing was traded${wait}`);
        return;
      }
      printTable(
        ["from pile", "to pile", "energy", "price"],
        cleared.fills.map(({ sell, buy, energyWh, price }) => [
          sell === GRID ? "grid" : String(sell),
          String(buy),
          kWh(energyWh, 2),
          money.price(price),
        ]),
      );
    }),
  );

feederTask("frame:settle", "Pays sellers and grid for a frame that is over; on a development chain, goes there first")
  .addOptionalParam("account", "account that pays for it; anybody may settle", "0")
  .addOptionalParam("frame", "the frame (default: the last one that was cleared)")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async ({ feeder, account, frame: text, json }: FrameArguments, hre) => {
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, feeder);
      const { decidedFrame } = await import("../scripts/chain/decidedFrame");
      const { lastFrame } = await client.marketTotals();
      const frame = text === undefined ? lastFrame : wholeNumber("frame", text, 1, 2 ** 32 - 1);
      if (frame === 0) throw new InputError(`feeder ${feeder}`, "no frame was cleared yet; see frame:clear");
      const decided = await decidedFrame(client, hre.ethers.provider, frame);
      if (decided === undefined)
        throw new InputError("--frame", `${frameText(frame, client.parameters)} was never cleared`);
      const fills = decided.packed.length;
      if (fills === 0) {
        const said = `${sentence(frame, client)} moved no energy, so there is nothing to settle`;
        console.log(json ? toJsonText({ frame, fills }) : said);
        return;
      }
      const sender = await transactorOf(hre, account);
      await reachEnd(hre, client, frame, async (next) => {
        const { receipt } = await client.clear(sender, next);
        console.error(
          `Frame ${next} was cleared on the way, since its window ends where frame ${frame} does ` +
            `(transaction ${receipt.hash})`,
        );
      });
      const receipt = await client.settle(sender, decided, decided.publication);
      printSent(
        json,
        receipt,
        { frame, fills },
        `${sentence(frame, client)} is settled, ${fills === 1 ? "one fill" : `${fills} fills`}`,
      );
    }),
  );

/** A frame at the beginning of a sentence. */
function sentence(frame: number, { parameters }: MarketClient): string {
  return frameText(frame, parameters).replace("f", "F");
}

/**
 * The frame that is cleared now: a development chain goes to the next window; a live one is in it.
 * @throws InputError where no window is open and none can be gone to
 */
async function nextToClear(hre: HardhatRuntimeEnvironment, client: MarketClient): Promise<number> {
  const { frameSeconds, auctionSeconds } = client.parameters;
  const now = await chainTime(hre);
  const { lastFrame } = await client.marketTotals();
  const frame = Math.max(Math.floor(now / frameSeconds), lastFrame) + 1;
  const opens = frame * frameSeconds - auctionSeconds;
  if (await isDevelopmentChain(hre)) await (await clockOf(hre)).reach(opens);
  else if (opens > now) {
    const at = new Date(opens * 1000).toISOString();
    const done = lastFrame >= frame - 1 ? `frame ${frame - 1} is cleared, and ` : "";
    throw new InputError("frame:clear", `${done}the window of frame ${frame} opens at ${at}, in ${opens - now} s`);
  }
  return frame;
}

/**
 * Waits for a frame's end. A development chain goes there; the next frame's window, which it would jump over, is used on
 * the way, so that no frame goes by uncleared only since another was settled.
 */
async function reachEnd(
  hre: HardhatRuntimeEnvironment,
  client: MarketClient,
  frame: number,
  clear: (frame: number) => Promise<void>,
): Promise<void> {
  const { frameSeconds, auctionSeconds } = client.parameters;
  const ends = (frame + 1) * frameSeconds;
  const clock = await clockOf(hre);
  if (!(await isDevelopmentChain(hre))) {
    const now = await clock.now();
    if (now >= ends) return;
    const at = new Date(ends * 1000).toISOString();
    throw new InputError("frame:settle", `frame ${frame} ends at ${at}, in ${ends - now} s`);
  }
  if ((await clock.now()) < ends && (await client.marketTotals()).lastFrame === frame) {
    if (client.roundsAddress === undefined) {
      await clock.reach(ends - auctionSeconds);
      await clear(frame + 1);
    } else {
      console.error(`Frame ${frame + 1} goes by without being cleared; frame:clear before frame:settle clears it`);
    }
  }
  await clock.reach(ends);
}
