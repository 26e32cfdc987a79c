import { expect } from "chai";
import { ethers } from "hardhat";

import { ORDER_TYPES, orderMessage, packSignedTerms, type SignedAction } from "../../../../scripts/chain/packedWords";
import type { SignedTermsHarness } from "../../../../typechain-types";
import { drawnLayout, drawnWord, extremes, maxOf, named } from "../../../helpers/drawnWords";

describe("SignedTerms", () => {
  let harness: SignedTermsHarness;
  before(async () => (harness = await ethers.deployContract("SignedTermsHarness")));

  const layout = drawnLayout("SignedTerms");
  const ACTIONS: readonly SignedAction[] = ["place", "replace", "cancel"];

  it("has its fields where they are drawn; TypeScript packs what Solidity reads", async () => {
    expect(Object.keys(layout)).to.have.length(8);
    for (const values of extremes(layout)) {
      const word = drawnWord(layout, values);
      expect(named(await harness.readTerms(word))).to.deep.equal(values);
      expect(await harness.isWellFormed(word)).to.equal(values.action !== 3n);
      const action = ACTIONS[Number(values.action)];
      if (action === undefined) continue;
      const { charge, price, energyWh, peakWh, expiryFrame, nonce, deadline } = values as Record<string, bigint>;
      const terms = {
        action,
        charge: charge === 1n,
        price: price!,
        energyWh: energyWh!,
        peakWh: peakWh!,
        expiryFrame: Number(expiryFrame),
        nonce: nonce!,
        deadline: Number(deadline),
      };
      expect(packSignedTerms(terms)).to.equal(word);
      const { hash, again, plain } = await harness.structHashes(word);
      expect([hash, again]).to.deep.equal([plain, plain]);
      expect(hash).to.equal(ethers.TypedDataEncoder.hashStruct("Order", ORDER_TYPES, orderMessage(terms)));
    }
  }).timeout(20_000);

  it("is well formed only without a bit that means nothing", async () => {
    const used = Object.values(layout).reduce(
      (bits, { shift, bits: width }) => bits | (((1n << BigInt(width)) - 1n) << BigInt(shift)),
      0n,
    );
    for (let bit = 0n; bit < 256n; bit++) {
      const word = 1n << bit;
      expect(await harness.isWellFormed(word), `bit ${bit}`).to.equal((used & word) !== 0n);
    }
  });

  it("cannot be packed from what does not fit", () => {
    const terms = {
      action: "place",
      charge: true,
      price: 1n,
      energyWh: 1n,
      peakWh: 1n,
      expiryFrame: 1,
      nonce: 1n,
      deadline: 1,
    } as const;
    for (const name of ["price", "energyWh", "peakWh", "nonce"] as const) {
      expect(() => packSignedTerms({ ...terms, [name]: maxOf(layout[name]!) + 1n })).to.throw(RangeError);
      expect(() => packSignedTerms({ ...terms, [name]: -1n })).to.throw(RangeError);
    }
    for (const name of ["expiryFrame", "deadline"] as const) {
      expect(() => packSignedTerms({ ...terms, [name]: Number(maxOf(layout[name]!) + 1n) })).to.throw(RangeError);
    }
  });
});
