import { id, type Interface, toBeHex, Wallet, zeroPadValue } from "ethers";

import { TestToken__factory } from "../../../typechain-types/factories/contracts/test/TestToken__factory";
import { DELIVERY_INTERFACE, MARKET_INTERFACE } from "../../chain/interfaces";
import type { SignedReading } from "../../chain/marketClient";
import { REMEMBERED_FRAMES } from "../../chain/packedWords";
import { ROUNDS_INTERFACE } from "../../chain/interfaces";
import { RoundsClient } from "../../chain/roundsClient";
import { encodePlan } from "../../chain/roundWords";
import type { Receipt, Transactor } from "../../chain/transactor";
import type { DeploymentParameters } from "../../core/parameters";
import type { Plan } from "../../core/rounds";
import type { Publication } from "../../core/types";
import { Random } from "../../core/random";
import type { BenchSetting } from "./measurement";
import { FLEXIBLE, HORIZON } from "./roundFloors";
import type { ReceiptLog } from "./receipts";

const TOKEN: Interface = TestToken__factory.createInterface();
const BALANCE = 100_000_000_000n;
const PILE_W = 22_000n;
const REWARD = 1_000n;
const IMPORT_PRICE = 200_000n;
const PUBLICATION: Publication = {
  baseLoadW: 10_000n,
  importPricePerKwh: IMPORT_PRICE,
  exportPricePerKwh: 50_000n,
  wheelingPricePerKwh: 0n,
};
const PEAK_WH = 2_000n;
const ENERGY_WH = 6_000n;
/** The market in which rounds are measured: icebergs are due at once, so that the fallback fills as many as a plan. */
export const ROUND_BENCH_PARAMETERS: Partial<DeploymentParameters> = {
  settlement: "benefit",
  maxHorizon: HORIZON,
  maxWaitFrames: 0,
  readingSeconds: 3600,
  pileCap: FLEXIBLE,
};
/** Frames after which the ring of readings uses its slots again. */
const READING_RING = 64;
/** Frames measured in a row: rounds won by a plan with readings stored first, then fallbacks with readings handed in. */
const MEASURED = 4;
const PROPOSERS = 3;

/** Benefit rounds and metered settlements of a market of their own, on state that has been used before. */
export class RoundBench {
  private readonly wallets: Wallet[];
  private readonly proposers: Transactor[] = [];
  private readonly piles: Transactor[] = [];
  private readonly rounds: RoundsClient;
  private readonly prices: number[];
  private frame = 0;

  constructor(
    private readonly setting: BenchSetting,
    private readonly log: ReceiptLog,
    seed: number,
  ) {
    const { roundsAddress, address } = setting.client;
    if (roundsAddress === undefined) throw new Error("bench: the market has no rounds");
    this.rounds = new RoundsClient(roundsAddress, address, setting.rpc);
    const wallet = (i: number) => new Wallet(zeroPadValue(toBeHex(seed * 1_000_000 + 500_000 + i), 32));
    this.wallets = Array.from({ length: FLEXIBLE + PROPOSERS }, (_, i) => wallet(i));
    const ranks = Array.from({ length: FLEXIBLE }, (_, i) => i);
    this.prices = new Random(seed).stream("round bench").shuffle(ranks);
  }

  /** Measures rounds and settlements. */
  async run(): Promise<void> {
    await this.setUp();
    for (let lap = 0; lap < REMEMBERED_FRAMES + MEASURED; lap++) {
      await this.publishAhead();
      const place = lap % READING_RING;
      const full = lap >= READING_RING && place < MEASURED;
      if (full) await this.fullFrame(place < MEASURED / 2, lap >= REMEMBERED_FRAMES);
      else await this.emptyFrame();
    }
  }

  private async setUp(): Promise<void> {
    const { client, sender, clock } = this.setting;
    await client.drawFromFaucet(sender, BALANCE * BigInt(FLEXIBLE + 2));
    for (const wallet of this.wallets) this.piles.push(await this.setting.accountAt(wallet.address));
    this.proposers.push(...this.piles.splice(FLEXIBLE));
    for (const { address } of this.piles) {
      await client.register(sender, { account: address, operator: address, meterKey: address, ratedW: PILE_W });
      await client.deposit(sender, address, BALANCE);
    }
    for (const { address } of this.proposers) await client.admitProposer(sender, address);
    await this.send(sender, client.tokenAddress, TOKEN, "approve", [this.rounds.address, 2n ** 255n]);
    // The first of each fills a slot that later ones rewrite.
    for (let i = 0; i <= MEASURED; i++) {
      const kind = (name: string) => (i === 0 ? "warm-up" : name);
      this.log.note(kind("setReward"), await this.onRounds(sender, "setReward", [client.address, REWARD + BigInt(i)]));
      const pot = [client.address, 10n * REWARD];
      this.log.note(kind("fundReward"), await this.onRounds(sender, "fundReward", pot));
      const deposit = await this.send(sender, client.address, MARKET_INTERFACE, "depositGrid", [1_000n]);
      this.log.note(kind("depositGrid"), deposit);
    }
    this.frame = Math.floor((await clock.now()) / client.parameters.frameSeconds) + 1;
    await clock.reach(this.frame * client.parameters.frameSeconds);
    const first = this.frame + client.parameters.leadFrames + 2;
    await client.publish(sender, first, Array<Publication>(HORIZON).fill(PUBLICATION));
  }

  /** Publishes the frame at the end of the horizon that a round opened in the next frame's window has. */
  private async publishAhead(): Promise<void> {
    const { client, sender } = this.setting;
    const frame = this.frame + client.parameters.leadFrames + 2 + HORIZON;
    await client.publish(sender, frame, [PUBLICATION]);
  }

  private async emptyFrame(): Promise<void> {
    const { client, sender, clock } = this.setting;
    const frame = this.frame + 1;
    await clock.reach(frame * client.parameters.frameSeconds - client.parameters.auctionSeconds);
    await client.clear(sender, frame);
    await clock.reach(frame * client.parameters.frameSeconds);
    this.frame = frame;
  }

  /** A frame of which every pile takes part in the round and in the settlement. */
  private async fullFrame(byPlan: boolean, measured: boolean): Promise<void> {
    const { client, sender, clock } = this.setting;
    const { frameSeconds, auctionSeconds } = client.parameters;
    const frame = this.frame + 1;
    const note = (kind: string, receipt: Receipt) => this.log.note(measured ? kind : "warm-up", receipt);
    for (const [i, pile] of this.piles.entries()) {
      const price = IMPORT_PRICE + BigInt(1_000 + 7 * this.prices[i]!);
      const expiryFrame = frame + HORIZON - 1;
      await client.place(pile, { side: "charge", price, energyWh: ENERGY_WH, peakWh: PEAK_WH, expiryFrame });
    }
    await clock.reach(frame * frameSeconds - auctionSeconds);
    const { receipt, cleared } = await client.clear(sender, frame);
    note(`clear that opens a round of ${FLEXIBLE} orders, each`, receipt);
    const book = this.rounds.openedBook(receipt);
    if (book === undefined) throw new Error("bench: no round was opened");
    const plan = byPlan ? await this.compete(frame, book, note) : undefined;
    const { winnerUntil, revealUntil } = await this.rounds.state();
    await clock.reach(byPlan ? revealUntil : winnerUntil);
    const { receipt: finalised, executed } = await this.rounds.finalise(sender, book, plan);
    if (executed.fills.length !== FLEXIBLE) throw new Error(`bench: ${executed.fills.length} orders were executed`);
    note(`finalise ${byPlan ? "a plan" : "the fallback"} for ${FLEXIBLE} orders, each`, finalised);
    if (byPlan) await this.reward(note);

    await clock.reach((frame + 1) * frameSeconds);
    this.frame = frame + 1;
    const readings = await this.readings(frame);
    if (byPlan) {
      const stored = await this.onDelivery("submit", [client.address, readings]);
      note(`submit of ${FLEXIBLE} readings, each`, stored);
    }
    const fills = [...cleared.packed, ...executed.packed];
    const publication = await client.publication(frame);
    const handedIn = byPlan ? [] : readings;
    const args = [client.address, frame, publication, fills, cleared.matched, handedIn];
    const how = byPlan ? "readings stored" : "readings handed in";
    note(`settle ${FLEXIBLE} piles, ${how}, each`, await this.onDelivery("settle", args));
    for (const pile of this.piles) await client.cancel(pile);
  }

  /** All proposers commit to the same plan and reveal it. @returns its bytes */
  private async compete(
    frame: number,
    book: readonly bigint[],
    note: (kind: string, receipt: Receipt) => void,
  ): Promise<string> {
    const everybody = PEAK_WH * BigInt(FLEXIBLE);
    // Falls slowly, which the fallback does not.
    const drawWh = Array.from({ length: HORIZON }, (_, k) => ([10n, 9n, 6n, 4n, 1n][k] ?? 0n) * (everybody / 10n));
    const plan: Plan = { drawWh, dischargeWh: drawWh.map(() => 0n) };
    const salt = id("gas bench");
    for (const proposer of this.proposers) note("commit", await this.rounds.commit(proposer, frame, plan, salt));
    await this.setting.clock.reach((await this.rounds.state()).commitUntil);
    for (const [i, proposer] of this.proposers.entries()) {
      const which = i === 0 ? "the first of a round" : "a later one";
      const size = `${FLEXIBLE} orders, ${HORIZON} frames`;
      note(`reveal, ${which}, ${size}`, await this.rounds.reveal(proposer, book, plan, salt));
    }
    return encodePlan(plan);
  }

  /** Draws the round's reward and pays it out. */
  private async reward(note: (kind: string, receipt: Receipt) => void): Promise<void> {
    const { client, sender } = this.setting;
    const drawn = await this.onRounds(sender, "drawReward", [client.address]);
    note(`drawReward among ${PROPOSERS}`, drawn);
    const events = drawn.logs.map(({ topics, data }) => ROUNDS_INTERFACE.parseLog({ topics: [...topics], data }));
    const winner = events.find((event) => event?.name === "RewardDrawn")?.args["proposer"] as string;
    const proposer = this.proposers.find(({ address }) => address.toLowerCase() === winner.toLowerCase())!;
    // To who has some of the token already, so that no slot is filled for the first time.
    note("claimReward", await this.onRounds(proposer, "claimReward", [client.tokenAddress, sender.address]));
  }

  /** Readings that the piles' meters sign: nearly the agreed energy. */
  private async readings(frame: number): Promise<SignedReading[]> {
    return Promise.all(
      this.piles.map(async (_, i) =>
        this.setting.client.signReading(this.wallets[i]!, {
          ...{ pile: i + 1, frame },
          ...{ consumedWh: PEAK_WH - BigInt(i), producedWh: 0n },
        }),
      ),
    );
  }

  private async onRounds(sender: Transactor, call: string, args: readonly unknown[]): Promise<Receipt> {
    return this.send(sender, this.rounds.address, ROUNDS_INTERFACE, call, args);
  }

  private async onDelivery(call: string, args: readonly unknown[]): Promise<Receipt> {
    return this.send(this.setting.sender, this.setting.client.deliveryAddress, DELIVERY_INTERFACE, call, args);
  }

  private async send(
    sender: Transactor,
    to: string,
    contract: Interface,
    call: string,
    args: readonly unknown[],
  ): Promise<Receipt> {
    return sender.send({ to, data: contract.encodeFunctionData(call, args) });
  }
}
