import type { LogDescription, Provider } from "ethers";

import { logsBetween, numberTopic, topicOf } from "./frameLogs";
import { MARKET_INTERFACE } from "./interfaces";
import type { MarketClient } from "./marketClient";
import type { LogFilter } from "./readLogs";

/** Decisions about a frame that its settlement needs. */
export interface DecidedFrame {
  frame: number;
  packed: readonly bigint[];
  matched: number;
  publication: bigint;
}

/** Frames ahead that may be published. */
const MAX_FRAMES_AHEAD = 96;

/**
 * Publication of a frame and the decisions of its clearing and its round, out of events of the time in
 * which each can have happened; undefined where nobody cleared it.
 */
export async function decidedFrame(
  client: MarketClient,
  provider: Provider,
  frame: number,
): Promise<DecidedFrame | undefined> {
  const { frameSeconds, auctionSeconds } = client.parameters;
  const begins = frame * frameSeconds;
  const about = (event: string): LogFilter => ({
    address: client.address,
    topics: [topicOf(MARKET_INTERFACE, event), numberTopic(frame)],
  });
  const window = { from: begins - auctionSeconds, until: begins };
  const find = async (event: string, span: { from: number; until: number }): Promise<LogDescription | undefined> => {
    const [log] = await logsBetween(provider, about(event), span);
    return log && (MARKET_INTERFACE.parseLog(log) ?? undefined);
  };
  const cleared = await find("FrameCleared", window);
  if (cleared === undefined) return undefined;
  // The market forgets after 128 frames: a late settlement must find it, too.
  const remembered = await client.publication(frame);
  const published =
    remembered === 0n
      ? await find("FramePublished", { from: begins - (MAX_FRAMES_AHEAD + 1) * frameSeconds, until: begins })
      : undefined;
  const round = client.roundsAddress === undefined ? undefined : await find("FlexibleFilled", window);
  const fills = (event: LogDescription | undefined): bigint[] =>
    event === undefined ? [] : [...(event.args.getValue("fills") as readonly bigint[])];
  return {
    frame,
    packed: [...fills(cleared), ...fills(round)],
    matched: fills(cleared).length,
    publication: published === undefined ? remembered : (published.args.getValue("publication") as bigint),
  };
}
