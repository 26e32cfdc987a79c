import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { ethers } from "hardhat";

import type { Market } from "../../typechain-types";
import { goTo, PILE_BALANCE } from "../helpers/market";
import {
  ask,
  bid,
  claims,
  clear,
  deployDirect,
  expectSolvent,
  freshFrame,
  PENNY,
  settle,
  stranger,
} from "../unit/contracts/fixtures";
import { bystanders } from "./bystanders";

describe("Attack: misuse of roles", () => {
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
      const { market, a } = await loadFixture(bystanders);
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
    const { market, token, parameters, admin, start } = await loadFixture(bystanders);
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
    const { market, token, start, a } = await loadFixture(bystanders);
    await goTo(start + 1, -600);
    await market.setSuspended(a, true);
    expect((await clear(market, start + 1, { offset: -599 })).fills).to.deep.equal([]);
    await market.connect(a).withdraw(a, PILE_BALANCE);
    expect(await token.balanceOf(a)).to.equal(PILE_BALANCE);
  });
});
