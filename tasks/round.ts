import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { MarketClient } from "../scripts/chain/marketClient";
import type { RoundsClient, RoundState } from "../scripts/chain/roundsClient";
import type { FrozenBook, Plan, Score } from "../scripts/model/benefit";
import { InputError } from "../scripts/core/errors";
import { addressOf } from "./support/accounts";
import { feederTask, type FeederArguments, type SendingArguments } from "./support/feederTask";
import { readText } from "./support/files";
import { oneOf } from "./support/flags";
import { frameText, frameTime } from "./support/frameText";
import { guarded } from "./support/guarded";
import { chainTime, clockOf, compileQuietly, connectFeeder, transactorOf } from "./support/network";
import { loadPlanner } from "./support/ownFiles";
import { grouped, kW, kWh, printHeading, printSent, printTable, SENT_AS_JSON, toJsonText } from "./support/output";

/** How long a planner of one's own may take, s; a chain's commit phase may be as short as a minute or two. */
const PLANNING_SECONDS = 300;

interface ShowArguments extends FeederArguments {
  json: boolean;
}

interface AdmitArguments extends SendingArguments {
  proposer: string;
}

interface ProposeArguments extends SendingArguments {
  planner: string;
  plannerFile?: string;
  plan?: string;
}

/** A market's latest round on a chain. */
interface Round {
  client: MarketClient;
  rounds: RoundsClient;
  state: RoundState;
  /** As the contract wants it back. */
  words: bigint[];
  book: FrozenBook;
}

feederTask("round:show", "Shows the latest benefit round: its phases, what plans may move, and the best plan so far")
  .addFlag("json", "print the round as JSON and nothing else")
  .setAction(
    guarded(async ({ feeder, json }: ShowArguments, hre) => {
      await compileQuietly(hre);
      const { client, rounds, state, book, words } = await latestRound(hre, feeder);
      const fallback = await rounds.scoreFallback(words);
      if (json) {
        console.log(toJsonText({ ...state, fallback, book }));
        return;
      }
      const now = await chainTime(hre);
      const { moneyOf } = await import("../scripts/chain/token");
      const money = await moneyOf(client, hre.ethers.provider);
      printHeading(`Round over ${frameText(state.frame, client.parameters)}: ${phaseAt(state, now)}`);
      printTable(
        ["phase", "ends in"],
        [
          ["commit", secondsFrom(now, state.commitUntil)],
          ["reveal", secondsFrom(now, state.revealUntil)],
          ["finalise, the winning plan alone", secondsFrom(now, state.winnerUntil)],
          ["finalise, the fallback", secondsFrom(now, state.begins)],
        ],
      );
      printHeading(`What plans may move, over ${book.horizon} frames`);
      printTable(
        ["pile", "side", "left", "displayed now", "peak", "limit", "last frame", "waited"],
        [...book.bids, ...book.asks].map((order) => [
          order.pile,
          order.side,
          kWh(order.remainingWh, 2),
          kWh(order.displayedWh, 2),
          kWh(order.peakWh, 2),
          money.price(order.price),
          `${order.expiryFrame} (${frameTime(order.expiryFrame, client.parameters.frameSeconds)})`,
          String(order.waitedFrames),
        ]),
      );
      printHeading("Scores: the least unserved energy first, then the least squared steps");
      printTable(
        ["", "unserved", "root of squared steps"],
        [
          ["the fallback", ...scoreCells(fallback)],
          ...(state.winner === undefined ? [] : [["the best plan so far", ...scoreCells(state.score!)]]),
        ],
      );
    }),
  );

feederTask("round:admit", "Admits an account as a proposer of plans")
  .addParam("proposer", "the account, by number or address")
  .addOptionalParam("account", "account with the registrar's role", "0")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async ({ feeder, proposer, account, json }: AdmitArguments, hre) => {
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, feeder);
      const address = await addressOf(hre, "proposer", proposer);
      const receipt = await client.admitProposer(await transactorOf(hre, account), address);
      printSent(json, receipt, { proposer: address }, `${address} may propose plans`);
    }),
  );

feederTask("round:propose", "Commits to a plan and reveals it when the reveals begin; a development chain goes there")
  .addOptionalParam("account", "the proposer's account, by number or address", "2")
  .addOptionalParam("planner", "who makes the plan: epob, epobFactor, pob, asap or highs", "epob")
  .addOptionalParam("plannerFile", "file of a planner of your own instead, .ts or .js (default: none)")
  .addOptionalParam(
    "plan",
    'JSON file with a plan of your own instead: { "draw": […], "discharge": […] }, in Wh or, by laxity, in 2^-17 of a frame',
  )
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async (args: ProposeArguments, hre) => {
      await compileQuietly(hre);
      const { client, rounds, state, words, book } = await latestRound(hre, args.feeder);
      const proposer = await transactorOf(hre, args.account);
      const plan = await planOf(args, book);
      const { hexlify, randomBytes } = await import("ethers");
      const salt = hexlify(randomBytes(32));
      const committed = await rounds.commit(proposer, state.frame, plan, salt);
      await (await clockOf(hre)).reach(state.commitUntil);
      const revealed = await rounds.reveal(proposer, words, plan, salt);
      const { scorePlan, benefit } = await import("../scripts/model/benefit");
      const score = scorePlan(book, plan);
      const receipt = { hash: revealed.hash, gasUsed: committed.gasUsed + revealed.gasUsed };
      const best = (await rounds.state()).score;
      const standing =
        best?.unservedWh === score.unservedWh && best.squaredStepsW2 === score.squaredStepsW2
          ? "the best so far"
          : "not the best: what stands scores better";
      printSent(
        args.json,
        receipt,
        { frame: state.frame, plan, score, benefit: benefit(score), standing },
        `Plan for ${frameText(state.frame, client.parameters)}: ${scoreCells(score)[0]} unserved, ${scoreCells(score)[1]}, ${standing}`,
      );
    }),
  );

feederTask(
  "round:finalise",
  "Executes the winning plan, or the fallback; a development chain goes where that may be done",
)
  .addOptionalParam("account", "account that pays for it; anybody may finalise", "0")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async ({ feeder, account, json }: SendingArguments, hre) => {
      await compileQuietly(hre);
      const { client, rounds, state, words } = await latestRound(hre, feeder);
      const clock = await clockOf(hre);
      await clock.reach(state.revealUntil);
      const { winner } = await rounds.state();
      const won = winner !== undefined && (await chainTime(hre)) < state.winnerUntil;
      if (winner !== undefined && !won) await clock.reach(state.winnerUntil);
      const plan = won ? await rounds.revealedPlan(state, winner) : undefined;
      const { receipt, executed } = await rounds.finalise(await transactorOf(hre, account), words, plan);
      const movedWh = executed.fills.reduce((sum, { energyWh }) => sum + energyWh, 0n);
      printSent(
        json,
        receipt,
        { ...executed, winner: won ? winner : "fallback" },
        `${won ? "The winning plan" : "The fallback"} for ${frameText(state.frame, client.parameters)} moved ${kWh(movedWh, 2)} in ` +
          `${executed.fills.length === 1 ? "one fill" : `${grouped(executed.fills.length)} fills`}, load ${kW(executed.loadW)}, fluctuation level ${kW(executed.pflW)}`,
      );
    }),
  );

/** @throws InputError where the market has no rounds, or none is open or has been. */
async function latestRound(hre: HardhatRuntimeEnvironment, feeder: string): Promise<Round> {
  const { client } = await connectFeeder(hre, feeder);
  if (client.roundsAddress === undefined) {
    throw new InputError(
      `feeder ${feeder}`,
      "its market settles without benefit rounds; deploy one with `market:deploy --settlement benefit`",
    );
  }
  const rounds = client.rounds();
  const state = await rounds.state();
  const words = state.frame === 0 ? undefined : await rounds.frozenBook(state, client.parameters.auctionSeconds);
  if (words === undefined) {
    throw new InputError(
      `feeder ${feeder}`,
      "no round was opened yet: clear a frame for which icebergs or asks are on the book (frame:clear)",
    );
  }
  const { decodeFrozenBook } = await import("../scripts/chain/frozenBook");
  const book = decodeFrozenBook(words, { tickSize: client.parameters.tickSize, pileName: String });
  return { client, rounds, state, words, book };
}

async function planOf({ planner, plannerFile, plan }: ProposeArguments, book: FrozenBook): Promise<Plan> {
  if (plan !== undefined) return readPlan(plan, book);
  if (plannerFile !== undefined) {
    const { askPlanner } = await import("../scripts/answers/ask");
    return askPlanner(await loadPlanner(plannerFile), book, PLANNING_SECONDS);
  }
  const planners = await import("../scripts/planners/book/planners");
  const made = {
    epob: () => planners.epob(),
    epobFactor: () => planners.epobFactor(),
    pob: () => planners.pob(),
    asap: () => planners.asapPlanner(),
    highs: () => planners.highsPlanner(),
  };
  const name = oneOf("planner", planner, Object.keys(made) as (keyof typeof made)[]);
  return made[name]().plan(book);
}

/** @throws InputError saying what a plan file is. */
async function readPlan(file: string, { horizon, allotment }: FrozenBook): Promise<Plan> {
  const unit = allotment === "laxity" ? "2^-17 of a frame of laxity" : "Wh";
  const accepted = `an object { "draw": […], "discharge": […] }, each a list of ${horizon} whole numbers of ${unit} below 2^24`;
  const text = await readText("plan", file);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new InputError(file, `expected ${accepted}; it is not JSON`);
  }
  const figures = (name: string): bigint[] => {
    const list = (parsed as Record<string, unknown> | null)?.[name];
    const sound = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 24;
    if (!Array.isArray(list) || list.length !== horizon || !list.every(sound)) {
      throw new InputError(file, `expected ${accepted}; "${name}" is not`);
    }
    return list.map((value) => BigInt(value as number));
  };
  const { planFrom } = await import("../scripts/core/rounds");
  return planFrom(allotment, { draw: figures("draw"), discharge: figures("discharge") });
}

function phaseAt(state: RoundState, now: number): string {
  if (state.executed) return "finalised";
  if (now < state.commitUntil) return "proposers commit";
  if (now < state.revealUntil) return "proposers reveal";
  if (now < state.begins) return "to be finalised";
  return "over, and never finalised";
}

function secondsFrom(now: number, until: number): string {
  return until <= now ? "over" : `${until - now} s`;
}

function scoreCells({ unservedWh, squaredStepsW2 }: Score): [string, string] {
  return [kWh(unservedWh, 2), kW(BigInt(Math.round(Math.sqrt(Number(squaredStepsW2)))))];
}
