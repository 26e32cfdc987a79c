import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { decodePileState } from "../../scripts/chain/packedWords";
import { goTo, PILE_BALANCE } from "../helpers/market";
import { signReading } from "../unit/contracts/deliveryFixtures";
import { ask, bid, clear, deployDirect, freshFrame, nth, PENNY } from "../unit/contracts/fixtures";

const WHEELING = 3n * PENNY;
const FUND = 25n * PENNY;
const ENERGY_WH = 1_000n;

/** A metered market by Vickrey's rule, whose operator pays for prices that a side's own orders do not make; piles 1 and 2 are one person's. */
async function fixture() {
  const d = await deployDirect(2, {
    ...{ matching: "vickrey", readingSeconds: 3600, wheelingCapPerKwh: WHEELING },
  });
  await d.market.depositGrid(FUND * d.parameters.unit);
  await d.market.setMatchingFund(FUND);
  const start = await freshFrame(d.market, d.parameters, { wheelingPricePerKwh: WHEELING });
  const [buyer, seller] = [nth(d.piles, 0), nth(d.piles, 1)];

  /** The two trade with each other and move `movedWh`; the frame is settled. @returns what the person has more */
  const wash = async (bidPrice: bigint, askPrice: bigint, movedWh: bigint): Promise<bigint> => {
    const frame = start + 1;
    await d.market.connect(buyer).place(bid(bidPrice, ENERGY_WH, frame));
    await d.market.connect(seller).place(ask(askPrice, ENERGY_WH, frame));
    const { words } = await clear(d.market, frame);
    expect(words).to.have.length(1);
    await goTo(frame + 1);
    const readings = [
      await signReading(d.delivery, d.market, buyer, { pile: 1, frame, consumedWh: movedWh, producedWh: 0n }),
      await signReading(d.delivery, d.market, seller, { pile: 2, frame, consumedWh: 0n, producedWh: movedWh }),
    ];
    await d.delivery.settle(d.market, frame, await d.market.publication(frame), words, 1, readings);
    const has = (await d.market.freeBalanceOf(buyer)) + (await d.market.freeBalanceOf(seller));
    // Nothing is made or lost: what the two have more, fund and account have less.
    expect(has + (await d.market.gridBalance()) + (await d.market.matchingFund())).to.equal(2n * PILE_BALANCE + FUND);
    expect(await d.token.balanceOf(d.market)).to.equal((2n * PILE_BALANCE + FUND) * d.parameters.unit);
    return has - 2n * PILE_BALANCE;
  };
  return { ...d, wash };
}

describe("Attack: wash trading for the subsidy", () => {
  it("by two piles of one person gains the spread of their limits less the wheeling, out of the matching fund", async () => {
    const { wash, market } = await loadFixture(fixture);
    expect(await wash(25n * PENNY, 5n * PENNY, ENERGY_WH)).to.equal(20n * PENNY - WHEELING);
    expect(await market.matchingFund()).to.equal(FUND - 20n * PENNY);
    expect(await market.gridBalance()).to.equal(WHEELING);
  });

  it("loses where the spread is below the wheeling", async () => {
    const { wash } = await loadFixture(fixture);
    expect(await wash(8n * PENNY, 6n * PENNY, ENERGY_WH)).to.equal(2n * PENNY - WHEELING);
  });

  it("gains and loses in proportion to the energy that really flows", async () => {
    const { wash, market } = await loadFixture(fixture);
    expect(await wash(25n * PENNY, 5n * PENNY, 400n)).to.equal((4n * (20n * PENNY - WHEELING)) / 10n);
    // Fund for what did not flow is the operator's, in its account.
    expect(await market.gridBalance()).to.equal(12n * PENNY + (4n * WHEELING) / 10n);
  });

  it("known limit: without any energy it gains nothing, costs both their credit, and leaves the fund in the account", async () => {
    const { wash, market } = await loadFixture(fixture);
    expect(await wash(25n * PENNY, 5n * PENNY, 0n)).to.equal(0n);
    expect([await market.matchingFund(), await market.gridBalance()]).to.deep.equal([FUND - 20n * PENNY, 20n * PENNY]);
    for (const pile of [1, 2]) expect(decodePileState(await market.pileState(pile)).credit).to.be.below(5_000n);
    // The operator sets it aside again.
    await market.setMatchingFund(FUND);
    expect(await market.gridBalance()).to.equal(0n);
  });

  it("never gains more than what was set aside for the frame: beyond it nobody is paid a subsidy", async () => {
    const { market, piles, parameters } = await loadFixture(fixture);
    await market.setMatchingFund(20n * PENNY - 1n);
    const frame =
      Math.floor((await market.runner!.provider!.getBlock("latest"))!.timestamp / parameters.frameSeconds) + 1;
    await market.connect(nth(piles, 0)).place(bid(25n * PENNY, ENERGY_WH, frame));
    await market.connect(nth(piles, 1)).place(ask(5n * PENNY, ENERGY_WH, frame));
    const { fills } = await clear(market, frame);
    // The only pair steps out; the grid serves the bid.
    expect(fills.map(({ sell, subsidy }) => [sell, subsidy])).to.deep.equal([[0, undefined]]);
    expect(await market.matchingFund()).to.equal(20n * PENNY - 1n);
  });
});
