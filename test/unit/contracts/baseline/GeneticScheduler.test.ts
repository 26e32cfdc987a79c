import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import hre, { ethers } from "hardhat";

import GeneticSchedulerModule from "../../../../deploy/modules/GeneticScheduler";
import {
  GENETIC_INTERFACE,
  GeneticClient,
  type PackedProblem,
  packProblem,
  runGenetic,
} from "../../../../scripts/chain/geneticClient";
import { ContractRefusal } from "../../../../scripts/chain/refusal";
import { TRANSACTION_GAS_CAP, UnlockedTransactor } from "../../../../scripts/chain/transactor";
import { type Charge, evolveSchedule } from "../../../../scripts/schemes/genetic/algorithm";
import type { GeneticProblem } from "../../../../scripts/schemes/genetic/problem";
import type { GeneticScheduler } from "../../../../typechain-types";
import { cases as few } from "../../../helpers/cases";
import { skipWhereInstrumented } from "../../../helpers/coverage";
import { randomProblem } from "./problems";

async function deploy() {
  const { scheduler } = (await hre.ignition.deploy(GeneticSchedulerModule)) as unknown as {
    scheduler: GeneticScheduler;
  };
  const client = new GeneticClient(await scheduler.getAddress(), ethers.provider);
  const senders = (await ethers.getSigners())
    .slice(0, 3)
    .map(({ address }) => new UnlockedTransactor(ethers.provider, address, [GENETIC_INTERFACE]));
  const [alice, bob, carol] = senders as [UnlockedTransactor, UnlockedTransactor, UnlockedTransactor];
  return { scheduler, client, alice, bob, carol };
}

/** Error that a promise is refused with. */
async function refusal(promise: Promise<unknown>): Promise<{ error: string; details: Record<string, unknown> }> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof ContractRefusal) return { error: thrown.error, details: { ...thrown.details } };
    throw thrown;
  }
  throw new Error("was not refused");
}

/** A load worked out from a schedule, here and nowhere else. */
function loadOf(problem: GeneticProblem, schedule: readonly Charge[]): number[] {
  const wattsPerWh = 3600 / problem.frameSeconds;
  return problem.baseLoadW.map((baseW, frame) =>
    schedule.reduce((loadW, { firstFrame, fullFrames, frameWh, restWh }) => {
      const nth = frame - firstFrame;
      const energyWh = nth >= 0 && nth < fullFrames ? frameWh : nth === fullFrames ? restWh : 0;
      return loadW + energyWh * wattsPerWh;
    }, baseW),
  );
}

describe("GeneticScheduler", () => {
  describe("beside its twin in TypeScript", () => {
    const cases: [string, GeneticProblem, population: number, generations: number][] = [
      ["1 EV", randomProblem(1, 1), 2, 3],
      ["10 EVs", randomProblem(2, 10), 20, 12],
      ["31 EVs", randomProblem(3, 31), 8, 10],
      ["32 EVs", randomProblem(4, 32), 8, 10],
      ["33 EVs, 900 s frames", randomProblem(5, 33, { frameSeconds: 900 }), 8, 10],
      ["40 EVs, hours", randomProblem(6, 40, { frameSeconds: 3600 }), 12, 8],
      ["20 EVs under a limit that they exceed", randomProblem(7, 20, { limitW: 15_000 }), 10, 15],
      ["20 EVs beside solar power", randomProblem(8, 20, { baseLoadW: sun(48), beforeW: -3000 }), 10, 10],
      ["12 EVs in 8 frames", randomProblem(9, 12, { baseLoadW: sun(8) }), 6, 10],
      ["12 EVs in 1 frame", randomProblem(10, 12, { baseLoadW: [3000] }), 4, 3],
      ["25 EVs in 192 frames", randomProblem(11, 25, { baseLoadW: sun(192) }), 8, 8],
    ];
    for (const [name, problem, population, generations] of cases) {
      it(`finds the same schedule: ${name}, ${population} individuals, ${generations} generations`, async function () {
        // Instrumented, a birth takes 0.2 s; the small populations go everywhere.
        if (population * generations > 60) skipWhereInstrumented(this);
        const { client, alice } = await loadFixture(deploy);
        const settings = { population, generations, seed: 12_345 };
        const twin: number[] = [];
        const expected = evolveSchedule(problem, settings, (_, fitnessW) => twin.push(fitnessW));
        const run = await runGenetic(client, alice, { problem, ...settings, generationsPerTransaction: 4 });
        expect(run.schedule).to.deep.equal(expected.schedule);
        expect([run.pflW, run.overloadW]).to.deep.equal([expected.pflW, expected.overloadW]);
        const fitnesses = run.evolutions.map(({ fitnessW }) => fitnessW);
        expect(fitnesses).to.deep.equal(twin.filter((_, index) => index % 4 === 3 || index === generations - 1));
        expect(loadOf(problem, run.schedule)).to.deep.equal(expected.loadW);
      });
    }

    it("keeps to stays, ratings and energies", async function () {
      skipWhereInstrumented(this);
      const { client, alice } = await loadFixture(deploy);
      const problem = randomProblem(12, 40);
      const { schedule } = await runGenetic(client, alice, { problem, population: 6, generations: 6, seed: 1 });
      problem.orders.forEach((order, index) => {
        const { firstFrame, fullFrames, frameWh, restWh } = schedule[index]!;
        expect(firstFrame).to.be.at.least(order.firstFrame);
        expect(firstFrame + fullFrames + Math.sign(restWh) - 1).to.be.at.most(order.lastFrame);
        expect(Math.max(frameWh, restWh)).to.be.at.most(order.maxFrameWh);
        expect(fullFrames * frameWh + restWh).to.equal(order.energyWh);
      });
    });

    it("improves, and never loses its fittest", async function () {
      skipWhereInstrumented(this);
      const { client, alice } = await loadFixture(deploy);
      const problem = randomProblem(13, 20);
      const options = { problem, population: 20, generations: 60, seed: 1, generationsPerTransaction: 10 };
      const fitnesses = (await runGenetic(client, alice, options)).evolutions.map(({ fitnessW }) => fitnessW);
      expect(fitnesses).to.deep.equal([...fitnesses].sort((a, b) => b - a));
      expect(fitnesses.at(-1)!).to.be.below(0.95 * fitnesses[0]!);
    });
  });

  describe("over several transactions", () => {
    it("whoever continues, and wherever it was cut, the result is one", async () => {
      const { client, alice, bob, carol } = await loadFixture(deploy);
      const problem = randomProblem(20, 24);
      const size = { population: 5, generations: 8 };
      const whole = await runGenetic(client, alice, { problem, ...size, seed: 5 });

      const { client: second, alice: a, bob: b, carol: c } = { client: await another(), alice, bob, carol };
      const packed = packProblem(problem, { ...size, seed: 5 });
      await second.open(a, packed);
      let at = await second.evolve(b, packed, [], 1n);
      at = await second.evolve(c, packed, at.individuals, 2n);
      at = await second.evolve(a, packed, at.individuals, 4n);
      at = await second.evolve(b, packed, at.individuals);
      expect(at.generation).to.equal(8);
      const { pflW, overloadW, schedule, receipt } = await second.conclude(c, packed, at.individuals);
      expect(schedule).to.deep.equal(whole.schedule);
      expect(pflW).to.equal(whole.pflW);
      expect(receipt.gasUsed).to.be.below(TRANSACTION_GAS_CAP);
      const stored = { phase: "concluded", generation: 8, pflW, overloadW };
      expect(await second.run(await second.runId(packed))).to.deep.equal(stored);
      expect(await client.run(whole.runId)).to.deep.equal(stored);
    });

    it("stops in time where the gas does not last", async () => {
      const { scheduler, client, alice } = await loadFixture(deploy);
      const packed = packProblem(randomProblem(21, 2), { population: 2, generations: 1_000, seed: 5 });
      await client.open(alice, packed);
      const sent = await scheduler.evolve(packed, [], ethers.MaxUint256, { gasLimit: 2_500_000 });
      const receipt = (await sent.wait())!;
      const { generation } = await client.run(await client.runId(packed));
      expect(generation).to.be.within(2, 500);
      expect(receipt.gasUsed).to.be.within(1_800_000, 2_500_000);
    });

    it("several runs go on side by side", async () => {
      const { client, alice, bob } = await loadFixture(deploy);
      const problem = randomProblem(22, 10);
      const settings = { population: 6, generations: 4 };
      const [one, two] = [1, 2].map((seed) => packProblem(problem, { ...settings, seed })) as [
        PackedProblem,
        PackedProblem,
      ];
      await client.open(alice, one);
      await client.open(bob, two);
      const first = await client.evolve(alice, one, [], 2n);
      const second = await client.evolve(bob, two, [], 3n);
      const { details, error } = await refusal(client.evolve(alice, one, second.individuals));
      expect([error, details["generation"]]).to.deep.equal(["WrongPopulation", 2n]);
      for (const [packed, { individuals }] of [
        [one, first],
        [two, second],
      ] as const) {
        const { pflW } = await client.conclude(
          alice,
          packed,
          (await client.evolve(bob, packed, individuals)).individuals,
        );
        expect(pflW).to.equal(evolveSchedule(problem, { ...settings, seed: packed.seed }).pflW);
      }
    });

    it("nobody can hand back another population", async () => {
      const { client, alice, bob } = await loadFixture(deploy);
      const packed = packProblem(randomProblem(23, 20), { population: 6, generations: 9, seed: 5 });
      await client.open(alice, packed);
      const runId = await client.runId(packed);
      const { error } = await refusal(client.evolve(bob, packed, [1n]));
      expect(error).to.equal("WrongPopulation");
      const early = await client.evolve(alice, packed, [], 2n);
      const late = await client.evolve(alice, packed, early.individuals, 3n);
      const forged = [
        [],
        early.individuals,
        late.individuals.slice(1),
        [...late.individuals, 0n],
        [...late.individuals].reverse(),
        late.individuals.map((word, index) => (index === 3 ? word ^ (1n << 200n) : word)),
        late.individuals.map((word, index) => (index === 5 ? word ^ 1n : word)),
      ];
      for (const individuals of forged) {
        const refused = { error: "WrongPopulation", details: { runId, generation: 5n } };
        expect(await refusal(client.evolve(bob, packed, individuals))).to.deep.equal(refused);
        expect(await refusal(client.conclude(bob, packed, individuals))).to.deep.equal(refused);
      }
      const { individuals } = await client.evolve(bob, packed, late.individuals);
      await client.conclude(bob, packed, individuals);
    });

    it("nor another problem", async () => {
      const { client, alice, bob } = await loadFixture(deploy);
      const packed = packProblem(randomProblem(24, 20), { population: 6, generations: 9, seed: 5 });
      await client.open(alice, packed);
      const { individuals } = await client.evolve(alice, packed, [], 2n);
      for (const change of [
        { limitW: 1 },
        { seed: 6n },
        { generations: 3 },
        { baseLoads: [...packed.baseLoads, 0n] },
      ]) {
        const other = { ...packed, ...change };
        const runId = await client.runId(other);
        expect(await refusal(client.evolve(bob, other, individuals))).to.deep.equal({
          error: "RunUnknown",
          details: { runId },
        });
      }
    });
  });

  describe("refuses", () => {
    const good = () => packProblem(randomProblem(30, 10), { population: 4, generations: 2, seed: 1 });
    const orderWord = (...orders: bigint[]) =>
      orders.reduce((word, order, index) => word | (order << BigInt(192 - 64 * index)), 0n);
    const order = (first: bigint, last: bigint, energy: bigint, most: bigint) =>
      (first << 56n) | (last << 48n) | (energy << 24n) | most;
    const single = (packed: bigint) => ({ ...good(), evs: 1, orders: [orderWord(packed)] });

    const settings: [string, Partial<PackedProblem>, string, Record<string, unknown>][] = [
      ["a population of one", { population: 1 }, "PopulationOutOfRange", { population: 1n }],
      ["a population of 257", { population: 257 }, "PopulationOutOfRange", { population: 257n }],
      ["no generations", { generations: 0 }, "GenerationsOutOfRange", { generations: 0n }],
      ["1 001 generations", { generations: 1001 }, "GenerationsOutOfRange", { generations: 1001n }],
      ["no EVs", { evs: 0 }, "EvsOutOfRange", { evs: 0n }],
      ["513 EVs", { evs: 513 }, "EvsOutOfRange", { evs: 513n }],
      ["no frames", { frames: 0 }, "FramesOutOfRange", { frames: 0n }],
      ["193 frames", { frames: 193 }, "FramesOutOfRange", { frames: 193n }],
      ["too many genes", { population: 256, evs: 101 }, "TooManyGenes", { genes: 25_856n, most: 25_600n }],
      ["frames of 0 s", { frameSeconds: 0 }, "FrameLengthUnusable", { frameSeconds: 0n }],
      ["frames of 1 000 s", { frameSeconds: 1000 }, "FrameLengthUnusable", { frameSeconds: 1000n }],
      ["loads missing", { baseLoads: [1n] }, "WordsMissing", { words: 1n, needed: BigInt(good().baseLoads.length) }],
      ["orders missing", { orders: [1n] }, "WordsMissing", { words: 1n, needed: 3n }],
      ["an order too many", { evs: 9 }, "RestNotZero", { rest: (good().orders[2]! << 64n) & (2n ** 256n - 1n) }],
      ["a limit too high", { limitW: 2 ** 24 }, "LoadTooLarge", { mostW: 2n ** 24n, boundW: 2n ** 24n }],
      ["a load too high", { beforeW: 2 ** 31 }, "LoadTooLarge", { mostW: mostOf(2n ** 31n), boundW: 2n ** 24n }],
    ];
    for (const [name, change, error, details] of settings) {
      it(`a problem with ${name}`, async () => {
        const { client, alice } = await loadFixture(deploy);
        expect(await refusal(client.open(alice, { ...good(), ...change }))).to.deep.equal({ error, details });
      });
    }

    it("orders that cannot be met", async () => {
      const { client, alice } = await loadFixture(deploy);
      const frames = BigInt(good().frames);
      const cases: [bigint, string, Record<string, unknown>][] = [
        [order(3n, 2n, 10n, 10n), "StayOutOfRange", { order: 0n, firstFrame: 3n, lastFrame: 2n }],
        [order(3n, frames, 10n, 10n), "StayOutOfRange", { order: 0n, firstFrame: 3n, lastFrame: frames }],
        [order(3n, 4n, 0n, 10n), "NoEnergy", { order: 0n }],
        [order(3n, 4n, 21n, 10n), "EnergyTooLarge", { order: 0n, energyWh: 21n, mostWh: 20n }],
        [order(3n, 4n, 1n, 0n), "EnergyTooLarge", { order: 0n, energyWh: 1n, mostWh: 0n }],
      ];
      for (const [packed, error, details] of cases) {
        expect(await refusal(client.open(alice, single(packed)))).to.deep.equal({ error, details });
      }
      await client.open(alice, single(order(3n, 4n, 20n, 10n)));
    });

    it("calls out of turn", async () => {
      const { client, alice, bob } = await loadFixture(deploy);
      const packed = good();
      const runId = await client.runId(packed);
      expect(await client.run(runId)).to.deep.equal({ phase: "unknown", generation: 0, pflW: 0, overloadW: 0 });
      expect(await refusal(client.evolve(alice, packed, []))).to.deep.equal({
        error: "RunUnknown",
        details: { runId },
      });
      await client.open(alice, packed);
      expect(await client.run(runId)).to.deep.equal({ phase: "open", generation: 0, pflW: 0, overloadW: 0 });
      expect(await refusal(client.open(bob, packed))).to.deep.equal({ error: "RunExists", details: { runId } });
      expect(await refusal(client.evolve(bob, packed, [], 0n))).to.deep.equal({ error: "NoGenerations", details: {} });
      const { individuals } = await client.evolve(bob, packed, [], 1n);
      expect(await refusal(client.conclude(bob, packed, individuals))).to.deep.equal({
        error: "RunIncomplete",
        details: { runId, generation: 1n, generations: 2n },
      });
      const { individuals: last } = await client.evolve(bob, packed, individuals);
      expect(await refusal(client.evolve(bob, packed, last))).to.deep.equal({
        error: "RunComplete",
        details: { runId, generations: 2n },
      });
      await client.conclude(bob, packed, last);
      const over = { error: "RunOver", details: { runId } };
      expect(await refusal(client.conclude(bob, packed, last))).to.deep.equal(over);
      expect(await refusal(client.evolve(bob, packed, last))).to.deep.equal(over);
    });

    function mostOf(beforeW: bigint): bigint {
      const allWh = randomProblem(30, 10).orders.reduce((sum, { maxFrameWh }) => sum + maxFrameWh, 0);
      return beforeW + BigInt(allWh) * 2n;
    }
  });

  describe("fits the network's gas cap", () => {
    before(function () {
      skipWhereInstrumented(this);
    });

    it("400 EVs, 50 individuals: every transaction, though each takes what it can", async () => {
      const { client, alice } = await loadFixture(deploy);
      const problem = randomProblem(40, 400, { baseLoadW: sun(96) });
      const settings = { population: 50, generations: few(40, 10), seed: 1 };
      const run = await runGenetic(client, alice, { problem, ...settings });
      expect(run.evolutions.length).to.be.above(1);
      expect(run.pflW).to.equal(evolveSchedule(problem, settings).pflW);
    });

    it("the largest populations, resumed after their first generation, when individuals differ most", async () => {
      const { client, alice } = await loadFixture(deploy);
      for (const [evs, population] of [
        [512, 50],
        [100, 256],
      ] as const) {
        const problem = randomProblem(41, evs, { baseLoadW: sun(192) });
        const packed = packProblem(problem, { population, generations: 2, seed: 1 });
        const receipts = [await client.open(alice, packed)];
        let at = { generation: 0, individuals: [] as bigint[] };
        while (at.generation < 2) {
          const evolution = await client.evolve(alice, packed, at.individuals, 1n);
          receipts.push(evolution.receipt);
          at = evolution;
        }
        // The first population alone takes more than a transaction.
        expect(receipts.length).to.be.above(3);
        receipts.push((await client.conclude(alice, packed, at.individuals)).receipt);
        for (const { gasUsed } of receipts) expect(gasUsed).to.be.below(TRANSACTION_GAS_CAP);
      }
    });

    it("and its code the size limit", async () => {
      const { scheduler } = await loadFixture(deploy);
      const code = await ethers.provider.getCode(scheduler);
      expect((code.length - 2) / 2).to.be.below(24_576);
    });
  });

  async function another(): Promise<GeneticClient> {
    const scheduler = await ethers.deployContract("GeneticScheduler");
    return new GeneticClient(await scheduler.getAddress(), ethers.provider);
  }
});

/** A base load that falls below zero at times. */
function sun(frames: number): number[] {
  return Array.from({ length: frames }, (_, frame) => 4000 * ((frame * 7) % 5) - 5000);
}
