import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { MaxUint256, Signature, type TypedDataDomain, ZeroHash } from "ethers";
import { ethers } from "hardhat";

import { DEPOSIT_TYPES } from "../../../scripts/chain/packedWords";
import { PILE_BALANCE } from "../../helpers/market";
import { deployFor, expectSolvent } from "./fixtures";
import { safeAddress, withWallet } from "./signedActs";

const PERMIT_TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};
const NO_PERMIT = { v: 27, r: ZeroHash, s: ZeroHash };

describe("PermitDeposits", () => {
  async function fixture() {
    const d = await withWallet();
    const deposits = await ethers.deployContract("PermitDeposits");
    const payer = await safeAddress();
    await d.token.faucet(payer, 1_000_000n);
    const chainId = (await ethers.provider.getNetwork()).chainId;
    const domain = async (contract: { eip712Domain(): Promise<{ name: string; version: string }> }) => {
      const { name, version } = await contract.eip712Domain();
      const verifyingContract = await (contract as unknown as typeof deposits).getAddress();
      return { name, version, chainId, verifyingContract } satisfies TypedDataDomain;
    };
    const deposit = (overrides: Record<string, unknown> = {}) => ({
      ...{ owner: payer.address, market: d.market.target as string, account: d.a.address, tokenAmount: 700n },
      ...{ deadline: d.deadline },
      ...overrides,
    });
    const permit = async (of: ReturnType<typeof deposit>, signer: HardhatEthersSigner = payer) => {
      const nonce = await d.token.nonces(of.owner);
      const message = {
        owner: of.owner,
        spender: deposits.target as string,
        value: of.tokenAmount,
        nonce,
        deadline: of.deadline,
      };
      const { v, r, s } = Signature.from(await signer.signTypedData(await domain(d.token), PERMIT_TYPES, message));
      return { v, r, s };
    };
    const signed = async (of: ReturnType<typeof deposit>, signer: HardhatEthersSigner = payer, chain = chainId) =>
      signer.signTypedData({ ...(await domain(deposits)), chainId: chain }, DEPOSIT_TYPES, {
        ...of,
        nonce: await deposits.nonces(of.owner),
      });
    /** The owner's tokens and every pile's money are where they were, and the contract holds nothing. */
    const untouched = async () => {
      expect(await d.token.balanceOf(payer)).to.equal(1_000_000n);
      expect(await d.token.balanceOf(deposits)).to.equal(0n);
      for (const account of [d.a, d.owner, d.wallet])
        expect(await d.market.freeBalanceOf(account)).to.equal(PILE_BALANCE);
    };
    return { ...d, deposits, payer, deposit, permit, signed, untouched };
  }

  it("hands an owner's tokens to the pile that the owner named, whoever submits", async () => {
    const { market, token, parameters, deposits, gateway, payer, a, wallet, deposit, permit, signed } =
      await loadFixture(fixture);
    for (const [account, nonce] of [
      [a.address, 1n],
      [wallet.target as string, 2n],
    ] as const) {
      const mine = deposit({ account });
      await expect(deposits.connect(gateway).depositFor(mine, await permit(mine), await signed(mine)))
        .to.emit(deposits, "DepositedFor")
        .withArgs(market, payer, account, gateway, 700n);
      expect(await market.freeBalanceOf(account)).to.equal(PILE_BALANCE + 700n / parameters.unit);
      expect(await deposits.nonces(payer)).to.equal(nonce);
    }
    expect(await token.balanceOf(deposits)).to.equal(0n);
    expect(await token.allowance(deposits, market)).to.equal(0n);
    await expectSolvent(market, token, parameters);
  });

  it("takes the tokens of a contract that says it signed, by the allowance that it gave", async () => {
    const { market, token, deposits, owner, wallet, deposit, signed } = await loadFixture(fixture);
    await token.faucet(wallet, 900n);
    await wallet.execute(token, token.interface.encodeFunctionData("approve", [deposits.target, 900n]));
    const of = deposit({ owner: wallet.target, account: wallet.target });
    await deposits.depositFor(of, NO_PERMIT, await signed(of, owner));
    expect(await market.freeBalanceOf(wallet)).to.equal(PILE_BALANCE + 700n);
  });

  it("goes through where somebody submitted the permit before, and not at all without an allowance", async () => {
    const { market, token, deposits, gateway, payer, a, deadline, deposit, permit, signed, untouched } =
      await loadFixture(fixture);
    const mine = deposit();
    const given = await permit(mine);
    const signature = await signed(mine);
    await expect(deposits.depositFor(mine, NO_PERMIT, signature)).to.be.revertedWithCustomError(
      token,
      "ERC20InsufficientAllowance",
    );
    await untouched();
    await token.connect(gateway).permit(payer, deposits, 700n, deadline, given.v, given.r, given.s);
    await deposits.depositFor(mine, given, signature);
    expect(await market.freeBalanceOf(a)).to.equal(PILE_BALANCE + 700n);
  });

  it("refuses another pile, market, amount, owner, chain or signer than was signed, a second time, and after the deadline", async () => {
    const { market, parameters, token, deposits, gateway, payer, owner, deadline, deposit, permit, signed, untouched } =
      await loadFixture(fixture);
    const mine = deposit();
    const [given, signature] = [await permit(mine), await signed(mine)];
    await token.connect(payer).approve(deposits, MaxUint256);
    const { market: other } = await deployFor(token, parameters);
    const refusals = [
      [deposit({ account: owner.address }), signature],
      [deposit({ market: other.target }), signature],
      [deposit({ tokenAmount: 701n }), signature],
      [deposit({ deadline: deadline + 1n }), signature],
      [mine, await signed(mine, gateway)],
      [mine, await signed(mine, payer, 1n)],
      [mine, "0x"],
    ] as const;
    for (const [i, [of, by]] of refusals.entries()) {
      await expect(deposits.connect(gateway).depositFor(of, given, by), i.toString())
        .to.be.revertedWithCustomError(deposits, "DepositNotSigned")
        .withArgs(payer);
    }
    await untouched();
    await deposits.depositFor(mine, given, signature);
    await expect(deposits.depositFor(mine, given, signature)).to.be.revertedWithCustomError(
      deposits,
      "DepositNotSigned",
    );
    expect(await token.balanceOf(payer)).to.equal(1_000_000n - 700n);
    const late = deposit({ deadline: 1n });
    await expect(deposits.depositFor(late, given, await signed(late)))
      .to.be.revertedWithCustomError(deposits, "DepositExpired")
      .withArgs(1n);
    expect(await market.pileOf(gateway)).to.equal(0n);
  });

  it("leaves everything as it was where the market refuses: an unknown pile, or paused entry", async () => {
    const { market, deposits, gateway, deposit, permit, signed, untouched } = await loadFixture(fixture);
    const nobody = deposit({ account: gateway.address });
    await expect(deposits.depositFor(nobody, await permit(nobody), await signed(nobody)))
      .to.be.revertedWithCustomError(market, "NotRegistered")
      .withArgs(gateway);
    await market.setEntryPaused(true);
    const mine = deposit();
    await expect(deposits.depositFor(mine, await permit(mine), await signed(mine))).to.be.revertedWithCustomError(
      market,
      "EntryPaused",
    );
    await untouched();
    expect(await deposits.nonces(mine.owner)).to.equal(0n);
  });
});
