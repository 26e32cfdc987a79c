import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { id, MaxUint256, Signature } from "ethers";
import { ethers } from "hardhat";

import type { Market, TestToken } from "../../../typechain-types";
import { goTo, nextFirstFrame, PILE_BALANCE } from "../../helpers/market";
import {
  ask,
  bid,
  clear,
  expectSolvent,
  freshFrame,
  MAX_MONEY,
  nth,
  PENNY,
  settle,
  stranger,
  deployDirect,
  settleNow,
} from "./fixtures";
import { opened, setting } from "./roundFixtures";

describe("Accounts", () => {
  async function fixture() {
    const d = await deployDirect(2, { wheelingCapPerKwh: 2n * PENNY, bondPricePerKwh: PENNY });
    const [a, b] = [nth(d.piles, 0), nth(d.piles, 1)];
    return { ...d, a, b, nobody: await stranger() };
  }

  describe("deposit", () => {
    it("credits the pile that was named, whoever pays", async () => {
      const { market, token, parameters, admin, a, b } = await loadFixture(fixture);
      await expect(market.deposit(a, 7n))
        .to.emit(market, "Deposited")
        .withArgs(1n, admin, 7n, PILE_BALANCE + 7n);
      await token.faucet(b, 5n);
      await token.connect(b).approve(market, 5n);
      const paying = market.connect(b).deposit(a, 5n);
      await expect(paying).to.changeTokenBalances(token, [b, market], [-5n, 5n]);
      await expect(paying)
        .to.emit(market, "Deposited")
        .withArgs(1n, b, 5n, PILE_BALANCE + 12n);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE + 12n);
      expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE);
      await expectSolvent(market, token, parameters);
    });

    it("refuses accounts that are no piles", async () => {
      const { market, nobody } = await loadFixture(fixture);
      await expect(market.deposit(nobody, 1n)).to.be.revertedWithCustomError(market, "NotRegistered").withArgs(nobody);
    });

    it("refuses nothing", async () => {
      const { market, a } = await loadFixture(fixture);
      await expect(market.deposit(a, 0n)).to.be.revertedWithCustomError(market, "AmountTooSmall").withArgs(0n, 1n);
    });

    it("refuses what the payer does not own or did not allow", async () => {
      const { market, token, a, b } = await loadFixture(fixture);
      await expect(market.connect(b).deposit(a, 3n))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
        .withArgs(market, 0n, 3n);
      await token.connect(b).approve(market, 3n);
      await expect(market.connect(b).deposit(a, 3n))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientBalance")
        .withArgs(b, 0n, 3n);
    });

    it("stops while entry is paused", async () => {
      const { market, a } = await loadFixture(fixture);
      await market.setEntryPaused(true);
      await expect(market.deposit(a, 1n)).to.be.revertedWithCustomError(market, "EntryPaused");
      await market.setEntryPaused(false);
      await market.deposit(a, 1n);
    });

    it("counts up to 2^52 - 1 units and not one more, what was sent without a deposit included", async () => {
      const { market, token, parameters, admin, a, b } = await loadFixture(fixture);
      const held = await token.balanceOf(market);
      const room = MAX_MONEY - held;
      await expect(market.deposit(a, room + 1n))
        .to.be.revertedWithCustomError(market, "TooMuchMoney")
        .withArgs(MAX_MONEY + 1n, MAX_MONEY);
      await market.deposit(a, room);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE + room);
      await expectSolvent(market, token, parameters);

      await market.connect(a).withdraw(a, 10n);
      await token.connect(admin).transfer(market, 10n);
      await expect(market.deposit(b, 1n))
        .to.be.revertedWithCustomError(market, "TooMuchMoney")
        .withArgs(MAX_MONEY + 1n, MAX_MONEY);
      // Exit does not mind.
      await market.connect(a).withdraw(a, PILE_BALANCE + room - 10n);
      await market.connect(b).withdraw(b, PILE_BALANCE);
      expect(await token.balanceOf(market)).to.equal(10n);
    });

    it("gives nobody what arrives without a deposit", async () => {
      const { market, token, parameters, admin, a } = await loadFixture(fixture);
      await token.connect(admin).transfer(market, 1000n);
      await market.deposit(a, 1n);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE + 1n);
      await expectSolvent(market, token, parameters, 1000n);
    });
  });

  describe("withdraw", () => {
    it("pays to whom the pile says, down to the last unit", async () => {
      const { market, token, a, nobody } = await loadFixture(fixture);
      const leaving = market.connect(a).withdraw(nobody, PILE_BALANCE);
      await expect(leaving).to.changeTokenBalances(token, [market, nobody, a], [-PILE_BALANCE, PILE_BALANCE, 0n]);
      await expect(leaving).to.emit(market, "Withdrawn").withArgs(1n, nobody, PILE_BALANCE, 0n);
      expect(await market.freeBalanceOf(a)).to.equal(0n);
    });

    it("refuses one unit more than is free, and keeps what an order locks", async () => {
      const { market, a } = await loadFixture(fixture);
      await expect(market.connect(a).withdraw(a, PILE_BALANCE + 1n))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(PILE_BALANCE, PILE_BALANCE + 1n);
      const firstFrame = Number(await nextFirstFrame(market));
      await market.connect(a).place(bid(14n * PENNY, 1001n, firstFrame));
      const lock = 16n * PENNY + 160n; // ceil(16 p * 1.001 kWh)
      expect(await market.lockedBalanceOf(a)).to.equal(lock);
      await expect(market.connect(a).withdraw(a, PILE_BALANCE - lock + 1n))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(PILE_BALANCE - lock, PILE_BALANCE - lock + 1n);
      await market.connect(a).withdraw(a, PILE_BALANCE - lock);
      await market.connect(a).cancel();
      await market.connect(a).withdraw(a, lock);
      expect(await market.freeBalanceOf(a)).to.equal(0n);
    });

    it("refuses nothing, and amounts that would overflow", async () => {
      const { market, a } = await loadFixture(fixture);
      await expect(market.connect(a).withdraw(a, 0n))
        .to.be.revertedWithCustomError(market, "AmountTooSmall")
        .withArgs(0n, 1n);
      await expect(market.connect(a).withdraw(a, MaxUint256))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(PILE_BALANCE, MaxUint256);
    });

    it("is for piles alone: nobody takes out another's money", async () => {
      const { market, admin, nobody } = await loadFixture(fixture);
      for (const caller of [nobody, admin]) {
        await expect(market.connect(caller).withdraw(caller, 1n))
          .to.be.revertedWithCustomError(market, "NotRegistered")
          .withArgs(caller);
      }
    });

    it("does not pay the market itself, whose tokens would be nobody's", async () => {
      const { market, a } = await loadFixture(fixture);
      await expect(market.connect(a).withdraw(market, 1n))
        .to.be.revertedWithCustomError(market, "InvalidReceiver")
        .withArgs(market);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
    });

    it("leaves everything as it was where the token refuses the receiver", async () => {
      const { market, token, a } = await loadFixture(fixture);
      await expect(market.connect(a).withdraw(ethers.ZeroAddress, 1n))
        .to.be.revertedWithCustomError(token, "ERC20InvalidReceiver")
        .withArgs(ethers.ZeroAddress);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
    });

    it("takes a dead order out on the way, whose lock was free already", async () => {
      const { market, token, parameters, a } = await loadFixture(fixture);
      const start = await freshFrame(market, parameters);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 1));
      await time.increaseTo((start + 1) * 1800);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
      expect(await market.lockedBalanceOf(a)).to.equal(0n);
      await expect(market.connect(a).withdraw(a, 1n))
        .to.emit(market, "Withdrawn")
        .withArgs(1n, a, 1n, PILE_BALANCE - 1n);
      await expectSolvent(market, token, parameters);
    });

    it("keeps the margin that an open round may still take, one where the match took the other", async () => {
      const s = await setting({ readingSeconds: 3_600 });
      const { market, lens, piles } = s;
      const [iceberg, other] = [nth(piles, 0), nth(piles, 1)];
      await market.connect(iceberg).place(bid(30n * PENNY, 6_000n, s.frame + 4));
      const margin = await lens.marginOf(market, 1, s.frame + 1);
      const free = await market.freeBalanceOf(iceberg);
      const refuses = async (held: bigint) =>
        expect(market.connect(iceberg).withdraw(iceberg, free - held + 1n))
          .to.be.revertedWithCustomError(market, "InsufficientBalance")
          .withArgs(free - held, free - held + 1n);
      await goTo(s.frame + 1, -600);
      await refuses(2n * margin);
      await market.connect(other).clear(s.frame + 1);
      await refuses(margin);
      await market.connect(iceberg).withdraw(iceberg, free - margin);
      expect(await market.freeBalanceOf(iceberg)).to.equal(margin);
    });

    it("is never paused", async () => {
      const { market, a } = await loadFixture(fixture);
      await market.setEntryPaused(true);
      await market.connect(a).withdraw(a, PILE_BALANCE);
    });
  });

  describe("what an order locks", () => {
    it("is free again the second its last frame begins, without anybody's help", async () => {
      const { market, parameters, a } = await loadFixture(fixture);
      const start = await freshFrame(market, parameters);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 2));
      await time.increaseTo((start + 2) * 1800 - 1);
      expect(await market.lockedBalanceOf(a)).to.equal(16n * PENNY);
      await time.increaseTo((start + 2) * 1800);
      expect(await market.lockedBalanceOf(a)).to.equal(0n);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE);
    });

    it("is free from the clearing of its last frame on, but for what was filled", async () => {
      const { market, parameters, a, b } = await loadFixture(fixture);
      const start = await freshFrame(market, parameters);
      await market.connect(a).place(bid(14n * PENNY, 1000n, start + 1));
      await market.connect(b).place(ask(12n * PENNY, 400n, start + 1));
      await clear(market, start + 1);
      expect(await market.lockedBalanceOf(a)).to.equal(0n);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE - 52_000n);
      await market.connect(a).withdraw(a, PILE_BALANCE - 52_000n);
    });

    it("is a bond for asks", async () => {
      const { market, b } = await loadFixture(fixture);
      const firstFrame = Number(await nextFirstFrame(market));
      await market.connect(b).place(ask(12n * PENNY, 1001n, firstFrame));
      expect(await market.lockedBalanceOf(b)).to.equal(10_010n);
      expect(await market.freeBalanceOf(b)).to.equal(PILE_BALANCE - 10_010n);
    });

    it("is asked for registered accounts only", async () => {
      const { market, nobody } = await loadFixture(fixture);
      await expect(market.freeBalanceOf(nobody))
        .to.be.revertedWithCustomError(market, "NotRegistered")
        .withArgs(nobody);
      await expect(market.lockedBalanceOf(nobody))
        .to.be.revertedWithCustomError(market, "NotRegistered")
        .withArgs(nobody);
    });
  });

  describe("withdrawGrid", () => {
    async function earned() {
      const d = await fixture();
      const { market, parameters, a, b } = d;
      const start = await freshFrame(market, parameters, { wheelingPricePerKwh: 2n * PENNY });
      await market.connect(a).place(bid(30n * PENNY, 1000n, start + 1));
      await market.connect(b).place(ask(12n * PENNY, 400n, start + 1));
      const { words } = await clear(market, start + 1);
      await settle(market, start + 1, words);
      // 0.4 kWh wheeled at 2 p, 0.6 kWh from the grid at 20 p.
      return { ...d, income: 8000n + 120_000n };
    }

    it("pays what the grid earned, to the last unit and not one more", async () => {
      const { market, token, parameters, admin, nobody, income } = await loadFixture(earned);
      expect(await market.gridBalance()).to.equal(income);
      await expect(market.withdrawGrid(nobody, income + 1n))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(income, income + 1n);
      await expect(market.withdrawGrid(nobody, 1n))
        .to.emit(market, "GridWithdrawn")
        .withArgs(nobody, 1n, income - 1n);
      await expect(market.withdrawGrid(admin, income - 1n)).to.changeTokenBalances(
        token,
        [market, admin],
        [1n - income, income - 1n],
      );
      expect(await market.gridBalance()).to.equal(0n);
      await expectSolvent(market, token, parameters);
    });

    it("keeps the frame, load and fluctuation that share its word", async () => {
      const { market, admin, income } = await loadFixture(earned);
      const before = await market.marketTotals();
      await market.withdrawGrid(admin, income);
      expect(await market.marketTotals()).to.equal(before - (income << 153n));
    });

    it("refuses nothing", async () => {
      const { market, admin } = await loadFixture(earned);
      await expect(market.withdrawGrid(admin, 0n))
        .to.be.revertedWithCustomError(market, "AmountTooSmall")
        .withArgs(0n, 1n);
    });

    it("is the grid operator's alone, and not for piles' money", async () => {
      const { market, a, admin, income } = await loadFixture(earned);
      await expect(market.connect(a).withdrawGrid(a, 1n))
        .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
        .withArgs(a, await market.GRID_OPERATOR_ROLE());
      await expect(market.withdrawGrid(admin, PILE_BALANCE))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(income, PILE_BALANCE);
    });
  });

  describe("setMatchingFund", () => {
    it("moves the operator's money between its account and the fund, there and back, and makes none", async () => {
      const { market, admin, parameters } = await loadFixture(fixture);
      await market.depositGrid(1_000n * parameters.unit);
      for (const [amount, rest] of [
        [700n, 300n],
        [200n, 800n],
        [200n, 800n],
        [0n, 1_000n],
      ] as const) {
        await expect(market.setMatchingFund(amount)).to.emit(market, "MatchingFundSet").withArgs(amount, rest);
        expect(await market.matchingFund()).to.equal(amount);
        expect(await market.gridBalance()).to.equal(rest);
      }
      await market.setMatchingFund(1_000n);
      for (const beyond of [market.withdrawGrid(admin, 1n), market.setMatchingFund(1_001n)]) {
        await expect(beyond).to.be.revertedWithCustomError(market, "InsufficientBalance").withArgs(0n, 1n);
      }
    });

    it("is the grid operator's alone, no other role's", async () => {
      const { market, a, nobody, parameters } = await loadFixture(fixture);
      await market.depositGrid(1_000n * parameters.unit);
      for (const role of ["REGISTRAR_ROLE", "GUARDIAN_ROLE", "PROPOSER_ROLE"]) await market.grantRole(id(role), nobody);
      for (const who of [a, nobody]) {
        for (const amount of [0n, 1n]) {
          await expect(market.connect(who).setMatchingFund(amount))
            .to.be.revertedWithCustomError(market, "AccessControlUnauthorizedAccount")
            .withArgs(who, await market.GRID_OPERATOR_ROLE());
        }
      }
    });

    it("leaves what others have a claim on in the account", async () => {
      const { market, parameters, piles } = await deployDirect(2, { keeperReward: 1_000n });
      const start = await freshFrame(market, parameters);
      await market.connect(nth(piles, 0)).place(bid(14n * PENNY, 1_000n, start + 1));
      await market.connect(nth(piles, 1)).place(ask(12n * PENNY, 1_000n, start + 1));
      await clear(market, start + 1);
      await market.depositGrid(1_500n * parameters.unit);
      await expect(market.setMatchingFund(501n))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(500n, 501n);
      await market.setMatchingFund(500n);
      await expect(market.setMatchingFund(501n))
        .to.be.revertedWithCustomError(market, "InsufficientBalance")
        .withArgs(0n, 1n);
      await market.setMatchingFund(499n);
      expect([await market.matchingFund(), await market.gridBalance()]).to.deep.equal([499n, 1_001n]);
    });

    it("stays as it is while a round can be executed, which was scored on the account", async () => {
      const s = await setting();
      await s.market.depositGrid(1_000n * s.parameters.unit);
      await s.market.setMatchingFund(400n);
      const { round } = await opened(s);
      for (const first of [-599, -3]) {
        for (const [index, amount] of [0n, 400n, 500n].entries()) {
          await goTo(round, first + index);
          await expect(s.market.setMatchingFund(amount))
            .to.be.revertedWithCustomError(s.market, "RoundOpen")
            .withArgs(round);
        }
      }
      await goTo(round, 0);
      await s.market.setMatchingFund(0n);
      expect(await s.market.gridBalance()).to.equal(1_000n);
    });
  });

  describe("depositWithPermit", () => {
    async function permitOf(
      token: TestToken,
      owner: HardhatEthersSigner,
      market: Market,
      value: bigint,
      deadline: bigint = MaxUint256,
    ): Promise<Signature> {
      const domain = {
        name: "AdBEV Test Pound",
        version: "1",
        chainId: (await ethers.provider.getNetwork()).chainId,
        verifyingContract: await token.getAddress(),
      };
      const types = {
        Permit: [
          { name: "owner", type: "address" },
          { name: "spender", type: "address" },
          { name: "value", type: "uint256" },
          { name: "nonce", type: "uint256" },
          { name: "deadline", type: "uint256" },
        ],
      };
      const message = {
        owner: owner.address,
        spender: await market.getAddress(),
        value,
        nonce: await token.nonces(owner),
        deadline,
      };
      return Signature.from(await owner.signTypedData(domain, types, message));
    }

    async function withPermit() {
      const d = await fixture();
      await d.token.faucet(d.a, 1000n);
      return { ...d, permit: await permitOf(d.token, d.a, d.market, 1000n) };
    }

    it("deposits in one transaction", async () => {
      const { market, token, parameters, a, permit } = await loadFixture(withPermit);
      await expect(market.connect(a).depositWithPermit(a, 1000n, MaxUint256, permit.v, permit.r, permit.s))
        .to.emit(market, "Deposited")
        .withArgs(1n, a, 1000n, PILE_BALANCE + 1000n);
      expect(await token.allowance(a, market)).to.equal(0n);
      await expectSolvent(market, token, parameters);
    });

    it("does not mind that somebody submitted the permit first", async () => {
      const { market, token, a, nobody, permit } = await loadFixture(withPermit);
      await token.connect(nobody).permit(a, market, 1000n, MaxUint256, permit.v, permit.r, permit.s);
      await market.connect(a).depositWithPermit(a, 1000n, MaxUint256, permit.v, permit.r, permit.s);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE + 1000n);
    });

    it("does not mind a bogus permit where the allowance is there", async () => {
      const { market, token, a } = await loadFixture(withPermit);
      await token.connect(a).approve(market, 600n);
      await market.connect(a).depositWithPermit(a, 600n, 0n, 27, ethers.ZeroHash, ethers.ZeroHash);
      expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE + 600n);
    });

    it("refuses a bogus or expired permit where it is not", async () => {
      const { market, token, a } = await loadFixture(withPermit);
      await expect(market.connect(a).depositWithPermit(a, 1000n, MaxUint256, 27, ethers.ZeroHash, ethers.ZeroHash))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
        .withArgs(market, 0n, 1000n);
      const deadline = BigInt(await time.latest()) - 1n;
      const late = await permitOf(token, a, market, 1000n, deadline);
      await expect(market.connect(a).depositWithPermit(a, 1000n, deadline, late.v, late.r, late.s))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
        .withArgs(market, 0n, 1000n);
    });

    it("spends the caller's permit only: another's is of no use", async () => {
      const { market, token, a, b, nobody, permit } = await loadFixture(withPermit);
      await expect(market.connect(nobody).depositWithPermit(b, 1000n, MaxUint256, permit.v, permit.r, permit.s))
        .to.be.revertedWithCustomError(token, "ERC20InsufficientAllowance")
        .withArgs(market, 0n, 1000n);
      expect(await token.balanceOf(a)).to.equal(1000n);
    });

    it("stops while entry is paused", async () => {
      const { market, a, permit } = await loadFixture(withPermit);
      await market.setEntryPaused(true);
      await expect(
        market.connect(a).depositWithPermit(a, 1000n, MaxUint256, permit.v, permit.r, permit.s),
      ).to.be.revertedWithCustomError(market, "EntryPaused");
    });
  });

  it("keeps the sum of claims equal to what it holds through a whole frame", async () => {
    const { market, token, parameters, admin, a, b } = await loadFixture(fixture);
    const start = await freshFrame(market, parameters, { wheelingPricePerKwh: PENNY + 1n });
    const steps: (() => Promise<unknown>)[] = [
      () => market.connect(a).place(bid(30n * PENNY + 1n, 3333n, start + 2, 777n)),
      () => market.connect(b).place(ask(12n * PENNY + 2n, 999n, start + 2, 333n)),
      () => market.connect(b).replace(ask(12n * PENNY + 1n, 1001n, start + 2, 334n)),
      () => market.deposit(a, 3n),
      () => market.connect(a).withdraw(a, 1n),
      () => clear(market, start + 1),
      () => market.connect(b).cancel(),
      () => market.connect(b).place(ask(7n, 1n, start + 2)),
      () => clear(market, start + 2),
      async () => {
        await goTo(start + 2);
        const [event] = await market.queryFilter(market.filters.FrameCleared(start + 1));
        await settleNow(market, start + 1, await market.publication(start + 1), [...(event?.args.fills ?? [])]);
      },
      () => market.connect(a).withdraw(b, 1n),
      async () => {
        const [event] = await market.queryFilter(market.filters.FrameCleared(start + 2));
        await settle(market, start + 2, [...(event?.args.fills ?? [])]);
      },
      async () => market.withdrawGrid(admin, await market.gridBalance()),
      async () => market.connect(a).withdraw(a, await market.freeBalanceOf(a)),
      async () => market.connect(b).withdraw(b, await market.freeBalanceOf(b)),
    ];
    for (const step of steps) {
      await step();
      await expectSolvent(market, token, parameters);
    }
    expect(await token.balanceOf(market)).to.equal(0n);
  });
});
