import { takeSnapshot, type SnapshotRestorer } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import hre, { ethers } from "hardhat";

import { feederModule } from "../../deploy/modules/Feeder";
import { DevelopmentClock } from "../../scripts/chain/clock";
import { ERROR_INTERFACES } from "../../scripts/chain/interfaces";
import { MarketClient } from "../../scripts/chain/marketClient";
import { UnlockedTransactor } from "../../scripts/chain/transactor";
import { Random } from "../../scripts/core/random";
import { runSybil, type SybilReport } from "../../scripts/reports/sybil/experiment";
import { SYBIL_MARKET, SybilMarket } from "../../scripts/reports/sybil/market";
import { PROPOSER_NAMES } from "../../scripts/reports/sybil/verified";
import { holdElections } from "../../scripts/reports/sybil/votes";
import { BenefitRounds__factory } from "../../typechain-types";
import { namedAccount } from "../../tasks/support/network";
import { nth } from "../unit/contracts/fixtures";

const ROUNDS = 2;
const DRAWS = 12;

describe("Attack: Sybil proposers", () => {
  let snapshot: SnapshotRestorer;
  let market: SybilMarket;
  let report: SybilReport;

  before(async function () {
    this.timeout(240_000);
    snapshot = await takeSnapshot();
    const { market: deployed } = await hre.ignition.deploy(feederModule("sybil", SYBIL_MARKET));
    const sender = nth(await ethers.getSigners(), 0);
    market = await SybilMarket.begin(
      {
        client: await MarketClient.connect(await deployed.getAddress(), ethers.provider),
        clock: new DevelopmentClock(hre.network.provider),
        provider: hre.network.provider,
        sender: new UnlockedTransactor(hre.network.provider, sender.address, ERROR_INTERFACES),
        accountOf: async (name) => namedAccount(hre, name),
      },
      PROPOSER_NAMES,
    );
    report = await runSybil(market, { seed: 7, rounds: ROUNDS, draws: DRAWS });
  });
  after(() => snapshot.restore());

  it("with scores computed by the contract one honest proposer is enough: its plan, or one as good, is executed", () => {
    for (const { share, verified } of report.rows.filter((row) => row.share < 1)) {
      expect([verified.held, verified.accurate], `${share} attack`).to.deep.equal([ROUNDS, ROUNDS]);
      expect(verified.fallbacks, `${share} attack`).to.equal(0);
    }
  });

  it("with nobody honest the outcome is no worse than the fallback, which needs no proposer at all", () => {
    const { share, verified } = nth(report.rows, 10);
    expect([share, verified.held, verified.accurate]).to.deep.equal([1, ROUNDS, ROUNDS]);
  });

  it("attackers did try: false scores and plans beyond what may move are refused, poor ones scored and beaten", () => {
    const tried = report.rows.map(({ verified }) => verified);
    for (const attack of ["starve", "rush", "false score", "noise"] as const) {
      expect(
        tried.reduce((sum, { attacks }) => sum + attacks[attack], 0),
        attack,
      ).to.be.above(0);
    }
    const [refused, scored] = [tried.map(({ refused: of }) => of), tried.map(({ scored: of }) => of)];
    const sum = (list: number[]) => list.reduce((all, count) => all + count, 0);
    expect(sum(refused)).to.be.above(0);
    expect(sum(scored)).to.be.above(0);
    // Every plan of an attacker is one or the other.
    expect(sum(refused) + sum(scored)).to.equal((ROUNDS * (10 * 11)) / 2);
  });

  it("with votes counted as the thesis does accuracy falls with the attackers' share, and is lost beyond one half", () => {
    const accuracy = Array.from({ length: 11 }, (_, tenths) => {
      const { held, accurate } = holdElections(tenths / 10, 4_000, new Random(3).stream(String(tenths)));
      return accurate / held;
    });
    expect([accuracy[0], accuracy[10]]).to.deep.equal([1, 0]);
    for (let tenths = 1; tenths <= 10; tenths++) {
      expect(accuracy[tenths]!, `${tenths} of 10`).to.be.at.most(accuracy[tenths - 1]!);
    }
    // 15 validators: the binomial figures.
    expect(accuracy[3]).to.be.closeTo(0.95, 0.015);
    expect(accuracy[5]).to.be.closeTo(0.5, 0.03);
    expect(accuracy[7]).to.be.closeTo(0.05, 0.015);
    expect(report.rows.map(({ votes }) => votes.held)).to.deep.equal(Array(11).fill(100 * ROUNDS));
  });

  it("known limit: identities share in the draw of a reward, one ticket each; credit weighs, the registrar admits", () => {
    expect(report.lotteries.map(({ identities, draws }) => [identities, draws])).to.deep.equal([
      [1, DRAWS],
      [3, DRAWS],
      [9, DRAWS],
    ]);
    for (const { identities, expectedShare, expectedShareBehind } of report.lotteries) {
      expect(expectedShare).to.be.closeTo(identities / (identities + 1), 1e-12);
      const ticket = Math.exp(-3);
      expect(expectedShareBehind).to.be.closeTo((identities * ticket) / (identities * ticket + 1), 1e-9);
    }
    const won = report.lotteries.reduce((sum, lottery) => sum + lottery.won, 0);
    // 0.5 + 0.75 + 0.9 of the draws are expected; four standard deviations are 13 of 36.
    expect(won).to.be.within(13, 36);
  });

  it("an identity that the registrar did not admit neither commits nor shares in any draw", async () => {
    const { client, accountOf } = market.chain;
    const uninvited = await accountOf("uninvited");
    await market.undone(async () => {
      await market.openRound(new Random(1));
      const rounds = BenefitRounds__factory.connect(client.rounds().address, await ethers.getSigner(uninvited.address));
      await expect(rounds.commit(client.address, ZeroHash))
        .to.be.revertedWithCustomError(rounds, "NotProposer")
        .withArgs(uninvited.address);
    });
  });
});
