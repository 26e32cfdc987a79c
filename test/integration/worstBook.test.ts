import { setNextBlockBaseFeePerGas, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import hre from "hardhat";

import { MATCHINGS, type NamedMatching } from "../../scripts/core/matching";
import { Random } from "../../scripts/core/random";
import { Delivery__factory } from "../../typechain-types";
import { deployMarket, type Deployed } from "../helpers/market";
import { PokedMarket } from "../helpers/pokedMarket";
import { bookOf, type BookPlan, FAMILIES, IMPORT_TICKS, neighbour, WEIGHTS, type Weights } from "../helpers/worstBook";
import { ALL_CASES, cases } from "../helpers/cases";

/** Most gas that a transaction may use on every live network (EIP-7825). */
const TRANSACTION_GAS = 16_777_216;
/** Piles that a feeder is deployed for unless told otherwise. */
const PILE_CAP = 512;
/** Room for the bitmap's words: MAX_PILE_CAP in MarketBase. */
const MAX_PILE_CAP = 1024;
const WORST_AT_PILE_CAP = 8_000_000;

/** Books that a search from the worst family looks at; `WORST_BOOK_TRIES=500` looks longer. */
const TRIES = Number(process.env.WORST_BOOK_TRIES ?? cases(20, 1));
const SEED = Number(process.env.WORST_BOOK_SEED ?? 1);
/** Books that a search looks at for each auction; a quick run leaves it at the dearest family. */
const AUCTION_TRIES = Number(process.env.WORST_BOOK_TRIES ?? cases(20, 0));

const FRAME_SECONDS = 1800;
const GAP_FRAMES = 127;

interface Cleared {
  gas: number;
  fills: bigint[];
}

/** Circumstances of a book beside its plan. */
interface Circumstances {
  suspended?: boolean;
  /** Auction that matches it; the thesis's rule. */
  rule?: AuctionRule;
}

type AuctionRule = Exclude<NamedMatching, "adbev" | "credit">;
const AUCTIONS = MATCHINGS.filter((name) => name !== "adbev" && name !== "credit");
/** The family that most auctions sort and trade longest; a quick run tries it alone. */
const DEAREST = "every trade ends inside an order";

/** Sets as much aside as Vickrey's prices may need. */
async function setAside({ market, token, admin }: Deployed): Promise<void> {
  await token.faucet(admin, 10n ** 15n);
  await token.approve(market, 10n ** 15n);
  await market.depositGrid(10n ** 14n);
  await market.setMatchingFund(10n ** 14n);
}

describe("The worst book clears in one transaction", () => {
  const random = new Random(SEED);
  const markets = new Map<Weights | AuctionRule, { deployed: Deployed; poked: PokedMarket }>();
  let frame = 0;

  const number = (value: number): string => value.toLocaleString("en").replaceAll(",", " ");

  before(async () => {
    const snapshot = await takeSnapshot();
    restore = () => snapshot.restore();
    const rules = { ...WEIGHTS, ...Object.fromEntries(AUCTIONS.map((matching) => [matching, { matching }])) };
    for (const [name, rule] of Object.entries(rules)) {
      const deployed = await deployMarket(0, {
        ...{ pileCap: MAX_PILE_CAP },
        // Every amount there is has to be computed.
        bondPricePerKwh: 12_345n,
        ...rule,
        wheelingCapPerKwh: 9_999n,
        capacityW: 4_000_000_000n,
        icebergThresholdWh: 1_000_000n,
      });
      markets.set(name as Weights | AuctionRule, { deployed, poked: await PokedMarket.of(deployed.market) });
      // Vickrey's prices hold where the fund pays for them.
      if (name === "vickrey") await setAside(deployed);
    }
    // Far enough ahead that every wait is in the future and the ring of frames is used up.
    frame = Math.floor((await time.latest()) / FRAME_SECONDS) + 400;
  });
  let restore: () => Promise<void>;
  after(() => restore());

  /**
   * Writes a book: all frames of the ring published with steps between them, the last clearing 127 frames ago, a record
   * that nobody settled in the way, and a block in the frame's window.
   */
  async function write(plan: BookPlan, pileCount: number, { suspended, rule }: Circumstances = {}): Promise<Deployed> {
    const { deployed, poked } = markets.get(rule ?? plan.weights)!;
    const orders = bookOf(plan, pileCount, frame, random.stream("book"));
    await poked.setOrders(suspended === true ? orders.map((order) => ({ ...order, suspended })) : orders);
    await poked.publish(
      Array.from({ length: GAP_FRAMES + 1 }, (_, i) => ({
        frame: frame - GAP_FRAMES + i,
        baseLoadW: BigInt(-1000 * (i % 2)),
        importTicks: IMPORT_TICKS,
        exportTicks: 1n,
        wheelingTicks: 7_777n,
      })),
    );
    await poked.setLastCleared(frame - GAP_FRAMES);
    await poked.setOpenRecord(frame - GAP_FRAMES - 1);
    await time.setNextBlockTimestamp(frame * FRAME_SECONDS - 400);
    await hre.network.provider.send("hardhat_mine", ["0x1"]);
    await setNextBlockBaseFeePerGas(0);
    return deployed;
  }

  async function clear({ market, admin }: Deployed): Promise<Cleared> {
    const transaction = await market.connect(admin).clear(frame, { gasLimit: TRANSACTION_GAS, gasPrice: 0 });
    const receipt = await transaction.wait();
    const log = market.interface.parseLog(receipt!.logs[0]!);
    return { gas: Number(receipt!.gasUsed), fills: [...(log!.args.getValue("fills") as bigint[])] };
  }

  /** Clears a book and leaves nothing behind. @returns gas; infinite where it does not fit into a transaction */
  async function gasOf(plan: BookPlan, pileCount: number, circumstances: Circumstances = {}): Promise<number> {
    const snapshot = await takeSnapshot();
    const deployed = await write(plan, pileCount, circumstances);
    try {
      return (await clear(deployed)).gas;
    } catch (error) {
      if (!String(error).includes("out of gas")) throw error;
      return Infinity;
    } finally {
      await snapshot.restore();
    }
  }

  let worst: { plan: BookPlan; gas: number } | undefined;

  for (const [name, plan] of Object.entries(FAMILIES)) {
    it(`of ${PILE_CAP} piles where ${name}`, async function () {
      const gas = await gasOf(plan, PILE_CAP);
      if (worst === undefined || gas > worst.gas) worst = { plan, gas };
      this.test!.title += `: ${number(gas)} gas`;
      expect(gas).to.be.below(WORST_AT_PILE_CAP);
    }).timeout(20_000);
  }

  it(`of ${PILE_CAP} piles that are all suspended`, async function () {
    const gas = await gasOf(FAMILIES["all cross, one to one"]!, PILE_CAP, { suspended: true });
    this.test!.title += `: ${number(gas)} gas`;
    expect(gas).to.be.below(WORST_AT_PILE_CAP);
  }).timeout(20_000);

  it("whatever a search finds from there", async function () {
    for (let i = 0; i < TRIES; i++) {
      const plan = neighbour(worst!.plan, random);
      const gas = await gasOf(plan, PILE_CAP);
      if (gas > worst!.gas) {
        worst = { plan, gas };
        if (process.env.WORST_BOOK_TRIES !== undefined) console.log(number(gas), JSON.stringify(plan));
      }
    }
    this.test!.title += `: ${number(worst!.gas)} gas`;
    expect(worst!.gas).to.be.below(WORST_AT_PILE_CAP);
  }).timeout(20_000 + 2_000 * TRIES);

  for (const rule of AUCTIONS) {
    it(`of ${MAX_PILE_CAP} piles that ${rule} matches, whatever the family and a search from the dearest`, async function () {
      let dearest = { plan: FAMILIES[DEAREST]!, gas: 0 };
      for (const plan of ALL_CASES ? Object.values(FAMILIES) : [dearest.plan]) {
        const gas = await gasOf(plan, MAX_PILE_CAP, { rule });
        if (gas > dearest.gas) dearest = { plan, gas };
      }
      for (let i = 0; i < AUCTION_TRIES; i++) {
        const plan = neighbour(dearest.plan, random);
        const gas = await gasOf(plan, MAX_PILE_CAP, { rule });
        if (gas > dearest.gas) dearest = { plan, gas };
      }
      this.test!.title += `: ${number(dearest.gas)} gas`;
      expect(dearest.gas).to.be.below(TRANSACTION_GAS);
    }).timeout(60_000 + 3_000 * AUCTION_TRIES);
  }

  // Where credit ranks there are meters, and with meters at most as many piles.
  it(`of ${PILE_CAP} piles that rank by credit and set margins aside, whatever the family`, async function () {
    let most = 0;
    for (const plan of ALL_CASES ? Object.values(FAMILIES) : [worst!.plan, FAMILIES[DEAREST]!]) {
      most = Math.max(most, await gasOf({ ...plan, weights: "credit" }, PILE_CAP));
    }
    this.test!.title += `: ${number(most)} gas`;
    expect(most).to.be.below(TRANSACTION_GAS);
  }).timeout(60_000);

  it("and settles in one, after everybody could look at it", async function () {
    const snapshot = await takeSnapshot();
    const deployed = await write(worst!.plan, PILE_CAP);
    const { market, lens, admin } = deployed;
    const [piles] = await lens.liveStates(market);
    expect(piles).to.have.length(PILE_CAP);
    const { bids, asks } = await lens.book(market, frame);
    expect(bids.length + asks.length).to.equal(PILE_CAP);
    const preview = await lens.preview(market, frame);
    const { fills } = await clear(deployed);
    expect([...preview.fills]).to.deep.equal(fills);

    await time.setNextBlockTimestamp((frame + 1) * FRAME_SECONDS);
    const publication = await market.publication(frame);
    const delivery = Delivery__factory.connect((await market.parameters()).delivery, admin);
    const settling = await delivery.settle(market, frame, publication, fills, fills.length, [], {
      gasLimit: TRANSACTION_GAS,
      gasPrice: 0,
    });
    const { gasUsed } = (await settling.wait())!;
    this.test!.title += `: ${fills.length} fills, ${number(Number(gasUsed))} gas`;
    expect(Number(gasUsed)).to.be.below(WORST_AT_PILE_CAP);
    await snapshot.restore();
  }).timeout(30_000);

  for (const [what, plan] of [
    ["its weights are the default ones", () => FAMILIES["default weights, equal prices, all waits"]!],
    ["its weights are the worst ones", () => worst!.plan],
  ] as const) {
    it(`of how many piles, where ${what}`, async function () {
      let [fits, tooMany] = [PILE_CAP, MAX_PILE_CAP + 1];
      let gas = 0;
      while (tooMany - fits > 1) {
        // The largest cap of all may well fit.
        const pileCount = tooMany > MAX_PILE_CAP ? MAX_PILE_CAP : Math.floor((fits + tooMany) / 2);
        const used = await gasOf(plan(), pileCount);
        if (used === Infinity) tooMany = pileCount;
        else [fits, gas] = [pileCount, used];
      }
      this.test!.title += `: ${fits} with ${number(gas)} gas`;
      expect(fits).to.equal(MAX_PILE_CAP);
    }).timeout(60_000);
  }
});
