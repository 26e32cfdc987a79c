import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { decodePileState, type SignedTerms } from "../../scripts/chain/packedWords";
import type { Market } from "../../typechain-types";
import { goTo, PILE_BALANCE } from "../helpers/market";
import {
  ask,
  bid,
  claims,
  clear,
  clearedOf,
  deployDirect,
  expectSolvent,
  fill,
  freshFrame,
  nth,
  PENNY,
  publish,
  settle,
  sign,
  stranger,
  settleNow,
} from "../unit/contracts/fixtures";

const F = 1800;

/** Mines the given transactions in one block, in the order given; each may fail. */
async function inOneBlock(timestamp: number, send: (() => Promise<unknown>)[]): Promise<void> {
  await ethers.provider.send("evm_setAutomine", [false]);
  try {
    for (const one of send) await one();
    await time.setNextBlockTimestamp(timestamp);
    await ethers.provider.send("evm_mine", []);
  } finally {
    await ethers.provider.send("evm_setAutomine", [true]);
  }
}

/** Enough gas that nothing is estimated before it is mined. */
const GAS = { gasLimit: 3_000_000 };

describe("Attacks", () => {
  /** Victims a (buys 1000 Wh up to 14 p) and b (sells 1000 Wh from 12 p) in frame `start + 1`; attackers m and n. */
  async function fixture() {
    const d = await deployDirect(4, { wheelingCap: PENNY });
    const { market, parameters } = d;
    const start = await freshFrame(market, parameters);
    const [a, b, m, n] = [nth(d.piles, 0), nth(d.piles, 1), nth(d.piles, 2), nth(d.piles, 3)];
    await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
    await market.connect(b).place(ask(12n * PENNY, 1000n, start + 5));
    return { ...d, start, a, b, m, n };
  }

  describe("in front of a clearing", () => {
    it("a better order placed in the window is too late: the frame's book is what the window found", async () => {
      const { market, start, m, n } = await loadFixture(fixture);
      const opens = (start + 1) * F - 600;
      await inOneBlock(opens, [
        async () => market.connect(m).place(bid(20n * PENNY - 1n, 1000n, start + 5), GAS),
        async () => market.connect(n).place(ask(1n, 1000n, start + 5), GAS),
        async () => market.clear(start + 1, GAS),
      ]);
      const [event] = await market.queryFilter(market.filters.FrameCleared());
      expect(event?.args.fills).to.deep.equal([BigInt(2) | (1n << 16n) | (1000n << 32n) | ((13n * PENNY) << 56n)]);
      expect(decodePileState(await market.pileState(3)).firstFrame).to.equal(start + 2);
    });

    it("an order of the last second before the window cannot leave again once others are bound", async () => {
      const { market, start, m } = await loadFixture(fixture);
      await goTo(start + 1, -601);
      await market.connect(m).place(ask(11n * PENNY, 1000n, start + 5));
      await inOneBlock((start + 1) * F - 600, [
        async () =>
          market
            .connect(m)
            .cancel(GAS)
            .catch(() => undefined),
        async () => market.clear(start + 1, GAS),
      ]);
      const [event] = await market.queryFilter(market.filters.FrameCleared());
      // The cheaper ask traded: bluffing costs a sale at one's own price.
      expect(event?.args.fills).to.have.length(1);
      expect(decodePileState(await market.pileState(3)).remainingWh).to.equal(0n);
    });

    it("neither withdrawing nor depositing nor skipping nonces changes what is decided", async () => {
      const { market, lens, start, a, b } = await loadFixture(fixture);
      await time.increaseTo((start + 1) * F - 600);
      const [expected] = await lens.preview(market, start + 1);
      await market.connect(a).withdraw(a, await market.freeBalanceOf(a));
      await market.connect(b).withdraw(b, await market.freeBalanceOf(b));
      await market.connect(a).skipNonce();
      const { words } = await clear(market, start + 1, { offset: -1 });
      expect(words).to.deep.equal([...expected]);
    });

    it("who clears, and at which second of the window, changes nothing", async () => {
      const outcomes: string[] = [];
      for (const offset of [-600, -300, -1]) {
        const { market, start, m } = await loadFixture(fixture);
        const { words, loadW, pflW } = await clear(market.connect(m), start + 1, { offset });
        outcomes.push([...words, loadW, pflW].join());
      }
      expect(new Set(outcomes).size).to.equal(1);
    });

    it("two clearings in one block are one", async () => {
      const { market, token, parameters, start, m, n } = await loadFixture(fixture);
      await inOneBlock((start + 1) * F - 600, [
        async () => market.connect(m).clear(start + 1, GAS),
        async () => market.connect(n).clear(start + 1, GAS),
      ]);
      expect(await market.queryFilter(market.filters.FrameCleared())).to.have.length(1);
      await expectSolvent(market, token, parameters);
    });

    it("the same order in the clearing's own block, after it, may leave", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).replace(bid(11n * PENNY, 1000n, start + 5));
      await inOneBlock((start + 1) * F - 600, [
        async () => market.clear(start + 1, GAS),
        async () => market.connect(a).cancel(GAS),
      ]);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
    });
  });

  describe("blocks at the edges of a frame", () => {
    it("the block of the frame's own first second clears nothing and frees every dead order", async () => {
      const { market, start, a } = await loadFixture(fixture);
      await market.connect(a).replace(bid(14n * PENNY, 1000n, start + 1));
      await inOneBlock((start + 1) * F, [
        async () => market.clear(start + 1, GAS),
        async () => market.connect(a).withdraw(a, PILE_BALANCE, GAS),
      ]);
      expect(await market.queryFilter(market.filters.FrameCleared())).to.have.length(0);
      expect(await market.freeBalanceOf(a)).to.equal(0n);
    });

    it("one block can settle a frame and clear no other: windows lie apart", async () => {
      const { market, start } = await loadFixture(fixture);
      const { words } = await clear(market, start + 1);
      const word = await market.publication(start + 1);
      await inOneBlock((start + 2) * F, [
        async () => settleNow(market, start + 1, word, words, GAS),
        async () => market.clear(start + 2, GAS),
        async () => market.clear(start + 3, GAS),
      ]);
      expect(await market.queryFilter(market.filters.FrameSettled())).to.have.length(1);
      expect(await market.queryFilter(market.filters.FrameCleared())).to.have.length(1);
    });

    it("the sum of all that can be done in one second adds up", async () => {
      const { market, token, parameters, start, a, b, m } = await loadFixture(fixture);
      await inOneBlock((start + 1) * F - 600, [
        async () => market.clear(start + 1, GAS),
        async () => market.connect(a).place(bid(14n * PENNY, 500n, start + 5), GAS),
        async () => market.connect(a).replace(bid(15n * PENNY, 600n, start + 5), GAS),
        async () => market.connect(a).cancel(GAS),
        async () => market.connect(a).withdraw(a, PILE_BALANCE - 130_000n, GAS),
        async () => market.connect(b).place(ask(1n, 1n, start + 5), GAS),
        async () => market.connect(m).withdraw(m, PILE_BALANCE, GAS),
      ]);
      expect(await market.freeBalanceOf(a)).to.equal(0n);
      expect(await market.freeBalanceOf(m)).to.equal(0n);
      await expectSolvent(market, token, parameters);
    });
  });

  describe("by one operator with many piles", () => {
    it("trading with oneself moves money in a circle, less the wheeling", async () => {
      const { market, token, parameters, start, a, b, m, n } = await loadFixture(fixture);
      await market.connect(a).cancel();
      await market.connect(b).cancel();
      await publish(market, start + 30, 1, { wheelingPrice: PENNY });
      await goTo(start + 29);
      await market.connect(m).place(bid(19n * PENNY, 2000n, start + 40));
      await market.connect(n).place(ask(1n * PENNY, 2000n, start + 40));
      const { words, fills } = await clear(market, start + 30);
      expect(fills).to.deep.equal([fill(4, 3, 2000n, 10n * PENNY)]);
      await settle(market, start + 30, words);
      const both = (await market.freeBalanceOf(m)) + (await market.freeBalanceOf(n));
      expect(both).to.equal(2n * PILE_BALANCE - 2n * PENNY);
      await expectSolvent(market, token, parameters);
    });

    it("a lure cannot be pulled: an own ask before another's is sold to whoever ranks first", async () => {
      const { market, start, a, m, n } = await loadFixture(fixture);
      // The operator wants its own bid to take its own cheap ask; the victim's bid ranks first and takes it.
      await market.connect(m).place(ask(2n * PENNY, 1000n, start + 5));
      await market.connect(n).place(bid(13n * PENNY, 1000n, start + 5));
      const { fills } = await clear(market, start + 1);
      expect(nth(fills, 0)).to.deep.equal(fill(3, 1, 1000n, 8n * PENNY));
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 80_000n);
    });

    it("a limit above everybody's buys the first place at its own cost: it pays half of what it offers more", async () => {
      const { market, start, m } = await loadFixture(fixture);
      await market.connect(m).place(bid(30n * PENNY, 1000n, start + 5));
      const { fills } = await clear(market, start + 1);
      expect(fills).to.deep.equal([fill(2, 3, 1000n, 21n * PENNY)]);
    });
  });

  describe("with dust", () => {
    it("orders of a Wh cost their placer and take nothing from others but a place in a frame", async () => {
      const { market, token, parameters, start, m, n } = await loadFixture(fixture);
      await market.connect(m).place(bid(20n * PENNY - 1n, 1n, start + 5));
      await market.connect(n).place(ask(1n, 1n, start + 5));
      const { fills } = await clear(market, start + 1);
      // m and n meet first; the victims trade what is left, all but nothing.
      expect(fills).to.deep.equal([fill(4, 3, 1n, (20n * PENNY) / 2n), fill(2, 1, 1000n, 13n * PENNY)]);
      await expectSolvent(market, token, parameters);
    });

    it("an iceberg that shows a Wh a frame holds one line of the book and no more", async () => {
      const { market, lens, start, m } = await loadFixture(fixture);
      await market.connect(m).place(bid(20n * PENNY - 1n, 2n ** 12n, start + 97, 1n));
      expect((await lens.book(market, start + 1))[0]).to.have.length(2);
      expect((await clear(market, start + 1)).fills).to.deep.equal([
        fill(2, 3, 1n, (32n * PENNY - 1n) / 2n),
        fill(2, 1, 999n, 13n * PENNY),
      ]);
    });

    it("deposits of a unit for a stranger's pile change nothing but its balance", async () => {
      const { market, token, parameters, start, a } = await loadFixture(fixture);
      const state = decodePileState(await market.pileState(1));
      for (let i = 0; i < 5; i++) await market.deposit(a, 1n);
      expect(decodePileState(await market.pileState(1))).to.deep.equal({ ...state, balance: state.balance + 5n });
      expect((await clear(market, start + 1)).fills).to.have.length(1);
      await expectSolvent(market, token, parameters);
    });

    it("a free trade needs a seller who asks for nothing: amounts round to zero only below a unit", async () => {
      const { market, start, b, m } = await loadFixture(fixture);
      await market.connect(b).replace(ask(1n, 1000n, start + 5));
      await market.connect(m).place(bid(20n * PENNY - 1n, 1n, start + 5));
      const { fills } = await clear(market, start + 1);
      expect(nth(fills, 0).price / 1000n).to.equal(100n);
    });
  });

  describe("on the number of piles", () => {
    it("only the registrar fills the cap; a full market works on for those in it", async () => {
      const { market, token, parameters } = await deployDirect(2, { pileCap: 3 });
      const nobody = await stranger();
      const [, a, b] = await ethers.getSigners();
      if (a === undefined || b === undefined) throw new Error("no signers");
      for (const caller of [nobody, a]) {
        await expect(market.connect(caller).registerPile(nobody, nobody, nobody, 7000))
          .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
          .withArgs(caller, await market.REGISTRAR_ROLE());
      }
      await market.registerPile(nobody, nobody, nobody, 7000);
      await expect(market.registerPile(market, market, market, 7000))
        .to.be.revertedWithCustomError(market, "PileCapReached")
        .withArgs(3n);
      const start = await freshFrame(market, parameters);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
      await market.connect(b).place(ask(12n * PENNY, 1000n, start + 5));
      expect((await clear(market, start + 1)).fills).to.have.length(1);
      await expectSolvent(market, token, parameters);
    });
  });

  describe("on a gateway's batch", () => {
    async function gateway() {
      const d = await fixture();
      const { market, start, a, b, m, n } = d;
      await market.connect(a).cancel();
      await market.connect(b).cancel();
      const terms = (overrides: Partial<SignedTerms> = {}): SignedTerms => ({
        action: "place",
        charge: true,
        price: 14n * PENNY,
        energyWh: 1000n,
        peakWh: 0n,
        expiryFrame: start + 5,
        nonce: 0n,
        deadline: (start + 2) * F,
        ...overrides,
      });
      const honest = [
        await sign(market, a, terms()),
        await sign(market, b, terms({ charge: false, price: 12n * PENNY })),
      ];
      return { ...d, terms, honest, m, n };
    }

    it("bad orders between good ones are skipped: junk bytes, strangers, poor piles, wrong nonces", async () => {
      const { market, token, parameters, start, terms, honest, m } = await loadFixture(gateway);
      const nobody = await stranger();
      const [first, second] = [nth(honest, 0), nth(honest, 1)];
      const junk = { terms: (1n << 256n) - 1n, r: ethers.toBeHex(1n, 32), vs: `0x${"ff".repeat(32)}` };
      const batch = [
        junk,
        first,
        await sign(market, m, terms({ price: 2n ** 24n - 1n, energyWh: 2n ** 24n - 1n })),
        { ...first, terms: 0n },
        await sign(market, nobody, terms()),
        await sign(market, m, terms({ nonce: 9n })),
        second,
        first,
        { terms: first.terms, r: ethers.ZeroHash, vs: ethers.ZeroHash },
      ];
      const tx = await market.submitBatch(batch);
      const receipt = await tx.wait();
      const names = (receipt?.logs ?? []).map((log) => market.interface.parseLog(log)?.name);
      expect(names.filter((name) => name === "OrderPlaced")).to.have.length(2);
      expect(names.filter((name) => name === "OrderRefused")).to.have.length(7);
      expect((await clear(market, start + 1)).fills).to.deep.equal([fill(2, 1, 1000n, 13n * PENNY)]);
      await expectSolvent(market, token, parameters);
    });

    it("submitting one of its orders first only does its work", async () => {
      const { market, start, honest, m } = await loadFixture(gateway);
      const first = nth(honest, 0);
      await inOneBlock((start + 1) * F - 900, [
        async () => market.connect(m).submit(first, GAS),
        async () => market.submitBatch(honest, GAS),
      ]);
      expect((await market.liveStates())[0]).to.deep.equal([1n, 2n]);
      const refused = await market.queryFilter(market.filters.OrderRefused());
      expect(refused.map(({ args }) => args.refusal)).to.deep.equal([
        market.interface.encodeErrorResult("InvalidNonce", [0n, 1n]),
      ]);
    });

    it("a pile that takes back its word in front of the batch stops its own order only", async () => {
      const { market, start, a, honest } = await loadFixture(gateway);
      await inOneBlock((start + 1) * F - 900, [
        async () => market.connect(a).skipNonce(GAS),
        async () => market.submitBatch(honest, GAS),
      ]);
      expect((await market.liveStates())[0]).to.deep.equal([2n]);
    });

    it("holding a batch back until its window is open puts every order a frame later, at the same terms", async () => {
      const { market, start, honest } = await loadFixture(gateway);
      await goTo(start + 1, -600);
      await market.submitBatch(honest);
      expect((await clear(market, start + 1, { offset: -1 })).fills).to.deep.equal([]);
      expect((await clear(market, start + 2)).fills).to.deep.equal([fill(2, 1, 1000n, 13n * PENNY)]);
    });

    it("holding it back past the deadline makes it worthless", async () => {
      const { market, start, honest } = await loadFixture(gateway);
      await goTo(start + 2, 1);
      await market.submitBatch(honest);
      expect(await market.liveStates()).to.deep.equal([[], []]);
    });
  });

  describe("by those with a role", () => {
    /** Every function that needs a role, with arguments that would do harm. */
    const powers = (market: Market, victim: HardhatEthersSigner, me: HardhatEthersSigner) => ({
      DEFAULT_ADMIN_ROLE: [async () => market.connect(me).grantRole(ethers.ZeroHash, me)],
      GRID_OPERATOR_ROLE: [
        async () => market.connect(me).publish([]),
        async () => market.connect(me).withdrawGrid(me, 1n),
      ],
      REGISTRAR_ROLE: [
        async () => market.connect(me).registerPile(me, me, me, 7000),
        async () => market.connect(me).setSuspended(victim, true),
      ],
      GUARDIAN_ROLE: [async () => market.connect(me).setEntryPaused(true)],
    });
    const roles = ["DEFAULT_ADMIN_ROLE", "GRID_OPERATOR_ROLE", "REGISTRAR_ROLE", "GUARDIAN_ROLE"] as const;

    for (const held of roles) {
      it(`${held} opens its own functions and no other's`, async () => {
        const { market, a } = await loadFixture(fixture);
        const me = await stranger();
        await market.grantRole(await market[held](), me);
        for (const needed of roles) {
          if (needed === held) continue;
          const role = await market[needed]();
          for (const use of powers(market, a, me)[needed]) {
            await expect(use(), needed)
              .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
              .withArgs(me, role);
          }
        }
        if (held === "GRID_OPERATOR_ROLE") await market.connect(me).publish([]);
        else for (const use of powers(market, a, me)[held]) await use();
      });
    }

    it("all roles in one hand still cannot touch a pile's money or order", async () => {
      const { market, token, parameters, admin, start } = await loadFixture(fixture);
      const before = await claims(market, parameters);
      const word = await market.pileState(1);
      await expect(market.connect(admin).withdraw(admin, 1n))
        .to.be.revertedWithCustomError(market, "NotRegistered")
        .withArgs(admin);
      await expect(market.withdrawGrid(admin, 1n))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(0n, 1n);
      // Registering itself as a pile gives it that pile's empty account.
      await market.registerPile(admin, admin, admin, 7000);
      await expect(market.withdraw(admin, 1n))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(0n, 1n);
      expect(await market.pileState(1)).to.equal(word);
      expect(await claims(market, parameters)).to.equal(before);
      await goTo(start + 1);
      await expectSolvent(market, token, parameters);
    });

    it("the grid operator cannot make a bid pay more than its limit and the wheeling cap", async () => {
      const { market, token, parameters } = await deployDirect(2, { wheelingCap: PENNY });
      const [, a, b] = await ethers.getSigners();
      if (a === undefined || b === undefined) throw new Error("no signers");
      const start = await freshFrame(market, parameters, {
        importPrice: 14n * PENNY,
        wheelingPrice: PENNY,
        baseLoadW: -(2n ** 31n),
      });
      await market.connect(a).place(bid(14n * PENNY, 2001n, start + 1));
      await market.connect(b).place(ask(14n * PENNY, 1001n, start + 1));
      const { words, fills } = await clear(market, start + 1);
      expect(fills).to.have.length(2);
      await settle(market, start + 1, words);
      const paid = PILE_BALANCE - (await market.freeBalanceOf(a));
      expect(paid).to.be.lessThanOrEqual((15n * PENNY * 2001n) / 1000n);
      expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE + 140_140n);
      await expectSolvent(market, token, parameters);
    });

    it("the registrar can keep a pile out of a frame, and that is all: its money stays free to go", async () => {
      const { market, token, start, a } = await loadFixture(fixture);
      await goTo(start + 1, -600);
      await market.setSuspended(a, true);
      expect((await clear(market, start + 1, { offset: -599 })).fills).to.deep.equal([]);
      await market.connect(a).withdraw(a, PILE_BALANCE);
      expect(await token.balanceOf(a)).to.equal(PILE_BALANCE);
    });
  });

  describe("the guardian's pause as a trap", () => {
    it("leaves every way out open: clear, cancel, settle, withdraw, also by signature and also suspended", async () => {
      const { market, token, parameters, admin, start, a, b, m, n } = await loadFixture(fixture);
      await market.connect(m).place(bid(13n * PENNY, 1000n, start + 5));
      await market.connect(n).place(bid(25n * PENNY, 1500n, start + 5));
      await market.setEntryPaused(true);
      await market.setSuspended(m, true);

      const { words } = await clear(market, start + 1);
      await expect(market.connect(a).cancel()).to.emit(market, "OrderCancelled");
      await settle(market, start + 1, words);
      const signedSkip = await sign(market, b, {
        action: "cancel",
        charge: false,
        price: 0n,
        energyWh: 0n,
        peakWh: 0n,
        expiryFrame: 0,
        nonce: 0n,
        deadline: (start + 9) * F,
      });
      await expect(market.submit(signedSkip)).to.be.revertedWithCustomError(market, "NoLiveOrder").withArgs(2n);
      for (const pile of [a, b, m, n]) {
        await market.connect(pile).withdraw(pile, await market.freeBalanceOf(pile));
        await expectSolvent(market, token, parameters);
      }
      await market.withdrawGrid(admin, 10n * PENNY);
      expect(await token.balanceOf(market)).to.equal(0n);
    });
  });

  describe("by doing nothing", () => {
    it("an expired order's lock is free at once: withdrawn in the very block its last frame begins", async () => {
      const { market, token, start, a } = await loadFixture(fixture);
      await market.connect(a).replace(bid(14n * PENNY, 1000n, start + 1));
      await goTo(start + 1, -1);
      await expect(market.connect(a).withdraw(a, PILE_BALANCE))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(PILE_BALANCE - 150_000n, PILE_BALANCE);
      await goTo(start + 1);
      await market.connect(a).withdraw(a, PILE_BALANCE);
      expect(await token.balanceOf(a)).to.equal(PILE_BALANCE);
    });

    it("where operator, registrar, guardian and clearers vanish, every unit of every pile can go", async () => {
      const { market, token, parameters, admin, start, a, b, m, n } = await loadFixture(fixture);
      // One frame was cleared, with a trade and a fill from the grid; then everybody with a role leaves for ever, the
      // market paused, a pile suspended.
      await market.connect(m).place(bid(25n * PENNY, 1500n, start + 5));
      await market.connect(n).place(bid(13n * PENNY, 5000n, start + 5));
      const { words } = await clear(market, start + 1);
      const word = await market.publication(start + 1);
      await market.setEntryPaused(true);
      await market.setSuspended(n, true);
      for (const role of ["GRID_OPERATOR_ROLE", "REGISTRAR_ROLE", "GUARDIAN_ROLE", "DEFAULT_ADMIN_ROLE"] as const) {
        await market.renounceRole(await market[role](), admin);
      }

      // Five years on nobody has cleared or settled anything; a buyer settles the frame it traded in.
      await time.increase(5 * 365 * 24 * 3600);
      await settleNow(market.connect(a), start + 1, word, words);
      for (const pile of [a, b, m, n]) {
        const all = (await market.freeBalanceOf(pile)) + (await market.lockedBalanceOf(pile));
        expect(await market.freeBalanceOf(pile)).to.equal(all);
        await market.connect(pile).withdraw(pile, all);
        await expectSolvent(market, token, parameters);
      }
      // What is left is the grid's.
      expect(await token.balanceOf(market)).to.equal(await market.gridBalance());
      expect(await market.gridBalance()).to.equal(10n * PENNY);
    });

    it("where nobody settles a frame, later frames go on and its money waits", async () => {
      const { market, token, parameters, start, a, b } = await loadFixture(fixture);
      const kept: { frame: number; words: readonly bigint[]; word: bigint }[] = [];
      for (let i = 1; i <= 4; i++) {
        const frame = start + i;
        const { words } = await clear(market, frame);
        kept.push({ frame, words, word: await market.publication(frame) });
        await market.connect(a).place(bid(14n * PENNY, 1000n, start + 9));
        await market.connect(b).place(ask(12n * PENNY, 1000n, start + 9));
      }
      await goTo(start + 6);
      await expectSolvent(market, token, parameters);
      for (const { frame, words, word } of kept.reverse()) await settleNow(market, frame, word, [...words]);
      // A fifth pair was still in the book and died uncleared or lives on; claims add up either way.
      await expectSolvent(market, token, parameters);
      expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE + 4n * 130_000n);
    });

    it("a clearing in every frame settles the same as a clearing now and then, for the piles that waited", async () => {
      const { market, start, a, b } = await loadFixture(fixture);
      await goTo(start + 3, -600);
      const tx = await market.clear(start + 3);
      expect(clearedOf(market, await tx.wait()).fills).to.deep.equal([fill(2, 1, 1000n, 13n * PENNY)]);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 130_000n);
      expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE);
    });
  });
});
