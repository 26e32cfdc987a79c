import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { MarketClient } from "../../scripts/chain/marketClient";
import { InputError } from "../../scripts/core/errors";
import { connectFeeder } from "./network";
import { noteFrameLength } from "./refusalTimes";

/** Which market a command is about. */
export interface MarketChoice {
  feeder: string;
  /** Address of a market, whoever deployed it. */
  market?: string;
}

/** The market at an address, or of a feeder that was deployed from here. @throws InputError where there is none */
export async function connectMarket(
  hre: HardhatRuntimeEnvironment,
  { market: text, feeder }: MarketChoice,
): Promise<MarketClient> {
  if (text === undefined) return (await connectFeeder(hre, feeder)).client;
  const isAddress: boolean = hre.ethers.isAddress(text);
  if (!isAddress) throw new InputError("--market", `expected an address such as 0x…, 40 digits, found "${text}"`);
  const market = hre.ethers.getAddress(text);
  if ((await hre.ethers.provider.getCode(market)) === "0x") {
    throw new InputError("--market", `there is no contract at ${market} on network ${hre.network.name}`);
  }
  const { MarketClient } = await import("../../scripts/chain/marketClient");
  try {
    const client = await MarketClient.connect(market, hre.ethers.provider);
    noteFrameLength(hre, client.parameters.frameSeconds);
    return client;
  } catch (error) {
    // No answer that is one: providers say so in different words.
    const isNone = hre.ethers.isError(error, "BAD_DATA") || /revert/i.test(error instanceof Error ? error.message : "");
    if (!isNone) throw error;
    throw new InputError("--market", `the contract at ${market} is no market`);
  }
}
