import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { DEPOSIT_TYPES } from "../../scripts/chain/packedWords";
import { Delivery__factory } from "../../typechain-types";
import { goTo } from "../helpers/market";
import { ENOUGH, fund, marketOf } from "../helpers/tokenMarket";
import { ask, bid, claims, clear, expectSolvent, freshFrame, PENNY, settle } from "../unit/contracts/fixtures";

describe("Attack: re-entrancy by the token", () => {
  /** The token itself is pile 3, with money in the market and of its own; it may do whatever a pile may. */
  async function fixture() {
    const token = await ethers.deployContract("ReentrantToken");
    const d = await marketOf(token);
    const { market, a, b } = d;
    await fund(market, token, [a, b], ENOUGH);
    for (const pile of [a, b]) await market.connect(pile).deposit(pile, ENOUGH / 2n);
    await market.registerPile(token, token, token, 7000);
    await token.faucet(token, ENOUGH);
    await token.act(token, token.interface.encodeFunctionData("approve", [await market.getAddress(), ENOUGH]));
    await token.act(market, market.interface.encodeFunctionData("deposit", [await token.getAddress(), ENOUGH / 2n]));
    const start = await freshFrame(market, d.parameters);
    await expectSolvent(market, token, d.parameters);
    return { ...d, token, start };
  }
  type Fixture = Awaited<ReturnType<typeof fixture>>;

  /** Ways in, as calldata that the token sends while the market waits for it. */
  const calls = async ({ market, token, a, start }: Fixture) => {
    const self = await token.getAddress();
    return {
      deposit: market.interface.encodeFunctionData("deposit", [self, 10n]),
      depositForVictim: market.interface.encodeFunctionData("deposit", [a.address, 10n]),
      depositWithPermit: market.interface.encodeFunctionData("depositWithPermit", [
        self,
        10n,
        0n,
        27,
        ethers.ZeroHash,
        ethers.ZeroHash,
      ]),
      depositGrid: market.interface.encodeFunctionData("depositGrid", [10n]),
      withdraw: market.interface.encodeFunctionData("withdraw", [self, ENOUGH / 2n]),
      withdrawGrid: market.interface.encodeFunctionData("withdrawGrid", [self, 1n]),
      setMatchingFund: market.interface.encodeFunctionData("setMatchingFund", [1n]),
      withdrawFor: market.interface.encodeFunctionData("withdrawFor", [self, self, 1n, ethers.MaxUint256, "0x"]),
      withdrawFrom: market.interface.encodeFunctionData("withdrawFrom", [self, 1n]),
      place: market.interface.encodeFunctionData("place", [bid(14n * PENNY, 1000n, start + 5)]),
      replace: market.interface.encodeFunctionData("replace", [ask(14n * PENNY, 900n, start + 5)]),
      cancel: market.interface.encodeFunctionData("cancel"),
      clear: market.interface.encodeFunctionData("clear", [start + 1]),
    };
  };

  const guarded = [
    "deposit",
    "depositForVictim",
    "depositWithPermit",
    "depositGrid",
    "withdraw",
    "withdrawGrid",
    "setMatchingFund",
    "withdrawFor",
    "withdrawFrom",
  ] as const;

  for (const beforeMoving of [true, false]) {
    const when = beforeMoving ? "before" : "after";
    for (const outer of ["deposit", "depositWithPermit", "depositGrid", "withdraw"] as const) {
      it(`finds every function that moves money closed during ${outer}, ${when} the balances change`, async () => {
        const d = await loadFixture(fixture);
        const { market, token, parameters, admin, a } = d;
        await market.grantRole(await market.GRID_OPERATOR_ROLE(), token);
        const data = await calls(d);
        for (const name of guarded) await token.arm(market, data[name], beforeMoving);
        const closed = market.interface.encodeErrorResult("ReentrancyGuardReentrantCall");
        const run = {
          deposit: async () => market.connect(a).deposit(a, 1000n),
          depositWithPermit: async () =>
            market.connect(a).depositWithPermit(a, 1000n, 0n, 27, ethers.ZeroHash, ethers.ZeroHash),
          depositGrid: async () => market.connect(a).depositGrid(1000n),
          withdraw: async () => market.connect(a).withdraw(a, 1000n),
        }[outer];
        const tx = await run();
        const made = (await token.queryFilter(token.filters.CallMade())).filter(
          ({ transactionHash }) => transactionHash === tx.hash,
        );
        expect(made.map(({ args }) => [args.succeeded, args.answer])).to.deep.equal(guarded.map(() => [false, closed]));
        await expectSolvent(market, token, parameters);
        const moved = { deposit: 1000n, depositWithPermit: 1000n, depositGrid: 0n, withdraw: -1000n }[outer];
        expect(await market.freeBalanceOf(a)).to.equal(ENOUGH / 2n + moved);
        expect(await market.gridBalance()).to.equal(outer === "depositGrid" ? 1000n : 0n);
        expect(await market.freeBalanceOf(token)).to.equal(ENOUGH / 2n);
        // The guard opens again.
        await token.connect(admin).faucet(a, 1n);
        await market.connect(a).withdraw(a, 1n);
      });
    }

    it(`gains nothing by placing, replacing and cancelling during a deposit, ${when} the balances change`, async () => {
      const d = await loadFixture(fixture);
      const { market, token, parameters, a } = d;
      const data = await calls(d);
      for (const name of ["place", "replace", "cancel", "place"] as const) {
        await token.arm(market, data[name], beforeMoving);
        await expect(market.connect(a).deposit(a, 10n)).to.emit(token, "CallMade").withArgs(market, true, "0x");
        await expectSolvent(market, token, parameters);
      }
      expect(await market.freeBalanceOf(token)).to.equal(ENOUGH / 2n - 140_000n);
      expect(await market.lockedBalanceOf(token)).to.equal(140_000n);
      expect(await market.freeBalanceOf(a)).to.equal(ENOUGH / 2n + 40n);
    });

    it(`gains nothing by placing and cancelling during its own withdrawal, ${when} the balances change`, async () => {
      const d = await loadFixture(fixture);
      const { market, token, parameters } = d;
      const data = await calls(d);
      const leave = async () => token.act(market, data.withdraw);
      // Everything goes out; what is placed meanwhile finds no money.
      await token.arm(market, data.place, beforeMoving);
      await expect(leave())
        .to.emit(token, "CallMade")
        .withArgs(market, false, market.interface.encodeErrorResult("InsufficientBalance", [0n, 140_000n]));
      expect(await market.freeBalanceOf(token)).to.equal(0n);
      await expectSolvent(market, token, parameters);
    });

    it(`locks in its own withdrawal only what it leaves behind, ${when} the balances change`, async () => {
      const d = await loadFixture(fixture);
      const { market, token, parameters } = d;
      const data = await calls(d);
      const half = market.interface.encodeFunctionData("withdraw", [await token.getAddress(), ENOUGH / 4n]);
      await token.arm(market, data.place, beforeMoving);
      await expect(token.act(market, half)).to.emit(token, "CallMade").withArgs(market, true, "0x");
      expect(await market.freeBalanceOf(token)).to.equal(ENOUGH / 4n - 140_000n);
      expect(await market.lockedBalanceOf(token)).to.equal(140_000n);
      await expectSolvent(market, token, parameters);
      await token.arm(market, data.cancel, beforeMoving);
      await token.act(market, market.interface.encodeFunctionData("withdraw", [await token.getAddress(), 1n]));
      expect(await market.freeBalanceOf(token)).to.equal(ENOUGH / 4n - 1n);
      await expectSolvent(market, token, parameters);
    });

    it(`may clear while a deposit or withdrawal is on its way, ${when} the balances change, and moves nobody's money`, async () => {
      const d = await loadFixture(fixture);
      const { market, token, parameters, a, b, start } = d;
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
      await market.connect(b).place(ask(12n * PENNY, 1000n, start + 5));
      const data = await calls(d);
      await token.arm(market, data.clear, beforeMoving);
      await goTo(start + 1, -600);
      // The seller tries to leave with the same money twice.
      await expect(market.connect(b).withdraw(b, 1000n)).to.emit(market, "FrameCleared");
      expect(await market.freeBalanceOf(b)).to.equal(ENOUGH / 2n - 1000n);
      expect(await market.freeBalanceOf(a)).to.equal(ENOUGH / 2n - 130_000n);
      await expectSolvent(market, token, parameters);
      const [event] = await market.queryFilter(market.filters.FrameCleared());
      const fills = [...(event?.args.fills ?? [])];
      const delivery = Delivery__factory.connect((await market.parameters()).delivery, market.runner);
      const settlement = delivery.interface.encodeFunctionData("settle", [
        await market.getAddress(),
        start + 1,
        await market.publication(start + 1),
        fills,
        fills.length,
        [],
      ]);
      await goTo(start + 2);
      await token.arm(delivery, settlement, beforeMoving);
      await expect(market.connect(b).deposit(b, 500n)).to.emit(market, "FrameSettled");
      expect(await market.freeBalanceOf(b)).to.equal(ENOUGH / 2n - 500n + 130_000n);
      await expectSolvent(market, token, parameters);
    });
  }

  it("cannot count a gift as a deposit twice: what arrives during a deposit is that deposit's", async () => {
    const d = await loadFixture(fixture);
    const { market, token, parameters, a } = d;
    const gift = token.interface.encodeFunctionData("transfer", [await market.getAddress(), 77n]);
    await token.arm(token, gift, false);
    await token.act(token, token.interface.encodeFunctionData("approve", [await market.getAddress(), ENOUGH]));
    await market.connect(a).deposit(a, 1000n);
    expect(await market.freeBalanceOf(a)).to.equal(ENOUGH / 2n + 1077n);
    await expectSolvent(market, token, parameters);
  });

  it("rolls everything back where it fails", async () => {
    const d = await loadFixture(fixture);
    const { market, token, parameters, a } = d;
    const before = await claims(market, parameters);
    await expect(market.connect(a).deposit(a, ENOUGH))
      .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
      .withArgs(market, ENOUGH / 2n, ENOUGH);
    expect(await claims(market, parameters)).to.equal(before);
  });

  it("leaves the grid's money alone, too: withdrawGrid writes before it pays", async () => {
    const d = await loadFixture(fixture);
    const { market, token, parameters, admin, a, start } = d;
    await market.connect(a).place(bid(25n * PENNY, 1000n, start + 5));
    const { words } = await clear(market, start + 1);
    await settle(market, start + 1, words);
    await market.grantRole(await market.GRID_OPERATOR_ROLE(), token);
    const income = await market.gridBalance();
    const again = market.interface.encodeFunctionData("withdrawGrid", [await token.getAddress(), income]);
    for (const beforeMoving of [true, false]) await token.arm(market, again, beforeMoving);
    await market.withdrawGrid(admin, income);
    expect(await market.gridBalance()).to.equal(0n);
    expect(await token.balanceOf(admin)).to.equal(income);
    await expectSolvent(market, token, parameters);
  });

  it("finds deposits that somebody else submits closed while it moves for one of them", async () => {
    const { market, token, admin, a } = await loadFixture(fixture);
    const deposits = await ethers.deployContract("PermitDeposits");
    const of = {
      ...{ owner: admin.address, market: await market.getAddress(), account: a.address, tokenAmount: 700n },
      ...{ nonce: 0n, deadline: ethers.MaxUint256 },
    };
    const { name, version, chainId, verifyingContract } = await deposits.eip712Domain();
    const domain = { name, version, chainId, verifyingContract };
    const signature = await admin.signTypedData(domain, DEPOSIT_TYPES, of);
    await token.faucet(admin, 1_400n);
    await token.approve(deposits, 1_400n);
    const noPermit = { v: 27, r: ethers.ZeroHash, s: ethers.ZeroHash };
    // The next deposit is signed, too: nothing but the guard is in its way.
    const next = await admin.signTypedData(domain, DEPOSIT_TYPES, { ...of, nonce: 1n });
    const again = deposits.interface.encodeFunctionData("depositFor", [of, noPermit, next]);
    for (const beforeMoving of [true, false]) await token.arm(deposits, again, beforeMoving);
    const tx = await deposits.depositFor(of, noPermit, signature);
    const closed = deposits.interface.encodeErrorResult("ReentrancyGuardReentrantCall");
    const made = (await token.queryFilter(token.filters.CallMade())).filter(
      ({ transactionHash }) => transactionHash === tx.hash,
    );
    expect(made.map(({ args }) => [args.succeeded, args.answer])).to.deep.equal([
      [false, closed],
      [false, closed],
    ]);
    expect(await market.freeBalanceOf(a)).to.equal(ENOUGH / 2n + 700n);
    expect(await token.balanceOf(deposits)).to.equal(0n);
    await deposits.depositFor(of, noPermit, next);
    expect(await market.freeBalanceOf(a)).to.equal(ENOUGH / 2n + 1_400n);
  });

  it("has a claim paid once, whatever it calls while it is paid", async () => {
    const token = await ethers.deployContract("ReentrantToken");
    const { market, parameters, a, b } = await marketOf(token, { keeperReward: 1_000n });
    await fund(market, token, [a, b], ENOUGH);
    for (const pile of [a, b]) await market.connect(pile).deposit(pile, ENOUGH / 4n);
    const delivery = Delivery__factory.connect((await market.parameters()).delivery, a);
    const start = await freshFrame(market, parameters);
    await market.connect(a).place(bid(14n * PENNY, 1000n, start + 5));
    await market.connect(b).place(ask(12n * PENNY, 1000n, start + 5));
    await market.connect(a).depositGrid(5_000n);
    // The token clears, and so has a claim of its own; it also operates the grid.
    await goTo(start + 1, -600);
    await token.act(market, market.interface.encodeFunctionData("clear", [start + 1]));
    await market.grantRole(await market.GRID_OPERATOR_ROLE(), token);
    expect(await delivery.claimOf(market, token)).to.equal(1_000n);
    const self = await token.getAddress();
    const again = delivery.interface.encodeFunctionData("collectClaim", [await market.getAddress(), self]);
    const withdraw = market.interface.encodeFunctionData("withdrawGrid", [self, 1n]);
    for (const beforeMoving of [true, false]) {
      await token.arm(delivery, again, beforeMoving);
      await token.arm(market, withdraw, beforeMoving);
    }
    await token.act(delivery, again);
    expect(await token.balanceOf(token)).to.equal(1_000n);
    expect(await market.gridBalance()).to.equal(4_000n);
    const closed = market.interface.encodeErrorResult("ReentrancyGuardReentrantCall");
    const nothing = delivery.interface.encodeErrorResult("NothingClaimed", [await market.getAddress(), self]);
    const made = await token.queryFilter(token.filters.CallMade());
    expect(made.map(({ args }) => [args.succeeded, args.answer])).to.deep.equal([
      [false, closed],
      [false, nothing],
      [false, closed],
      [false, nothing],
    ]);
    // With a second claim, re-entering finds the market's purse closed.
    const [event] = await market.queryFilter(market.filters.FrameCleared());
    const fills = [...(event?.args.fills ?? [])];
    await goTo(start + 2);
    const publication = await market.publication(start + 1);
    const settlement = delivery.interface.encodeFunctionData("settle", [
      await market.getAddress(),
      start + 1,
      publication,
      fills,
      fills.length,
      [],
    ]);
    await token.act(delivery, settlement);
    await token.arm(delivery, again, true);
    await market.connect(a).withdraw(a, 1n);
    const refused = (await token.queryFilter(token.filters.CallMade())).at(-1)!;
    expect([refused.args.succeeded, refused.args.answer]).to.deep.equal([false, closed]);
    expect(await delivery.claimOf(market, token)).to.equal(1_000n);
    await expectSolvent(market, token, parameters);
  });
});
