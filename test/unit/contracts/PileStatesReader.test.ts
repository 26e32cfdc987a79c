import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { readPileStates } from "../../../scripts/chain/pileStatesReader";
import { deployDirect, nth, overwrite, slotOf } from "./fixtures";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("PileStatesReader", () => {
  /** Seven piles with a slot of its own kind each. */
  const fixture = async () => {
    const d = await deployDirect(7);
    for (const [i, pile] of d.piles.entries()) await d.market.deposit(pile, BigInt(i + 1) * d.parameters.unit);
    return d;
  };

  it("tells every pile's slot, without being deployed", async () => {
    const { market } = await loadFixture(fixture);
    const expected = [];
    for (let pile = 1n; pile <= 7n; pile++) expected.push(await market.pileState(pile));
    expect(new Set(expected).size).to.equal(7);
    const { data } = await (await ethers.getContractFactory("PileStatesReader")).getDeployTransaction(market, upTo(7));
    const answer = await ethers.provider.call({ data });
    const [states] = ethers.AbiCoder.defaultAbiCoder().decode(["uint256[]"], answer) as unknown as [bigint[]];
    expect([...states]).to.deep.equal(expected);
    expect(await readPileStates(ethers.provider, await market.getAddress(), upTo(7))).to.deep.equal(expected);
    const some = await readPileStates(ethers.provider, await market.getAddress(), [5, 2]);
    expect(some).to.deep.equal([expected[4], expected[1]]);
    expect(await readPileStates(ethers.provider, await market.getAddress(), [])).to.deep.equal([]);
  });

  it("reads more piles than an answer holds with several calls, and as of the block that is asked", async () => {
    const { market, piles } = await loadFixture(fixture);
    const pile = nth(piles, 0);
    const before = await ethers.provider.getBlockNumber();
    const balance = await market.pileState(1n);
    await market.connect(pile).withdraw(pile, 1n);
    const address = await market.getAddress();
    expect((await readPileStates(ethers.provider, address, [1], { blockTag: before }))[0]).to.equal(balance);
    // Slots on both sides of where one answer ends and the next begins, and the last that there can be.
    const states = await slotOf("_states");
    const told = [511, 512, 513, 514, 1_023, 1_024];
    for (const number of told) await overwrite(market, states + BigInt(number), () => BigInt(number));
    const many = await readPileStates(ethers.provider, address, upTo(1_024));
    expect(many).to.have.length(1_024);
    for (const number of told) expect(many[number - 1]).to.equal(BigInt(number));
    expect(many[0])
      .to.equal(await market.pileState(1n))
      .and.not.equal(balance);
    expect(many[1_021]).to.equal(0n);
  });
});
