import { loadFixture, takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, concat, encodeBytes32String, toBeHex, ZeroAddress } from "ethers";
import { ethers } from "hardhat";

import { decodePileState } from "../../scripts/chain/packedWords";
import { withDefaults } from "../../scripts/core/parameters";
import { goTo } from "../helpers/market";
import { ask, bid, clear, clearedOf, deployFor, freshFrame, nth, PENNY, TARIFFS } from "../unit/contracts/fixtures";

/** `HostileMechanism.Behaviour`. */
const DO = { lists: 0, reverts: 1, burns: 2, floods: 3, raw: 4, callsBack: 5, tires: 6 } as const;
const IMPORT = TARIFFS.importPricePerKwh;
const WHEELING = PENNY;
/** Energy in Wh, prices in money units per kWh. */
interface Lie {
  sell?: number;
  buy?: number;
  energyWh?: bigint;
  price?: bigint;
  premium?: bigint;
  subsidy?: bigint;
}

function fill({ sell = 2, buy = 1, energyWh = 1_000n, price = 13n * PENNY, ...of }: Lie = {}): bigint {
  const word = BigInt(sell) | (BigInt(buy) << 16n) | (energyWh << 32n) | (price << 56n);
  return word | ((of.premium ?? 0n) << 120n) | ((of.subsidy ?? 0n) << 184n);
}

const fromGrid = (of: Lie = {}): bigint => fill({ sell: 0, price: IMPORT, ...of });

/** Piles: 1 bids up to 25 p for 1 000 Wh, 2 asks 12 p for 1 000 Wh, 3 an iceberg bid at 30 p of which 2 000 of 5 000 Wh show, 4 asks 14 p for 1 500 Wh, 5 has no order, 6 bids 12.5 p. */
const PILES = 6;

/** Lies of single words, and the error that tells of each. `unsound` names a pile, `proposal` a place. */
const LIES: [string, bigint[], "UnsoundFill" | "UnsoundProposal", bigint][] = [
  ["a buyer above its limit", [fill({ price: 25n * PENNY + 1n })], "UnsoundFill", 1n],
  ["a buyer above its limit by a premium", [fill({ premium: 12n * PENNY + 1n })], "UnsoundFill", 1n],
  ["a seller below its limit", [fill({ price: 12n * PENNY - 1n })], "UnsoundFill", 2n],
  ["more than a seller has", [fill({ sell: 4, buy: 3, energyWh: 1_501n, price: 15n * PENNY })], "UnsoundFill", 4n],
  [
    "more than an iceberg displays, in parts",
    [
      fill({ sell: 2, buy: 3, energyWh: 1_000n, price: 15n * PENNY }),
      fill({ sell: 4, buy: 3, energyWh: 1_001n, price: 15n * PENNY }),
    ],
    "UnsoundFill",
    3n,
  ],
  ["more than there is, in parts", [fill({ energyWh: 600n }), fill({ energyWh: 600n })], "UnsoundFill", 2n],
  ["nothing at all", [fill({ energyWh: 0n })], "UnsoundFill", 2n],
  ["a pile without an order buys", [fill({ buy: 5 })], "UnsoundFill", 5n],
  ["a pile without an order sells", [fill({ sell: 5 })], "UnsoundFill", 5n],
  ["a pile that nobody registered", [fill({ buy: 200 })], "UnsoundFill", 200n],
  ["a number beyond all piles", [fill({ buy: 60_000 })], "UnsoundProposal", 0n],
  ["a seller beyond all piles", [fill({ sell: 60_000 })], "UnsoundProposal", 0n],
  ["two sides of one pile", [fill({ sell: 1, buy: 1 })], "UnsoundFill", 1n],
  ["a bid as an ask", [fill({ sell: 3, price: 31n * PENNY })], "UnsoundFill", 3n],
  ["an ask as a bid", [fill({ buy: 4, price: 12n * PENNY })], "UnsoundFill", 4n],
  ["an ask of which the grid is to buy", [fill({ buy: 0, price: TARIFFS.exportPricePerKwh })], "UnsoundFill", 2n],
  ["the grid on both sides", [fill({ sell: 0, buy: 0, price: IMPORT })], "UnsoundFill", 0n],
  ["the grid below its tariff", [fromGrid({ price: IMPORT - 1n })], "UnsoundProposal", 0n],
  ["the grid above its tariff", [fromGrid({ price: IMPORT + 1n })], "UnsoundProposal", 0n],
  ["the grid with a premium above the limit", [fromGrid({ premium: 25n * PENNY - IMPORT + 1n })], "UnsoundFill", 1n],
  [
    "the grid dearer than what is taken unasked",
    [fromGrid({ premium: IMPORT - TARIFFS.exportPricePerKwh + 1n })],
    "UnsoundProposal",
    0n,
  ],
  ["the grid with a premium as large as can be", [fromGrid({ premium: (1n << 64n) - 1n })], "UnsoundProposal", 0n],
  ["the grid with a subsidy", [fromGrid({ subsidy: 1n })], "UnsoundProposal", 0n],
  ["the grid with a premium and a subsidy", [fromGrid({ premium: 1n, subsidy: 1n })], "UnsoundProposal", 0n],
  ["the grid to a bid below the tariff", [fromGrid({ buy: 6 })], "UnsoundFill", 6n],
  ["the grid to an iceberg that is to wait", [fromGrid({ buy: 3, energyWh: 1n })], "UnsoundProposal", 0n],
  ["a trade after a grid fill", [fromGrid({ energyWh: 1n }), fill({ energyWh: 1n })], "UnsoundProposal", 1n],
  ["a subsidy as large as can be", [fill({ subsidy: (1n << 72n) - 1n })], "UnsoundProposal", 1n],
  ["a premium as large as can be", [fill({ premium: (1n << 64n) - 1n })], "UnsoundFill", 1n],
  ["a subsidy beyond the fund", [fill({ subsidy: 101n })], "UnsoundProposal", 1n],
  [
    "subsidies beyond the fund together",
    [fill({ energyWh: 500n, subsidy: 150n }), fill({ energyWh: 500n, subsidy: 150n })],
    "UnsoundProposal",
    2n,
  ],
];

describe("Attack: a hostile mechanism", () => {
  async function fixture() {
    return setUp(TARIFFS.baseLoadW);
  }

  /** The homes leave half a watt-hour of room. */
  async function crowdedFixture() {
    return setUp(249_999n);
  }

  async function setUp(baseLoadW: bigint) {
    const token = await ethers.deployContract("TestToken", [6]);
    const mechanism = await ethers.deployContract("HostileMechanism");
    const parameters = withDefaults({ wheelingCapPerKwh: WHEELING, capacityW: 250_000n, maxWaitFrames: 5 });
    const { market, delivery, admin, rounds } = await deployFor(token, parameters, await mechanism.getAddress());
    await token.faucet(admin, 10n ** 30n);
    await token.approve(market, ethers.MaxUint256);
    const piles = (await ethers.getSigners()).slice(1, 1 + PILES);
    for (const pile of piles) {
      await market.registerPile(pile, pile, pile, 7_000);
      await market.deposit(pile, 10n ** 9n);
    }
    await market.depositGrid(1_000n);
    await market.setMatchingFund(100n);
    const start = await freshFrame(market, parameters, { wheelingPricePerKwh: WHEELING, baseLoadW });
    const last = start + 5;
    await market.connect(nth(piles, 0)).place(bid(25n * PENNY, 1_000n, last));
    await market.connect(nth(piles, 1)).place(ask(12n * PENNY, 1_000n, last));
    await market.connect(nth(piles, 2)).place(bid(30n * PENNY, 5_000n, last, 2_000n));
    await market.connect(nth(piles, 3)).place(ask(14n * PENNY, 1_500n, last));
    await market.connect(nth(piles, 5)).place(bid(12n * PENNY + PENNY / 2n, 1_000n, last));
    return { token, mechanism, market, delivery, rounds, admin, piles, start, frame: start + 1, parameters };
  }
  type Setting = Awaited<ReturnType<typeof fixture>>;

  /** Everything that money stands in, by pile, then of the market. */
  async function moneyOf({ market, token, piles }: Setting) {
    const slots = await Promise.all(piles.map((_, i) => market.pileState(i + 1)));
    return [...slots, await market.gridBalance(), await market.matchingFund(), await token.balanceOf(market)];
  }

  /** Everybody's money that no trade has moved, and the tokens that are there for it. */
  async function expectCovered({ market, token, piles }: Setting, inDelivery: bigint) {
    let owed = (await market.gridBalance()) + (await market.matchingFund()) + inDelivery;
    for (const pile of piles) owed += (await market.freeBalanceOf(pile)) + (await market.lockedBalanceOf(pile));
    expect(await token.balanceOf(market)).to.equal(owed);
  }

  /** The frame is lost, nobody's money has moved, and every order can go on, or leave, in the next one. */
  async function expectOnlyTheFrameLost(s: Setting, error: string, ...args: unknown[]) {
    const { market, frame, piles, mechanism } = s;
    const before = await moneyOf(s);
    await goTo(frame, -300);
    await expect(market.clear(frame, { gasLimit: 16_000_000 }))
      .to.be.revertedWithCustomError(market, error)
      .withArgs(...args);
    expect(await moneyOf(s)).to.deep.equal(before);
    // In the next frame the mechanism behaves, and the same orders trade.
    await mechanism.behave(DO.lists, "0x");
    await mechanism.answer([fill()], []);
    const { fills } = await clear(market, frame + 1);
    expect(fills).to.deep.equal([{ sell: 2, buy: 1, energyWh: 1_000n, price: 13n * PENNY }]);
    await expectCovered(s, 13n * PENNY + WHEELING);
    // Who does not like the mechanism leaves.
    await goTo(frame + 1, 1);
    await market.connect(nth(piles, 2)).cancel();
    await market.connect(nth(piles, 2)).withdraw(nth(piles, 2), 10n ** 9n);
  }

  for (const [lie, fills, error, shown] of LIES) {
    it(`that fills ${lie} costs the frame and nobody a unit`, async () => {
      const s = await loadFixture(fixture);
      await s.mechanism.answer(fills, []);
      await expectOnlyTheFrameLost(s, error, shown);
    });
  }

  it("that fills more than the room under the transformer costs the frame and nobody a unit", async () => {
    const s = await loadFixture(crowdedFixture);
    await s.mechanism.answer([fromGrid({ energyWh: 1n })], []);
    await expectOnlyTheFrameLost(s, "UnsoundProposal", 1n);
  });

  it("that reverts costs the frame and nobody a unit", async () => {
    const s = await loadFixture(fixture);
    await s.mechanism.behave(DO.reverts, "0x");
    await expectOnlyTheFrameLost(s, "MechanismFailed", await s.mechanism.getAddress());
  });

  it("that burns all its gas costs the frame, nobody a unit, and whoever clears no more than its allowance", async () => {
    const s = await loadFixture(fixture);
    await s.mechanism.behave(DO.burns, "0x");
    await goTo(s.frame, -500);
    const sent = await s.market.clear(s.frame, { gasLimit: 16_000_000 }).catch(() => undefined);
    expect(sent).to.equal(undefined);
    const block = await ethers.provider.getBlock("latest", true);
    // 200 000 gas and 12 000 for each of five orders, and what the market itself takes.
    expect(block!.gasUsed).to.be.below(450_000n);
    await goTo(s.frame, -400);
    await expect(s.market.clear(s.frame, { gasLimit: 16_000_000 }))
      .to.be.revertedWithCustomError(s.market, "MechanismFailed")
      .withArgs(await s.mechanism.getAddress());
    await expectOnlyTheFrameLost(s, "MechanismFailed", await s.mechanism.getAddress());
  });

  it("that gives up where it gets little gas decides the same whatever gas its caller brings", async () => {
    const s = await loadFixture(fixture);
    await s.mechanism.behave(DO.tires, "0x");
    await s.mechanism.answer([fill()], []);
    await goTo(s.frame, -500);
    const snapshot = await takeSnapshot();
    const outcomes = new Set<string>();
    for (let gasLimit = 90_000; gasLimit < 450_000; gasLimit += 30_000) {
      const sent = await s.market.clear(s.frame, { gasLimit }).catch(() => undefined);
      const receipt = sent && (await sent.wait());
      outcomes.add(receipt ? `${clearedOf(s.market, receipt).fills.length} fills` : "refused");
      await snapshot.restore();
    }
    expect([...outcomes]).to.deep.equal(["refused", "1 fills"]);
    // 200 000 gas and 12 000 for each of five orders, the 64th of it that the EVM keeps back, and the call.
    const needed = 267_126n;
    await expect(s.market.clear(s.frame, { gasLimit: 250_000 }))
      .to.be.revertedWithCustomError(s.market, "TooLittleGas")
      .withArgs((gasLeft: bigint) => gasLeft < needed && gasLeft > 100_000n, needed);
    // A wallet that asks its node brings enough.
    const estimate = await s.market.clear.estimateGas(s.frame);
    await s.market.clear(s.frame, { gasLimit: estimate });
  });

  it("that answers a megabyte costs the frame and nobody a unit", async () => {
    const s = await loadFixture(fixture);
    await s.mechanism.behave(DO.floods, "0x");
    await expectOnlyTheFrameLost(s, "MechanismFailed", await s.mechanism.getAddress());
  });

  const word = (value: bigint | number) => toBeHex(value, 32);
  for (const [what, answer] of [
    ["nothing", "0x"],
    ["one word", word(1)],
    ["a list that reaches beyond the answer", concat([word(0x40), word(0x80), word(2), word(fill()), word(0)])],
    ["offsets that wrap around", concat([word(0x40), word(0x20), word((1n << 256n) - 2n), word(0)])],
    ["a list as long as wraps around to nothing", concat([word(0x40), word(0x60), word(1n << 251n), word(0)])],
    ["a second list as long as that", concat([word(0x40), word(0x60), word(0), word(1n << 251n)])],
    ["one list twice", concat([word(0x40), word(0x40), word(0), word(0)])],
    ["lists the other way round", concat([word(0x60), word(0x40), word(0), word(0)])],
    ["half a word too much", concat([word(0x40), word(0x60), word(0), word(0), "0x00000000000000000000000000000000"])],
    ["lists in another place", concat([word(0x60), word(0x80), word(0), word(0), word(0)])],
    ["words after the lists", concat([word(0x40), word(0x60), word(0), word(0), word(0)])],
    [
      "more than two fills an order",
      AbiCoder.defaultAbiCoder().encode(["uint256[]", "uint256[]"], [new Array(11).fill(fill({ energyWh: 1n })), []]),
    ],
    [
      "an order of priority of more than there are",
      AbiCoder.defaultAbiCoder().encode(["uint256[]", "uint256[]"], [[], [1, 2, 3, 4, 5, 6]]),
    ],
  ] as const) {
    it(`that answers ${what} costs the frame and nobody a unit`, async () => {
      const s = await loadFixture(fixture);
      await s.mechanism.behave(DO.raw, answer);
      await expectOnlyTheFrameLost(s, "MechanismFailed", await s.mechanism.getAddress());
    });
  }

  it("that calls the market back reaches nothing", async () => {
    const s = await loadFixture(fixture);
    await s.mechanism.behave(DO.callsBack, s.market.interface.encodeFunctionData("depositGrid", [1n]));
    await s.mechanism.answer([fill()], []);
    const { fills } = await clear(s.market, s.frame);
    // It answered its lists: the call had failed.
    expect(fills).to.have.length(1);
    await expectCovered(s, 13n * PENNY + WHEELING);
  });

  it("that gives sellers more than buyers pay takes it out of the fund alone, and what is not delivered comes back", async () => {
    const s = await loadFixture(fixture);
    const { market, delivery, frame } = s;
    await s.mechanism.answer([fill({ price: 12n * PENNY, subsidy: 100n, premium: 7n })], []);
    await clear(market, frame);
    expect(await market.matchingFund()).to.equal(0n);
    await expectCovered(s, 12n * PENNY + 100n + 7n + WHEELING);
    const [buyer, seller] = [nth(s.piles, 0), nth(s.piles, 1)];
    const free = [await market.freeBalanceOf(buyer), await market.freeBalanceOf(seller)];
    await goTo(frame + 1);
    const words = [fill({ price: 12n * PENNY, subsidy: 100n, premium: 7n })];
    await delivery.settle(market, frame, await market.publication(frame), words, 1, []);
    expect(await market.freeBalanceOf(buyer)).to.equal(free[0]);
    expect(await market.freeBalanceOf(seller)).to.equal(free[1]! + 12n * PENNY + 100n);
    expect(await market.gridBalance()).to.equal(900n + 7n + WHEELING);
    await expectCovered(s, 0n);
  });

  describe("in a market with rounds", () => {
    async function roundFixture() {
      const token = await ethers.deployContract("TestToken", [6]);
      const mechanism = await ethers.deployContract("HostileMechanism");
      const parameters = withDefaults({ settlement: "benefit" });
      const { market, rounds, admin } = await deployFor(token, parameters, await mechanism.getAddress());
      await token.faucet(admin, 10n ** 30n);
      await token.approve(market, ethers.MaxUint256);
      const piles = (await ethers.getSigners()).slice(1, 4);
      for (const pile of piles) {
        await market.registerPile(pile, pile, pile, 7_000);
        await market.deposit(pile, 10n ** 9n);
      }
      const start = await freshFrame(market, parameters);
      await market.connect(nth(piles, 0)).place(bid(25n * PENNY, 5_000n, start + 4, 1_000n));
      await market.connect(nth(piles, 1)).place(ask(12n * PENNY, 1_000n, start + 4));
      await market.connect(nth(piles, 2)).place(bid(26n * PENNY, 5_000n, start + 4, 1_000n));
      return { market, rounds, mechanism, frame: start + 1, piles };
    }

    for (const [lie, ranked, place] of [
      ["leaves an order out", [1n, 2n], 2n],
      ["names an order twice in place of another", [1n, 1n, 2n], 3n],
      ["names nobody", [], 0n],
      ["names asks before bids", [2n, 1n, 3n], 1n],
      ["names piles that do not exist in place of one", [3n, 60_000n, 2n], 3n],
    ] as const) {
      it(`one that ${lie} in the order of priority costs the frame and nobody a unit`, async () => {
        const { market, mechanism, frame } = await loadFixture(roundFixture);
        await mechanism.answer([], [...ranked]);
        const before = await Promise.all([1, 2, 3].map((pile) => market.pileState(pile)));
        await goTo(frame, -590);
        await expect(market.clear(frame, { gasLimit: 16_000_000 }))
          .to.be.revertedWithCustomError(market, "UnsoundProposal")
          .withArgs(place);
        expect(await Promise.all([1, 2, 3].map((pile) => market.pileState(pile)))).to.deep.equal(before);
      });
    }

    it("one that fills an iceberg from the grid, which is the round's to decide, costs the frame", async () => {
      const { market, mechanism, frame } = await loadFixture(roundFixture);
      await mechanism.answer([fromGrid({ energyWh: 1_000n })], [3n, 1n, 2n]);
      await goTo(frame, -590);
      await expect(market.clear(frame, { gasLimit: 16_000_000 }))
        .to.be.revertedWithCustomError(market, "UnsoundProposal")
        .withArgs(0n);
    });

    it("one that tells the truth opens the round", async () => {
      const { market, rounds, mechanism, frame, piles } = await loadFixture(roundFixture);
      await mechanism.answer([fill({ energyWh: 400n })], [3n, 1n, 2n]);
      await goTo(frame, -590);
      await expect(market.clear(frame)).to.emit(rounds, "RoundOpened");
      expect(decodePileState(await market.pileState(1)).remainingWh).to.equal(4_600n);
      await expect(market.connect(nth(piles, 0)).cancel()).to.be.revertedWithCustomError(market, "GateClosed");
    });
  });

  describe("at a market's deployment", () => {
    const deploy = async (mechanism: string) => {
      const token = await ethers.deployContract("TestToken", [6]);
      return deployFor(token, withDefaults(), mechanism);
    };

    it("is refused with the reason where it is no contract", async () => {
      const { market } = await loadFixture(fixture);
      const [signer] = await ethers.getSigners();
      for (const nobody of [ZeroAddress, signer!.address]) {
        await expect(deploy(nobody))
          .to.be.revertedWithCustomError(market, "InvalidParameter")
          .withArgs(encodeBytes32String("mechanism"), BigInt(nobody));
      }
    });

    for (const [how, behaviour, data] of [
      ["another word", DO.raw, toBeHex(7, 32)],
      ["nothing", DO.raw, "0x"],
      ["more than a word", DO.raw, toBeHex(0, 64)],
      ["a megabyte", DO.floods, "0x"],
    ] as const) {
      it(`is refused with its address where it answers ${how} to the trial`, async () => {
        const { market, mechanism } = await loadFixture(fixture);
        await mechanism.behaveAtTrial(behaviour, data);
        const address = await mechanism.getAddress();
        await expect(deploy(address))
          .to.be.revertedWithCustomError(market, "InvalidParameter")
          .withArgs(encodeBytes32String("mechanism"), BigInt(address));
      });
    }

    it("is refused with its own reason where it says that it does not suit", async () => {
      const { mechanism } = await loadFixture(fixture);
      await mechanism.behaveAtTrial(DO.reverts, "0x");
      await expect(deploy(await mechanism.getAddress()))
        .to.be.revertedWithCustomError(mechanism, "Unwilling")
        .withArgs(7n);
    });
  });
});
