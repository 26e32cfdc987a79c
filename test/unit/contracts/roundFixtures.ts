import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { type ContractTransactionResponse, id } from "ethers";
import { ethers } from "hardhat";

import { decodeRoundTerms, encodePlan } from "../../../scripts/chain/roundWords";
import type { DeploymentParameters } from "../../../scripts/core/parameters";
import type { BenefitRounds, Market } from "../../../typechain-types";
import { type Deployed, goTo } from "../../helpers/market";
import type { TARIFFS } from "./fixtures";
import { ask, bid, deployDirect, freshFrame, nth, PENNY } from "./fixtures";

/** Blinding salt of the commitments. */
export const SALT = id("salt");

/** A benefit market at the beginning of `frame`, with proposers. */
export interface Setting extends Deployed {
  frame: number;
  proposers: HardhatEthersSigner[];
}

/** Deploys a benefit market with eight piles and four proposers, and publishes its next frames. */
export async function setting(
  overrides: Partial<DeploymentParameters> = {},
  tariffs: Partial<typeof TARIFFS> = {},
): Promise<Setting> {
  const deployed = await deployDirect(8, { settlement: "benefit", ...overrides });
  const { market, parameters } = deployed;
  const proposers = (await ethers.getSigners()).slice(12, 16);
  for (const proposer of proposers) await market.grantRole(id("PROPOSER_ROLE"), proposer);
  const frame = await freshFrame(market, parameters, tariffs);
  return { ...deployed, frame, proposers };
}

/** The frozen book that a match opened a round over. */
export async function bookOf(rounds: BenefitRounds, match: ContractTransactionResponse): Promise<bigint[]> {
  const receipt = await match.wait();
  for (const log of receipt?.logs ?? []) {
    const parsed = rounds.interface.parseLog(log);
    if (parsed?.name === "RoundOpened") return [...(parsed.args.getValue("book") as bigint[])];
  }
  throw new Error("no round opened");
}

/** The fills that an executed round made, packed. */
export async function flexibleFills(market: Market, executed: ContractTransactionResponse): Promise<bigint[]> {
  for (const log of (await executed.wait())?.logs ?? []) {
    const parsed = market.interface.parseLog(log);
    if (parsed?.name === "FlexibleFilled") return [...(parsed.args.getValue("fills") as readonly bigint[])];
  }
  throw new Error("no FlexibleFilled");
}

/** A plan of `horizon` frames that draws and discharges these totals first and nothing later. */
export function plan(horizon: number, draw: bigint[], discharge: bigint[] = []): string {
  const totals = (list: bigint[]) => Array.from({ length: horizon }, (_, k) => list[k] ?? 0n);
  return encodePlan({ drawWh: totals(draw), dischargeWh: totals(discharge) });
}

/** Commits a proposer to a plan. */
export async function commit(s: Setting, proposer: HardhatEthersSigner, frame: number, bytes: string, salt = SALT) {
  const commitment = await s.rounds.commitmentOf(s.market, frame, proposer, bytes, salt);
  return s.rounds.connect(proposer).commit(s.market, commitment);
}

/** Two icebergs of 6 kWh due in 3 and 2 frames and an ask; matched for the next frame as the window opens. */
export async function opened(s: Setting) {
  const { market, piles, frame } = s;
  await market.connect(nth(piles, 0)).place(bid(30n * PENNY, 6_000n, frame + 4));
  await market.connect(nth(piles, 1)).place(bid(30n * PENNY, 5_000n, frame + 3));
  await market.connect(nth(piles, 2)).place(bid(30n * PENNY, 700n, frame + 3));
  await market.connect(nth(piles, 3)).place(ask(40n * PENNY, 900n, frame + 9));
  await goTo(frame + 1, -600);
  const match = await market.clear(frame + 1);
  const book = await bookOf(s.rounds, match);
  return { match, book, round: frame + 1, horizon: decodeRoundTerms(nth(book, 0)).horizon };
}
